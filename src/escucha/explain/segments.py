"""Where a clip is cut in time: on the scoring grid, into equal stretches, or at moments that music gives.

Conventions: edges are samples from 0 to the clip's length; moments are seconds.
"""

from dataclasses import dataclass
from typing import Literal

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.models import windows


@dataclass(frozen=True)
class Moments:
    """Cuts at given moments."""

    seconds: tuple[float, ...]
    """Rising; those at or beyond the clip's ends cut nothing."""
    name: str = "moments"
    """What they are: `beats`, `bars`, `cycles`."""


Segments = Literal["windows"] | int | tuple[Literal["windows"], int] | Moments
"""`windows`: on the scoring grid; an int: so many equal ones; `("windows", k)`: k equal ones in each window; moments:
cut there."""


def segment_edges(clip: Clip, segments: Segments, window: int) -> list[int]:
    """Where segments begin and end, in samples, from 0 to the clip's length; `window` is in samples too.

    >>> import numpy as np
    >>> clip = Clip(np.zeros(10), 2)
    >>> segment_edges(clip, "windows", 4), segment_edges(clip, ("windows", 2), 4), segment_edges(clip, 2, 4)
    ([0, 4, 8, 10], [0, 2, 4, 6, 8, 10], [0, 5, 10])
    >>> segment_edges(clip, Moments((0.0, 1.5, 9.0)), 4)
    [0, 3, 10]
    """
    length = len(clip.wave)
    if isinstance(segments, Moments):
        return _at_moments(segments, length, clip.rate)
    if isinstance(segments, int) and not isinstance(segments, bool):
        if not 1 <= segments <= length:
            raise InputError(f"cannot cut {length} samples into {segments} segments; ask for one or more, not so many")
        return [round(at * length / segments) for at in range(segments + 1)]
    name, each = segments if isinstance(segments, tuple) else (segments, 1)
    if name != "windows" or not 1 <= each <= window:
        raise InputError(f"unknown segments {segments!r}; give 'windows', a number of equal segments, 'windows' with a "
                         "number for each window, or moments")
    first = windows.starts(length, window)
    inner = [int(start) + round(at * window / each) for start in first for at in range(each)]
    return [edge for edge in inner if edge < length] + [length]


def _at_moments(moments: Moments, length: int, rate: int) -> list[int]:
    if any(second < 0 for second in moments.seconds) or list(moments.seconds) != sorted(set(moments.seconds)):
        raise InputError(f"{moments.name} to cut at are seconds from 0 on, each later than the one before it; got "
                         f"{', '.join(f'{second:g}' for second in moments.seconds[:8])}")
    inner = dict.fromkeys(round(second * rate) for second in moments.seconds)
    return [0, *(edge for edge in inner if 0 < edge < length), length]
