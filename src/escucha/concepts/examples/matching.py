"""With and without alike in composition: as many of each stratum (a label, or a label and what else is matched)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from escucha.concepts.concept import Example
from escucha.corpora.corpus import Track

T = TypeVar("T")
Strata = Mapping[str, str]
"""A track's name to its label, with the values of what is matched."""


def stratum(labels: Sequence[str], *also: str) -> str:
    """The label of an example: what its clip is called, and what else is matched; what is not known is left out.

    >>> stratum(("solea",), "program=24"), stratum(("palmas", "voice")), stratum(())
    ('solea; program=24', 'palmas;voice', '')
    """
    return "; ".join(filter(None, (";".join(labels), *also)))


def example_of(track: Track, present: bool, strata: Strata) -> Example:
    """The track's clip, with the idea or without it."""
    return Example(track.source, present, track.group, strata[track.name])


def matched(tracks: Sequence[Track], having: Collection[str], strata: Strata, *, most: int, seed: int) -> list[Track]:
    """Equally many with (named in `having`) and without of each stratum, until `most` on each side; pairs in turn.

    Strata have their turns in random order: where there are more of them than examples, those that come first in the
    alphabet would be all that is heard, such as one instrument or one key.
    """
    rng = np.random.default_rng(seed)
    sides: dict[str, tuple[list[Track], list[Track]]] = defaultdict(lambda: ([], []))
    for track in tracks:
        sides[strata[track.name]][track.name not in having].append(track)
    decks = [list(zip(_shuffled(with_, rng), _shuffled(without, rng))) for _, (with_, without) in sorted(sides.items())]
    rounds = zip_longest(*_shuffled([deck for deck in decks if deck], rng))
    return [track for turn in rounds for pair in turn if pair is not None for track in pair][:2 * most]


def _shuffled(items: Sequence[T], rng: np.random.Generator) -> list[T]:
    return [items[place] for place in rng.permutation(len(items))]
