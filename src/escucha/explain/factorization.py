"""A clip taken apart into parts that sum back to it: sources, bands, stretches of time, and their products.

Conventions: waves are `(time,)` float32; starts and lengths are in samples; masks are `(remix, part)`, true where a
part is on. Parts have hard edges: fades exist only in the sounds that are written for people. A part that is off is
silent, or gives place to what is `absent` (explain/absent.py).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from escucha.audio.bands import Band, band_edges, split_bands
from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.segments import Segments, segment_edges

EXACT = 1e-5
"""Largest difference between the parts' sum and a clip that peaks at 1 (or below)."""

MOST = 3000
"""Parts, at most: ten minutes of five stems in seconds. More would take hours to weigh, and nobody could read them."""

LEFT_OVER = 1e-6
"""What separators leave over is a source of its own, `rest`, when it peaks above this (of a clip that peaks at 1)."""


Line = tuple[str, Band | None]
"""What sounds on through time: a source, or one band of it."""


@dataclass(frozen=True, eq=False)
class Part:
    """One source, or one band of it, over one stretch of time."""

    name: str
    """`guitar@0-6s`, or `guitar 0-500Hz@0-6s`: source, hertz and seconds."""
    source: str
    start: int
    """Its first sample in the clip."""
    wave: np.ndarray
    """`(length,)` float32; silent (all zeros) where the source does not sound."""
    band: Band | None = None
    """Lowest and highest frequency in Hz; None where it has all of its source's."""
    absent: np.ndarray | None = None
    """`(length,)` float32: what is heard in its place when it is off; None: silence. Silent where the part is."""

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.start + len(self.wave)

    @property
    def line(self) -> Line:
        """Its source and band."""
        return self.source, self.band

    @property
    def silent(self) -> bool:
        """Digitally silent: switching it changes nothing."""
        return not self.sounds(self.start, self.end)

    def sounds(self, first: int, last: int) -> bool:
        """Does switching it change anything between these samples of the clip?"""
        inside = slice(max(first - self.start, 0), max(last - self.start, 0))
        return bool(self.wave[inside].any() or (self.absent is not None and self.absent[inside].any()))

    def add(self, out: np.ndarray, gains: np.ndarray, first: int) -> None:
        """Add it to waves `out` (remix, time) that begin at sample `first`: on where `gains` (remix,) are 1."""
        inside = slice(max(first - self.start, 0), max(first + out.shape[1] - self.start, 0))
        at = max(self.start - first, 0)
        piece = self.wave[inside]
        out[:, at : at + len(piece)] += gains[:, None] * piece
        if self.absent is not None:
            out[:, at : at + len(piece)] += (1 - gains)[:, None] * self.absent[inside]


@dataclass(frozen=True, eq=False)
class Factorization:
    """A clip and its parts, in a fixed order; InputError unless the parts sum back to the clip."""

    clip: Clip
    parts: tuple[Part, ...]
    absent: str = "silence"
    """What stands in the place of parts that are off, in words."""

    def __post_init__(self):
        names = [part.name for part in self.parts]
        if len(set(names)) < len(names):
            raise InputError("two parts have one name: segments shorter than a millisecond? ask for fewer segments")
        for part in self.parts:
            if part.start < 0 or part.end > len(self.clip.wave):
                raise InputError(f"part {part.name!r} (samples {part.start} to {part.end}) reaches over the edge of "
                                 f"the clip, which has {len(self.clip.wave)}; cut it")
        total = np.zeros(len(self.clip.wave))
        for part in self.parts:
            total[part.start : part.end] += part.wave
        off = float(np.abs(total - self.clip.wave).max())
        if off > EXACT * _scale(self.clip):
            raise InputError(f"the parts do not sum to the clip: they differ by up to {off:.2g}; give what is left "
                             "over as a part of its own")

    @property
    def sources(self) -> tuple[str, ...]:
        """Each source once, in the order of the parts."""
        return tuple(dict.fromkeys(part.source for part in self.parts))

    def span(self, index: int) -> tuple[float, float]:
        """First and last second of a part."""
        part = self.parts[index]
        return part.start / self.clip.rate, part.end / self.clip.rate

    def lines(self, *, absent: bool = False) -> dict[Line, np.ndarray]:
        """`(time,)` float32 of each source, or band of it, over all the clip; `absent`: what is heard in its place."""
        waves: dict[Line, np.ndarray] = {}
        for part in self.parts:
            wave = waves.setdefault(part.line, np.zeros(len(self.clip.wave), dtype=np.float32))
            piece = part.absent if absent else part.wave
            if piece is not None:
                wave[part.start : part.end] += piece
        return waves

    def dense(self) -> np.ndarray:
        """`(part, time)` float32, zeros outside each part: large, for few parts and for tests."""
        out = np.zeros((len(self.parts), len(self.clip.wave)), dtype=np.float32)
        for row, part in zip(out, self.parts):
            row[part.start : part.end] = part.wave
        return out

    def render(self, keep: np.ndarray) -> np.ndarray:
        """The remixes, `(remix, time)` float32, of masks or gains `(remix, part)`: `keep @ parts` over silence."""
        keep = np.atleast_2d(np.asarray(keep, dtype=np.float32))
        if keep.shape[1] != len(self.parts):
            raise InputError(f"a mask has one column a part: expected {len(self.parts)}, got {keep.shape[1]}")
        out = np.zeros((len(keep), len(self.clip.wave)), dtype=np.float32)
        for gains, part in zip(keep.T, self.parts):
            part.add(out, gains, 0)
        return out


