"""Is this the same recording? Marks of sounds that survive another gain, another format and a little noise.

Conventions: a mark is `(frame, band)` int8: the sign of how the difference of two neighbouring bands changes from one
frame to the next (Haitsma and Kalker 2002), on 16 pairs of bands between 200 and 3200 Hz, eight frames a second; 0
where that is too small to survive a copy. Two sounds of one recording begin together, to within a tenth of a second.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample

RATE, WINDOW, HOP = 8000, 2048, 500
"""Samples a second, in a frame, and between frames."""
EDGES = np.geomspace(200, 3200, 18)
"""Hz; the borders of 17 bands."""
SECONDS = 120.0
"""What follows is not marked: two recordings that agree so far are one."""
RANGE = 40.0
"""dB below a sound's loudest band; what is softer is not heard, for noise and codecs change it."""
CLEAR = 0.3
"""Changes below this many standard deviations of the sound's own are 0."""
ALIKE = 0.9
"""Copies agree in more of their signs (.99 and above as mp3 of 64 kb/s, with noise at 20 dB, or moved by 50 ms), other
music in up to .66; the same render in another mode in up to .87, and without its castanets in .96: that is a copy."""
COMMON = 0.5
"""Share of the clear signs of the sound with fewer that both must have."""
FEWEST = 64
"""With fewer signs in common nothing is said."""

_ROWS = 256  # sounds compared at once: bounds memory


def fingerprint(clip: Clip) -> np.ndarray:
    """The mark of a sound, `(frame, 16)` int8 of -1, 0 and 1; no frames for what is shorter than two of them."""
    wave = resample(clip.cut(0.0, min(SECONDS, clip.duration)), RATE).wave
    frames = (len(wave) - WINDOW) // HOP + 1
    if frames < 2 or not wave.any():
        return np.zeros((0, len(EDGES) - 2), np.int8)
    pieces = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP] * np.hanning(WINDOW).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(pieces)))
    borders = np.round(EDGES * WINDOW / RATE).astype(int)
    bands = np.add.reduceat(power, borders, axis=1)[:, :-1]
    level = 10 * np.log10(np.maximum(bands, bands.max() * 10 ** (-RANGE / 10)))
    change = np.diff(np.diff(level, axis=1), axis=0)
    clear = np.abs(change) > CLEAR * change.std()
    return (np.sign(change) * clear).astype(np.int8)


def twins(marks: Mapping[str, np.ndarray]) -> list[tuple[str, ...]]:
    """The names of each recording that is there more than once, groups and names in the order of `marks`.

    Two are of one recording when they share signs enough (`COMMON`, `FEWEST`) and agree in `ALIKE` of them, moved by a
    frame against each other at most; what is a twin of a twin is one too. A shorter sound is compared with the
    beginning of a longer one. Silence has no twin. All pairs are compared: a second or so for 1000 clips of 30 s.
    """
    names = list(marks)
    home = list(range(len(names)))
    for one, other in _pairs([marks[name] for name in names]):
        first, second = sorted((_root(home, one), _root(home, other)))
        home[second] = first
    groups: dict[int, list[str]] = {}
    for place, name in enumerate(names):
        groups.setdefault(_root(home, place), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _root(home: list[int], place: int) -> int:
    while home[place] != place:
        place = home[place]
    return place


def _pairs(marks: list[np.ndarray]) -> Iterator[tuple[int, int]]:
    """Every two that are of one recording."""
    longest = max((len(mark) for mark in marks), default=0)
    table = np.zeros((len(marks), longest + 1, len(EDGES) - 2), np.int8)
    for row, mark in zip(table, marks):
        row[:len(mark)] = mark
    clear = np.abs(table).sum(axis=(1, 2), dtype=np.int64)
    for first in range(0, len(marks), _ROWS):
        for second in range(first, len(marks), _ROWS):
            block, against = table[first:first + _ROWS], table[second:second + _ROWS]
            fewer = np.minimum.outer(clear[first:first + _ROWS], clear[second:second + _ROWS])
            found = np.add(np.argwhere(_alike(block, against, fewer)), (first, second))
            yield from ((int(one), int(other)) for one, other in found if one < other)


def _alike(block: np.ndarray, against: np.ndarray, fewer: np.ndarray) -> np.ndarray:
    """`(row, other)` bool: of one recording, at some lag."""
    found = np.zeros(fewer.shape, bool)
    for one, other in _lagged(block, against):
        agree = one @ other.T
        shared = np.abs(one) @ np.abs(other).T
        found |= (agree + shared >= 2 * ALIKE * shared) & (shared >= np.maximum(COMMON * fewer, FEWEST))
    return found


def _lagged(block: np.ndarray, against: np.ndarray) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Both as `(row, sign)` float32, moved against each other by a frame either way and not at all."""
    def flat(table: np.ndarray) -> np.ndarray:
        return table.reshape(len(table), -1).astype(np.float32)

    yield flat(block), flat(against)
    yield flat(block[:, 1:]), flat(against[:, :-1])
    yield flat(block[:, :-1]), flat(against[:, 1:])
