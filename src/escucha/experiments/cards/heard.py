"""Pairs of a concept to be heard: the most typical ones, at a common loudness, both members with one gain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.loudness import common_gain, fade, louder
from escucha.concepts.concept import Concept, Example, halves

LOUDNESS = -20.0
"""LUFS of both members of a pair together."""
MOST = 30.0
"""dB of gain, at most: what is nearly silent should not roar."""


@dataclass(frozen=True, eq=False)
class Heard:
    """One clip with the idea and one without it."""

    name: str
    """Of the concept; of a second pair with its number."""
    concept: str
    label: str
    with_: Clip
    without: Clip
    gain_db: float
    """Of both, for listening."""
    level: float
    """dB by which the one with the idea is louder."""
    strokes: int | None
    """Annotated strokes that it has more; None where they are not known."""


def typical(concept: Concept, levels: np.ndarray, strokes: np.ndarray, count: int) -> list[tuple[int, int]]:
    """(with, without) numbers of the `count` pairs whose differences in level and strokes are nearest to the middle.

    `levels` and `strokes` are `(example,)`, NaN where strokes are not known. Clips that are no pairs are paired within
    their labels, by level.
    """
    pairs = _neighbours(concept) if concept.paired else list(_matched(concept, levels))
    apart = np.array([[levels[one] - levels[other], strokes[one] - strokes[other]] for one, other in pairs])
    apart[:, np.isnan(apart).any(axis=0)] = 0.0
    spread = np.maximum(np.std(apart, axis=0), 1e-9)
    far = np.abs((apart - np.median(apart, axis=0)) / spread).sum(axis=1)
    return [pairs[place] for place in np.argsort(far, kind="stable")[:count]]


def heard(name: str, concept: Concept, places: tuple[int, int], clips: tuple[Clip, Clip], *,
          seconds: float, levels: Sequence[float], strokes: Sequence[float]) -> Heard:
    """A pair as it is played: cut to `seconds`, with one gain and short fades."""
    one, other = places
    with_, without = (clip.cut(0, min(seconds, clip.duration)) for clip in clips)
    gain = common_gain((with_, without), target=LOUDNESS, cap_db=MOST)
    more = strokes[one] - strokes[other]
    return Heard(name, concept.name, concept.examples[one].label, fade(louder(with_, gain)),
                 fade(louder(without, gain)), gain, levels[one] - levels[other], None if np.isnan(more) else int(more))


def _neighbours(concept: Concept) -> list[tuple[int, int]]:
    return [(place, place + 1) for place in range(0, len(concept.examples), 2)]


def _matched(concept: Concept, levels: np.ndarray) -> Iterator[tuple[int, int]]:
    """Each clip with the idea and the one without it of the same label, or else of any, that is nearest in level."""
    present, absent = halves(concept.examples)
    examples: Sequence[Example] = concept.examples
    for one in present:
        alike = [other for other in absent if examples[other].label == examples[one].label]
        others = np.array(alike or absent)
        yield int(one), int(others[np.argmin(np.abs(levels[others] - levels[one]))])