def of_sources(clip: Clip, sources: dict[str, Clip], *, segments: Segments, window: int,
               bands: int | tuple[float, ...] = 1) -> Factorization:
    """Sources times bands times segments, every product a part; without sources, parts of the one source `mix`.

    What the sources leave over of the clip becomes (or joins) the source `rest`. `window` is what the classifier
    hears at once, in samples; `bands` as in `audio.bands.split_bands`. Sources of another length or rate than the
    clip's raise InputError.
    """
    edges = segment_edges(clip, segments, window)
    split = band_edges(clip.rate, bands)
    if (len(edges) - 1) * max(len(sources), 1) * len(split) > MOST:
        raise InputError(f"{len(edges) - 1} segments of {max(len(sources), 1)} sources"
                         f"{f' in {len(split)} bands' if len(split) > 1 else ''} are too many parts (at most {MOST}); "
                         "ask for fewer segments, or for a shorter clip")
    whole = _complete(clip, sources) if sources else {"mix": clip.wave}
    parts = [
        Part(_name(source, band, start, end, clip.rate), source, start, wave[start:end], band)
        for source, sound in whole.items()
        for band, wave in _in_bands(Clip(sound, clip.rate), bands)
        for start, end in pairwise(edges)
    ]
    return Factorization(clip, tuple(parts))


def _complete(clip: Clip, sources: dict[str, Clip]) -> dict[str, np.ndarray]:
    """The sources' waves, with `rest` added to (or made) where they leave something over."""
    for name, source in sources.items():
        if source.rate != clip.rate or len(source.wave) != len(clip.wave):
            raise InputError(f"source {name!r} has {len(source.wave)} samples at {source.rate} Hz and the clip "
                             f"{len(clip.wave)} at {clip.rate} Hz; a stem must be as long as its mix and at its rate")
    waves = {name: source.wave for name, source in sources.items()}
    left = clip.wave - sum(wave.astype(np.float64) for wave in waves.values())
    if np.abs(left).max() > LEFT_OVER * _scale(clip):
        waves["rest"] = (left + waves.get("rest", 0.0)).astype(np.float32)
    return waves


def _scale(clip: Clip) -> float:
    """Float32 keeps seven digits: a clip that peaks above 1 is allowed that much more."""
    return max(1.0, float(np.abs(clip.wave).max()))


def _in_bands(clip: Clip, bands: int | tuple[float, ...]) -> list[tuple[Band | None, np.ndarray]]:
    """Each band and its wave; one that is everything has no name."""
    split = split_bands(clip, bands)
    return list(split.items()) if len(split) > 1 else [(None, clip.wave)]


def _name(source: str, band: Band | None, start: int, end: int, rate: int) -> str:
    hertz = "" if band is None else f" {band[0]:g}-{band[1]:g}Hz"
    return f"{source}{hertz}@{_seconds(start, rate)}-{_seconds(end, rate)}s"


def _seconds(sample: int, rate: int) -> str:
    return f"{round(sample / rate, 3):g}"
