"""Moments that music gives: beats, bars and cycles of the compás, annotated where they are known and else found.

Conventions: seconds. Annotations are of a whole track; `offset` is where the clip begins in it. `beats` are times, or
`[time, count]` as a musician counts; `cycle` is how many beats a compás has, `metre` its name in `corpora.palos`.
"""

from collections.abc import Mapping
from typing import Any

from escucha.audio.beats import bars, beats
from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown

Beat = tuple[float, float | None]
"""When, and what it is called: 12, 1, 2 ... 11 in bulerías; None where it was not counted."""

KINDS = ("beats", "bars", "cycles")
BAR = 4
"""Beats of a bar where nothing says how many."""


def moments(clip: Clip, which: str, annotations: Mapping[str, Any], *, offset: float = 0.0) -> tuple[float, ...]:
    """The beats, bars or cycles that begin inside the clip, in seconds of the clip, rising and none at 0.

    Bars are where an annotated count begins anew, else every fourth beat (or every `cycle`-th) from the strongest.
    Cycles are of the annotated compás alone, which no machine hears. InputError for cycles that are not annotated,
    for annotations that are no times, and where none begins inside the clip.
    """
    if which not in KINDS:
        raise unknown("moments", which, KINDS)
    known, length = _annotated(annotations), _length(annotations)
    counted = bool(known) and all(count is not None for _, count in known)
    if which == "cycles" and not (counted and length):
        raise InputError("the compás of this clip is not annotated (its beats with their counts, and 'cycle', how many "
                         "it has); cut it at 'bars' or 'beats', which are found, or at times of your own")
    if not known:
        found = beats(clip) if which == "beats" else bars(clip, length or BAR)
    elif which == "beats" or counted:
        first = _first(annotations)
        found = _inside(clip, [time - offset for time, count in known if which == "beats" or count == first])
    else:
        given = _inside(clip, [time - offset for time, _ in known])
        found = bars(clip, length or BAR, given) if given else ()
    inner = tuple(time for time in found if time > 0)
    if not inner:
        raise InputError(f"none of the {which} begins inside this clip of {clip.duration:.3g} s; cut it at 'windows', "
                         "or give a longer one")
    return inner


def _inside(clip: Clip, times: list[float]) -> tuple[float, ...]:
    return tuple(sorted({time for time in times if 0 <= time < clip.duration}))


def _length(annotations: Mapping[str, Any]) -> int:
    """Beats of a compás; 0 where that is not known."""
    length = annotations.get("cycle") or 0
    if not (isinstance(length, int | float) and 0 <= length <= 100 and length == int(length)):
        raise InputError(f"the annotation 'cycle' of this clip is {length!r}, and should be how many beats its compás "
                         "has; correct it in its manifest")
    return int(length)


def _first(annotations: Mapping[str, Any]) -> int:
    """What the beat is called with which a cycle begins: 12 in bulerías, else 1."""
    from escucha.corpora.palos.palo import METRES

    metre = METRES.get(str(annotations.get("metre")))
    return 1 if metre is None else int(metre.count(0))


def _annotated(annotations: Mapping[str, Any]) -> list[Beat]:
    try:
        return sorted((float(one), None) if isinstance(one, int | float) else (float(one[0]), float(one[1]))
                      for one in annotations.get("beats") or ())
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError("the annotation 'beats' of this clip is no list of times in seconds, nor of [time, count]; "
                         "correct it in its manifest") from None
