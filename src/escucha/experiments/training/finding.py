"""The finding of kind `training`: what the new model can do, beside what needs no listening."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing
from escucha.experiments.accuracy.finding import AccuracyFinding
from escucha.experiments.accuracy.tag_finding import TagFinding
from escucha.experiments.training.baseline import Baseline
from escucha.experiments.training.corpus import Material
from escucha.experiments.training.task import Taught
from escucha.experiments.wording import apart, points
from escucha.models.resampling import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

TEMPO_METER = 0.15
"""A model less than this above the baseline hears little but speed and tone colour."""
OVERFIT = 1.25
"""Times the best validation loss: a last one above it means that training went on to learn its clips by heart."""


@dataclass(frozen=True, eq=False)
class TrainingFinding:
    """A trained model, evaluated on test groups."""

    card: str
    accuracy: AccuracyFinding | TagFinding
    taught: Taught
    baseline: Baseline
    far: float
    """Share of test clips that read as far from the training music: a few per cent are to be expected."""
    material: Material
    valid: float
    """What choices are made by: accuracy (of tags mean average precision) on the validation clips."""
    most_epochs: int
    """That the recipe allows."""
    seed: int
    weights: str = ""
    """Digest of the weights that the card names."""

    @cached_property
    def gap(self) -> Interval:
        """How much better than the baseline, on the same clips."""
        return self.baseline.gap(self.accuracy.plain, self.seed)

    @property
    def measure(self) -> str:
        """What heads the finding: `accuracy`, or of tags `mean_average_precision`."""
        return next(iter(self.accuracy.headlines))

    @cached_property
    def plain(self) -> Interval:
        """The baseline in that measure."""
        return self.baseline.headline(self.accuracy.plain.groups, self.seed)

    def record(self, maker: str) -> dict[str, Any]:
        """The `[trained]` table of the card."""
        head = self.accuracy.headline
        moved = {row["change"]: round(row["moved"], 3) for row in self.accuracy.changes}
        return {"experiment": maker, "corpus": self.accuracy.origin, "test_clips": len(self.material.parts["test"]),
                "test_groups": head.groups, self.measure: round(head.value, 4),
                f"{self.measure}_interval": [round(head.low, 4), round(head.high, 4)],
                "baseline": round(self.plain.value, 4), "answers_moved": moved}

    def numbers(self) -> dict[str, Any]:
        """Those of `accuracy`, and: clips by split, baseline, gap, epochs, best and last epoch, share far."""
        material, gap = self.material, self.gap
        return {"card": self.card, "weights": self.weights, **self.accuracy.numbers(), "measure": self.measure,
                "valid_score": self.valid,
                "tracks": {name: len(part) for name, part in material.parts.items()},
                "groups_by_split": {name: len({track.group for track in part}) for name, part in
                                    material.parts.items()},
                "split_here": material.divided, "unreadable": len(material.left_out), "size": self.taught.size,
                "baseline": self.plain.value, "baseline_inputs": self.baseline.inputs,
                "gap": gap.value, "gap_interval": [gap.low, gap.high],
                "share_far_from_training": self.far, **self._epochs()}

    def _epochs(self) -> dict[str, Any]:
        """The best and the last epoch, in every measure of the history."""
        if self.taught.history is None:
            return {}
        epochs = self.taught.history.to_dict("records")
        told = {f"{which}_{name}": row[name] for which, row in (("best", epochs[self.taught.epoch - 1]),
                                                               ("last", epochs[-1]))
                for name in map(str, row) if name.startswith("valid_")}
        return {"epochs": len(epochs), "best_epoch": self.taught.epoch, **told}

    def arrays(self) -> dict[str, np.ndarray]:
        """Those of `accuracy`, and the baseline's answers."""
        return {**self.accuracy.arrays(), "baseline": self.baseline.said}

    def tables(self) -> "dict[str, DataFrame]":
        """Those of `accuracy`, one row an epoch, the splits where they were made here, and what cannot be read."""
        import pandas

        tables = self.accuracy.tables()
        if self.taught.history is not None:
            tables["epochs"] = self.taught.history
        if self.material.divided:
            tables["splits"] = pandas.DataFrame([{"name": track.name, "group": track.group, "split": track.split}
                                                 for track in self.material.corpus])
        if self.material.left_out:
            tables["unreadable"] = pandas.DataFrame([vars(one) for one in self.material.left_out])
        return tables

    def figures(self) -> "dict[str, Figure]":
        """The model beside the baseline, the learning curves, and those of `accuracy`."""
        head, base = self.accuracy.headline, self.plain
        beside = drawing.bars({"model": head.value, "baseline": base.value},
                              label=f"{self.measure.replace('_', ' ')} on test groups",
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
        span = f" ({points(gap.low)} to {points(gap.high)} points)" if gap.low < gap.high else ""
        said = [first, f"That is {apart(gap.value)} a logistic regression on {self.baseline.inputs}{span}, whose "
                f"{self.measure.replace('_', ' ')} is {self.plain.value:.1%}."]
        if self.taught.history is not None:
            told = self._epochs()
            said.append(f"Epoch {told['best_epoch']} of {told['epochs']} is kept: validation loss "
                        f"{told['best_valid_loss']:.3f}, against {told['last_valid_loss']:.3f} at the last.")
        if self.material.divided:
            count = len({track.group for track in self.material.corpus})
            said.append(f"The corpus has no splits: its {count} groups were divided 60/20/20 into train, valid and "
                        "test (table splits); score it elsewhere on the test part only.")
        return [*said, *rest, *self._doubts()]

    def _doubts(self) -> list[str]:
        """Warnings of training itself."""
        said = []
        gap = self.gap.value
        if isinstance(self.accuracy, TagFinding) and self.gap.low <= 0:  # tone colour is what tells many tags
            said.append("Warning: It is not shown to rank better than that regression, which knows nothing of time.")
        if isinstance(self.accuracy, AccuracyFinding) and gap < TEMPO_METER:
            said.append(f"Warning: Less than {100 * TEMPO_METER:.0f} points above the baseline; it may hear little but "
                        "speed and tone colour." if gap > 0 else
                        "Warning: It is not above the baseline, which knows little but speed and tone colour.")
        if left_out := self.material.left_out:
            said.append(f"Warning: {len(left_out)} clips cannot be read and were neither learned from nor scored, the "
                        f"first is {left_out[0].name} ({left_out[0].reason}).")
        return said + (epoch_alarms(self._epochs(), self.most_epochs) if self.taught.history is not None else [])


def epoch_alarms(told: dict[str, Any], most: int) -> list[str]:
    """What the place of the best epoch says: too early an end, or clips learned by heart; `told` as by `numbers`."""
    if told["best_epoch"] == told["epochs"] == most:
        return [f"Warning: The best validation epoch is the last of {most}: training may have been stopped too early; "
                "allow more epochs."]
    if told["last_valid_loss"] > OVERFIT * told["best_valid_loss"]:
        return [f"Warning: After epoch {told['best_epoch']} the validation loss rose from "
                f"{told['best_valid_loss']:.3f} to {told['last_valid_loss']:.3f}: training went on to learn its clips "
                "by heart; the best epoch was kept, and more clips or changes to them would help."]
    return []
