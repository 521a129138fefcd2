"""What a separation study comes to: each separator's quality and what it changes, with intervals over groups."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, comb

import numpy as np

from escucha.concepts.correction import holm
from escucha.experiments.separation.pairs import CONTROLS, Difference
from escucha.models.resampling import FLIPS, NOTHING, Interval, mean_interval, share_interval, sign_flip

ALPHA = 0.05
"""Of the corrected p below which a separator is said to tell something, or to change less than another."""
SMALL = 1e-3
"""Of weights: a change that float32 alone may make."""


@dataclass(frozen=True)
class SourceQuality:
    """How good one source of a separator is, over clips."""

    separator: str
    source: str
    """Without what differs from clip to clip: `component 1`."""
    stands_for: str
    """The stems that it is most often held against."""
    clips: int
    """In which it stands for some stem."""
    si_sdr: Interval
    """dB."""
    improvement: Interval
    """dB above the mixture."""


@dataclass(frozen=True)
class Standing:
    """One separator over all clips that it could take apart."""

    separator: str
    control: bool
    """One of which the answer is known."""
    clips: int
    groups: int
    change: Interval
    """Mean difference of the weights as a share of their size: 0 is the truth."""
    blind: Interval
    """What equal shares for every source would read; a separator should be well below."""
    told: Interval
    """`blind` minus `change`, clip by clip: it has told something of the sources where this is above zero."""
    p: float
    """Of `told` being zero, two-sided, by sign flips over groups; NaN where there is nothing to measure."""
    p_corrected: float
    """Over all separators (Holm); the controls are not tested, and have `p`."""
    correlation: Interval
    """Of ranks; 1 is the truth."""
    same: Interval
    """Share of clips in which the strongest source x moment is the true one."""
    si_sdr: Interval
    """dB, mean over a clip's sources."""
    improvement: Interval
    unowned: Interval
    """Share of the energy in sources that own no stem: they change the explanation and have no SI-SDR."""
    sources: tuple[SourceQuality, ...]

    @property
    def shown(self) -> bool:
        """Does it tell more of the sources than nothing, by more than chance?"""
        return self.told.value > SMALL and self.p_corrected <= ALPHA

    @property
    def worse(self) -> bool:
        """Does it tell what is not so: are its weights further off than nothing's, by more than chance?"""
        return self.told.value < -SMALL and self.p_corrected <= ALPHA

    @property
    def left(self) -> float:
        """`change` / `blind`: 0 is the truth, 1 no better than knowing nothing. NaN where all stems are in one source.

        Compares separators that join stems in different ways: who tells nothing apart changes nothing.
        """
        return self.change.value / self.blind.value if self.blind.value > SMALL else float("nan")


