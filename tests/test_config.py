"""Settings are strict, and their name depends on what they say and on nothing else."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from escucha import config
from escucha.config import Within, build, fingerprint, jsonable, read_toml, take_kind
from escucha.errors import InputError
from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class Inner:
    """A nested table."""

    size: int = 1


@dataclass(frozen=True)
class Settings:
    """One of each type that settings have."""

    labels: tuple[str, ...]
    alpha: float = 0.05
    seed: int = 0
    loud: bool = False
    method: Literal["lime", "shapley"] = "lime"
    inner: Inner = field(default_factory=Inner)
    path: str | None = None
    corpus: dict[str, Any] = field(default_factory=dict)
    widths: tuple[Annotated[int, Within(1, 4096)], ...] = ()


def test_a_table_becomes_settings():
    table = {"labels": ["a", "b"], "alpha": 1, "method": "shapley", "inner": {"size": 3}, "corpus": {"kind": "palos"}}
    assert build(Settings, table, "x.toml") == Settings(("a", "b"), 1.0, 0, False, "shapley", Inner(3), None,
                                                        {"kind": "palos"})


@pytest.mark.parametrize(("table", "said"), [
    ({"lables": ["a"]}, "unknown key 'lables' in x.toml; did you mean 'labels'?"),
    ({}, "x.toml lacks the key 'labels'"),
    ({"labels": "a"}, "'labels' in x.toml should be a list, got 'a'"),
    ({"labels": [], "corpus": "palos"}, "'corpus' in x.toml should be a table, got 'palos'"),
    ({"labels": [1]}, "'labels' in x.toml should be str, got 1"),
    ({"labels": [], "seed": 1.5}, "'seed' in x.toml should be int, got 1.5"),
    ({"labels": [], "seed": True}, "'seed' in x.toml should be int, got True"),
    ({"labels": [], "alpha": True}, "'alpha' in x.toml should be float, got True"),
    ({"labels": [], "alpha": float("nan")}, "'alpha' in x.toml should be a finite number, got nan"),
    ({"labels": [], "alpha": -float("inf")}, "'alpha' in x.toml should be a finite number, got -inf"),
    ({"labels": [], "alpha": 10**400}, "'alpha' in x.toml should be a finite number, got inf"),
    ({"labels": [], "widths": [16, 0]}, "'widths' in x.toml should be from 1 to 4096, got 0"),
    ({"labels": [], "widths": [5000]}, "'widths' in x.toml should be from 1 to 4096, got 5000"),
    ({"labels": [], "widths": [1.5]}, "'widths' in x.toml should be int, got 1.5"),
    ({"labels": [], "seed": -1}, "'seed' in x.toml should be a number from 0 to 2^63 - 1, got -1"),
    ({"labels": [], "seed": 2**63}, "'seed' in x.toml should be a number from 0"),
    ({"labels": [], "loud": 1}, "'loud' in x.toml should be bool, got 1"),
    ({"labels": [], "method": "shaply"}, "did you mean 'shapley'?"),
    ({"labels": [], "inner": {"sizes": 1}}, "unknown key 'sizes'"),
    ({"labels": [], "path": 3}, "'path' in x.toml should be str, got 3"),
])
def test_a_mistake_is_named_with_its_place(table, said):
    with pytest.raises(InputError) as raised:
        build(Settings, table, "x.toml")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_setting_within_its_bounds_is_taken():
    assert build(Settings, {"labels": [], "widths": [1, 4096]}, "x.toml").widths == (1, 4096)


def test_what_is_not_toml_is_said_with_its_line(tmp_path):
    (tmp_path / "bad.toml").write_text("a = 1\nb = \n")
    with pytest.raises(InputError, match=r"bad\.toml is not valid TOML.*line 2"):
        read_toml(tmp_path / "bad.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    os.mkfifo(tmp_path / "pipe.toml")
    for path in ("bytes.toml", "deep.toml", "pipe.toml", "absent.toml", "null\0.toml", "."):
        with pytest.raises(InputError, match=str(tmp_path)):
            read_toml(tmp_path / path)


def test_a_fingerprint_hears_values_and_no_order_of_keys():
    settings = Settings(("a",))
    assert fingerprint(settings) == fingerprint(Settings(("a",)))
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": (2,), "a": 1})
    different = [settings, Settings(("b",)), Settings(("a",), alpha=0.06), Settings(("a",), inner=Inner(2)),
                 Settings(("a",), corpus={"kind": "x"})]
    assert len({fingerprint(value) for value in different}) == len(different)
    assert fingerprint("a", "b") != fingerprint("ab")
    assert len(fingerprint()) == 16


def test_jsonable_takes_numpy_paths_and_sets():
    assert jsonable({"a": np.float32(0.5), "b": np.arange(2), "c": Path("x"), "d": {"y", "x"}, "e": (None, True)}) == {
        "a": 0.5, "b": [0, 1], "c": "x", "d": ["x", "y"], "e": [None, True]}
    with pytest.raises(TypeError):
        jsonable(object())


def _shelves(folder: Path) -> Path:
    for shelf in config.SHELVES:
        (folder / shelf).mkdir(parents=True)
    return folder.resolve()


def test_home_is_given_named_or_found_above(tmp_path, monkeypatch):
    above, named = _shelves(tmp_path / "above"), _shelves(tmp_path / "named")
    (above / "music" / "deep").mkdir(parents=True)
    monkeypatch.chdir(above / "music" / "deep")
    monkeypatch.delenv("ESCUCHA_HOME", raising=False)
    assert config.home() == above
    monkeypatch.setenv("ESCUCHA_HOME", str(named))
    assert config.home() == named
    assert config.home(above) == above


def test_no_home_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("ESCUCHA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert config.home() == REPOSITORY  # the clone it runs from
    monkeypatch.setattr(config, "CLONE", tmp_path)
    with pytest.raises(InputError, match="--home"):
        config.home()
    with pytest.raises(InputError, match="not a folder"):
        config.home(tmp_path / "absent")
    with pytest.raises(InputError, match="no shelves"):
        config.home(tmp_path)


def test_the_cache_is_where_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("ESCUCHA_CACHE", str(tmp_path))
    assert config.cache_folder() == tmp_path
    monkeypatch.delenv("ESCUCHA_CACHE")
    assert config.cache_folder().name == "escucha"


@pytest.mark.parametrize(("kind", "said"), [(None, "lacks the key 'kind'"), ("palo", "did you mean 'palos'"),
                                            (3, "unknown corpus '3'"), (["palos"], "unknown corpus"), ({}, "unknown")])
def test_a_kind_is_taken_out_or_refused(kind, said):
    settings = {"kind": "palos", "clips": 3}
    assert take_kind(settings, ("palos", "folder"), what="corpus", where="x.toml") == "palos"
    assert settings == {"clips": 3}
    with pytest.raises(InputError, match=said):
        take_kind(settings if kind is None else {"kind": kind}, ("palos", "folder"), what="corpus", where="x.toml")
