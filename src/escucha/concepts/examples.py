"""Where a concept's clips come from: the `[examples]` of a card, by kind.

Each kind is frozen settings whose `gather(home, where)` gives the examples and the null examples; relative paths are
from the home. An example's group and label are known, or said to be unknown; they are never guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

import numpy as np

from escucha.concepts.concept import SCARCE, Example
from escucha.config import Within
from escucha.corpora.corpus import Track
from escucha.errors import InputError

if TYPE_CHECKING:
    from escucha.corpora.palos import Pair

Gathered = tuple[tuple[Example, ...], tuple[Example, ...]]
"""Examples, and null examples."""

TAKES = (*(("room", take) for take in range(4)), *(("noise", take) for take in range(4)),
         *(("program", take) for take in range(SCARCE["program"])))
"""The ten nuisance pairs of every score: four other rooms, four other noises, the two other guitars there are."""


class Examples(Protocol):
    """Settings of one kind."""

    paired: ClassVar[bool]

    def gather(self, home: Path, where: str) -> Gathered:
        """Examples and null examples; InputError, naming `where`, for what cannot be found."""


@dataclass(frozen=True)
class Pairs:
    """Counterfactual pairs from the renderer: one score with and without the idea, and nothing else changed.

    Each pair is of another family while there are any, so that there are as many groups as pairs. The null examples
    are nuisance pairs of the same scores.
    """

    paired: ClassVar[bool] = True
    change: str
    """A contrast of `escucha.corpora.palos.pairs.CONTRASTS`."""
    pairs: Annotated[int, Within(1, 10_000)] = 36
    seed: int = 0
    duration: float = 6.0
    """Seconds."""

    def gather(self, home: Path, where: str) -> Gathered:
        """Two neighbouring examples a pair; InputError for an unknown contrast."""
        from escucha.corpora.palos import counterfactual_pairs, nuisance_pairs

        requests = list(self._requests(where))
        changed = [pair for request in requests for pair in counterfactual_pairs(self.change, **request)]
        null = [_both([pair for request in requests for pair in nuisance_pairs(kinds=(kind,), take=take, **request)],
                      kind) for kind, take in TAKES]
        return _both(changed), tuple(example for taken in null for example in taken)

    def _requests(self, where: str) -> Iterator[dict[str, Any]]:
        """What to ask of the renderer for each palo: its share of the pairs, and families of its own."""
        from escucha.corpora.palos import CONCEPT_FAMILIES
        from escucha.corpora.palos import DEFAULT_PALOS as PALOS

        if self.pairs < len(PALOS):
            raise InputError(f"pairs = {self.pairs} in {where} gives some palo none; ask for {len(PALOS)} or more")
        for place, palo in enumerate(PALOS):
            yield {"palos": (palo,), "pairs": len(range(place, self.pairs, len(PALOS))),
                   "families": CONCEPT_FAMILIES[place::len(PALOS)], "seed": self.seed * len(PALOS) + place,
                   "duration": self.duration}


def _both(pairs: Sequence["Pair"], kind: str = "") -> tuple[Example, ...]:
    return tuple(Example(source, present, f"family-{pair.family:04d}", pair.palo, kind)
                 for pair in pairs for source, present in ((pair.with_, True), (pair.without, False)))


@dataclass(frozen=True)
class Folders:
    """Audio files in one folder with the idea and in another without it, and a pool of clips that may do either.

    A file's label is the first folder below, where there is one (`with/bulerias/a.mp3`); a file directly inside has
    none that is known. The pool is what meaningless concepts are made of: the same labels, four times as many clips.
    """

    paired: ClassVar[bool] = False
    without: str
    """The folder of clips without the idea."""
    pool: str
    group: str
    """What must not cross a split, as in a folder corpus: `parent`, `file`, or a pattern with one bracket."""
    with_: str = ""
    """The folder of clips with the idea; `with` in a card."""

    def gather(self, home: Path, where: str) -> Gathered:
        """One example a file; InputError for a missing or empty folder, or a group that cannot be found."""
        if not self.with_:
            raise InputError(f"[examples] in {where} lacks the key 'with'; add it")
        present, without = self._files(home / self.with_, True), self._files(home / self.without, False)
        return (*present, *without), tuple(self._files(home / self.pool, False))

    def _files(self, root: Path, present: bool) -> list[Example]:
        from escucha.corpora.folder import FileSource, grouping_rule, list_audio

        if not root.is_dir():
            raise InputError(f"there is no folder {root}; check the path")
        group = grouping_rule(self.group, root)
        made = []
        for file in list_audio(root):
            inner = file.relative_to(root).parts
            label = inner[0] if len(inner) > 1 else ""
            made.append(Example(FileSource(file), present, group(file, root / label, root), label))
        return made


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


EXAMPLES: dict[str, type[Examples]] = {"pairs": Pairs, "folders": Folders, "query": Query}
"""Kind of a card's `[examples]` to its settings."""
