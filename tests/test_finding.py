"""A finding is there whole or not at all, and comes back as it was saved."""

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pandas
import pytest

from escucha.audio.io import read
from escucha.errors import InputError
from escucha.finding import PARTIAL, Finding, check_place, is_finding, load, save, sweep
from tests.reports.sample import ABOUT, Sample


@dataclass(frozen=True)
class Breaks(Sample):
    """Fails after half of it has been written."""

    def numbers(self):
        raise RuntimeError("no")


@dataclass(frozen=True)
class Odd(Sample):
    """Numbers and labels that CSV and JSON like to lose."""

    def numbers(self):
        return {"count": np.int64(3), "share": np.float32(0.5), "none": float("inf"), "list": (1, 2)}

    def tables(self):
        return {"zeta": pandas.DataFrame({"label": ["NA", "None", "null"], "value": [1.5, None, 2.0]}),
                "alpha": pandas.DataFrame()}


def test_what_is_saved_comes_back(tmp_path):
    sample = Sample()
    assert isinstance(sample, Finding)
    back = load(save(sample, tmp_path / "a" / "b", ABOUT))
    assert back.about == ABOUT
    assert back.words == tuple(sample.words())
    assert back.numbers["value"] == sample.numbers()["value"]
    assert back.numbers["residual"] is None
    np.testing.assert_array_equal(back.arrays()["weights"], sample.arrays()["weights"])
    pandas.testing.assert_frame_equal(back.tables()["parts"], sample.tables()["parts"])
    assert list(back.files("figures")) == ["source-weights", "map"]
    heard = read(back.files("sounds")["what-counted"])
    # 16 bits
    np.testing.assert_allclose(heard.wave, sample.sounds()["what-counted"].wave, atol=1 / 32768)


def test_labels_that_look_missing_stay_labels_and_json_stays_strict(tmp_path):
    back = load(save(Odd(), tmp_path / "odd", ABOUT))
    assert back.numbers == {"count": 3, "share": 0.5, "none": None, "list": [1, 2]}
    assert list(back.tables()) == ["zeta", "alpha"]
    assert back.tables()["zeta"]["label"].tolist() == ["NA", "None", "null"]
    assert back.tables()["zeta"]["value"].isna().tolist() == [False, True, False]
    assert back.tables()["alpha"].empty


def test_a_failure_leaves_nothing_and_keeps_what_was_there(tmp_path):
    with pytest.raises(RuntimeError):
        save(Breaks(), tmp_path / "new", ABOUT)
    assert list(tmp_path.iterdir()) == []
    save(Sample(), tmp_path / "old", ABOUT)
    with pytest.raises(RuntimeError):
        save(Breaks(), tmp_path / "old", ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert load(tmp_path / "old").numbers["passes"] == 320


def test_a_second_finding_replaces_the_first_whole(tmp_path):
    save(Sample(), tmp_path / "f", ABOUT)
    save(Odd(clips={}), tmp_path / "f", dataclasses.replace(ABOUT, title="again"))
    assert load(tmp_path / "f").about.title == "again"
    assert list((tmp_path / "f" / "sounds").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_other_peoples_folders_are_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not a finding"):
        save(Sample(), tmp_path / "mine", ABOUT)
    with pytest.raises(InputError, match="not a folder"):
        check_place(tmp_path / "mine" / "thesis.tex")
    for name, said in ((".partial-9-x", "half-written"), (os.fsdecode(b"se\xf1ora"), "not UTF-8")):
        with pytest.raises(InputError, match=said):
            check_place(tmp_path / name)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(InputError, match="not a folder"):
        check_place(tmp_path / "link")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_a_name_cannot_leave_the_folder(tmp_path):
    for name in ("../escape", "a/b", ".hidden", ""):
        with pytest.raises(ValueError, match="cannot name one of the sounds"):
            save(Sample(clips={name: Sample().clips["original"]}), tmp_path / "f", ABOUT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "explanation"}', "\udcff"])
def test_what_is_not_a_finding_is_said_in_one_line(tmp_path, text):
    save(Sample(), tmp_path / "f", ABOUT)
    (tmp_path / "f" / "about.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="not a finding that escucha wrote"):
        load(tmp_path / "f")
    with pytest.raises(InputError, match="no finding in"):
        load(tmp_path / "nowhere")


def test_sweeping_removes_what_the_dead_left_and_nothing_of_the_living(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "whole").mkdir()
    for pid in (gone.pid, os.getpid()):
        (tmp_path / f"{PARTIAL}{pid}-folder").mkdir()
        (tmp_path / f"{PARTIAL}{pid}-file").write_text("half")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "whole", f"{PARTIAL}{os.getpid()}-folder", f"{PARTIAL}{os.getpid()}-file"}


def test_half_a_finding_is_none(tmp_path):
    whole = save(Sample(), tmp_path / "f", ABOUT)
    half = whole.rename(tmp_path / f"{PARTIAL}1-abc")
    assert not is_finding(half)
    assert json.loads((half / "about.json").read_text())["kind"] == "explanation"


@pytest.mark.parametrize("change", [{"title": 3}, {"words": 3}, {"words": [3]}, {"order": 3}, {"order": {}},
                                    {"order": {"figures": [3], "sounds": [], "tables": []}}, {"settings": None},
                                    {"order": {"figures": ["../../x"], "sounds": [], "tables": []}},
                                    {"versions": 3}, {"seconds": "x"}])
def test_a_finding_whose_types_are_wrong_is_none(tmp_path, change):
    save(Sample(), tmp_path / "f", ABOUT)
    about = tmp_path / "f" / "about.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), **change}))
    with pytest.raises(InputError, match="not a finding that escucha wrote"):
        load(tmp_path / "f")


def test_numbers_and_tables_that_are_not_ours_are_said(tmp_path):
    saved = load(save(Sample(), tmp_path / "f", ABOUT))
    for path in saved.files("tables").values():
        path.write_bytes(b'\xff"')
    with pytest.raises(InputError, match="not a table that escucha wrote"):
        saved.tables()
    (tmp_path / "f" / "numbers.json").write_text("null")
    with pytest.raises(InputError, match="not a finding that escucha wrote"):
        load(tmp_path / "f")
