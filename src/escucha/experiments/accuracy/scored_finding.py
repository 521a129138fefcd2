"""What findings about scored clips have in common, whether a model names one label a clip or gives several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.reading import Unreadable
from escucha.experiments import drawing
from escucha.experiments.accuracy.changing import Changed, change_row
from escucha.experiments.accuracy.scoring import Said
from escucha.experiments.accuracy.speed import Speed
from escucha.models.resampling import FEW_GROUPS, LEVEL, Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True)
class Misheard:
    """One error to hear."""

    row: int
    label: int
    """Column of the label that was wrongly given, or missed."""
    clip: Clip


@dataclass(frozen=True, eq=False, kw_only=True)
class Told:
    """What was asked of a model and what it answered."""

    model: str
    origin: str
    """The corpus in one line."""
    aggregation: str
    plain: Said
    changed: tuple[Changed, ...]
    """Made by the renderer."""
    everyday: tuple[Changed, ...]
    """Made of the sound itself: shifts, gains, noise, codecs (experiments/accuracy/robustness.py)."""
    alarms: tuple[str, ...]
    left_out: tuple[Unreadable, ...]
    """Clips that cannot be read: named, never scored."""
    heard: tuple[Misheard, ...]
    """The most confident errors."""
    speed: Speed
    seed: int


@dataclass(frozen=True, eq=False)
class ScoredFinding:
    """The parts of a finding that do not depend on what an answer is."""

    told: Told

    @property
    def alarms(self) -> tuple[str, ...]:
        """What would make the numbers not to be believed."""
        return self.told.alarms

    @property
    def origin(self) -> str:
        """The corpus in one line."""
        return self.told.origin

    @cached_property
    def changes(self) -> tuple[dict[str, Any], ...]:
        """One row a change: what was right, share of answers that moved with its interval, mean move of the value."""
        return self._rows(self.told.changed)

    @cached_property
    def robustness(self) -> tuple[dict[str, Any], ...]:
        """One row a perturbation, as `changes`."""
        return self._rows(self.told.everyday)

    def _rows(self, changed: Sequence[Changed]) -> tuple[dict[str, Any], ...]:
        return tuple(change_row(change, self.told.plain, self.told.seed) for change in changed)

    def _numbers(self, headlines: Mapping[str, Interval], own: Mapping[str, Any]) -> dict[str, Any]:
        """What every kind of answer has, around what is its `own`."""
        told = self.told
        first = next(iter(headlines.values()))
        flat = {key: value for name, found in headlines.items()
                for key, value in ((name, found.value), (f"{name}_interval", found.bounds))}
        return {"model": told.model, "corpus": told.origin, "aggregation": told.aggregation,
                "clips": len(told.plain.names), "groups": first.groups, "unreadable": len(told.left_out), **flat,
                "interval_method": first.method, **own, "changes": _by_name(self.changes),
                "robustness": _by_name(self.robustness), "speed": told.speed.numbers(), "alarms": list(told.alarms)}

    def _tables(self, own: "Mapping[str, DataFrame]", clips: "DataFrame") -> "dict[str, DataFrame]":
        """`own`, what changes did, every clip, what cannot be read, and the captions of the sounds."""
        import pandas

        tables = dict(own)
        for name, rows in (("changes", self.changes), ("robustness", self.robustness)):
            if rows:
                tables[name] = pandas.DataFrame(rows)
        tables["clips"] = clips
        if self.told.left_out:
            tables["unreadable"] = pandas.DataFrame([vars(one) for one in self.told.left_out])
        return tables

    def _figures(self, measure: str, value: float) -> "dict[str, Figure]":
        """What changes and perturbations did; `measure` says what is right, `value` how much of it without them."""
        made = {"changes": drawing.changes(self.changes)} if self.changes else {}
        return {**made, "robustness": drawing.robustness(self.robustness, measure, value)} if self.robustness else made

    def _doubts(self, groups: int) -> list[str]:
        """Warnings: few groups, clips left out, alarms."""
        said = []
        if groups < FEW_GROUPS:
            said.append(f"Warning: {groups} groups are few; the interval says little under {FEW_GROUPS}.")
        if self.told.left_out:
            count = len(self.told.left_out)
            said.append(f"Warning: {count} of {count + len(self.told.plain.names)} clips cannot be read and are left "
                        f"out, the first is {self.told.left_out[0].name} ({self.told.left_out[0].reason}).")
        return [*said, *(f"Warning: {alarm}" for alarm in self.told.alarms)]

    def sounds(self) -> dict[str, Clip]:
        """The most confident errors."""
        return {f"error-{at}-{self.told.plain.names[one.row]}": one.clip for at, one in enumerate(self.told.heard, 1)}


def headline_table(headlines: Mapping[str, Interval], luck: Mapping[str, float]) -> "DataFrame":
    """One row a measure: value, interval, and what would be had without listening, where that is known."""
    import pandas

    return pandas.DataFrame([
        {"measure": name.replace("_", " "), "value": found.value, "low": found.low, "high": found.high,
         "without_listening": luck.get(name, float("nan")), "interval": found.method}
        for name, found in headlines.items()])


def calibrated(found: Interval, perfect: np.ndarray) -> str:
    """A calibration error beside `(draw,)` readings of a perfectly calibrated model, in a sentence."""
    low, high = np.quantile(perfect, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    verdict = "which is more than" if found.value > high else "no more than"
    return (f"Its confidence is off by {found.value:.3f} on average (calibration error), {verdict} the {low:.3f} to "
            f"{high:.3f} that a perfectly calibrated model reads on as many clips; 95 % interval for the true "
            f"calibration error: {found.low:.3f} to {found.high:.3f}.")


def _by_name(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {row["change"]: {key: row[key] for key in row if key != "change"} for row in rows}
