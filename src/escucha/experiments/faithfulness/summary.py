"""Many clips' judgements as means over clips, and every two methods compared on the same clips.

Conventions: intervals and tests have groups as their unit (models/resampling.py); NaN is what could not be measured in
a clip, and that clip is left out of that measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import ceil

import numpy as np

from escucha.concepts.correction import holm
from escucha.errors import InputError
from escucha.experiments.clips.few_groups import told
from escucha.experiments.faithfulness.curves import WAYS, Curve, mean_curve
from escucha.experiments.faithfulness.judging import JudgedClip
from escucha.experiments.faithfulness.weighing import RANDOM
from escucha.explain.agreement import rank_correlation
from escucha.explain.faithfulness import MEASURES
from escucha.models.prediction import Failure
from escucha.models.resampling import FLIPS, Interval, mean_interval, share_interval, sign_flip

ALPHA = 0.05
"""Of the corrected p below which two methods are said to differ."""


@dataclass(frozen=True)
class Contrast:
    """Two methods on the same clips, by one measure."""

    measure: str
    first: str
    second: str
    difference: Interval
    """First minus second, mean over clips."""
    p: float
    """Of no difference, by sign flips over groups."""
    p_corrected: float
    """Over all pairs and measures (Holm)."""

    @property
    def shown(self) -> bool:
        """Are they shown to differ?"""
        return self.p_corrected <= ALPHA

    @property
    def better(self) -> str:
        """The one with the better mean."""
        higher = self.difference.value > 0
        return self.first if higher == (MEASURES[self.measure].better == "higher") else self.second


@dataclass(frozen=True, eq=False)
class Summary:
    """The clips that every method explains, and what all methods are worth on them."""

    clips: tuple[JudgedClip, ...]
    methods: tuple[str, ...]
    measures: tuple[str, ...]
    """Those that could be measured."""
    left_out: dict[str, str]
    """Method that explains no clip to why."""
    dropped: tuple[Failure, ...]
    """Clips that one of the methods does not explain."""
    seed: int

    @classmethod
    def of(cls, clips: Sequence[JudgedClip], methods: Sequence[str], measures: Sequence[str], *,
           seed: int = 0) -> "Summary":
        """InputError where no method, or no clip, is left to compare."""
        lost = {name: clips[0].refused[name] for name in methods if all(name in clip.refused for clip in clips)}
        kept = tuple(name for name in methods if name not in lost)
        if kept in ((), (RANDOM,)):
            raise InputError(f"no method explains these clips; {next(iter(lost))} says: {next(iter(lost.values()))}")
        whole = tuple(clip for clip in clips if not clip.refused.keys() & set(kept))
        dropped = tuple(Failure(clip.name, f"{name}: {clip.refused[name]}") for clip in clips
                        for name in kept if name in clip.refused)
        if not whole:
            raise InputError(f"no clip is explained by all methods; the first: {dropped[0].reason}")
        found = cls(whole, kept, tuple(measures), lost, dropped, seed)
        there = tuple(name for name in measures if any(np.isfinite(found.values(one, name)).any() for one in kept))
        return cls(whole, kept, there, lost, dropped, seed)

    @cached_property
    def groups(self) -> np.ndarray:
        """`(clip,)` names."""
        return np.array([clip.group for clip in self.clips])

    def values(self, method: str, measure: str) -> np.ndarray:
        """`(clip,)` what a method is worth, NaN where it could not be measured."""
        return np.array([clip.trials[method].measures.get(measure, np.nan) for clip in self.clips], dtype=float)

    @cached_property
    def intervals(self) -> dict[str, dict[str, Interval]]:
        """Measure to method to the mean over clips, where there is one."""
        return {measure: {method: self._interval(measure, values) for method in self.methods
                          if np.isfinite(values := self.values(method, measure)).any()} for measure in self.measures}

    def _interval(self, measure: str, values: np.ndarray) -> Interval:
        there, yes = np.isfinite(values), MEASURES[measure].yes
        if not yes:
            return told(mean_interval(values[there], self.groups[there], seed=self.seed))
        share = share_interval(values[there] > 0, self.groups[there], seed=self.seed)
        return told(Interval(yes * share.value, yes * share.low, yes * share.high, share.groups, share.method))

    @cached_property
    def contrasts(self) -> tuple[Contrast, ...]:
        """Every two methods by every measure that has a better side, p corrected over all of them together."""
        pairs = [(measure, one, other, gain[there], self.groups[there]) for measure in self.measures
                 if MEASURES[measure].better != "neither" for one, other in combinations(self.methods, 2)
                 if (there := np.isfinite(gain := self.values(one, measure) - self.values(other, measure))).any()]
        draws = max(FLIPS, ceil(2 * len(pairs) / ALPHA))  # so many that the least p can stand the correction
        p = np.array([sign_flip(gain, groups, seed=self.seed, draws=draws) for *_, gain, groups in pairs])
        return tuple(
            Contrast(measure, one, other, told(mean_interval(gain, groups, seed=self.seed)), float(raw),
                     float(corrected))
            for (measure, one, other, gain, groups), raw, corrected in zip(pairs, p, holm(p)))

    def best(self, measure: str) -> str:
        """The method with the best mean; the control only where it is alone.

        Picked by that mean it is flattered by it, and so is its interval, which knows nothing of the picking.
        """
        found = {name: one.value for name, one in self.intervals[measure].items() if name != RANDOM}
        pick = min if MEASURES[measure].better == "lower" else max
        return pick(found, key=found.__getitem__) if found else RANDOM

    def beaten(self, measure: str, method: str) -> list[str]:
        """Methods that `method` is shown to be better than."""
        return [two.second if two.first == method else two.first for two in self.contrasts
                if two.measure == measure and two.shown and two.better == method]

    def standing(self, measure: str, method: str) -> str:
        """`best` where it is shown to be better than every other, `level` where not shown worse than the best mean.

        Both only where the best mean is shown to be better than something; empty otherwise.
        """
        if MEASURES[measure].better == "neither" or method not in self.intervals[measure]:
            return ""
        top = self.best(measure)
        worse = self.beaten(measure, top)
        if not worse or method in worse:
            return ""
        return "best" if len(worse) == len(self.intervals[measure]) - 1 else "level"

    @cached_property
    def agreement(self) -> np.ndarray:
        """`(method, method)` mean rank correlation of two methods' weights over clips."""
        alike = np.array([[[rank_correlation(clip.trials[one].weights[clip.players],
                                             clip.trials[other].weights[clip.players]) for other in self.methods]
                           for one in self.methods] for clip in self.clips])
        there = np.isfinite(alike)
        return np.where(there, alike, 0).sum(axis=0) / np.where(there.any(axis=0), there.sum(axis=0), np.nan)

    @cached_property
    def sizes_only(self) -> tuple[str, ...]:
        """Methods whose weights do not tell for from against."""
        return tuple(name for name in self.methods if not all(clip.trials[name].signed for clip in self.clips))

    @cached_property
    def drawing(self) -> tuple[str, ...]:
        """Methods that draw: others have no seed, and keep their order under every one."""
        return tuple(name for name in self.methods if any(clip.trials[name].drawn for clip in self.clips))

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """What is reset, from the answer to the sound; empty where nothing was."""
        heard = [trial.forgot for clip in self.clips for trial in clip.trials.values() if trial.forgot]
        return tuple(one.layer for one in max(heard, key=len, default=()))

    @property
    def forgetful(self) -> int:
        """Clips that were explained with layers reset."""
        return sum(any(trial.forgot for trial in clip.trials.values()) for clip in self.clips)

    def forgot(self, method: str, what: str) -> list[Interval]:
        """Mean `signed` (or `sizes`) likeness over clips after each of `layers` was reset; none where not asked."""
        rows = [(clip.group, clip.trials[method].forgot) for clip in self.clips
                if len(clip.trials[method].forgot) == len(self.layers) > 0]
        found = []
        for at in range(len(self.layers) if rows else 0):
            values = np.array([getattr(likeness[at], what) for _, likeness in rows])
            there = np.isfinite(values)
            if not there.any():
                return []
            groups = np.array([group for group, _ in rows])[there]
            found.append(told(mean_interval(values[there], groups, seed=self.seed)))
        return found

    @cached_property
    def relearned(self) -> tuple[Interval, Interval, Interval] | None:
        """`refitted`, `scrambled`, and the first minus the second: of each clip the mean over methods that have both.

        The control is left out; None where no clip has both.
        """
        both = np.array([[self.values(name, what) for name in self.methods if name != RANDOM]
                         for what in ("refitted", "scrambled")])  # (what, method, clip)
        there = np.isfinite(both).all(axis=0)
        known = there.any(axis=0)
        if not known.any():
            return None
        sums, counts = np.where(there, both, 0.0).sum(axis=1), there.sum(axis=0)
        again, shuffled = sums[:, known] / counts[known]
        of, against, between = (told(mean_interval(values, self.groups[known], seed=self.seed))
                                for values in (again, shuffled, again - shuffled))
        return of, against, between

    @cached_property
    def curves(self) -> dict[str, dict[str, Curve]]:
        """`deletion` and `insertion` to method to its mean curve."""
        return {what: {method: mean_curve(self.clips, method, what, seed=self.seed) for method in self.methods}
                for what in WAYS}
