"""The finding of kind `accuracy` for a model that gives each label by itself (instruments, tags)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.experiments.accuracy import tag_figures as tag_drawing
from escucha.experiments.accuracy.scored_finding import ScoredFinding, calibrated, headline_table
from escucha.experiments.accuracy.scoring import TagAnswers
from escucha.experiments.wording import survived
from escucha.models import tag_evaluation as te
from escucha.models.resampling import Interval, share_interval
from escucha.models.tag_intervals import TagIntervals, tag_intervals

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class TagFinding(ScoredFinding):
    """How well a model ranks and gives each tag on a corpus, and what moved them."""

    @property
    def plain(self) -> TagAnswers:
        """What it said of the clips as they are."""
        assert isinstance(self.told.plain, TagAnswers)
        return self.told.plain

    @cached_property
    def intervals(self) -> TagIntervals:
        """Headlines and per-tag numbers over groups."""
        said = self.plain
        return tag_intervals(said.truth, said.probabilities, said.given, said.groups, seed=self.told.seed)

    @property
    def headline(self) -> Interval:
        """Mean average precision with its interval over groups."""
        return self.headlines["mean_average_precision"]

    @cached_property
    def headlines(self) -> dict[str, Interval]:
        """Measure to value and interval, mean average precision first."""
        found, said, seed = self.intervals, self.plain, self.told.seed
        exact = te.exact_match(said.truth, said.given)
        return {"mean_average_precision": found.mean_average_precision, "roc_auc": found.roc_auc,
                "micro_f1": found.micro_f1, "macro_f1": found.macro_f1,
                "labels_right": share_interval(said.right, said.groups, seed=seed),
                "exact_match": share_interval(exact, said.groups, seed=seed),
                "calibration_error": te.calibration_interval(said.truth, said.probabilities, said.groups,
                                                             perfect=self.perfect, seed=seed)}

    @cached_property
    def counted(self) -> te.Given:
        """What the thresholds make of the probabilities, by label."""
        return te.Given.of(self.plain.truth, self.plain.given)

    @cached_property
    def commonest(self) -> np.ndarray:
        """`(clip, label)`: every clip given the tags that at least half of the clips have."""
        return np.broadcast_to(self.plain.truth.mean(axis=0) >= 0.5, self.plain.truth.shape)

    @cached_property
    def luck(self) -> dict[str, float]:
        """Measure to what it reads without listening: ranking by chance, giving the commonest tags."""
        truth, both = self.plain.truth, ~te.one_class(self.plain.truth)
        constant = te.Given.of(truth, self.commonest)
        return {"mean_average_precision": float(truth[:, both].mean()) if both.any() else float("nan"), "roc_auc": 0.5,
                "micro_f1": float(constant.micro.f1[0]), "macro_f1": float(constant.macro(constant.f1)),
                "labels_right": float((truth == self.commonest).mean()),
                "exact_match": float(te.exact_match(truth, self.commonest).mean()),
                "calibration_error": float(self.perfect.mean())}

    @cached_property
    def perfect(self) -> np.ndarray:
        """`(draw,)` calibration errors of a perfectly calibrated model on as many clips and tags."""
        return te.perfect_calibration(self.plain.probabilities, seed=self.told.seed)

    @property
    def one_class(self) -> list[str]:
        """Tags that every clip has, or none: they cannot be ranked, and are left out of means."""
        return [label for label, out in zip(self.plain.labels, te.one_class(self.plain.truth)) if out]

    def numbers(self) -> dict[str, Any]:
        """Headlines, per-tag numbers, thresholds, changes, robustness, speed and alarms."""
        micro, each = self.counted.micro, self.counted
        return self._numbers(self.headlines, {
            "without_listening": self.luck, "hamming_loss": 1 - self.headlines["labels_right"].value,
            "micro_precision": float(micro.precision[0]), "micro_recall": float(micro.recall[0]),
            "macro_precision": float(each.macro(each.precision)), "macro_recall": float(each.macro(each.recall)),
            "calibration_error_if_perfect": self.luck["calibration_error"],
            "tags_of_one_class": self.one_class,
            "per_tag": {row.pop("tag"): row for row in self._tags()}})

    def _tags(self) -> list[dict[str, Any]]:
        each, truth, found = self.counted, self.plain.truth, self.intervals.tags
        return [{"tag": label, **_told_interval("average_precision", found["average_precision"][at]),
                 "without_listening": float(truth[:, at].mean()), **_told_interval("roc_auc", found["roc_auc"][at]),
                 "precision": float(each.precision[at]), "recall": float(each.recall[at]),
                 **_told_interval("f1", found["f1"][at]), "threshold": float(self.plain.thresholds[at]),
                 "clips": int(each.there[at]), "given": int(each.given[at]),
                 "groups": found["average_precision"][at].groups}
                for at, label in enumerate(self.plain.labels)]

    def arrays(self) -> dict[str, np.ndarray]:
        """Truth, logits, thresholds and the pooled calibration curve."""
        return {"truth": self.plain.truth, "logits": self.plain.logits, "thresholds": self.plain.thresholds,
                "calibration": te.calibration(self.plain.truth, self.plain.probabilities)}

    def tables(self) -> "dict[str, DataFrame]":
        """Headlines, per tag, per change, every clip with its tags, and the captions of the sounds."""
        import pandas

        tables = self._tables({"headlines": headline_table(self.headlines, self.luck),
                               "per-tag": pandas.DataFrame(self._tags())}, self._clips())
        if self.told.heard:
            tables["sounds"] = pandas.DataFrame({"name": list(self.sounds()), "caption": self._captions()})
        return tables

    def _clips(self) -> "DataFrame":
        import pandas

        said = self.plain
        rows = pandas.DataFrame({
            "name": said.names, "group": said.groups, "tags": [self._names(row) for row in said.truth],
            "given": [self._names(row) for row in said.given], "labels_right": said.right})
        shares = pandas.DataFrame(said.probabilities, columns=[f"p {label}" for label in said.labels])
        return pandas.concat([rows, shares], axis=1)

    def _names(self, row: np.ndarray) -> str:
        return ", ".join(label for label, there in zip(self.plain.labels, row) if there)

    def _captions(self) -> Sequence[str]:
        said = self.plain
        return [f"{said.names[one.row]}: {said.labels[one.label]} is "
                f"{'missed' if said.truth[one.row, one.label] else 'given and not there'} (p = "
                f"{said.probabilities[one.row, one.label]:.2f}, threshold {said.thresholds[one.label]:.2f}); it has "
                f"{self._names(said.truth[one.row]) or 'no tag'}" for one in self.told.heard]

    def figures(self) -> "dict[str, Figure]":
        """Average precision by tag, precision against recall, pooled reliability, what changes moved."""
        rows = [row for row in self._tags() if row["tag"] not in self.one_class]
        made = {"average-precision": tag_drawing.precisions(rows)} if rows else {}
        if rows:
            made["precision-recall"] = tag_drawing.precision_recall(self.plain, [row["tag"] for row in rows])
        reliability = tag_drawing.reliability(self.arrays()["calibration"], self.luck["calibration_error"])
        return {**made, "reliability": reliability,
                **self._figures("labels right", self.headlines["labels_right"].value)}

    def words(self) -> list[str]:
        """The headline, how many tags are right, the best and the worst, what moves them, and what to doubt."""
        said, heads = self.plain, self.headlines
        head, right = self.headline, heads["labels_right"]
        lines = [f"{self.told.model} ranks {len(said.names)} clips by {len(said.labels)} tags with a mean average "
                 f"precision of {head.value:.3f} (95 % interval {head.low:.3f} to {head.high:.3f} over {head.groups} "
                 f"groups; ranking by chance reads {self.luck['mean_average_precision']:.3f}).",
                 f"At its thresholds {right.value:.1%} of tags are right ({right.low:.1%} to {right.high:.1%}), and "
                 f"{heads['exact_match'].value:.1%} of clips in all of them; giving every clip the tags that most have "
                 f"would get {self.luck['labels_right']:.1%} and {self.luck['exact_match']:.1%}."]
        lines += _extremes([row for row in self._tags() if row["tag"] not in self.one_class])
        lines.append(calibrated(heads["calibration_error"], self.perfect))
        lines += [_moved(row) for row in self.changes]
        lines += survived(self.robustness, "tags")
        lines.append(self.told.speed.words())
        if self.one_class:
            lines.append(f"Warning: Every clip has, or no clip has, {', '.join(self.one_class)}: nothing is told of "
                         "them, and they are left out of the means.")
        return [*lines, *self._doubts(head.groups)]


def _told_interval(name: str, found: Interval) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _extremes(rows: list[dict[str, Any]]) -> list[str]:
    if len(rows) < 2:
        return []
    best, worst = (choose(rows, key=lambda row: row["average_precision"]) for choose in (max, min))
    return [f"Best ranked is {best['tag']} (average precision {best['average_precision']:.3f}, chance "
            f"{best['without_listening']:.3f}), worst {worst['tag']} ({worst['average_precision']:.3f}, chance "
            f"{worst['without_listening']:.3f})."]


def _moved(row: dict[str, Any]) -> str:
    if not row["clips"]:
        return f"{row['change']}: no clip sounds different."
    return (f"{row['change']}: {row['moved']:.1%} of tags change ({row['moved_low']:.1%} to {row['moved_high']:.1%} "
            f"over {row['clips']} clips), {row['accuracy']:.1%} are right.")
