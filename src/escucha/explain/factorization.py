"""A clip taken apart into parts that sum back to it: sources, stretches of time, and their products.

Conventions: waves are `(time,)` float32; starts and lengths are in samples; masks are `(remix, part)`, true where a
part is on. Parts have hard edges: fades exist only in the sounds that are written for people.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.models import windows

Segments = Literal["windows"] | int | tuple[Literal["windows"], int]
"""`windows`: on the scoring grid; an int: so many equal ones; `("windows", k)`: k equal ones in each window."""

EXACT = 1e-5
"""Largest difference between the parts' sum and a clip that peaks at 1 (or below)."""

MOST = 3000
"""Parts, at most: ten minutes of five stems in seconds. More would take hours to weigh, and nobody could read them."""

LEFT_OVER = 1e-6
"""What separators leave over is a source of its own, `rest`, when it peaks above this (of a clip that peaks at 1)."""


@dataclass(frozen=True, eq=False)
class Part:
    """One source over one stretch of time."""

    name: str
    """`guitar@0-6s`: source and seconds."""
    source: str
    start: int
    """Its first sample in the clip."""
    wave: np.ndarray
    """`(length,)` float32; silent (all zeros) where the source does not sound."""

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.start + len(self.wave)

    @property
    def silent(self) -> bool:
        """Digitally silent: switching it changes nothing."""
        return not self.wave.any()


@dataclass(frozen=True, eq=False)
class Factorization:
    """A clip and its parts, in a fixed order; InputError unless the parts sum back to the clip."""

    clip: Clip
    parts: tuple[Part, ...]

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

    def dense(self) -> np.ndarray:
        """`(part, time)` float32, zeros outside each part: large, for few parts and for tests."""
        return self.render(np.eye(len(self.parts), dtype=bool))

    def render(self, keep: np.ndarray) -> np.ndarray:
        """The remixes `keep @ parts`, `(remix, time)` float32, of masks or gains `(remix, part)`."""
        keep = np.atleast_2d(np.asarray(keep, dtype=np.float32))
        if keep.shape[1] != len(self.parts):
            raise InputError(f"a mask has one column a part: expected {len(self.parts)}, got {keep.shape[1]}")
        out = np.zeros((len(keep), len(self.clip.wave)), dtype=np.float32)
        for gains, part in zip(keep.T, self.parts):
            out[:, part.start : part.end] += gains[:, None] * part.wave
        return out


def of_sources(clip: Clip, sources: dict[str, Clip], *, segments: Segments, window: int) -> Factorization:
    """Sources times segments, every product a part; without sources, segments of the one source `mix`.

    What the sources leave over of the clip becomes (or joins) the source `rest`. `window` is what the classifier
    hears at once, in samples. Sources of another length or rate than the clip's raise InputError.
    """
    edges = segment_edges(len(clip.wave), segments, window)
    if (len(edges) - 1) * max(len(sources), 1) > MOST:
        raise InputError(f"{len(edges) - 1} segments of {max(len(sources), 1)} sources are too many parts (at most "
                         f"{MOST}); ask for fewer segments, or for a shorter clip")
    whole = _complete(clip, sources) if sources else {"mix": clip.wave}
    parts = [
        Part(f"{name}@{_seconds(start, clip.rate)}-{_seconds(end, clip.rate)}s", name, start, wave[start:end])
        for name, wave in whole.items()
        for start, end in pairwise(edges)
    ]
    return Factorization(clip, tuple(parts))


def segment_edges(length: int, segments: Segments, window: int) -> list[int]:
    """Where segments begin and end, in samples, from 0 to `length`.

    >>> segment_edges(10, "windows", 4), segment_edges(10, ("windows", 2), 4), segment_edges(10, 2, 4)
    ([0, 4, 8, 10], [0, 2, 4, 6, 8, 10], [0, 5, 10])
    """
    if isinstance(segments, int) and not isinstance(segments, bool):
        if not 1 <= segments <= length:
            raise InputError(f"cannot cut {length} samples into {segments} segments; ask for one or more, not so many")
        return [round(at * length / segments) for at in range(segments + 1)]
    name, each = segments if isinstance(segments, tuple) else (segments, 1)
    if name != "windows" or not 1 <= each <= window:
        raise InputError(f"unknown segments {segments!r}; give 'windows', a number of equal segments, or 'windows' "
                         "with a number for each window")
    first = windows.starts(length, window)
    inner = [int(start) + round(at * window / each) for start in first for at in range(each)]
    return [edge for edge in inner if edge < length] + [length]


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


def _seconds(sample: int, rate: int) -> str:
    return f"{round(sample / rate, 3):g}"
