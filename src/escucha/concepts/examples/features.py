"""Examples that are the clips of a corpus with the most and the least of something that can be measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from escucha.concepts.examples.gathering import Gathered, Size
from escucha.concepts.examples.matching import example_of, matched, stratum
from escucha.config import Within, cache_folder
from escucha.corpora.corpus import Track
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Features:
    """Of each label of a corpus the clips with the most of a feature, and those with the least.

    The quarters are taken within each label, so that with and without have the same labels. The null examples are all
    clips that could be measured; one that cannot be read, or is silent, is left out and counted in a warning.
    """

    paired: ClassVar[bool] = False
    corpus: dict[str, Any]
    """A `[corpus]` table; none of its groups will be among the clips under test."""
    feature: str
    """A key of `escucha.corpora.measures.FEATURES_OF_CLIPS`."""
    high: Annotated[float, Within(0.01, 0.5)] = 0.25
    """Share of each label's clips, those with the most, that have the idea."""
    low: Annotated[float, Within(0.01, 0.5)] = 0.25
    """Share of each label's clips, those with the least, that are without it."""
    examples: Annotated[int, Within(1, 10_000)] = 24
    """On each side, at most."""
    seed: int = 0

    def size(self, home: Path, where: str) -> Size:
        """As many as are asked for, at most: nothing is measured."""
        from escucha.corpora.measures import FEATURES_OF_CLIPS

        if self.feature not in FEATURES_OF_CLIPS:
            raise unknown("feature", self.feature, FEATURES_OF_CLIPS, where)
        return Size(self.examples, self.examples, at_most=True)

    def gather(self, home: Path, where: str) -> Gathered:
        """As many with as without, label by label; InputError where no label has clips that differ in the feature."""
        from escucha.corpora.measures import measured
        from escucha.corpora.reading import say_left_out
        from escucha.corpora.shelf import open_corpus

        corpus = open_corpus(self.corpus, where=where, base=home)
        values = measured([track.source for track in corpus], self.feature, cache=cache_folder())
        say_left_out([value for value in values if isinstance(value, str)], corpus)
        known = [(track, value) for track, value in zip(corpus, values) if not isinstance(value, str)]
        ends = list(self._ends(known))
        if not ends:
            raise InputError(f"feature {self.feature!r} in {where}: no label of {corpus.origin} has clips enough that "
                             "differ in it; give it a larger corpus, or larger shares 'high' and 'low'")
        strata = {track.name: stratum(track.labels) for track, _ in known}
        having = {track.name for track, there in ends if there}
        chosen = matched([track for track, _ in ends], having, strata, most=self.examples, seed=self.seed)
        return (tuple(example_of(track, track.name in having, strata) for track in chosen),
                tuple(example_of(track, False, strata) for track, _ in known))

    def _ends(self, known: list[tuple[Track, float]]) -> Iterator[tuple[Track, bool]]:
        """The clips of each label with the most and with the least, where the two differ."""
        for labels in sorted({track.labels for track, _ in known}):
            mine = sorted((one for one in known if one[0].labels == labels), key=lambda one: (one[1], one[0].name))
            low, high = int(self.low * len(mine)), int(self.high * len(mine))
            if low and high and mine[low - 1][1] < mine[-high][1]:
                yield from ((track, False) for track, _ in mine[:low])
                yield from ((track, True) for track, _ in mine[-high:])
