"""What is known of when an idea sounds: the onsets of a source and its stem, or spans of an annotation.

A truth is written as the name of a source (`castanets`: its strokes in the annotation `onsets`, and its stem), or as
an annotation that changes in time and one of its values (`modes:major`, where `modes` has rows `[start, value, ...]`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from escucha.concepts.locating import judging
from escucha.corpora.corpus import Source
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Truth:
    """Where to look it up."""

    name: str
    """A source, or an annotation."""
    value: str = ""
    """Of an annotation: what it says where the idea is. Empty: `name` is a source."""

    @classmethod
    def of(cls, told: object, concept: str) -> "Truth":
        """What a setting says; InputError for what is no text or lacks a word."""
        name, mark, value = str(told).partition(":")
        if not isinstance(told, str) or not name or bool(mark) != bool(value):
            raise InputError(f"the truth of {concept!r} is a source (\"castanets\") or an annotation and its value "
                             f"(\"modes:major\"), got {told!r}")
        return cls(name, value)

    @property
    def is_source(self) -> bool:
        """Are there strokes and a stem?"""
        return not self.value

    def known(self, notes: Mapping[str, Any]) -> bool:
        """Do a clip's annotations say when it is, or that it is not?"""
        return ("onsets" if self.is_source else self.name) in notes

    def onsets(self, notes: Mapping[str, Any]) -> list[float]:
        """Seconds; none where the source does not sound, or the truth is of spans."""
        return list(notes["onsets"].get(self.name, ())) if self.is_source else []

    def spans(self, notes: Mapping[str, Any]) -> list[tuple[float, float]]:
        """`(start, end)` seconds of the annotation's value; none of a source."""
        if self.is_source:
            return []
        rows = [*notes[self.name], [np.inf]]
        return [(float(row[0]), float(after[0])) for row, after in pairwise(rows)
                if str(row[1]) == self.value]

    def moments(self, notes: Mapping[str, Any], at: np.ndarray, tolerance: float) -> np.ndarray:
        """`(moment,)` booleans: is an onset within the tolerance (s), or does the moment lie in a span?"""
        if self.is_source:
            return judging.near(at, self.onsets(notes), tolerance)
        return judging.within(at, self.spans(notes))

    def sounding(self, source: Source, at: np.ndarray, rate: int) -> np.ndarray | None:
        """`(moment,)` booleans: does the stem sound? None where there is no stem; spans are where they are."""
        from escucha.audio.io import resample

        if not self.is_source:
            return self.moments(source.annotations(), at, 0.0)
        stem = source.stems().get(self.name)
        return None if stem is None else judging.sounding(resample(stem, rate), at)


def truths(told: Mapping[str, Any], concepts: Mapping[str, str]) -> dict[str, Truth]:
    """Concept to truth; `concepts` are cards to names. InputError for a concept that is not asked about."""
    for card in told:
        if card not in concepts:
            raise unknown("concept", card, concepts, "[truth]")
    return {concepts[card]: Truth.of(value, card) for card, value in told.items()}
