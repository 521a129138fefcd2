"""What parts are called in sentences, captions and figures.

Conventions: seconds and hertz; a part is named by its source, then its band, then its stretch of time, each only where
it is less than everything.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from escucha.audio.bands import Band
from escucha.explain.digits import places
from escucha.explain.factorization import Factorization, Part

MOST = 6
"""Stretches that a list names; the others are counted."""


def spoken(source: str) -> str:
    """A source as a sentence says it.

    >>> spoken("guitar"), spoken("rest"), spoken("mix")
    ('guitar', 'the rest', 'the mix')
    """
    return f"the {source}" if source in ("rest", "mix") else source


def stretch(factorization: Factorization, index: int) -> str:
    """`palmas between 6 and 12 s`, `guitar below 300 Hz between 6 and 12 s`, `guitar` where that is all of it."""
    part = factorization.parts[index]
    start, end = factorization.span(index)
    when = "" if _lasts(factorization, part) else f" between {round(start, 2):g} and {round(end, 2):g} s"
    return f"{spoken(part.source)}{_hertz(factorization, part.band)}{when}"


def short(factorization: Factorization, index: int) -> str:
    """`palmas, 6–12 s`, for a figure: tenths of a second, or finer where the part is shorter than one."""
    part = factorization.parts[index]
    start, end = factorization.span(index)
    digits = max(1, places(end - start) - 1)
    when = "" if _lasts(factorization, part) else f", {round(start, digits):g}–{round(end, digits):g} s"
    return f"{part.source}{_hertz(factorization, part.band)}{when}"


def listed(factorization: Factorization, keep: np.ndarray, most: int = MOST) -> str:
    """The parts of a mask in words, by source: `palmas at 0–6 and 12–18 s, and guitar below 300 Hz at 0–6 s`.

    At most `most` stretches are named; neighbours of one source, in time and in frequency, are one stretch.
    """
    rate, length = factorization.clip.rate, len(factorization.clip.wave)
    said = []
    for source in factorization.sources:
        kept = [part for part, on in zip(factorization.parts, keep) if on and part.source == source]
        for band, start, end in sorted(_merged(factorization, kept), key=lambda run: run[1]):
            first, last = (round(sample / rate, 2) for sample in (start, end))
            said.append((f"{spoken(source)}{_hertz(factorization, band)}",
                         "" if (start, end) == (0, length) else f"{first:g}–{last:g}"))
    by_name: dict[str, list[str]] = {}
    for name, when in said[:most]:
        by_name.setdefault(name, []).append(when)
    always = "" if all(_lasts(factorization, part) for part in factorization.parts) else " throughout"
    texts = [f"{name} at {joined(when)} s" if when != [""] else f"{name}{always}" for name, when in by_name.items()]
    return joined([*texts, f"{len(said) - most} more"] if len(said) > most else texts)


def capital(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def joined(texts: Sequence[str]) -> str:
    """`a, b and c`; a comma more where the last would be taken for a part of the one before; `none` of nothing."""
    *others, last = texts or ["none"]
    comma = "," if any(" and " in text for text in others) else ""
    return f"{', '.join(others)}{comma} and {last}" if others else last


def _merged(factorization: Factorization, kept: list[Part]) -> list[tuple[Band | None, int, int]]:
    """Band, first sample and end of each stretch: bands that touch become one, then stretches that touch do."""
    top = factorization.clip.rate / 2
    bands: list[tuple[Band | None, int, int]] = []
    for (start, end), parts in groupby(sorted(kept, key=_place), key=lambda part: (part.start, part.end)):
        bands += [(None if band == (0, top) else band, start, end) for band in _touching(part.band for part in parts)]
    runs: list[tuple[Band | None, int, int]] = []
    for band, start, end in sorted(bands, key=lambda run: (run[0] or (0, top), run[1])):
        if runs and runs[-1][0] == band and runs[-1][2] == start:
            runs[-1] = (band, runs[-1][1], end)
        else:
            runs.append((band, start, end))
    return runs


def _place(part: Part) -> tuple[int, int, Band]:
    return part.start, part.end, part.band or (0.0, 0.0)


def _touching(bands: Iterable[Band | None]) -> list[Band | None]:
    """Neighbouring bands, in rising order, as one."""
    out: list[Band | None] = []
    for band in bands:
        last = out[-1] if out else None
        if last is not None and band is not None and last[1] == band[0]:
            out[-1] = (last[0], band[1])
        else:
            out.append(band)
    return out


def _lasts(factorization: Factorization, part: Part) -> bool:
    """Is it there from the clip's first sample to its last?"""
    return part.start == 0 and part.end == len(factorization.clip.wave)


def _hertz(factorization: Factorization, band: Band | None) -> str:
    if band is None:
        return ""
    low, high = band
    if low == 0:
        return f" below {_round(high)} Hz"
    if high >= factorization.clip.rate / 2:
        return f" above {_round(low)} Hz"
    return f" {_round(low)}–{_round(high)} Hz"


def _round(hertz: float) -> str:
    return f"{round(hertz):d}"
