"""What is known of when an idea sounds: the onsets of a source, the moments in which its stem sounds, or spans.

A truth is written as the name of a source (`castanets`: its strokes in the annotation `onsets`), as its stem
(`stem:voice`), or as an annotation that changes in time and one of its values (`modes:major`, where `modes` has rows
`[start, value, ...]`). Whether the clips tell it at all is asked by `vocabulary.check_told`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.locating import judging
from escucha.corpora.corpus import Source
from escucha.errors import InputError, unknown

STEM = "stem"
"""Before the colon: the moments in which a stem sounds."""


@dataclass(frozen=True, eq=False)
class Once:
    """A source that is asked but once for its stems and for what is known of it, as long as this is kept."""

    source: Source

    def clip(self) -> Clip:
        """See `Source`; made at each call."""
        return self.source.clip()

    def stems(self) -> dict[str, Clip]:
        """See `Source`."""
        return self._stems

    def annotations(self) -> Mapping[str, Any]:
        """See `Source`."""
        return self._annotations

    def key(self) -> str:
        """See `Source`."""
        return self.source.key()

    @cached_property
    def _stems(self) -> dict[str, Clip]:
        return self.source.stems()

    @cached_property
    def _annotations(self) -> Mapping[str, Any]:
        return self.source.annotations()


@dataclass(frozen=True)
class Truth:
    """Where to look it up."""

    source: str = ""
    """Whose strokes or stem; empty for an annotation."""
    annotation: str = ""
    value: str = ""
    """What the annotation says where the idea is."""
    by_stem: bool = False
    """Every moment in which the stem sounds, not its onsets alone: for what is sustained."""

    @classmethod
    def of(cls, told: object, concept: str) -> "Truth":
        """What a setting says; InputError for what is no text or lacks a word."""
        name, mark, value = str(told).partition(":")
        if not isinstance(told, str) or not name or bool(mark) != bool(value):
            raise InputError(f"the truth of {concept!r} is a source (\"castanets\"), a stem (\"stem:voice\") or an "
                             f"annotation and its value (\"modes:major\"), got {told!r}")
        if name == STEM:
            return cls(source=value, by_stem=True)
        return cls(annotation=name, value=value) if value else cls(source=name)

    @property
    def said(self) -> str:
        """As it is written."""
        if self.source:
            return f"{STEM}:{self.source}" if self.by_stem else self.source
        return f"{self.annotation}:{self.value}"

    def known(self, notes: Mapping[str, Any]) -> bool:
        """Do a clip's annotations say when it is, or that it is not?"""
        if self.source:
            return isinstance(notes.get("onsets"), Mapping)
        return self.annotation in notes

    def told_by(self, source: Source) -> bool:
        """Likewise of a clip, whose stem tells it too where no onsets are annotated."""
        return self.known(source.annotations()) or (self.by_stem and self.source in source.stems())

    def onsets(self, notes: Mapping[str, Any]) -> list[float]:
        """Seconds; none where the source does not sound, or the truth is another one."""
        return list(notes["onsets"].get(self.source, ())) if self.source and not self.by_stem else []

    def spans(self, source: Source, duration: float) -> list[tuple[float, float]]:
        """`(start, end)` seconds in which the annotation has its value, or the stem sounds; none of onsets."""
        if self.by_stem:
            at = judging.moments(duration)
            sounds = np.flatnonzero(np.diff(np.concatenate([[0], self.sounding(source, at), [0]]).astype(int)))
            return [(float(start), float(end)) for start, end in sounds.reshape(-1, 2) * judging.STEP]
        rows = [] if self.source else [*source.annotations()[self.annotation], [duration]]
        return [(float(row[0]), float(after[0])) for row, after in pairwise(rows) if str(row[1]) == self.value]

    def moments(self, source: Source, at: np.ndarray, tolerance: float) -> np.ndarray:
        """`(moment,)` booleans: is an onset within the tolerance (s), does the stem sound, is the moment in a span?"""
        if self.by_stem:
            return self.sounding(source, at)
        if self.source:
            return judging.near(at, self.onsets(source.annotations()), tolerance)
        return judging.within(at, self.spans(source, float(at[-1]) + judging.STEP))

    def sounding(self, source: Source, at: np.ndarray) -> np.ndarray:
        """`(moment,)` booleans: does the stem sound? Nowhere where there is none; spans are where they are."""
        if not self.source:
            return self.moments(source, at, 0.0)
        stem = source.stems().get(self.source)
        return np.zeros(len(at), dtype=bool) if stem is None else judging.sounding(stem, at)


def truths(told: Mapping[str, Any], concepts: Mapping[str, str]) -> dict[str, Truth]:
    """Concept to truth; `concepts` are cards to names. InputError for a concept that is not asked about."""
    for card in told:
        if card not in concepts:
            raise unknown("concept", card, concepts, "[truth]")
    return {concepts[card]: Truth.of(value, card) for card, value in told.items()}
