"""What holds from one time to the next: chords, modes."""

from collections.abc import Iterable
from typing import Any


def within(changes: Iterable[tuple[float, tuple[Any, ...]]], duration: float) -> list[list[Any]]:
    """`[start, *what]` for each change inside a clip, from changes in time order (seconds, what holds from then on).

    What already holds at the start stands at 0, and what goes on is not said again.

    >>> within([(-2.0, ("Am",)), (-1.0, ("G",)), (1.0, ("G",)), (2.0, ("F",)), (9.0, ("E",))], 4.0)
    [[0.0, 'G'], [2.0, 'F']]
    """
    track: list[list[Any]] = []
    for time, what in changes:
        start = round(max(0.0, time), 5)
        if start >= duration:
            break
        if track and track[-1][0] == 0.0 == start:
            track.pop()
        if not track or track[-1][1:] != list(what):
            track.append([start, *what])
    return track
