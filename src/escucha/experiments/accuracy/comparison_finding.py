"""The finding of kind `comparison`: models side by side, and every two of them against each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments import drawing
from escucha.experiments.accuracy.finding import AccuracyFinding
from escucha.experiments.accuracy.tag_finding import TagFinding
from escucha.experiments.wording import few, points
from escucha.models.resampling import FEW_GROUPS, Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

ALPHA = 0.05
"""Of the corrected p below which two models are said to differ."""


@dataclass(frozen=True)
class Pair:
    """Two models on the same clips."""

    first: str
    second: str
    difference: Interval
    """Of what is right: first minus second, with its interval over groups."""
    only_first: int
    """Clips in which the first is right and the second is not (of tags: has more labels right)."""
    only_second: int
    test: str
    p: float
    p_corrected: float
    """Over all pairs (Holm)."""

    @property
    def shown(self) -> bool:
        """Are they shown to differ?"""
        return self.p_corrected <= ALPHA


@dataclass(frozen=True, eq=False)
class ComparisonFinding:
    """Models on the same clips."""

    origin: str
    """The corpus in one line."""
    told: Mapping[str, AccuracyFinding | TagFinding]
    """Name to what that model alone showed."""
    pairs: tuple[Pair, ...]

    @property
    def measure(self) -> str:
        """What is compared, one of the headlines."""
        return "accuracy" if isinstance(next(iter(self.told.values())), AccuracyFinding) else "labels_right"

    @property
    def groups(self) -> int:
        """How many groups the comparison rests on."""
        return self.pairs[0].difference.groups

    @property
    def clips(self) -> int:
        """How many clips every model heard."""
        return len(next(iter(self.told.values())).plain.names)

    def numbers(self) -> dict[str, Any]:
        """Each model's headlines and speed, every pair, and alarms."""
        return {"corpus": self.origin, "clips": self.clips, "groups": self.groups, "compared": self.measure,
                "models": {name: _headlines(found) for name, found in self.told.items()},
                "pairs": {f"{pair.first} against {pair.second}": _pair(pair) for pair in self.pairs},
                "alarms": {name: list(found.alarms) for name, found in self.told.items()}}

    def arrays(self) -> dict[str, np.ndarray]:
        """`(model, clip)`: what is right, in the order of `models`."""
        return {"right": np.stack([found.plain.right.astype(float) for found in self.told.values()])}

    def tables(self) -> "dict[str, DataFrame]":
        """Models side by side, pairs, and every clip with what each model has right."""
        import pandas

        first = next(iter(self.told.values())).plain
        models = [{"model": name, **_headlines(found)} for name, found in self.told.items()]
        rows = pandas.DataFrame({"name": first.names, "group": first.groups,
                                 **{f"{name} right": found.plain.right for name, found in self.told.items()}})
        pairs = [{"first": pair.first, "second": pair.second, **_pair(pair)} for pair in self.pairs]
        return {"models": pandas.DataFrame(models), "pairs": pandas.DataFrame(pairs), "clips": rows}

    def figures(self) -> "dict[str, Figure]":
        """Models side by side, and the differences of pairs."""
        heads = {name: found.headlines[self.measure] for name, found in self.told.items()}
        differences = {f"{pair.first} − {pair.second}": pair.difference for pair in self.pairs}
        word = self.measure.replace("_", " ")
        return {"models": drawing.dots(heads, label=f"{word} (95 % interval over groups)", span=(0, 1)),
                "differences": drawing.dots(differences, label=f"difference of {word} (95 % interval over groups)")}

    def sounds(self) -> dict[str, Clip]:
        """None: each model's own finding has its errors."""
        return {}

    def words(self) -> list[str]:
        """What every pair shows or does not, how fast they are, what to doubt."""
        said = [self._said(pair) for pair in self.pairs]
        speeds = ", ".join(f"{name} {found.told.speed.audio_seconds_per_second:,.0f} s"
                           for name, found in self.told.items())
        said.append(f"Of sound they hear in a second, on the same machine: {speeds}.")
        if self.groups < FEW_GROUPS:
            said.append(f"Warning: {few(self.groups)}"
                        + (", and no test can show a difference." if self.groups < 6 else "."))
        return [*said, *(f"Warning: {name}: {alarm}" for name, found in self.told.items() for alarm in found.alarms)]

    def _said(self, pair: Pair) -> str:
        what = "of clips" if self.measure == "accuracy" else "of labels"
        one, other = (self.told[name].headlines[self.measure].value for name in (pair.first, pair.second))
        found = pair.difference
        value, low, high = (points(bound) for bound in (found.value, found.low, found.high))
        rest = (f"{pair.first} {one:.1%} and {pair.second} {other:.1%} {what} right, a difference of {value} "
                f"points ({low} to {high} over {found.groups} groups, {self.clips} clips; {_p(pair)})")
        if pair.shown:
            better = pair.first if found.value > 0 else pair.second
            return f"On these clips {better} is right more often: {rest}."
        return (f"{pair.first} and {pair.second} are not shown to differ: {rest}. That does not show them to be "
                "equal: any difference within the interval remains possible.")


def _p(pair: Pair) -> str:
    corrected = f", {pair.p_corrected:.2g} corrected for all pairs" if pair.p_corrected != pair.p else ""
    return f"p = {pair.p:.2g}{corrected}, {pair.test}"


def _headlines(found: AccuracyFinding | TagFinding) -> dict[str, Any]:
    """Value of each headline, the first with its interval, and the speed."""
    first, *others = found.headlines.items()
    return {first[0]: first[1].value, "low": first[1].low, "high": first[1].high,
            **{name: interval.value for name, interval in others},
            "audio_seconds_per_second": found.told.speed.audio_seconds_per_second,
            "real_time_factor": found.told.speed.real_time_factor}


def _pair(pair: Pair) -> dict[str, Any]:
    return {"difference": pair.difference.value, "low": pair.difference.low, "high": pair.difference.high,
            "only_first": pair.only_first, "only_second": pair.only_second, "p": pair.p,
            "p_corrected": pair.p_corrected, "test": pair.test}
