"""The finding of kind `table-accuracy`: one head, several splits side by side, and what repeats in the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing
from escucha.experiments.training.feature_rows import FeatureRows
from escucha.experiments.wording import higher
from escucha.models import evaluation as ev
from escucha.models.resampling import mean_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

    from escucha.experiments.tables.splits import Fold


@dataclass(frozen=True, eq=False)
class Asked:
    """What a head said under one split."""

    name: str
    kind: str
    leaky: bool
    """Features were standardised over all rows."""
    folds: "tuple[Fold, ...]"
    rows: np.ndarray
    """`(asked,)` rows of the table, fold by fold; a row comes again where folds are drawn again."""
    predicted: np.ndarray
    """`(asked,)` columns of the labels."""

    def right(self, targets: np.ndarray) -> np.ndarray:
        """`(row,)`: share of the times that each row of the table was named right; NaN where it was not asked."""
        times = np.bincount(self.rows, minlength=len(targets))
        hits = np.bincount(self.rows, weights=self.predicted == targets[self.rows], minlength=len(targets))
        return np.where(times > 0, hits / np.maximum(times, 1), np.nan)

    def straddling(self, pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        """The pairs of which a fold learns one and is asked the other."""
        folds = [(set(train.tolist()), set(test.tolist())) for train, test in self.folds]
        return tuple(pair for pair in pairs if any({*pair} & train and {*pair} & test for train, test in folds))


@dataclass(frozen=True, eq=False)
class TableAccuracyFinding:
    """How often a head is right under each split of one table."""

    table: str
    head: str
    rows: FeatureRows
    features: tuple[str, ...]
    dropped: tuple[str, ...]
    """Columns that say what an earlier one says."""
    asked: tuple[Asked, ...]
    beside: Asked
    """The split that the others are compared with."""
    seed: int

    @cached_property
    def splits(self) -> dict[str, dict[str, Any]]:
        """Split to accuracy, interval, rows, and what it leaks."""
        return {split.name: self._row(split) for split in self.asked}

    def _row(self, split: Asked) -> dict[str, Any]:
        truth = self.rows.targets[split.rows]
        told = ev.group_interval(truth, split.predicted, self._groups(split.rows), seed=self.seed)
        return {"kind": split.kind, "accuracy": told.value, "low": told.low, "high": told.high,
                "asked": len(np.unique(split.rows)), "learned": int(np.mean([len(train) for train, _ in split.folds])),
                "folds": len(split.folds), "groups": told.groups, "interval_method": told.method,
                "chance": float(np.bincount(truth).max() / len(truth)), "scaled_on_all": split.leaky,
                "repeated_across": len(split.straddling(self.rows.twins))}

    def _groups(self, rows: np.ndarray) -> list[str]:
        return [self.rows.groups[row] for row in rows]

    @cached_property
    def leaks(self) -> dict[str, dict[str, Any]]:
        """Split to how much higher `beside` reads, on the rows that both were asked."""
        return {split.name: self._leak(split) for split in self.asked if split is not self.beside}

    def _leak(self, split: Asked) -> dict[str, Any]:
        gain = self.beside.right(self.rows.targets) - split.right(self.rows.targets)
        both = np.flatnonzero(np.isfinite(gain))
        if not both.size:
            return {"rows": 0, "difference": float("nan"), "low": float("nan"), "high": float("nan")}
        told = mean_interval(gain[both], self._groups(both), seed=self.seed)
        return {"rows": len(both), "difference": told.value, "low": told.low, "high": told.high}

    def numbers(self) -> dict[str, Any]:
        """Splits side by side, the differences, features used, rows that repeat."""
        return {"table": self.table, "head": self.head, "rows": len(self.rows.names),
                "labels": list(self.rows.labels), "columns": len(self.rows.columns), "features": len(self.features),
                "dropped": list(self.dropped), "splits": self.splits, "compared_with": self.beside.name,
                "differences": self.leaks, "repeated": [list(pair) for pair in self._named(self.rows.twins)]}

    def _named(self, pairs: tuple[tuple[int, int], ...]) -> list[tuple[str, str]]:
        return [(self.rows.names[one], self.rows.names[other]) for one, other in pairs]

    def arrays(self) -> dict[str, np.ndarray]:
        """The answers of each split, and the confusion matrix of the one compared with."""
        said = {f"{part} {split.name}": value for split in self.asked
                for part, value in (("rows", split.rows), ("predicted", split.predicted))}
        return {**said, "truth": self.rows.targets, "confusion": self._confusion()}

    def _confusion(self) -> np.ndarray:
        return ev.confusion(self.rows.targets[self.beside.rows], self.beside.predicted, len(self.rows.labels))

    def tables(self) -> "dict[str, DataFrame]":
        """The splits, the differences, repeated rows and the splits they straddle, which rows were named right."""
        import pandas

        tables = {"splits": pandas.DataFrame([{"split": name, **row} for name, row in self.splits.items()])}
        if self.leaks:
            tables["differences"] = pandas.DataFrame(
                [{"compared": f"{self.beside.name} - {name}", **row} for name, row in self.leaks.items()])
        if self.rows.twins:
            tables["repeated"] = self._repeated()
        return {**tables, "rows": self._answers()}

    def _repeated(self) -> "DataFrame":
        import pandas

        across: Mapping[str, tuple[tuple[int, int], ...]] = {
            split.name: split.straddling(self.rows.twins) for split in self.asked}
        names = self._named(self.rows.twins)
        labels = [[self.rows.labels[self.rows.targets[row]] for row in pair] for pair in self.rows.twins]
        return pandas.DataFrame({
            "one": [one for one, _ in names], "other": [other for _, other in names],
            "same label": [one == other for one, other in labels],
            **{f"across {name}": [pair in pairs for pair in self.rows.twins] for name, pairs in across.items()}})

    def _answers(self) -> "DataFrame":
        import pandas

        right = {f"right {split.name}": split.right(self.rows.targets) for split in self.asked}
        labels = np.array(self.rows.labels)[self.rows.targets]
        return pandas.DataFrame({"name": self.rows.names, "label": labels, **right})

    def figures(self) -> "dict[str, Figure]":
        """The splits side by side, and the confusion matrix of the one compared with."""
        bounds = {name: (row["low"], row["high"]) for name, row in self.splits.items()}
        return {"splits": drawing.bars({name: row["accuracy"] for name, row in self.splits.items()},
                                       label="accuracy (95 % interval)", errors=bounds),
                "confusion": drawing.confusion(self._confusion(), self.rows.labels, title=self._counted())}

    def _counted(self) -> str:
        """Which split the confusion matrix counts, and that a row may count more than once."""
        times, rows = len(self.beside.rows), len(np.unique(self.beside.rows))
        again = f"\n{times} answers: the folds are drawn again, and all answers counted" if times > rows else ""
        return f"split {self.beside.name!r}, {rows} rows{again}"

    def sounds(self) -> dict[str, Clip]:
        """None: a table does not sound."""
        return {}

    def words(self) -> list[str]:
        """The headline, each other split beside it, and what repeats."""
        head = self.splits[self.beside.name]
        features = f"{len(self.features)} of {len(self.rows.columns)} features"
        lower = [f"{self.splits[split.name]['accuracy']:.1%} in {split.name!r}{APART.get(split.kind, '')}"
                 for split in self.asked if split is not self.beside and self.leaks[split.name]["low"] > 0]
        said = [f"{self.head} on {features} names {head['accuracy']:.1%} of rows right in the split "
                f"{self.beside.name!r}{', but ' if lower else ''}{', '.join(lower)}."]
        said.append(f"{self.beside.name!r}: {_share(head)} of {head['asked']} rows, learned from {head['learned']}.")
        said += [self._beside(split) for split in self.asked if split is not self.beside]
        if self.dropped:
            said.append(f"Left out, as they say what another feature says: {', '.join(self.dropped)}.")
        return [*said, *self._repeats()]

    def _repeats(self) -> list[str]:
        """A warning where rows repeat; the table of repeated rows has them all."""
        if not self.rows.twins:
            return []
        across = [f"{row['repeated_across']} across {name!r}" for name, row in self.splits.items()]
        pairs = ", ".join(f"{one} = {other}" for one, other in self._named(self.rows.twins)[:2])
        more = "; all are in the table of repeated rows" if len(self.rows.twins) > 2 else ""
        count = "1 pair" if len(self.rows.twins) == 1 else f"{len(self.rows.twins)} pairs"
        return [f"Warning: {count} of rows are exactly the same under different names ({pairs}{more}); "
                f"what is learned of one is asked of the other: {', '.join(across)}."]

    def _beside(self, split: Asked) -> str:
        row, leak = self.splits[split.name], self.leaks[split.name]
        told = f"{split.name!r}: {_share(row)} of {row['asked']} rows, learned from {row['learned']}"
        if not leak["rows"]:
            return f"{told}; no row is asked in {self.beside.name!r} too."
        return (f"{told}; on the {leak['rows']} rows asked in both, {self.beside.name!r} reads "
                f"{higher(leak['difference'], leak['low'], leak['high'])}{_meaning(leak, split)}.")


def _share(row: Mapping[str, Any]) -> str:
    return f"{row['accuracy']:.1%} ({row['low']:.1%} to {row['high']:.1%})"


def _meaning(leak: Mapping[str, Any], split: Asked) -> str:
    """What a difference means, where it is shown and the split keeps neighbours or lists apart."""
    if split.kind not in MEANINGS or leak["low"] <= 0:
        return ""
    return f": {MEANINGS[split.kind]}"


APART = {"contiguous-folds": " (neighbours together)"}
"""Kind of split to what it keeps together, for the headline."""
MEANINGS = {
    "contiguous-folds": "that much rests on rows that stand near each other in the table, such as tracks of one artist "
                        "or record, being on both sides",
    "lists": "the lists keep apart what a shuffle mixes, and may leave fewer rows to learn from",
}
"""Kind of split to what a higher shuffled number rests on."""
