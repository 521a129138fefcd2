"""Examples that are clips of a corpus with one of their stems and without it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.concepts.concept import SPARE, Example
from escucha.concepts.examples.gathering import Gathered, Size
from escucha.concepts.examples.matching import stratum
from escucha.config import Within
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.corpora.excerpts import Disturbed, Excerpt, Stem, Without, excerpt_with
from escucha.corpora.nuisances import NUISANCES
from escucha.errors import InputError


@dataclass(frozen=True)
class Stems:
    """Counterfactual pairs of real music: the part of a clip where a stem is loudest, as it is and without the stem.

    The null examples are the same parts, as they are and in another room, with a noise floor, or brighter or darker.
    """

    paired: ClassVar[bool] = True
    corpus: dict[str, Any]
    """A `[corpus]` table; none of its groups will be among the clips under test."""
    stem: str
    """Such as `voice`; of a separator what it calls its sources, such as `percussive`."""
    separator: str = ""
    """Of `escucha.audio.separate`, such as `hpss` or `demucs`; empty: the clips' own stems."""
    pairs: Annotated[int, Within(2, 10_000)] = 36
    """At most: labels in turn, and of each label groups in turn, where the stem and what is left are both heard."""
    duration: Annotated[float, Within(0.5, 600)] = 6.0
    """Seconds."""
    seed: int = 0

    def size(self, home: Path, where: str) -> Size:
        """As many as are asked for, at most: nothing is opened."""
        return Size(self.pairs, self.pairs, at_most=True)

    def gather(self, home: Path, where: str) -> Gathered:
        """Two neighbouring examples a pair; InputError where fewer than two clips have the stem."""
        from escucha.corpora.shelf import open_corpus

        corpus = open_corpus(self.corpus, where=where, base=home)
        stem = Stem(self.stem, self.separator)
        found = self._found(corpus, stem, where)
        examples = [example for track, excerpt in found
                    for example in _pair(track, excerpt, Without(excerpt, stem))]
        null = [example for place, (track, excerpt) in enumerate(found)
                for example in _nuisances(track, excerpt, np.random.default_rng([self.seed, place]))]
        return tuple(examples), tuple(null)

    def _found(self, corpus: Corpus, stem: Stem, where: str) -> list[tuple[Track, Excerpt]]:
        """As many as are asked for, or all there are; the others are not opened."""
        from escucha.audio.separate import asked
        from escucha.corpora.reading import Unreadable, each, say_left_out

        if stem.separator:
            asked(stem.separator)  # which says what is wrong before anything is separated
        turns, found, without = _turns(corpus, self.seed), list[tuple[Track, Excerpt]](), Counter[str]()
        unread: list[str] = []
        while len(found) < self.pairs and (batch := list(islice(turns, self.pairs - len(found)))):
            look = partial(excerpt_with, stem=stem, duration=self.duration)
            for track, place in zip(batch, each(look, [track.source for track in batch], slow=len(batch))):
                if isinstance(place, Excerpt):
                    found.append((track, place))
                elif isinstance(place, Unreadable):
                    unread.append(place.reason)
                else:
                    without[str(place)] += 1
        say_left_out(unread, corpus)
        if len(found) < 2:
            why, count = (without.most_common(1) or [("", 0)])[0]
            raise InputError(f"stem {self.stem!r} in {where} is heard in {len(found)} of {len(corpus)} clips of "
                             f"{corpus.origin}; of {count}: {why}")
        return found


def _turns(corpus: Corpus, seed: int) -> Iterator[Track]:
    """All tracks in random order: labels in turn, and within each its groups in turn."""
    rng = np.random.default_rng(seed)
    lanes = []
    for labels in sorted({track.labels for track in corpus}):
        mine = [track for track in corpus if track.labels == labels]
        seen, order = Counter[str](), []
        for place in rng.permutation(len(mine)):
            order.append((seen[mine[place].group], mine[place]))
            seen[mine[place].group] += 1
        lanes.append([track for _, track in sorted(order, key=lambda one: one[0])])
    yield from (track for row in zip_longest(*lanes) for track in row if track is not None)


def _nuisances(track: Track, excerpt: Excerpt, rng: np.random.Generator) -> Iterator[Example]:
    """SPARE pairs of every kind, each turned by a coin of its own, also beside others of its group."""
    for kind, (_, count) in NUISANCES.items():
        for number in rng.permutation(count)[:SPARE]:
            sounds: Sequence[Source] = (excerpt, Disturbed(excerpt, kind, int(number), int(rng.integers(2**31))))
            turned = int(rng.integers(2))
            yield from _pair(track, sounds[turned], sounds[1 - turned], kind)


def _pair(track: Track, first: Source, second: Source, kind: str = "") -> tuple[Example, Example]:
    label = stratum(track.labels)
    return (Example(first, True, track.group, label, kind), Example(second, False, track.group, label, kind))
