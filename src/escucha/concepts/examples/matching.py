"""With and without alike in composition: as many of each stratum (a label, or a label and what else is matched)."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from escucha.corpora.corpus import Track

Strata = Mapping[str, str]
"""A track's name to its label, with the values of what is matched."""


def matched(tracks: Sequence[Track], having: Collection[str], strata: Strata, *, most: int, seed: int) -> list[Track]:
    """Equally many with (named in `having`) and without of each stratum, strata in turn, until `most` on each side."""
    rng = np.random.default_rng(seed)
    decks = []
    for stratum in sorted(set(strata.values())):
        sides = [[track for track in tracks if strata[track.name] == stratum and (track.name in having) is there]
                 for there in (True, False)]
        shuffled = [[side[place] for place in rng.permutation(len(side))] for side in sides]
        decks.append(list(zip(*shuffled)))
    rounds = [deck[turn] for turn in range(max(map(len, decks), default=0)) for deck in decks if turn < len(deck)]
    return [track for pair in rounds[:most] for track in pair]
