"""The finding of kind `faithfulness`: methods side by side, by every measure, with what chance reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.faithfulness import words
from escucha.experiments.faithfulness.curves import WAYS, limits
from escucha.experiments.faithfulness.summary import Contrast, Summary
from escucha.explain.faithfulness import MEASURES
from escucha.models.prediction import Failure
from escucha.models.resampling import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

MARKS = {"best": " *", "level": " =", "": ""}
"""`*`: shown to be better than every other method; `=`: the best mean, or not shown to be worse than it."""


@dataclass(frozen=True, eq=False)
class FaithfulnessFinding:
    """Which explanations of a model tell the truth, on some clips."""

    model: str
    origin: str
    """The corpus in one line."""
    unit: str
    """What the values of curves are, in words."""
    found: Summary
    failures: tuple[Failure, ...]
    """Clips that could not be explained at all."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Every clip that is not among those compared."""
        return (*self.failures, *self.found.dropped)

    def numbers(self) -> dict[str, Any]:
        """Each method's measures with intervals, which differences are shown, what failed."""
        found = self.found
        return {
            "model": self.model, "corpus": self.origin, "clips": len(found.clips), "groups": len(set(found.groups)),
            "methods": {name: {measure: _interval(found.intervals[measure][name]) for measure in found.measures
                               if name in found.intervals[measure]} for name in found.methods},
            "best": {name: found.best(name) for name in found.measures if MEASURES[name].better != "neither"},
            "comparisons": len(found.contrasts), "shown": [_contrast(two) for two in found.contrasts if two.shown],
            "left_out": dict(found.left_out), "failures": [[one.path, one.reason] for one in self.failed],
            "notes": list(self.notes),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Curves `(method, point)`, chance and best `(point,)`, agreement `(method, method)`, per-clip measures."""
        found = self.found
        curves = {f"{what}_{bound}": np.array([getattr(curve, bound) for curve in found.curves[what].values()])
                  for what in WAYS for bound in ("mean", "low", "high")}
        around = {f"{what}_{name}": row for what in WAYS
                  for name, row in zip(("chance", "best"), limits(found.clips, what))}
        each = np.array([[found.values(name, measure) for measure in found.measures] for name in found.methods])
        return {**curves, **around, "agreement": found.agreement, "measures": each}

    def tables(self) -> "dict[str, DataFrame]":
        """Methods by measures, what these mean, every pair, agreement, forgetting, every clip, failures."""
        import pandas

        found = self.found
        clips = [{"clip": clip.name, "group": clip.group, "label": clip.label, "probability": clip.probability,
                  "parts": len(clip.players), "method": name, **clip.trials[name].measures}
                 for clip in found.clips for name in found.methods]
        alike = pandas.DataFrame(found.agreement, columns=list(found.methods))
        alike.insert(0, "method", list(found.methods))
        told = {"methods": self._summary(), "measures": pandas.DataFrame(self._measures()),
                "differences": pandas.DataFrame([_contrast(two) for two in found.contrasts]), "agreement": alike,
                "forgetting": pandas.DataFrame(self._forgetting()), "clips": pandas.DataFrame(clips),
                "failures": pandas.DataFrame([(one.path, one.reason) for one in self.failed],
                                             columns=["clip", "reason"])}
        return {name: table for name, table in told.items() if len(table)}

    def figures(self) -> "dict[str, Figure]":
        """Deletion and insertion curves, every measure, what forgetting does."""
        from escucha.experiments.faithfulness import figures as drawn

        forgot = {"forgetting": drawn.forgetting(self.found)} if self.found.layers else {}
        return {"deletion-and-insertion": drawn.curves(self.found, self.unit), "measures": drawn.measures(self.found),
                **forgot}

    def sounds(self) -> dict[str, Clip]:
        """None: each clip's own explanation has its sounds."""
        return {}

    def words(self) -> list[str]:
        """Which explanation tells most truth, how sure that is, what chance reads; then what to doubt."""
        left = [f"{name} is left out: {reason}." for name, reason in self.found.left_out.items()]
        doubts = words.warnings(self.found)
        if self.failed:
            first = self.failed[0]
            doubts.append(f"{len(self.failed)} clips are left out; the first, {first.path}: {first.reason}")
        return [*words.sentences(self.found), *left, *self.notes, *(f"Warning: {doubt}." for doubt in doubts)]

    def _summary(self) -> "DataFrame":
        """One row a method, one column a measure: mean, interval, and a mark where it is shown to be best."""
        import pandas

        found = self.found
        return pandas.DataFrame([
            {"method": name, **{measure: self._cell(measure, name) for measure in found.measures}}
            for name in found.methods])

    def _cell(self, measure: str, method: str) -> str | None:
        one = self.found.intervals[measure].get(method)
        return None if one is None else words.with_bounds(measure, one) + MARKS[self.found.standing(measure, method)]

    def _measures(self) -> Iterator[dict[str, Any]]:
        for measure, methods in self.found.intervals.items():
            for method, one in methods.items():
                yield {"measure": measure, "method": method, **_interval(one), "groups": one.groups,
                       "better": MEASURES[measure].better, "standing": self.found.standing(measure, method),
                       "meaning": MEASURES[measure].meaning}

    def _forgetting(self) -> Iterator[dict[str, Any]]:
        for method in self.found.methods:
            rows = zip(self.found.layers, self.found.forgot(method, "signed"), self.found.forgot(method, "sizes"))
            for layer, signed, sizes in rows:
                yield {"method": method, "reset down to": layer, "weights": signed.value, "low": signed.low,
                       "high": signed.high, "sizes": sizes.value, "sizes low": sizes.low, "sizes high": sizes.high}


def _interval(one: Interval) -> dict[str, float]:
    return {"mean": one.value, "low": one.low, "high": one.high}


def _contrast(two: Contrast) -> dict[str, Any]:
    return {"measure": two.measure, "first": two.first, "second": two.second, "difference": two.difference.value,
            "low": two.difference.low, "high": two.difference.high, "p": two.p, "p_corrected": two.p_corrected,
            "better": two.better if two.shown else ""}
