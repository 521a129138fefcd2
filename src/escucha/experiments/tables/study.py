"""How good is a head on a published feature table, and how much of that is the way its rows were split?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.config import Within
from escucha.errors import InputError, unknown
from escucha.experiments.tables.finding import Asked, TableAccuracyFinding
from escucha.experiments.tables.splits import Fold, folds_of, list_files, split_settings
from escucha.experiments.training.feature_rows import FeatureRows, read_rows
from escucha.experiments.workbench import Workbench
from escucha.models.features.choosing import chosen_names, uncorrelated
from escucha.models.heads import check_head, fit_head


@dataclass(frozen=True)
class TableAccuracy:
    """One head, one table, several splits side by side. No sound is heard, so there is nothing to explain."""

    kind: ClassVar[str] = "table-accuracy"
    revision: ClassVar[int] = 2

    table: str
    """A CSV; a relative path is from the home."""
    splits: dict[str, Any]
    """Name to a table with a `kind` (see `table_splits.SPLITS`) and that one's settings."""
    names: str = "filename"
    """The column that names the rows."""
    labels: str = "label"
    """The column that says what they are."""
    chosen: tuple[str, ...] = ()
    """Columns, or what several begin with (`mfcc1` for its mean and variance); all columns of numbers when empty."""
    drop_correlated: Annotated[float, Within(0.0, 1.0)] = 1.0
    """A column whose |r| over the whole table with an earlier one is above this is left out (labels do not count)."""
    head: dict[str, Any] = field(default_factory=lambda: {"name": "svm"})
    beside: str = ""
    """The split that the others are compared with; the first when empty."""
    seed: int = 0
    """Of the bootstrap."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """Every byte of the table and of the lists."""
        files = [workbench.home / self.table,
                 *(file for table in self._checked().values() for file in list_files(table, workbench.home))]
        for file in files:
            if not file.is_file():
                raise InputError(f"no file {file}; put it there, or name another one in the experiment")
        return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]

    def run(self, workbench: Workbench) -> TableAccuracyFinding:
        """Fit and ask the head in every fold of every split."""
        splits = self._checked()
        rows = read_rows(workbench.home / self.table, names=self.names, labels=self.labels)
        asked_for = chosen_names(self.chosen, rows.columns, "the experiment")
        columns = [rows.columns.index(name) for name in asked_for]
        kept = uncorrelated(rows.features[:, columns], asked_for, self.drop_correlated)
        features = rows.features[:, [rows.columns.index(name) for name in kept]]
        asked = tuple(self._ask(name, table, rows, features, workbench) for name, table in splits.items())
        beside = next(split for split in asked if split.name == (self.beside or asked[0].name))
        dropped = tuple(name for name in asked_for if name not in kept)
        return TableAccuracyFinding(self.table, str(self.head["name"]), rows, kept, dropped, asked, beside, self.seed)

    def _checked(self) -> Mapping[str, Any]:
        """The splits; InputError, before anything is computed, for settings that are not known."""
        check_head(self.head, "the experiment")
        if not self.splits:
            raise InputError("the experiment names no [splits]; give one, such as "
                             "splits = { shuffled = { kind = \"shuffled-folds\" } }")
        for name, table in self.splits.items():
            split_settings(table, f"the split {name!r}")
        if self.beside and self.beside not in self.splits:
            raise unknown("split", self.beside, self.splits, "'beside'")
        return self.splits

    def _ask(self, name: str, table: Mapping[str, Any], rows: FeatureRows, features: np.ndarray,
             workbench: Workbench) -> Asked:
        folds = folds_of(rows, table, f"the split {name!r}", workbench.home)
        leaky = bool(table.get("scaled_on_all", False))
        predicted = [self._answers(fold, rows, features, leaky) for fold in folds]
        return Asked(name, str(table["kind"]), leaky, tuple(folds), np.concatenate([test for _, test in folds]),
                     np.concatenate(predicted))

    def _answers(self, fold: Fold, rows: FeatureRows, features: np.ndarray, leaky: bool) -> np.ndarray:
        """`(asked row,)` labels of the fold's head."""
        train, test = fold
        head = fit_head(self.head, features[train], rows.targets[train], "the experiment")
        if leaky and hasattr(head, "steps"):
            head, features = _scaled_on_all(head, features, rows.targets, train)
        return np.asarray(head.predict(features[test]), dtype=int)


def _scaled_on_all(head: Any, features: np.ndarray, targets: np.ndarray, train: np.ndarray) -> tuple[Any, np.ndarray]:
    """The head's machine without its own scaler, and features standardised over all rows."""
    from sklearn.base import clone

    scaled = clone(head[0]).fit_transform(features)
    return clone(head[-1]).fit(scaled[train], targets[train]), scaled
