"""Ways to split the rows of a feature table into what is learned from and what is asked.

Conventions: a fold is (rows to learn from, rows to ask), row numbers each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from escucha.config import Within, build, take_kind
from escucha.errors import InputError, unknown
from escucha.experiments.training.feature_rows import FeatureRows

Fold = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class ContiguousFolds:
    """Each label's rows are cut into runs in the table's order: neighbours (of one artist or record) stay together."""

    folds: Annotated[int, Within(2, 1000)] = 5
    scaled_on_all: bool = False
    """Standardise with the rows that are asked, too: a small leak that published recipes have."""


@dataclass(frozen=True)
class ShuffledFolds(ContiguousFolds):
    """Rows are drawn into folds by chance, each with its share of every label."""

    repeats: Annotated[int, Within(1, 1000)] = 1
    """Times that they are drawn: one shuffle reads a little higher or lower than the next."""
    seed: Annotated[int, Within(0, 2**31)] = 0


@dataclass(frozen=True)
class Holdout:
    """A share of the rows, drawn as scikit-learn's `train_test_split(random_state=seed)` draws it, is asked."""

    share: Annotated[float, Within(0.01, 0.99)] = 0.2
    seed: Annotated[int, Within(0, 2**31)] = 0
    scaled_on_all: bool = False


@dataclass(frozen=True)
class HoldoutFolds(Holdout):
    """Folds of what `Holdout` learns from, in the order it was drawn in: scikit-learn's `cross_val_score` on it."""

    folds: Annotated[int, Within(2, 1000)] = 5


@dataclass(frozen=True)
class Lists:
    """Names written in text files, one a line; folders before a name do not count."""

    folder: str
    """From the home."""
    train: tuple[str, ...]
    """Files in it whose rows are learned from."""
    test: tuple[str, ...]
    """Files in it whose rows are asked."""
    scaled_on_all: bool = False


def _shuffled(rows: FeatureRows, asked: ShuffledFolds, home: Path) -> list[Fold]:
    every = np.arange(len(rows.names))
    seeds = range(asked.seed, asked.seed + asked.repeats)
    return [fold for seed in seeds for fold in _stratified(every, rows, asked.folds, seed)]


def _contiguous(rows: FeatureRows, asked: ContiguousFolds, home: Path) -> list[Fold]:
    return _stratified(np.arange(len(rows.names)), rows, asked.folds, None)


def _holdout(rows: FeatureRows, asked: Holdout, home: Path) -> list[Fold]:
    from sklearn.model_selection import train_test_split

    every = np.arange(len(rows.names))
    if not 0 < np.ceil(asked.share * len(every)) < len(every):
        raise InputError(f"a share of {asked.share:g} of {len(every)} rows leaves none to learn from; ask for less")
    train, test = train_test_split(every, test_size=asked.share, random_state=asked.seed)
    return [(train, test)]


def _holdout_folds(rows: FeatureRows, asked: HoldoutFolds, home: Path) -> list[Fold]:
    return _stratified(_holdout(rows, asked, home)[0][0], rows, asked.folds, None)


def _stratified(members: np.ndarray, rows: FeatureRows, folds: int, seed: int | None) -> list[Fold]:
    """Folds of the rows `members`, each with its share of every label: in their order, or shuffled."""
    from sklearn.model_selection import StratifiedKFold

    fewest = np.bincount(rows.targets[members], minlength=len(rows.labels)).min()
    if fewest < folds:
        raise InputError(f"{folds} folds need as many rows of every label, and one has {fewest}; ask for fewer folds")
    way = StratifiedKFold(folds, shuffle=seed is not None, random_state=seed)
    return [(members[train], members[test]) for train, test in way.split(members, rows.targets[members])]


def _lists(rows: FeatureRows, asked: Lists, home: Path) -> list[Fold]:
    train, test = (_listed(rows, [home / asked.folder / file for file in files]) for files in (asked.train, asked.test))
    if both := set(train) & set(test):
        raise InputError(f"{len(both)} rows are in the lists to learn from and in those to ask, the first is "
                         f"{rows.names[min(both)]!r}; the lists of {asked.folder} do not split the table")
    return [(train, test)]


def _listed(rows: FeatureRows, files: list[Path]) -> np.ndarray:
    place = {name: row for row, name in enumerate(rows.names)}
    found: list[int] = []
    for file in files:
        for name in read_list(file):
            if name not in place:
                raise unknown("row", name, place, str(file)) if len(place) < 20 else InputError(
                    f"{file} lists {name!r}, which the table does not have; is it of this table?")
            found.append(place[name])
    if not found:
        raise InputError(f"nothing is listed in {', '.join(map(str, files)) or 'no file'}; name files with rows in "
                         "them")
    return np.array(list(dict.fromkeys(found)))


def read_list(file: Path) -> list[str]:
    """The names in a list, without their folders."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the list {file}: {getattr(error, 'strerror', None) or error}") from None
    return [line.strip().replace("\\", "/").rsplit("/", 1)[-1] for line in lines if line.strip()]


SPLITS: dict[str, tuple[type, Callable[[FeatureRows, Any, Path], list[Fold]]]] = {
    "shuffled-folds": (ShuffledFolds, _shuffled), "contiguous-folds": (ContiguousFolds, _contiguous),
    "holdout": (Holdout, _holdout), "holdout-folds": (HoldoutFolds, _holdout_folds), "lists": (Lists, _lists)}
"""Kind to its settings, and to the function from (rows, settings, home) to folds."""


def split_settings(table: Any, where: str) -> Any:
    """The settings of one of `[splits]`: its `kind`, and that one's; InputError for what is unknown."""
    if not isinstance(table, Mapping):
        raise InputError(f"{where} should be a table with a 'kind', got {table!r}")
    settings = dict(table)
    kind = take_kind(settings, SPLITS, what="split", where=where)
    return build(SPLITS[kind][0], settings, where)


def folds_of(rows: FeatureRows, table: Mapping[str, Any], where: str, home: Path) -> list[Fold]:
    """The folds that one of `[splits]` makes of the rows."""
    settings = split_settings(table, where)
    return SPLITS[str(table["kind"])][1](rows, settings, home)


def list_files(table: Mapping[str, Any], home: Path) -> list[Path]:
    """The files that one of `[splits]` reads."""
    return [home / str(table["folder"]) / str(file) for file in (*table["train"], *table["test"])] if (
        table.get("kind") == "lists") else []
