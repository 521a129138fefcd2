"""Examples that are clips of a corpus for which something is known to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.concepts.concept import Example
from escucha.concepts.examples.gathering import Gathered
from escucha.config import Within
from escucha.corpora.corpus import Track
from escucha.errors import InputError


@dataclass(frozen=True)
class Query:
    """Clips of a corpus for which an expression holds, and clips of the same labels for which it does not.

    The null examples are all clips of the corpus.
    """

    paired: ClassVar[bool] = False
    corpus: dict[str, Any]
    """A `[corpus]` table; none of its groups will be among the clips under test."""
    where: str
    """Such as `"castanets" in sources` or `tempo > 180`; see `escucha.corpora.query`."""
    examples: Annotated[int, Within(1, 10_000)] = 24
    """On each side, at most."""
    seed: int = 0

    def gather(self, home: Path, where: str) -> Gathered:
        """As many with as without, label by label; InputError where no label has both."""
        from escucha.corpora.query import query
        from escucha.corpora.shelf import open_corpus

        corpus = open_corpus(self.corpus, where=where, base=home)
        having = {track.name for track in query(corpus, self.where)}
        chosen = _matched(list(corpus), having, self.examples, np.random.default_rng(self.seed))
        if not chosen:
            raise InputError(f"{self.where!r} in {where}: no label of {corpus.origin} has clips for which it holds and "
                             "clips for which it does not, so with and without would differ in their labels")
        return (tuple(_example(track, track.name in having) for track in chosen),
                tuple(_example(track, False) for track in corpus))


def _matched(tracks: Sequence[Track], having: set[str], most: int, rng: np.random.Generator) -> list[Track]:
    """Equally many with and without of each label, labels in turn, until `most` on each side."""
    decks = []
    for label in sorted({track.labels for track in tracks}):
        sides = [[track for track in tracks if track.labels == label and (track.name in having) is there]
                 for there in (True, False)]
        shuffled = [[side[place] for place in rng.permutation(len(side))] for side in sides]
        decks.append(list(zip(*shuffled)))
    rounds = [deck[turn] for turn in range(max(map(len, decks), default=0)) for deck in decks if turn < len(deck)]
    return [track for pair in rounds[:most] for track in pair]


def _example(track: Track, present: bool) -> Example:
    return Example(track.source, present, track.group, ";".join(track.labels))
