"""Examples that are counterfactual pairs from the renderer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from escucha.concepts.concept import SCARCE, Example
from escucha.concepts.examples.gathering import Gathered, Size
from escucha.config import Within
from escucha.errors import InputError, unknown

if TYPE_CHECKING:
    from escucha.corpora.palos import Pair

TAKES = (*(("room", take) for take in range(4)), *(("noise", take) for take in range(4)),
         *(("program", take) for take in range(SCARCE["program"])))
"""The ten nuisance pairs of every score: four other rooms, four other noises, the two other guitars there are."""


@dataclass(frozen=True)
class Pairs:
    """Counterfactual pairs from the renderer: one score with and without the idea, and nothing else changed.

    Each pair is of another family while there are any, so that there are as many groups as pairs. The null examples
    are nuisance pairs of the same scores, but none of the kind that changes the idea's own quality.
    """

    paired: ClassVar[bool] = True
    change: str
    """A contrast of `escucha.corpora.palos.pairs.CONTRASTS`."""
    pairs: Annotated[int, Within(1, 10_000)] = 36
    seed: int = 0
    duration: float = 6.0
    """Seconds."""

    def size(self, home: Path, where: str) -> Size:
        """As many as are asked for: nothing is written or rendered."""
        next(self._requests(where))
        return Size(self.pairs, self.pairs)

    def gather(self, home: Path, where: str) -> Gathered:
        """Two neighbouring examples a pair; InputError for an unknown contrast."""
        from escucha.corpora.palos import KIN, nuisance_pairs

        requests = list(self._requests(where))
        changed = tuple(example for request in requests for example in self.shown(request))
        null = [_both([pair for request in requests
                       for pair in nuisance_pairs(kinds=(kind,), take=take, change=self.change, **request)], kind)
                for kind, take in TAKES if kind != KIN.get(self.change)]
        return changed, tuple(example for taken in null for example in taken)

    def known(self) -> tuple[str, Iterable[str]]:
        """What `change` is, and what it may be."""
        from escucha.corpora.palos import CONTRASTS

        return "contrast", CONTRASTS

    def shown(self, request: dict[str, Any]) -> tuple[Example, ...]:
        """The pairs themselves; `request` is what to ask of the renderer."""
        from escucha.corpora.palos import counterfactual_pairs

        return _both(counterfactual_pairs(self.change, **request))

    def _requests(self, where: str) -> Iterator[dict[str, Any]]:
        """What to ask of the renderer for each palo: its share of the pairs, and families of its own."""
        from escucha.corpora.palos import CONCEPT_FAMILIES
        from escucha.corpora.palos import DEFAULT_PALOS as PALOS

        what, known = self.known()
        if self.change not in known:
            raise unknown(what, self.change, known, where)
        if self.pairs < len(PALOS):
            raise InputError(f"pairs = {self.pairs} in {where} gives some palo none; ask for {len(PALOS)} or more")
        for place, palo in enumerate(PALOS):
            yield {"palos": (palo,), "pairs": len(range(place, self.pairs, len(PALOS))),
                   "families": CONCEPT_FAMILIES[place::len(PALOS)], "seed": self.seed * len(PALOS) + place,
                   "duration": self.duration}


def _both(pairs: Sequence["Pair"], kind: str = "") -> tuple[Example, ...]:
    return tuple(Example(source, present, f"family-{pair.family:04d}", pair.palo, kind)
                 for pair in pairs for source, present in ((pair.with_, True), (pair.without, False)))
