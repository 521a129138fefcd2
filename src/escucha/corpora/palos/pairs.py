"""Counterfactual pairs: one score rendered twice with exactly one thing changed; and ladders, at several levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from escucha.corpora.palos.family import family
from escucha.corpora.palos.palo import DEFAULT_PALOS, SOURCES
from escucha.corpora.palos.recipe import GUITARS, Recipe
from escucha.corpora.palos.score import annotations
from escucha.corpora.palos.source import PaloSource
from escucha.corpora.rendering.families import CONCEPT_FAMILIES
from escucha.corpora.rendering.room import NOISES, ROOMS
from escucha.corpora.rendering.streams import integer, stream
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Contrast:
    """What one concept means in a score: this key, with one value and with the other."""

    key: str
    with_: Any
    without: Any
    also: tuple[tuple[str, Any], ...] = ()
    """What both members need so that the contrast can be heard; set in the scores that lack it."""
    or_without: Any = None
    """What the member without it is in every second score; None for always the same."""


CONTRASTS: dict[str, Contrast] = {
    "palmas": Contrast("palmas", True, False),
    "castanets": Contrast("castanets", True, False),
    "voice": Contrast("voice", True, False),
    "cajon": Contrast("cajon", True, False),
    "guitar": Contrast("guitar", True, False, (("palmas", True),)),
    "rasgueado": Contrast("technique", "rasgueado", "arpegio", or_without="picado"),
    "arpegio": Contrast("technique", "arpegio", "rasgueado", or_without="picado"),
    "picado": Contrast("technique", "picado", "rasgueado", or_without="arpegio"),
    "twelve-beat-compas": Contrast("metre", "twelve", "ternary"),
    "ternary-metre": Contrast("metre", "ternary", "twelve", or_without="quaternary"),
    "quaternary-metre": Contrast("metre", "quaternary", "ternary", or_without="twelve"),
    "contratiempo": Contrast("contratiempo", True, False, (("palmas", True),)),
    "fast-tempo": Contrast("tempo_factor", 1.3, .7),
    "phrygian-mode": Contrast("mode", "phrygian", "major"),
    "major-mode": Contrast("mode", "major", "minor", or_without="phrygian"),
    "minor-mode": Contrast("mode", "minor", "major", or_without="phrygian"),
    "andalusian-cadence": Contrast("cadence", True, False, (("mode", "phrygian"),)),
    "melisma": Contrast("melisma", True, False, (("voice", True),)),
    "stepwise-melody": Contrast("line", "stepwise", "leaping", (("voice", True),)),
    "scale-melody": Contrast("run", "scale", "arpeggio", (("technique", "picado"),)),
    "brightness": Contrast("brightness", 6.0, -6.0),
    "loud": Contrast("loudness", 0.0, -12.0),
    "reverberant": Contrast("reverberation", 1.0, 0.0),
    "noise-floor": Contrast("noise_level", -38.0, -62.0),
}
"""Fast tempo is the score at 1.3 and at 0.7 times its tempo; brightness a high shelf of +6 and of -6 dB. Where three
things exclude each other (techniques, metres, modes) one stands against the two others, in turn."""


@dataclass(frozen=True)
class Graded:
    """What more or less of a concept means in a score: this key, at these levels."""

    key: str
    levels: tuple[float, ...]
    """From little to much, each a value of the key."""


GRADES: dict[str, Graded] = {
    "tempo": Graded("tempo_factor", (.7, .84, 1.0, 1.14, 1.3)),
    "brightness": Graded("brightness", (-6.0, -3.0, 0.0, 3.0, 6.0)),
    "loudness": Graded("loudness", (-12.0, -9.0, -6.0, -3.0, 0.0)),
    "reverberation": Graded("reverberation", (0.0, .25, .5, .75, 1.0)),
    "noise-level": Graded("noise_level", (-62.0, -56.0, -50.0, -44.0, -38.0)),
}
"""Tempo is a factor of the score's own, brightness a high shelf in dB, loudness a gain in dB, reverberation goes
from a dry room to a hall, the noise's level is in dB before the clip's gain."""

KIN = {"reverberant": "room", "reverberation": "room", "noise-floor": "noise", "noise-level": "noise"}
"""Concepts with the nuisance that changes their own quality: another room has more or less of an echo too, another
noise is louder or softer. To such a concept those pairs are not meaningless, so it is not compared with them.

