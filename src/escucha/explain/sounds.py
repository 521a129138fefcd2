"""What an explanation sounds like: the parts that counted, and what the model says of what a listener hears.

Conventions: a sound's value is that of its hard-edged remix, before any gain; fades, shortened pauses and gains exist
only in what is written for people.
"""

import re
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.audio.loudness import fade, loudness, match
from escucha.explain.factorization import Factorization, Part
from escucha.explain.weights import NEGLIGIBLE

SHARE = 0.5
"""The strongest parts are the fewest that hold this share of everything on their side."""
PAUSE = 0.4
"""Seconds of silence that stand for a longer one."""
LONG = 2.0
"""Seconds of silence that are shortened."""
SOLOS = 12
"""At most so many sources are played alone."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One remix to listen to."""

    name: str
    """A slug: `strongest-parts`."""
    caption: str
    keep: np.ndarray
    """`(part,)` bool: what is in it."""
    clip: Clip | None
    """None where there is nothing to hear."""
    gain_db: float
    """Added for listening, so that all sounds are about as loud as the original."""
    value: float = float("nan")
    """What the model says of it, before any gain."""


def strongest(weights: np.ndarray, *, share: float = SHARE) -> np.ndarray:
    """`(part,)` bool: the fewest parts above zero that hold `share` of what all of them add up to.

    >>> strongest(np.array([3.0, 1.0, -9.0, 2.0])).tolist()
    [True, False, False, False]
    """
    order = np.argsort(-weights, kind="stable")
    counted = np.where(weights > NEGLIGIBLE * np.abs(weights).max(), weights, 0)
    sums = np.cumsum(counted[order])
    keep = np.zeros(len(weights), dtype=bool)
    if sums[-1] > 0:
        keep[order[: 1 + int(np.searchsorted(sums, share * sums[-1] * (1 - 1e-9)))]] = True
    return keep


def choices(factorization: Factorization, weights: np.ndarray, *,
            value: str = "") -> list[tuple[str, str, np.ndarray, bool]]:
    """Name, caption, mask of every sound, and whether its long silences are left out.

    `value` says what the model's value is, in the first caption. Where nothing speaks for the label, nothing is taken
    away either.
    """
    top, against = strongest(weights), strongest(-weights)
    everything = np.ones(len(weights), dtype=bool)
    meaning = f" The model’s value is the {value}." if value else ""
    rows = [
        ("original", f"The clip as the model heard it.{meaning}", everything, False),
        ("strongest-parts", "Alone, the fewest parts that hold half of what speaks for it: "
         f"{listed(factorization, top)}.", top, True),
        ("everything-but-them", "The clip without those parts.", everything & ~top, False),
        ("what-spoke-against", "Alone, the fewest parts that hold half of what speaks against it: "
         f"{listed(factorization, against)}.", against, True),
    ]
    if not top.any():
        rows = [row for row in rows if row[0] != "everything-but-them"]
    sources = factorization.sources if len(factorization.sources) > 1 else ()
    for source in sources[:SOLOS]:
        solo = np.array([part.source == source for part in factorization.parts])
        rows.append((f"only-{slug(source)}", f"{source.capitalize()} alone.", solo, False))
    return rows


def play(factorization: Factorization, keep: np.ndarray, *, condensed: bool) -> tuple[Clip | None, float]:
    """The sound of the kept parts, level-matched to the clip and never clipped, and its gain in dB; None if silent."""
    reference = bound(factorization.clip)[0]
    if keep.all():
        return (reference if audible(reference) else None), bound(factorization.clip)[1]
    if not keep.any():
        return None, 0.0
    wave = _faded(factorization, keep)
    sound = Clip(_without_silences(factorization, wave, keep) if condensed else wave, reference.rate)
    if not audible(sound):
        return None, 0.0
    matched, gain = match(sound, reference)
    bounded, less = bound(matched)
    return bounded, gain + less


def audible(clip: Clip) -> bool:
    """Above the absolute gate of BS.1770, -70 LUFS."""
    return bool(np.isfinite(loudness(clip)))


def listed(factorization: Factorization, keep: np.ndarray, most: int = 6) -> str:
    """The kept parts in words, by source: `palmas at 0-6 s and 12-18 s, guitar at 0-6 s`.

    At most `most` stretches are named; neighbours of one source are one stretch.
    """
    said: list[tuple[str, str]] = []
    for source in factorization.sources:
        kept = [part for part, on in zip(factorization.parts, keep) if on and part.source == source]
        for start, wave in _runs(kept):
            first, last = (round(sample / factorization.clip.rate, 2) for sample in (start, start + len(wave)))
            said.append((source, f"{first:g}–{last:g} s"))
    by_source: dict[str, list[str]] = {}
    for source, stretch in said[:most]:
        by_source.setdefault(source, []).append(stretch)
    text = ", ".join(f"{source} at {' and '.join(stretches)}" for source, stretches in by_source.items())
    return f"{text} and {len(said) - most} more" if len(said) > most else text or "none"


def slug(text: str) -> str:
    """Fit for a file name.

    >>> slug("Cajón & palmas 2")
    'cajón-palmas-2'
    """
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "part"


def _faded(factorization: Factorization, keep: np.ndarray) -> np.ndarray:
    """`(time,)`: the kept parts, each uncut stretch of a source with short fades at its ends."""
    out = np.zeros(len(factorization.clip.wave), dtype=np.float32)
    for source in factorization.sources:
        kept = [part for part, on in zip(factorization.parts, keep) if on and part.source == source]
        for start, wave in _runs(kept):
            whole = len(wave) == len(out)
            out[start : start + len(wave)] += wave if whole else fade(Clip(wave, factorization.clip.rate)).wave
    return out


def _runs(parts: list[Part]) -> list[tuple[int, np.ndarray]]:
    """Start and wave of each stretch of neighbouring parts."""
    runs: list[tuple[int, list[np.ndarray]]] = []
    end = -1
    for part in sorted(parts, key=lambda part: part.start):
        if part.start == end:
            runs[-1][1].append(part.wave)
        else:
            runs.append((part.start, [part.wave]))
        end = part.end
    return [(start, np.concatenate(waves)) for start, waves in runs]


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
