"""How far the two members of a counterfactual pair are apart in what the concept is not: level and strokes.

A concept that makes the clip louder or busier may be heard by that alone; a reader should be able to see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from escucha.audio.clip import Clip
from escucha.audio.loudness import level
from escucha.concepts.concept import Concept, Example


@dataclass(frozen=True)
class Contrast:
    """One pair, with the idea minus without it."""

    concept: str
    group: str
    label: str
    level: float
    """dB, of the root mean square."""
    onsets: int | None
    """Annotated strokes of all sources; None where nothing is annotated."""


def contrasts(concept: Concept, clips: Iterable[Clip]) -> tuple[Contrast, ...]:
    """One a pair; `clips` are those of `concept.examples`, whose pairs are neighbours, the one with the idea first."""
    levels = [level(clip) for clip in clips]
    pairs = zip(concept.examples[::2], concept.examples[1::2], levels[::2], levels[1::2])
    return tuple(Contrast(concept.name, one.group, one.label, loud - soft, _more(onsets(one), onsets(other)))
                 for one, other, loud, soft in pairs)


def onsets(example: Example) -> int | None:
    """Annotated strokes of all its sources; None where nothing is annotated."""
    known = example.source.annotations().get("onsets")
    return None if known is None else sum(len(times) for times in known.values())


def _more(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
