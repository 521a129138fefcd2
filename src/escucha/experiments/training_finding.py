"""The finding of kind `training`: what the new model can do, beside what needs no listening."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing
from escucha.experiments.accuracy_finding import AccuracyFinding
from escucha.experiments.baseline import Baseline
from escucha.experiments.task import Taught
from escucha.models import evaluation as ev
from escucha.models.resampling import Interval, mean_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

TEMPO_METER = 0.15
"""A model less than this above the baseline hears little but speed and tone colour."""


@dataclass(frozen=True, eq=False)
class TrainingFinding:
    """A trained model, evaluated on test groups."""

    card: str
    accuracy: AccuracyFinding
    taught: Taught
    baseline: Baseline
    far: float
    """Share of test clips that read as far from the training music: a few per cent are to be expected."""
    clips: dict[str, int]
    """Tracks by split."""
    seed: int

    @cached_property
    def gap(self) -> Interval:
        """How much better than the baseline, on the same clips."""
        better = self.accuracy.plain.right.astype(float) - (self.baseline.predicted == self.baseline.truth)
        return mean_interval(better, self.accuracy.plain.groups, seed=self.seed)

    def record(self, maker: str) -> dict[str, Any]:
        """The `[trained]` table of the card."""
        head = self.accuracy.headline
        moved = {row["change"]: round(row["moved"], 3) for row in self.accuracy.changes}
        return {"experiment": maker, "corpus": self.accuracy.origin, "test_clips": self.clips["test"],
                "test_groups": head.groups, "accuracy": round(head.value, 4),
                "accuracy_interval": [round(head.low, 4), round(head.high, 4)],
                "baseline": round(self.baseline.accuracy, 4), "answers_moved": moved}

    def numbers(self) -> dict[str, Any]:
        """Those of `accuracy`, and: clips by split, baseline, gap, epochs, best and last epoch, share far."""
        return {"card": self.card, **self.accuracy.numbers(), "tracks": self.clips, "size": self.taught.size,
                "baseline": self.baseline.accuracy, "baseline_inputs": self.baseline.inputs,
                "gap": self.gap.value, "gap_interval": [self.gap.low, self.gap.high],
                "share_far_from_training": self.far, **self._epochs()}

    def _epochs(self) -> dict[str, Any]:
        if self.taught.history is None:
            return {}
        epochs = self.taught.history.to_dict("records")
        last, best = epochs[-1], epochs[self.taught.epoch - 1]
        return {"epochs": len(epochs), "best_epoch": self.taught.epoch,
                "best_valid_loss": best["valid_loss"], "last_valid_loss": last["valid_loss"],
                "best_valid_accuracy": best["valid_accuracy"], "last_valid_accuracy": last["valid_accuracy"]}

    def arrays(self) -> dict[str, np.ndarray]:
        """Those of `accuracy`, and the baseline's answers."""
        return {**self.accuracy.arrays(), "baseline": self.baseline.predicted}

    def tables(self) -> "dict[str, DataFrame]":
        """Those of `accuracy`, and one row an epoch."""
        history = {} if self.taught.history is None else {"epochs": self.taught.history}
        return {**self.accuracy.tables(), **history}

    def figures(self) -> "dict[str, Figure]":
        """The model beside the baseline, the learning curves, and those of `accuracy`."""
        head, plain = self.accuracy.headline, self.accuracy.plain
        base = ev.group_interval(plain.truth, self.baseline.predicted, plain.groups, seed=self.seed)
        beside = drawing.bars({"model": head.value, "baseline": base.value}, label="accuracy on test groups",
                              errors={"model": (head.low, head.high), "baseline": (base.low, base.high)})
        curves = {} if self.taught.history is None else {
            "learning-curves": drawing.learning(self.taught.history, self.taught.epoch)}
        return {"beside-the-baseline": beside, **curves, **self.accuracy.figures()}

    def sounds(self) -> dict[str, Clip]:
        """The most confident errors."""
        return self.accuracy.sounds()

    def words(self) -> list[str]:
        """The headline of `accuracy`, the gap, how it was trained, what to doubt."""
        first, *rest = self.accuracy.words()
        gap = self.gap
        said = [first, f"That is {gap.value:+.1%} ({gap.low:+.1%} to {gap.high:+.1%}) beside a logistic regression on "
                f"{self.baseline.inputs}, which is right on {self.baseline.accuracy:.1%}."]
        if self.taught.history is not None:
            told = self._epochs()
            said.append(f"Epoch {told['best_epoch']} of {told['epochs']} is kept: validation loss "
                        f"{told['best_valid_loss']:.3f}, against {told['last_valid_loss']:.3f} at the last.")
        if gap.value < TEMPO_METER:
            rest.append(f"Warning: less than {TEMPO_METER:.0%} above the baseline; it may hear little but speed and "
                        "tone colour.")
        return [*said, *rest]
