"""One clip, one idea, one layer: does the curve rise where the idea sounds, and what would luck and loudness find?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from escucha.audio.beats import HOP, RATE, onset_strength
from escucha.audio.clip import Clip
from escucha.concepts.concept import Concept
from escucha.concepts.locating import judging
from escucha.concepts.locating.directions import Directed
from escucha.concepts.locating.maps import Ground, Laid
from escucha.concepts.locating.truth import Truth
from escucha.corpora.corpus import Source

SHIFTS = 1000
"""Circular shifts of each curve, drawn at random: how far its own rhythm reaches by luck. No p comes of them: a clip is
mostly no whole number of beats, and a curve moved round its end has lost the step that the whole one keeps by luck."""
PEAKS = 5
"""The highest peaks of a curve, so many at most, are held against onsets."""
APART = 0.15
"""Seconds that these peaks are apart at least: one stroke is not counted twice."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What one idea's curve in one layer finds in one clip; NaN where nothing can be found."""

    concept: str
    layer: str
    clip: str
    group: str
    present: bool | None
    """Does the idea sound in it? None where that is not known."""
    level: float
    """Mean of the curve, in standard deviations above clips without the idea."""
    area: float
    """Under ROC: moments near an onset (or in a span) against the others; 0.5 is chance."""
    sounding: float
    """Likewise, of moments in which the stem sounds."""
    hit: float
    """1 where the highest peak is on one of its moments, else 0."""
    hits: float
    """Share of the highest peaks that are."""
    chance: float
    """Share of all moments that are: what a peak put anywhere hits."""
    strength: float
    """Area of the sound's own onset strength, which knows of no idea."""
    loudness: float
    """Area of the sound's loudness."""
    shifted: np.ndarray
    """`(shift,)` areas of the same curve moved on in a circle."""
    null: np.ndarray
    """`(set,)` areas of meaningless concepts' curves."""


@dataclass(frozen=True, eq=False)
class Judge:
    """A clip, and what is known of it, read at the same moments whatever layer is asked."""

    clip: Clip
    """At the rate of the classifier."""
    source: Source
    tolerance: float
    seed: int

    def all(self, concept: str, name: str, group: str, truth: Truth | None, laid: Mapping[str, Laid],
            zero: Mapping[str, Ground] | None) -> list[Judged]:
        """One a layer; the first direction laid is the idea's, the others mean nothing."""
        known = truth is not None and truth.told_by(self.source)
        if truth is None or not known:
            there = sounding = np.zeros(len(self.at), dtype=bool)
        else:
            there = truth.moments(self.source, self.at, self.tolerance)
            asked = there.any() and zero is not None  # a stem is rendered: not for examples, of which a layer is chosen
            sounding = truth.sounding(self.source, self.at) if asked else np.zeros_like(there)
        present = bool(there.any()) if known else None
        return [self._judged(concept, layer, name, group, present, there, sounding, found,
                             zero[layer] if zero else None) for layer, found in laid.items()]

    @cached_property
    def at(self) -> np.ndarray:
        """`(moment,)` seconds."""
        return judging.moments(self.clip.duration)

    def _judged(self, concept: str, layer: str, name: str, group: str, present: bool | None, there: np.ndarray,
                sounding: np.ndarray, found: Laid, zero: Ground | None) -> Judged:
        curves = judging.read(found.times, found.curves, self.at)
        shifts = judging.shifted_areas(curves[:1], there)[0]
        # each clip has draws of its own: shared ones would at some draw all be no shift at all
        drawn = np.random.default_rng([self.seed, crc32(self.source.key().encode())]).integers(len(shifts), size=SHIFTS)
        peaks = judging.highest(curves[0], PEAKS, apart=APART)
        strength, loudness = judging.areas(self._rivals, there)
        onto = there[peaks].astype(float) if there.any() else np.full(len(peaks), np.nan)
        level = zero.curve(found.curves[0]).mean() if zero else np.nan
        return Judged(concept, layer, name, group, present, float(level), float(shifts[0]),
                      float(judging.areas(curves[:1], sounding)[0]), float(onto[0]), float(onto.mean()),
                      float(there.mean()), float(strength), float(loudness), shifts[drawn],
                      judging.areas(curves[1:], there))

    @cached_property
    def _rivals(self) -> np.ndarray:
        """`(2, moment)`: onset strength and loudness."""
        rising = onset_strength(self.clip)
        return np.stack([judging.read(np.arange(len(rising)) * HOP / RATE, rising, self.at),
                         judging.read(*judging.loudness_curve(self.clip), self.at)])


def choose(concepts: Sequence[Concept], layers: Sequence[str], shown: Sequence[Sequence[Judged]],
           directions: Mapping[str, Sequence[Directed]]) -> dict[str, str]:
    """Concept to the layer that finds its examples best; where their truth is not known, that of the best CAV.

    On examples only: their families play in none of the clips that are judged.
    """
    chosen = {}
    for at, (concept, judged) in enumerate(zip(concepts, shown)):
        areas = {layer: [one.area for one in judged if one.layer == layer and np.isfinite(one.area)]
                 for layer in layers}
        found = {layer: float(np.mean(known)) for layer, known in areas.items() if known}
        found = found or {layer: directions[layer][at].cav.accuracy for layer in layers}
        chosen[concept.name] = max(found, key=lambda layer: found[layer])
    return chosen
