"""How a clip is taken apart, as settings say it: what every experiment that explains clips has in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from escucha.audio.clip import Clip
from escucha.audio.separate import SEPARATORS, asked, content
from escucha.corpora.stems import separated
from escucha.errors import InputError, unknown
from escucha.experiments.workbench import Workbench
from escucha.explain.factorization import Factorization, of_sources
from escucha.explain.segments import Moments, Segments

ALONE = ("stems", "none")
"""Of these no separator is asked."""
PARTS = ("stems", *SEPARATORS, "none")
"""Ways to take a clip apart: its own sources, a separator, or time and bands alone."""
FOUND = ("beats", "bars", "cycles")
"""Segments that the music gives: `beats` and `bars` are annotated or found, `cycles` (compás) annotated."""

Stems = Callable[[], dict[str, Clip]]
"""A clip's own sources, made when they are asked for."""


@dataclass(frozen=True)
class Apart:
    """Sources x bands x segments, and what stands for a part that is off."""

    parts: str = "hpss"
    """`stems` (the clip's own), a separator of SEPARATORS (`nmf/8`: eight components) or `none`."""
    segments: int | str | tuple[float, ...] = "windows"
    """`windows`, `windows/2` (so many in each), a number of equal ones, `beats`, `bars`, `cycles`, or times in s."""
    bands: int | tuple[float, ...] = 1
    """So many bands of equal width in mel, or the edges between them in Hz; 1: all frequencies together."""

    def check(self) -> None:
        """Raise InputError for what needs no model and no clip to be wrong."""
        if self.parts.partition("/")[0].partition(":")[0] not in PARTS:
            raise unknown("parts", self.parts, PARTS)
        if self.parts not in ALONE:
            asked(self.parts)
        if self.segments not in FOUND:
            segments_of(self.segments)
        if isinstance(self.bands, tuple) and any(low >= high for low, high in pairwise((0.0, *self.bands))):
            raise InputError(f"bands {', '.join(f'{edge:g}' for edge in self.bands)}: the edges between bands rise, in "
                             "Hz, each above 0")

    def inputs(self) -> list[str]:
        """What the parts depend on beside the settings and the clip: the separator, its weights, its revision."""
        return [] if self.parts in ALONE else [content(self.parts)]

    def factorize(self, clip: Clip, *, window: int, workbench: Workbench, stems: Stems | None = None,
                  annotations: Mapping[str, Any] | None = None, offset: float = 0.0) -> Factorization:
        """The clip's parts; `window` in samples. `stems` and `annotations` are what is known of it beforehand.

        Annotations are of the whole track, in which the clip begins at `offset` seconds.
        Separated sources come from the cache where they are there. InputError where parts `stems` are not known.
        """
        sources = self._sources(clip, workbench, stems)
        cuts = self._segments(clip, annotations or {}, offset)
        return of_sources(clip, sources, segments=cuts, window=window, bands=self.bands)

    def _sources(self, clip: Clip, workbench: Workbench, stems: Stems | None) -> dict[str, Clip]:
        if self.parts == "none":
            return {}
        if self.parts != "stems":
            return separated(clip, self.parts, workbench.cache)
        known = {} if stems is None else stems()
        if not known:
            raise InputError("the stems of this clip are not known; use parts = 'hpss'")
        return known

    def _segments(self, clip: Clip, annotations: Mapping[str, Any], offset: float) -> Segments:
        if self.segments not in FOUND:
            return segments_of(self.segments)
        from escucha.experiments.clips.musical_time import moments

        found = moments(clip, str(self.segments), annotations, offset=offset)
        return Moments(found, str(self.segments))


def segments_of(given: int | str | tuple[float, ...]) -> Segments:
    """Segments as `Factorization` takes them.

    >>> segments_of(4), segments_of("windows"), segments_of("windows/2"), segments_of((1.5, 3.0))
    (4, 'windows', ('windows', 2), Moments(seconds=(1.5, 3.0), name='moments'))
    """
    if isinstance(given, int):
        return given
    if isinstance(given, tuple):
        return Moments(given)
    word, slash, number = given.partition("/")
    if given == "windows":
        return "windows"
    if word == "windows" and slash and number.isdecimal() and int(number) > 0:
        return ("windows", int(number))
    raise InputError(f"unknown segments {given!r}; give windows, windows/2 (two in each window), a number, "
                     f"{', '.join(FOUND)}, or a list of times in seconds")
