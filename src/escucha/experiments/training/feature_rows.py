"""A feature table that others published: a CSV of named rows, a label each, and columns of numbers.

Conventions: features are `(row, name)` float64; pairs are row numbers, the smaller first.
"""

import io
import itertools
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from escucha.errors import InputError, unknown

if TYPE_CHECKING:
    from pandas import DataFrame

SEPARATORS = ",;\t|"
LARGEST = 1e30
"""No feature is further from nothing: the sums and squares that heads make would overflow (trees reckon in float32)."""


@dataclass(frozen=True, eq=False)
class FeatureRows:
    """The rows of a table."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    """What there is to tell apart, in alphabetical order."""
    targets: np.ndarray
    """`(row,)` columns of `labels`."""
    columns: tuple[str, ...]
    features: np.ndarray
    """`(row, column)`."""
    groups: tuple[str, ...]
    """A name a row: rows that are exactly the same have the same one."""
    twins: tuple[tuple[int, int], ...]
    """All pairs of rows that hold the same numbers under different names."""


def read_rows(path: Path, *, names: str, labels: str) -> FeatureRows:
    """The table in a CSV (UTF-8, with a byte order mark or without; the separator is found in its first line).

    Every column of numbers is a feature, but for one without a name (the row numbers that pandas writes). InputError
    for a file that is none, a column that is not there, a cell that is no finite number where most of the column's are,
    a row without a label, and names that are missing or stand twice.
    """
    table = _frame(path)
    for column in (names, labels):
        if column not in table.columns:
            raise unknown("column", column, map(str, table.columns), str(path))
    told = _names(table, names, labels, path)
    numbers = _numbers(table.drop(columns=[names, labels]))
    features = numbers.to_numpy(dtype=np.float64)
    if not features.size:
        raise InputError(f"{path} has no columns of numbers beside {names!r} and {labels!r}; is it a feature table?")
    for row, column in np.argwhere(~(np.abs(features) < LARGEST)):
        raise InputError(f"{path} has no finite number below {LARGEST:g} in column {numbers.columns[column]!r} of "
                         f"{told[row]!r}; mend it or leave the row out")
    known, targets = np.unique(table[labels].astype(str), return_inverse=True)
    if len(known) < 2:
        raise InputError(f"the column {labels!r} of {path} holds one label only; there is nothing to tell apart")
    same = _same(features)
    return FeatureRows(told, tuple(map(str, known)), targets, tuple(map(str, numbers.columns)), features,
                       tuple(told[first] for first in same), _pairs(same))


def _frame(path: Path) -> "DataFrame":
    import pandas

    if not path.is_file():
        raise InputError(f"no feature table {path}; put it there, or name another one in 'table'")
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = text.split("\n", 1)[0]
        separator = max(SEPARATORS, key=head.count)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            # without `index_col` a row of more cells than names would move every name one column on
            return pandas.read_csv(io.StringIO(text), sep=separator, keep_default_na=False, na_values=[""],
                                   index_col=False)
    except pandas.errors.ParserWarning:
        raise InputError(f"the rows of {path} have more cells than its first line has names; name every "
                         "column") from None
    except (OSError, ValueError) as error:  # of UTF-8, or pandas' ParserError and EmptyDataError
        raise InputError(f"{path} is not a table: {' '.join(str(error).split())}") from None


def _names(table: "DataFrame", names: str, labels: str, path: Path) -> tuple[str, ...]:
    """What the rows are called; InputError where one has no name or no label, or two have the same name."""
    for column in (names, labels):
        if (missing := table[column].isna()).any():
            raise InputError(f"row {int(missing.argmax()) + 1} of {path} has nothing in column {column!r}; mend it or "
                             "leave the row out")
    told = tuple(table[names].astype(str))
    if len(set(told)) < len(told):
        twice = next(name for name in told if told.count(name) > 1)
        raise InputError(f"{path} has {told.count(twice)} rows called {twice!r}; a name stands for one row")
    return told


def _numbers(table: "DataFrame") -> "DataFrame":
    """The columns of numbers that have a name; a cell of text in one of them is NaN."""
    import pandas

    named = table[[column for column in table if not str(column).startswith("Unnamed: ")]]
    read = named.apply(pandas.to_numeric, errors="coerce")
    mostly = read.notna().sum() > 0.5 * named.notna().sum()  # of the cells that hold anything
    return read[[column for column in named if named[column].dtype != bool and mostly[column]]]


def _same(features: np.ndarray) -> list[int]:
    """For each row the first row that is exactly like it."""
    first: dict[bytes, int] = {}
    return [first.setdefault((row + 0.0).tobytes(), at) for at, row in enumerate(features)]


def _pairs(same: list[int]) -> tuple[tuple[int, int], ...]:
    members: dict[int, list[int]] = {}
    for row, first in enumerate(same):
        members.setdefault(first, []).append(row)
    return tuple(pair for rows in members.values() for pair in itertools.combinations(rows, 2))
