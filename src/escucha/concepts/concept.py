"""A concept: clips with an idea and clips without it, alike in everything else, and clips that mean nothing.

Conventions: in a paired concept each pair is two neighbouring examples, the one with the idea first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.corpora.corpus import Source
from escucha.errors import InputError

SPARE = 4
"""A concept brings at least this many times as many null examples as it has examples: with fewer, meaningless
concepts would share most of their clips and look more alike than they are. Of nuisance pairs, of every kind."""
SCARCE = {"program": 2}
"""Kinds that hold fewer times as many, because there are no more: the renderer has three guitars, so a score has two
others. Meaningless concepts about guitars are more alike than those about rooms and noises."""


@dataclass(frozen=True)
class Example:
    """One clip of a concept."""

    source: Source
    present: bool
    """Is the idea in it? In a null pair this is a coin's choice."""
    group: str
    """Artist, singer, file or render family: what must not stand on both sides of a split."""
    label: str = ""
    """Its palo or genre, empty where it is not known: meaningless concepts are made of the same labels."""
    kind: str = ""
    """Of a null pair: what differs in it. A meaningless concept differs in one thing throughout, as a real one does."""
    degree: float = 1.0
    """How far apart the members of its pair are, as a share of the whole range of a graded idea; 1 where the idea is
    there or not. Both members have the same."""
    level: float | None = None
    """How much of a graded idea is in it, in the idea's own unit."""


@dataclass(frozen=True)
class Concept:
    """An idea a classifier may or may not have, shown by examples; InputError where they show nothing."""

    name: str
    meaning: str
    """One sentence that a musician would sign."""
    examples: tuple[Example, ...]
    null: tuple[Example, ...]
    """What meaningless concepts of the same design are made of: nuisance pairs, or clips of the same corpus."""
    paired: bool
    """True when examples are counterfactual pairs: one score with and without the idea."""

    def __post_init__(self):
        sides = sum(example.present for example in self.examples)
        if not 0 < sides < len(self.examples):
            raise InputError(f"concept {self.name!r} has {sides} examples with the idea and "
                             f"{len(self.examples) - sides} without; both are needed")
        if not self.paired and any(example.degree != 1 for example in self.examples):
            raise InputError(f"concept {self.name!r} has degrees and no pairs; a degree is how far apart a pair is")
        if self.paired:
            _check_pairs(self.name, self.examples)
            _check_pairs(self.name, self.null)

    @property
    def graded(self) -> bool:
        """Is there more or less of the idea, rather than the idea or not?"""
        return all(example.level is not None for example in self.examples)

    @property
    def degrees(self) -> np.ndarray:
        """`(pair,)` of a paired concept."""
        return np.array([example.degree for example in self.examples[::2]])

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group that supplies an example or a null example, sorted: clips under test come from others."""
        return tuple(sorted({example.group for example in (*self.examples, *self.null)}))

    def check_spare(self) -> None:
        """Raise InputError when there are too few null examples, of any kind, to test the concept."""
        for kind, count in Counter(example.kind for example in self.null).items() or (("", 0),):
            times = SCARCE.get(kind, SPARE)
            if count < times * len(self.examples):
                raise InputError(f"concept {self.name!r} has {len(self.examples)} examples and {count} null examples"
                                 f"{f' of kind {kind!r}' if kind else ''}; a test needs {times} times as many "
                                 f"({times * len(self.examples)}): give it fewer examples or a larger pool")


def halves(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """`(with,)` and `(without,)` indices of the examples; of a paired concept, in the order of its pairs."""
    present = np.array([example.present for example in examples])
    return np.flatnonzero(present), np.flatnonzero(~present)


def _check_pairs(name: str, examples: Sequence[Example]) -> None:
    for first, second in zip(examples[::2], examples[1::2]):
        same = (first.group, first.label, first.kind, first.degree) == (second.group, second.label, second.kind,
                                                                        second.degree)
        if not first.present or second.present or not same:
            raise InputError(f"concept {name!r} is paired, but its neighbouring examples are not a clip with the idea "
                             "and the same one without it, of one group, label and degree")
    if len(examples) % 2:
        raise InputError(f"concept {name!r} is paired, but it has an odd number of examples ({len(examples)})")