Brightness has none, although another guitar is brighter or darker too: it changes the balance above and below 1.5 kHz
by 2 dB in the median pair and by 7 at most, brightness itself by 7 to 8. Guitars as nulls can only make
it harder to find.
"""
NUISANCES = ("room", "noise", "program")


@dataclass(frozen=True)
class Pair:
    """Two clips of one score, alike in all but one thing; both at the same gain."""

    with_: PaloSource
    without: PaloSource
    family: int
    palo: str


@dataclass(frozen=True)
class Ladder:
    """One score at every level of a graded concept, alike in all else; all at the same gain (but for loudness)."""

    rungs: tuple[PaloSource, ...]
    levels: tuple[float, ...]
    """One a rung, from little to much; see `GRADES`."""
    family: int
    palo: str


def counterfactual_pairs(change: str, *, pairs: int, seed: int, palos: Sequence[str] = DEFAULT_PALOS,
                         families: Sequence[int] = CONCEPT_FAMILIES, duration: float = 12.0) -> list[Pair]:
    """`pairs` pairs for a contrast of `CONTRASTS`, palos and families in turn.

    The default families are reserved: no corpus plays them. Those of a corpus may be given instead, as numbers.
    InputError for an unknown contrast.
    """
    if change not in CONTRASTS:
        raise unknown("contrast", change, CONTRASTS)
    contrast = CONTRASTS[change]
    made = []
    for index, base in enumerate(_scores(pairs, seed, palos, families, duration)):
        second = contrast.or_without is not None and index // len(palos) % 2
        made.append(_pair(_ready(base, contrast.also), contrast.key, contrast.with_,
                          contrast.or_without if second else contrast.without))
    return made


@lru_cache(maxsize=4096)
def _ready(base: Recipe, also: tuple[tuple[str, Any], ...]) -> Recipe:
    """The score with what a contrast needs, itself where it has it: then the clips of other contrasts serve again."""
    for key, value in also:
        known = annotations(base)
        if (key in known["sources"] if key in SOURCES else known[key]) != value:
            base = base.change(key, value)
    return base


def ladders(change: str, *, scores: int, seed: int, palos: Sequence[str] = DEFAULT_PALOS,
            families: Sequence[int] = CONCEPT_FAMILIES, duration: float = 12.0) -> list[Ladder]:
    """`scores` ladders for a graded concept of `GRADES`, of the scores that pairs with the same settings have.

    InputError for an unknown one.
    """
    if change not in GRADES:
        raise unknown("graded concept", change, GRADES)
    grade = GRADES[change]
    return [Ladder(tuple(PaloSource(base.change(grade.key, level)) for level in grade.levels), grade.levels,
                   base.family, base.palo)
            for base in _scores(scores, seed, palos, families, duration)]


def nuisance_pairs(*, pairs: int, seed: int, palos: Sequence[str] = DEFAULT_PALOS,
                   families: Sequence[int] = CONCEPT_FAMILIES, duration: float = 12.0,
                   kinds: Sequence[str] = NUISANCES, take: int = 0, change: str = "") -> list[Pair]:
    """`pairs` pairs of one score in another room, with another noise or another guitar (kinds in turn).

    Another `take` changes the same scores into other rooms, noises and guitars, while there are any. Which member is
    `with_` is chosen by a coin a score, also within a family: such a pair means nothing, and concept pairs are tested
    against it. With the `change` of a contrast its scores have what that needs, as its pairs have. InputError for an
    unknown kind.
    """
    for kind in kinds:
        if kind not in NUISANCES:
            raise unknown("nuisance", kind, NUISANCES)
    if not kinds:
        raise InputError(f"a nuisance pair needs a kind; available: {', '.join(NUISANCES)}")
    made = []
    also = CONTRASTS[change].also if change in CONTRASTS else ()
    for index, score in enumerate(_scores(pairs, seed, palos, families, duration)):
        base, kind = _ready(score, also), kinds[index % len(kinds)]
        own, other = _others(base, kind, take)
        played = {own: PaloSource(base), other: PaloSource(base.change(kind, other))}  # the score itself once
        first, second = stream(base.seed, "nuisance", kind, take).permutation([own, other])
        made.append(Pair(played[int(first)], played[int(second)], base.family, base.palo))
    return made


def _others(recipe: Recipe, kind: str, take: int) -> tuple[int, int]:
    """This family's own value and another one of the same kind."""
    habits = family(recipe.family)
    own, known = {"room": (habits.room, range(ROOMS)), "noise": (habits.noise, range(NOISES)),
                  "program": (habits.guitar, GUITARS)}[kind]
    rest = [value for value in known if value != own]
    return own, int(stream(recipe.seed, "other", kind).permutation(rest)[take % len(rest)])


def _scores(pairs: int, seed: int, palos: Sequence[str], families: Sequence[int], duration: float) -> list[Recipe]:
    if pairs < 1:
        raise InputError(f"pairs or scores is 1 or more, got {pairs!r}")
    if not palos or not families:
        raise InputError("pairs need at least one palo and one family to play them")
    return [Recipe(palos[index % len(palos)], integer(seed, "pair", index),
                   int(families[index // len(palos) % len(families)]), duration) for index in range(pairs)]


def _pair(base: Recipe, key: str, with_: Any, without: Any) -> Pair:
    return Pair(PaloSource(base.change(key, with_)), PaloSource(base.change(key, without)), base.family, base.palo)
