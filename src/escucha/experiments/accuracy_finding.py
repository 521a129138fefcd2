"""The finding of kind `accuracy`: every headline with an interval over groups, and what would make it wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing
from escucha.experiments.scoring import Answers, Changed
from escucha.models import evaluation as ev
from escucha.models.resampling import FEW_GROUPS, Interval, share_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class AccuracyFinding:
    """How often a model was right on a corpus, and what moved its answers."""

    model: str
    origin: str
    """The corpus in one line."""
    aggregation: str
    plain: Answers
    changed: tuple[Changed, ...]
    alarms: tuple[str, ...]
    heard: tuple[tuple[int, Clip], ...]
    """The most confident errors: row and sound."""
    seed: int

    @cached_property
    def counts(self) -> np.ndarray:
        """`(label, label)`: truth by answer."""
        return ev.confusion(self.plain.truth, self.plain.predicted, len(self.plain.labels))

    @cached_property
    def headline(self) -> Interval:
        """Accuracy with its interval over groups."""
        return ev.group_interval(self.plain.truth, self.plain.predicted, self.plain.groups, seed=self.seed)

    @property
    def chance(self) -> float:
        """How often the commonest label is right."""
        return float(self.counts.sum(axis=1).max() / len(self.plain.truth))

    @cached_property
    def changes(self) -> tuple[dict[str, Any], ...]:
        """One row a change: accuracy, share of answers that moved with its interval, mean move of the value."""
        return tuple(change_row(change, self.plain, self.seed) for change in self.changed)

    def numbers(self) -> dict[str, Any]:
        """Headlines, per-class numbers, the confusion matrix by name, changes and alarms."""
        truth, probability, labels = self.plain.truth, self.plain.probabilities, self.plain.labels
        balanced = ev.group_interval(truth, self.plain.predicted, self.plain.groups, measure=ev.balanced_accuracy,
                                     seed=self.seed)
        each = ev.per_class(self.counts)
        return {
            "model": self.model, "corpus": self.origin, "aggregation": self.aggregation, "clips": len(truth),
            "groups": self.headline.groups, "accuracy": self.headline.value,
            "accuracy_interval": [self.headline.low, self.headline.high], "interval_method": self.headline.method,
            "chance": self.chance,
            "balanced_accuracy": balanced.value, "balanced_accuracy_interval": [balanced.low, balanced.high],
            "macro_f1": ev.macro_f1(self.counts), "top_2": float(ev.top_k(truth, probability, 2).mean()),
            "log_loss": float(ev.log_loss(truth, probability).mean()), "log_loss_of_a_uniform_guess": float(np.log(len(labels))),
            "brier": float(ev.brier(truth, probability).mean()), "calibration_error": ev.calibration_error(truth, probability),
            "calibration_error_if_perfect": float(ev.perfect_calibration(probability, seed=self.seed).mean()),
            "per_class": {label: {"precision": each.precision[at], "recall": each.recall[at], "f1": each.f1[at],
                                  "clips": int(each.support[at])} for at, label in enumerate(labels)},
            "confusion": {label: dict(zip(labels, self.counts[at].tolist())) for at, label in enumerate(labels)},
            "changes": {row["change"]: {key: row[key] for key in row if key != "change"} for row in self.changes},
            "alarms": list(self.alarms),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Truth, logits, the confusion matrix and the calibration curve."""
        curve = ev.calibration_curve(self.plain.truth, self.plain.probabilities)
        return {"truth": self.plain.truth, "logits": self.plain.logits, "confusion": self.counts, "calibration": curve}

    def tables(self) -> "dict[str, DataFrame]":
        """Per class, per change, every clip with its answer, and the captions of the sounds."""
        import pandas

        each = ev.per_class(self.counts)
        tables = {"per-class": pandas.DataFrame({
            "label": self.plain.labels, "precision": each.precision, "recall": each.recall, "f1": each.f1,
            "clips": each.support})}
        if self.changes:
            tables["changes"] = pandas.DataFrame(self.changes)
        tables["clips"] = self._clips()
        if self.heard:
            tables["sounds"] = pandas.DataFrame({"name": list(self.sounds()), "caption": self._captions()})
        return tables

    def _clips(self) -> "DataFrame":
        import pandas

        labels, said = np.array(self.plain.labels), self.plain
        rows = pandas.DataFrame({
            "name": said.names, "group": said.groups, "label": labels[said.truth], "answer": labels[said.predicted],
            "right": said.right, "confidence": said.probabilities.max(axis=1)})
        shares = pandas.DataFrame(said.probabilities, columns=[f"p {label}" for label in said.labels])
        return pandas.concat([rows, shares], axis=1)

    def _captions(self) -> Sequence[str]:
        labels, said = self.plain.labels, self.plain
        return [f"{said.names[row]}: it is {labels[said.truth[row]]}, the model says {labels[said.predicted[row]]} "
                f"(p = {said.probabilities[row].max():.2f})" for row, _ in self.heard]

    def figures(self) -> "dict[str, Figure]":
        """Confusion matrix, reliability, and what the changes moved."""
        figures = {"confusion": drawing.confusion(self.counts, self.plain.labels),
                   "reliability": drawing.reliability(self.arrays()["calibration"])}
        return {**figures, "changes": drawing.changes(self.changes)} if self.changes else figures

    def sounds(self) -> dict[str, Clip]:
        """The most confident errors."""
        return {f"error-{at}-{self.plain.names[row]}": clip for at, (row, clip) in enumerate(self.heard, start=1)}

    def words(self) -> list[str]:
        """The headline, what it rests on, what moves it, and what to doubt."""
        head = self.headline
        said = [f"{self.model} names {head.value:.1%} of {len(self.plain.truth)} clips right "
                f"(95 % interval {head.low:.1%} to {head.high:.1%} over {head.groups} groups); always giving the "
                f"commonest label would be right on {self.chance:.1%}."]
        if (confused := _most_confused(self.counts, self.plain.labels)) is not None:
            said.append(confused)
        said += [_told(row, self.plain.labels) for row in self.changes]
        if head.groups < FEW_GROUPS:
            said.append(f"Warning: {head.groups} groups are few; the interval says little under {FEW_GROUPS}.")
        return [*said, *(f"Warning: {alarm}" for alarm in self.alarms)]