@dataclass(frozen=True, eq=False)
class Summary:
    """Every clip by every separator."""

    rows: tuple[Difference, ...]
    seed: int = 0
    """Of the bootstrap."""
    separators: tuple[str, ...] = field(default=())
    """In the order asked; those that took no clip apart have no standing."""

    @cached_property
    def clips(self) -> tuple[str, ...]:
        """Names, in order."""
        return tuple(dict.fromkeys(row.clip for row in self.rows))

    @cached_property
    def groups(self) -> int:
        """How many independent ones."""
        return len({row.group for row in self.rows})

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """One a separator that took some clip apart."""
        return tuple(self._standing(name) for name in self.separators if self.of(name))

    @cached_property
    def judged(self) -> tuple[Standing, ...]:
        """Without the controls, the least change against knowing nothing first."""
        return tuple(sorted((one for one in self.standings if not one.control),
                            key=lambda one: one.left if np.isfinite(one.left) else np.inf))

    @cached_property
    def rival(self) -> str:
        """The second of `judged`, where the first is not shown to be better on the clips of both; empty otherwise.

        By sign flips over groups of each clip's change against the mean of knowing nothing; both were chosen by it, so
        p is corrected for every two separators (Bonferroni).
        """
        ranked = [one for one in self.judged if np.isfinite(one.left)]
        if len(ranked) < 2:
            return ""
        first, second = ({row.clip: (row.change / one.blind.value, row.group) for row in self.of(one.separator)
                          if np.isfinite(row.change)} for one in ranked[:2])
        both = [clip for clip in first if clip in second]
        gained = np.array([second[clip][0] - first[clip][0] for clip in both])
        if not both or gained.mean() <= 0:
            return ranked[1].separator
        p = sign_flip(gained, [first[clip][1] for clip in both], seed=self.seed)
        return "" if p * comb(len(ranked), 2) < ALPHA else ranked[1].separator

    @property
    def uneven(self) -> int:
        """Clips that only some of the separators took apart."""
        taken = [{row.clip for row in self.of(one.separator)} for one in self.standings]
        return sum(not all(clip in one for one in taken) for clip in self.clips)

    def of(self, separator: str) -> list[Difference]:
        """Its clips."""
        return [row for row in self.rows if row.separator == separator]

    def standing(self, separator: str) -> Standing | None:
        """Its standing; None where it took no clip apart."""
        return next((one for one in self.standings if one.separator == separator), None)

    @cached_property
    def _chances(self) -> dict[str, tuple[float, float]]:
        """Separator to p of having told nothing, raw and corrected."""
        asked = [name for name in dict.fromkeys(self.separators) if self.of(name)]
        draws = max(FLIPS, ceil(2 * len(asked) / ALPHA))  # so many that the least p can stand the correction
        raw = {name: self._chance(self.of(name), draws) for name in asked}
        tested = [name for name in asked if name not in CONTROLS]
        corrected = dict(zip(tested, holm(np.array([raw[name] for name in tested]))))
        return {name: (p, float(corrected.get(name, p))) for name, p in raw.items()}

    def _chance(self, rows: Sequence[Difference], draws: int) -> float:
        told = np.array([row.told for row in rows])
        there = np.isfinite(told)
        groups = np.array([row.group for row in rows])[there]
        return sign_flip(told[there], groups, seed=self.seed, draws=draws) if there.any() else float("nan")

    def _standing(self, separator: str) -> Standing:
        rows = self.of(separator)
        groups = [row.group for row in rows]
        sdr, gain = ([_mean([getattr(quality, what) for quality in row.qualities]) for row in rows]
                     for what in ("si_sdr", "improvement"))
        return Standing(
            separator, separator in CONTROLS, len(rows), len(set(groups)),
            self._mean([row.change for row in rows], groups), self._mean([row.blind_change for row in rows], groups),
            self._mean([row.told for row in rows], groups), *self._chances[separator],
            self._mean([row.correlation for row in rows], groups),
            share_interval(np.array([row.same for row in rows]), groups, seed=self.seed),
            self._mean(sdr, groups), self._mean(gain, groups), self._mean([row.unowned for row in rows], groups),
            tuple(self._sources(separator, rows)))

    def _sources(self, separator: str, rows: Sequence[Difference]) -> list[SourceQuality]:
        found = [(base(quality.source), row.group, quality) for row in rows for quality in row.qualities]
        return [self._source(separator, name, [(group, quality) for base_, group, quality in found if base_ == name])
                for name in sorted(dict.fromkeys(name for name, _, _ in found), key=_natural)]

    def _source(self, separator: str, name: str, rows: list) -> SourceQuality:
        groups = [group for group, _ in rows]
        named = [", ".join(quality.stems) for _, quality in rows]
        return SourceQuality(separator, name, max(dict.fromkeys(named), key=named.count), len(rows),
                             self._mean([quality.si_sdr for _, quality in rows], groups),
                             self._mean([quality.improvement for _, quality in rows], groups))

    def _mean(self, values: Sequence[float], groups: Sequence[str]) -> Interval:
        """Over what is a number."""
        there = np.isfinite(values)
        if not there.any():
            return Interval(float("nan"), float("nan"), float("nan"), 0, NOTHING)
        return mean_interval(np.array(values)[there], np.array(groups)[there], seed=self.seed)


def base(source: str) -> str:
    """`component 1` of `component 1 (A3, 220 Hz)`."""
    return re.sub(r" \(.*", "", source)


def _natural(name: str) -> list:
    """`component 10` after `component 2`."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)]


def _mean(values: Sequence[float]) -> float:
    numbers = [value for value in values if np.isfinite(value)]
    return float(np.mean(numbers)) if numbers else float("nan")
