"""The finding of kind `accuracy` for a model of one label a clip: every headline with an interval over groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.experiments import drawing
from escucha.experiments.accuracy.scored_finding import ScoredFinding, calibrated, headline_table
from escucha.experiments.accuracy.scoring import Answers
from escucha.experiments.wording import between, survived
from escucha.models import evaluation as ev
from escucha.models.resampling import LEVEL, Interval, mean_interval, share_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

TOPS = (2, 3, 5)
"""The k of top-k accuracies; those below the number of labels are told."""


@dataclass(frozen=True, eq=False)
class AccuracyFinding(ScoredFinding):
    """How often a model was right on a corpus, and what moved its answers."""

    @property
    def plain(self) -> Answers:
        """What it said of the clips as they are."""
        assert isinstance(self.told.plain, Answers)
        return self.told.plain

    @cached_property
    def counts(self) -> np.ndarray:
        """`(label, label)`: truth by answer."""
        return ev.confusion(self.plain.truth, self.plain.predicted, len(self.plain.labels))

    @property
    def headline(self) -> Interval:
        """Accuracy with its interval over groups."""
        return self.headlines["accuracy"]

    @cached_property
    def headlines(self) -> dict[str, Interval]:
        """Measure to value and interval, accuracy first."""
        truth, probability, groups = self.plain.truth, self.plain.probabilities, self.plain.groups
        seed = self.told.seed
        shares = {name: ev.group_interval(truth, self.plain.predicted, groups, measure=measure, seed=seed)
                  for name, measure in (("accuracy", ev.accuracy), ("balanced_accuracy", ev.balanced_accuracy),
                                        ("macro_f1", ev.macro_f1))}
        tops = {f"top_{k}": share_interval(ev.top_k(truth, probability, k), groups, seed=seed) for k in self._tops}
        return {**shares, **tops,
                "log_loss": mean_interval(ev.log_loss(truth, probability), groups, seed=seed),
                "brier": mean_interval(ev.brier(truth, probability), groups, seed=seed),
                "calibration_error": ev.calibration_interval(truth, probability, groups, seed=seed)}

    @property
    def _tops(self) -> list[int]:
        return [k for k in TOPS if k < len(self.plain.labels)]

    @property
    def chance(self) -> float:
        """How often the commonest label is right."""
        return float(self.counts.sum(axis=1).max() / len(self.plain.truth))

    @cached_property
    def luck(self) -> dict[str, float]:
        """Measure to what it reads without listening: of the commonest labels, of a uniform guess, of luck alone."""
        there = np.sort(self.counts.sum(axis=1))[::-1] / len(self.plain.truth)
        always = np.full(len(self.plain.truth), self.counts.sum(axis=1).argmax())
        constant = ev.confusion(self.plain.truth, always, len(self.plain.labels))
        return {"accuracy": self.chance, "balanced_accuracy": ev.balanced_accuracy(constant),
                "macro_f1": ev.macro_f1(constant), **{f"top_{k}": float(there[:k].sum()) for k in self._tops},
                "log_loss": float(np.log(len(there))), "brier": 1 - 1 / len(there),
                "calibration_error": float(self.perfect.mean())}

    @cached_property
    def perfect(self) -> np.ndarray:
        """`(draw,)` calibration errors of a perfectly calibrated model on as many clips."""
        return ev.perfect_calibration(self.plain.probabilities, seed=self.told.seed)

    def numbers(self) -> dict[str, Any]:
        """Headlines, per-class numbers, the confusion matrix by name, changes, robustness, speed and alarms."""
        labels, each = self.plain.labels, ev.per_class(self.counts)
        low, high = np.quantile(self.perfect, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
        return self._numbers(self.headlines, {
            "chance": self.chance, "log_loss_of_a_uniform_guess": self.luck["log_loss"],
            "calibration_error_if_perfect": self.luck["calibration_error"],
            "calibration_error_if_perfect_interval": [low, high],
            "per_class": {label: {"precision": each.precision[at], "recall": each.recall[at], "f1": each.f1[at],
                                  "clips": int(each.support[at])} for at, label in enumerate(labels)},
            "confusion": {label: dict(zip(labels, self.counts[at].tolist())) for at, label in enumerate(labels)}})

    def arrays(self) -> dict[str, np.ndarray]:
        """Truth, logits, the confusion matrix and the calibration curve."""
        curve = ev.calibration_curve(self.plain.truth, self.plain.probabilities)
        return {"truth": self.plain.truth, "logits": self.plain.logits, "confusion": self.counts, "calibration": curve}

    def tables(self) -> "dict[str, DataFrame]":
        """Headlines, per class, confusion, per change, every clip with its answer, and the captions of the sounds."""
        import pandas

        each, labels = ev.per_class(self.counts), self.plain.labels
        matrix = pandas.DataFrame(self.counts, columns=list(labels))
        matrix.insert(0, "it is", labels)
        tables = self._tables({
            "headlines": headline_table(self.headlines, self.luck),
            "per-class": pandas.DataFrame({"label": labels, "precision": each.precision, "recall": each.recall,
                                           "f1": each.f1, "clips": each.support}),
            "confusion": matrix}, self._clips())
        if self.told.heard:
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
        return [f"{said.names[one.row]}: it is {labels[said.truth[one.row]]}, the model says {labels[one.label]} "
                f"(p = {said.probabilities[one.row].max():.2f})" for one in self.told.heard]

    def figures(self) -> "dict[str, Figure]":
        """Confusion matrix, reliability, what changes moved, what survives everyday."""
        return {"confusion": drawing.confusion(self.counts, self.plain.labels),
                "reliability": drawing.reliability(self.arrays()["calibration"], self.luck["calibration_error"]),
                **self._figures("accuracy", self.headline.value)}

    def words(self) -> list[str]:
        """The headline, what it rests on, what moves it, how fast it is, and what to doubt."""
        head = self.headline
        said = [f"{self.told.model} names {head.value:.1%} of {len(self.plain.truth)} clips right "
                f"({between(head)}); always giving the commonest label would be right on {self.chance:.1%}."]
        if (confused := _most_confused(self.counts, self.plain.labels)) is not None:
            said.append(confused)
        said.append(calibrated(self.headlines["calibration_error"], self.perfect))
        said += [_told(row, self.plain.labels) for row in self.changes]
        said += survived(self.robustness, "answers")
        return [*said, self.told.speed.words(), *self._doubts(head.groups)]


def _told(row: dict[str, Any], labels: Sequence[str]) -> str:
    if not row["clips"]:
        return f"{row['change']}: no clip sounds different."
    each = ", ".join(f"{label} {row[f'moved {label}']:.0%}" for label in labels if f"moved {label}" in row)
    listed = f"; {each}" if len(labels) <= 6 else ""
    return (f"{row['change']}: {row['moved']:.0%} of {row['clips']} answers move ({row['moved_low']:.0%} to "
            f"{row['moved_high']:.0%}{listed}), {row['accuracy']:.1%} keep the right label.")


def _most_confused(counts: np.ndarray, labels: Sequence[str]) -> str | None:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return None
    truth, said = np.unravel_index(wrong.argmax(), wrong.shape)
    return (f"The commonest error: {wrong[truth, said]} of {counts[truth].sum()} clips of {labels[truth]} are taken "
            f"for {labels[said]}.")
