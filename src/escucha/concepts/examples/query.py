"""Examples that are clips of a corpus for which something is known to hold."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from escucha.concepts.examples.gathering import Gathered, Size
from escucha.concepts.examples.matching import Strata, example_of, matched, stratum
from escucha.config import Within
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError, unknown


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
    among: str = ""
    """Only clips for which this holds too are examples, with the idea or without it; empty: all may be."""
    examples: Annotated[int, Within(1, 10_000)] = 24
    """On each side, at most."""
    matched: tuple[str, ...] = ()
    """Annotations, such as `tonic`, in which with and without are equal one by one, as they are in their labels.

    They become part of an example's label, so that meaningless concepts have the same composition. A clip that lacks
    one is left out: nobody knows what it would match.
    """
    seed: int = 0

    def size(self, home: Path, where: str) -> Size:
        """As many as are asked for, at most: nothing is searched."""
        return Size(self.examples, self.examples, at_most=True)

    def gather(self, home: Path, where: str) -> Gathered:
        """As many with as without, stratum by stratum; InputError where no stratum has both."""
        from escucha.corpora.query import query
        from escucha.corpora.shelf import open_corpus

        corpus = open_corpus(self.corpus, where=where, base=home)
        having = {track.name for track in query(corpus, self.where)}
        strata = _strata(corpus, self.matched, where)
        known = [track for track in corpus if track.name in strata]
        asked = {track.name for track in query(corpus, self.among)} if self.among else strata.keys()
        chosen = matched([track for track in known if track.name in asked], having, strata, most=self.examples,
                         seed=self.seed)
        if not chosen:
            what = " and ".join(("labels", *self.matched))
            same = f" and value of {', '.join(self.matched)}" if self.matched else ""
            held = f"{self.where!r}{f' among {self.among!r}' if self.among else ''}"
            raise InputError(f"{held} in {where}: no label{same} of {corpus.origin} has clips for which it "
                             f"holds and clips for which it does not, so with and without would differ in their {what}")
        return (tuple(example_of(track, track.name in having, strata) for track in chosen),
                tuple(example_of(track, False, strata) for track in known))


def _strata(corpus: Corpus, matched: Sequence[str], where: str) -> Strata:
    """Of every track that has what is matched; InputError for an annotation that no track has."""
    facts = {track.name: track.source.annotations() for track in corpus}
    available = {name for found in facts.values() for name in found}
    for name in matched:
        if name not in available:
            raise unknown("annotation to match", name, available, where)
    return {track.name: stratum(track.labels, *(
        f"{name}={json.dumps(facts[track.name][name], sort_keys=True, ensure_ascii=False)}" for name in matched))
        for track in corpus if all(name in facts[track.name] for name in matched)}
