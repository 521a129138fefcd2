"""What remixes sound like to a person: level-matched, faded at edits, long silences shortened, never clipped.

Conventions: masks are `(part,)` bool; fades, shortened pauses and gains exist only in what is written for people.
"""

import re
from collections.abc import Iterator
from itertools import groupby

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.audio.loudness import fade, loudness, match
from escucha.explain.factorization import Factorization, Part

PAUSE = 0.4
"""Seconds of silence that stand for a longer one."""
LONG = 2.0
"""Seconds of silence that are shortened."""


def play(factorization: Factorization, keep: np.ndarray, *, condensed: bool,
         alone: bool = True) -> tuple[Clip | None, float]:
    """The sound of the kept parts, level-matched to the clip and never clipped, and its gain in dB; None if silent.

    `alone`: over silence; otherwise what is absent (`Part.absent`) is heard in the place of the others.
    """
    reference, less = bound(factorization.clip)
    if keep.all():
        return (reference, less) if audible(reference) else (None, less)
    if alone and not keep.any():
        return None, 0.0
    wave = _faded(factorization, keep, alone)
    return level(Clip(_without_silences(factorization, wave, keep) if condensed else wave, reference.rate), reference)


def level(sound: Clip, reference: Clip) -> tuple[Clip | None, float]:
    """A sound as loud as the reference and within full scale, and its gain in dB; None where nobody would hear it."""
    if not audible(sound):
        return None, 0.0
    matched, gain = match(sound, reference)
    bounded, less = bound(matched)
    return bounded, gain + less


def audible(clip: Clip) -> bool:
    """Above the absolute gate of BS.1770, -70 LUFS."""
    return bool(np.isfinite(loudness(clip)))


def slug(text: str) -> str:
    """Fit for a file name.

    >>> slug("Cajón & palmas 2")
    'cajón-palmas-2'
    """
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "part"


def _faded(factorization: Factorization, keep: np.ndarray, alone: bool) -> np.ndarray:
    """`(time,)`: what is heard, each uncut stretch of a source (or of a band of it) with short fades at its ends."""
    out = np.zeros(len(factorization.clip.wave), dtype=np.float32)
    for start, wave in _runs(factorization, keep, alone):
        whole = len(wave) == len(out)
        out[start : start + len(wave)] += wave if whole else fade(Clip(wave, factorization.clip.rate)).wave
    return out


def _runs(factorization: Factorization, keep: np.ndarray, alone: bool) -> Iterator[tuple[int, np.ndarray]]:
    """Start and wave of each stretch of neighbouring parts that are all on, or all off and something in their place."""
    heard = [(part, bool(on), part.wave if on else None if alone else part.absent)
             for part, on in zip(factorization.parts, keep)]
    heard.sort(key=lambda row: (_line(row[0]), row[0].start))
    for _, rows in groupby(heard, key=lambda row: (_line(row[0]), row[1])):
        start, end, run = 0, 0, list[np.ndarray]()
        for part, _, wave in rows:
            if run and part.start != end:
                yield start, np.concatenate(run)
                run = []
            if wave is not None:
                start = start if run else part.start
                run.append(wave)
            end = part.end
        if run:
            yield start, np.concatenate(run)


def _line(part: Part) -> tuple[str, tuple[float, float]]:
    """What sounds on through time: a source, or one band of it."""
    return part.source, part.band or (0.0, 0.0)


def _without_silences(factorization: Factorization, wave: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The stretches in which a kept part stands, one after the other with short pauses."""
    rate = factorization.clip.rate
    kept = sorted((part.start, part.end) for part, on in zip(factorization.parts, keep) if on)
    spans = [kept[0]]
    for start, end in kept[1:]:
        first, last = spans[-1]
        near = start - last <= LONG * rate
        spans[-1:] = [(first, max(last, end))] if near else [(first, last), (start, end)]
    pause = np.zeros(round(PAUSE * rate), dtype=np.float32)
    pieces = [piece for start, end in spans for piece in (pause, wave[start:end])]
    return np.concatenate(pieces[1:])
