"""How far the two members of a counterfactual pair are apart in what the concept is not: level and strokes.

A concept that makes the clip louder or busier may be heard by that alone; a reader should be able to see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.concept import Concept, Example

QUIETEST = 1e-9
"""Root mean square below which a clip's level is that of silence."""


@dataclass(frozen=True)
class Contrast:
    """One pair, with the idea minus without it."""

    concept: str
    group: str
    label: str
    level: float
    """dB, of the root mean square."""
    onsets: int
    """Annotated strokes of all sources; 0 where nothing is annotated."""


def contrasts(concept: Concept, clips: Iterable[Clip]) -> tuple[Contrast, ...]:
    """One a pair; `clips` are those of `concept.examples`, whose pairs are neighbours, the one with the idea first."""
    levels = [level(clip) for clip in clips]
    pairs = zip(concept.examples[::2], concept.examples[1::2], levels[::2], levels[1::2])
    return tuple(Contrast(concept.name, one.group, one.label, loud - soft,
                          (onsets(one) or 0) - (onsets(other) or 0))
                 for one, other, loud, soft in pairs)


def level(clip: Clip) -> float:
    """dB of full scale, of the root mean square."""
    return 20 * float(np.log10(max(float(np.sqrt(np.mean(np.square(clip.wave)))), QUIETEST)))


def onsets(example: Example) -> int | None:
    """Annotated strokes of all its sources; None where nothing is annotated."""
    known = example.source.annotations().get("onsets")
    return None if known is None else sum(len(times) for times in known.values())
