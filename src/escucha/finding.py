"""The one output shape: what every question comes back as, and how it is kept.

A saved finding is a folder: `about.json`, `numbers.json`, `arrays.npz`, `tables/*.{csv,tex}`, `figures/*.{png,svg}`,
`sounds/*.wav`. It is written beside its place and renamed, so a reader never meets half of one.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from escucha.audio.clip import Clip
from escucha.config import build, jsonable
from escucha.errors import InputError, check_name
from escucha.latex import latex
from escucha.whole import PARTIAL, beside

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

SUFFIXES = {"figures": ".png", "sounds": ".wav", "tables": ".csv"}


@runtime_checkable
class Finding(Protocol):
    """What save, pages, notebooks and trackers know of a result.

    Names of figures, tables and sounds are slugs (`source-weights`); they head their place on a page with hyphens
    as spaces. A table called `sounds` captions the players: a row for a `name`, with any of `caption` (text), `value`
    (what the model says of that sound) and `gain_db` (applied for listening only). A table called `timelines` has a row
    for each `figure` and `sound` that share a time axis (`escucha.experiments.drawing.timeline`).
    """

    def numbers(self) -> dict[str, Any]:
        """Scalars, strings and small lists, JSON-ready: what `--json` prints."""

    def arrays(self) -> "dict[str, np.ndarray]":
        """What the figures need beyond the numbers."""

    def tables(self) -> "dict[str, DataFrame]":
        """Rows a person would read or plot."""

    def figures(self) -> "dict[str, Figure]":
        """Drawn afresh at each call."""

    def sounds(self) -> dict[str, Clip]:
        """Never silent: a silent result is said in words, not played."""

    def words(self) -> list[str]:
        """What it means, one plain sentence each, the headline first; warnings begin with `Warning:`."""


@dataclass(frozen=True)
class About:
    """How a finding came to be: enough to make it again."""

    kind: str
    title: str
    command: str = ""
    """The command line that makes it again."""
    fingerprint: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    made: str = ""
    """When, ISO 8601 in UTC."""


@dataclass(frozen=True)
class Saved:
    """A finding read back from its folder."""

    folder: Path
    about: About
    words: tuple[str, ...]
    numbers: dict[str, Any]
    order: Mapping[str, tuple[str, ...]]
    """Names of its figures, sounds and tables, in the order in which they were saved."""

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of `arrays.npz`."""
        with np.load(self.folder / "arrays.npz", allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    def tables(self) -> "dict[str, DataFrame]":
        """The tables, as read back from CSV."""
        return {name: _read_table(path) for name, path in self.files("tables").items()}

    def files(self, kind: str) -> dict[str, Path]:
        """Name to path of the `figures` (as PNG), `sounds` or `tables`, in the order in which they were saved."""
        return {name: self.folder / kind / f"{name}{SUFFIXES[kind]}" for name in self.order[kind]}


def save(finding: Finding, folder: Path, about: About) -> Path:
    """Write `finding` to `folder`, whole or not at all, and return the folder.

    An earlier finding there is replaced; a folder that holds anything else is refused with InputError.
    """
    folder = Path(folder)
    check_place(folder)
    partial = beside(folder)
    try:
        partial.mkdir(parents=True)
        _write(finding, partial, about)
        _put(partial, folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror or error}; nothing was left there") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def load(folder: Path) -> Saved:
    """Read a saved finding; InputError when there is none."""
    folder = Path(folder)
    if not is_finding(folder):
        raise InputError(f"no finding in {folder}: it lacks about.json or numbers.json")
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        numbers = json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
        return _saved(folder, about, numbers)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InputError(f"{folder} is not a finding that escucha wrote; remove it and run again") from None


def _saved(folder: Path, about: Any, numbers: Any) -> Saved:
    """What was read, with every type checked: a page is made of it later. TypeError, KeyError or ValueError."""
    known = {name: about[name] for name in About.__dataclass_fields__}
    order = {kind: tuple(about["order"][kind]) for kind in SUFFIXES}
    for kind, names in order.items():
        _check_names(kind, names)
    if not (isinstance(numbers, dict) and isinstance(about["words"], list)
            and all(isinstance(word, str) for word in about["words"])):
        raise TypeError("numbers are a table, and words a list of sentences")
    return Saved(folder, build(About, known, "about.json"), tuple(about["words"]), numbers, order)


def is_finding(folder: Path) -> bool:
    """Does the folder hold a finding? (One is whole as soon as it has its own name.)"""
    named = not folder.name.startswith(PARTIAL)
    return named and all((folder / name).is_file() for name in ("about.json", "numbers.json"))


def check_place(folder: Path) -> None:
    """Raise InputError, before anything is computed, where a finding could not be written to `folder`."""
    check_name(folder.absolute())
    if folder.name.startswith(PARTIAL):
        raise InputError(f"{folder} is called like what is half-written; name another place")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder} is not a folder; name another place")
    if folder.is_dir() and any(folder.iterdir()) and not is_finding(folder):
        raise InputError(f"{folder} holds something that is not a finding; name an empty or a new folder")
    existing = next(parent for parent in folder.absolute().parents if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise InputError(f"cannot write into {existing}; name another place")


def sweep(folder: Path) -> None:
    """Remove what processes that are gone have left half-written in `folder`."""
    for partial in folder.glob(f"{PARTIAL}*"):
        pid = partial.name.removeprefix(PARTIAL).split("-")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(partial, ignore_errors=True)
            if partial.is_file():
                partial.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """`value` as readable, strict JSON; numpy values and dataclasses included, no NaN (it is not JSON): None."""
    path.write_text(json.dumps(_strict(jsonable(value)), indent=2, ensure_ascii=False) + "\n", encoding="utf-8",
                    errors="backslashreplace")  # what is no text (a file's name) is written as JSON escapes it


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _strict(item) for key, item in value.items()}
    return [_strict(item) for item in value] if isinstance(value, list) else value


