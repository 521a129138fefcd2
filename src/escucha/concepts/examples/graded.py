"""Examples of more and of less of an idea, from the renderer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from escucha.concepts.concept import Example
from escucha.concepts.examples.pairs import Pairs

if TYPE_CHECKING:
    from escucha.corpora.palos import Ladder


@dataclass(frozen=True)
class Graded(Pairs):
    """One score at two of the levels of a graded idea, near ones and far ones in turn, and nothing else changed.

    Settings, scores and null examples are those of `pairs`; `change` is a key of `corpora.palos.pairs.GRADES`.
    """

    def known(self) -> tuple[str, Iterable[str]]:
        """What `change` is, and what it may be."""
        from escucha.corpora.palos import GRADES

        return "graded concept", GRADES

    def shown(self, request: dict[str, Any]) -> tuple[Example, ...]:
        """Two neighbouring examples a score, more of the idea first; InputError for an unknown graded concept."""
        from escucha.corpora.palos import ladders

        asked = {**request, "scores": request["pairs"]}
        del asked["pairs"]
        return tuple(example for number, ladder in enumerate(ladders(self.change, **asked))
                     for example in _two_rungs(ladder, number))


def _two_rungs(ladder: "Ladder", number: int) -> Iterator[Example]:
    """Every two rungs have their turn; the degree is their share of the whole ladder."""
    ways = list(combinations(range(len(ladder.levels)), 2))
    less, more = ways[number % len(ways)]
    degree = (ladder.levels[more] - ladder.levels[less]) / (ladder.levels[-1] - ladder.levels[0])
    for rung in (more, less):
        yield Example(ladder.rungs[rung], rung == more, f"family-{ladder.family:04d}", ladder.palo, degree=degree,
                      level=ladder.levels[rung])