def change_row(change: Changed, plain: Answers, seed: int) -> dict[str, Any]:
    """What a change did to the clips it could be heard in; all of it NaN where there is no such clip."""
    after, rows = change.answers, change.rows
    if not len(rows):
        nothing = ("accuracy_before", "accuracy", "moved", "moved_low", "moved_high", "mean_move")
        return {"change": change.name, "clips": 0, "groups": 0, **dict.fromkeys(nothing, float("nan"))}
    differs = after.predicted != plain.predicted[rows]
    moved = share_interval(differs, after.groups, seed=seed)
    by_label = {f"moved {label}": float(differs[after.truth == at].mean()) for at, label in enumerate(after.labels)
                if (after.truth == at).any()}
    place = np.arange(len(rows)), after.truth
    return {"change": change.name, "clips": len(rows), "groups": moved.groups,
            "accuracy_before": float(plain.right[rows].mean()), "accuracy": float(after.right.mean()),
            "moved": moved.value, "moved_low": moved.low, "moved_high": moved.high,
            "mean_move": float((after.values[place] - plain.values[rows][place]).mean()), **by_label}


def _told(row: dict[str, Any], labels: Sequence[str]) -> str:
    if not row["clips"]:
        return f"{row['change']}: no clip sounds different."
    each = ", ".join(f"{label} {row[f'moved {label}']:.0%}" for label in labels if f"moved {label}" in row)
    return (f"{row['change']}: {row['moved']:.0%} of {row['clips']} answers move ({row['moved_low']:.0%} to "
            f"{row['moved_high']:.0%}; {each}), {row['accuracy']:.1%} keep the right label.")


def _most_confused(counts: np.ndarray, labels: Sequence[str]) -> str | None:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return None
    truth, said = np.unravel_index(wrong.argmax(), wrong.shape)
    return (f"The commonest error: {wrong[truth, said]} of {counts[truth].sum()} clips of {labels[truth]} are taken "
            f"for {labels[said]}.")