def _write(finding: Finding, folder: Path, about: About) -> None:
    from escucha.audio.io import write

    tables, figures, sounds = finding.tables(), finding.figures(), finding.sounds()
    for kind, names in (("tables", tables), ("figures", figures), ("sounds", sounds)):
        (folder / kind).mkdir()
        _check_names(kind, names)
    np.savez_compressed(folder / "arrays.npz", **finding.arrays())  # type: ignore[arg-type]
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False)
        (folder / "tables" / f"{name}.tex").write_text(latex(table), encoding="utf-8", errors="backslashreplace")
    for name, figure in figures.items():
        for suffix in ("png", "svg"):
            figure.savefig(folder / "figures" / f"{name}.{suffix}", dpi=150, bbox_inches="tight")
    for name, clip in sounds.items():
        write(folder / "sounds" / f"{name}.wav", clip)
    write_json(folder / "numbers.json", finding.numbers())
    order = {"figures": list(figures), "sounds": list(sounds), "tables": list(tables)}
    write_json(folder / "about.json", {**jsonable(about), "words": finding.words(), "order": order})


def _read_table(path: Path) -> "DataFrame":
    import pandas

    try:
        # an empty cell is what was missing; a label called "None" or "NA" is a label
        return pandas.read_csv(path, keep_default_na=False, na_values=[""])
    except pandas.errors.EmptyDataError:
        return pandas.DataFrame()
    except ValueError:  # of UTF-8, or pandas' ParserError
        raise InputError(f"{path} is not a table that escucha wrote; remove its finding and run again") from None


def _check_names(kind: str, names: Iterable[str]) -> None:
    """A name becomes a file's name: one that would leave its folder, or hide in it, is a bug of the finding's kind."""
    for name in names:
        if not isinstance(name, str) or not name or name.startswith(".") or any(mark in name for mark in "/\\\0"):
            raise ValueError(f"{name!r} cannot name one of the {kind} of a finding; use a slug such as source-weights")


def _put(partial: Path, folder: Path) -> None:
    """Rename `partial` to `folder`; an earlier finding steps aside first and is then removed."""
    if folder.is_dir():
        aside = beside(folder)
        folder.rename(aside)
        partial.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        partial.rename(folder)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
