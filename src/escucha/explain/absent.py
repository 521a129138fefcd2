"""What is heard in the place of a part that is off: silence, noise as loud, or the same part of another track.

A model that never heard silence answers it by chance; something as loud that says nothing asks what *this* part adds.

Conventions: it begins and ends, with hard edges, on the samples where the part's own sound begins and ends; what is
digitally silent stays silent. As loud: by BS.1770 where a sound lasts a gating block (.4 s), else by root mean square.
"""

from dataclasses import replace

import numpy as np

from escucha.audio.bands import Band
from escucha.audio.clip import Clip
from escucha.audio.loudness import BLOCK, loudness
from escucha.errors import InputError, unknown
from escucha.explain.factorization import Factorization, Line, Part

ABSENT = ("silence", "noise", "track")
"""What can be heard in the place of parts that are off."""
MOST_GAIN = 24.0
"""dB by which another track's part may be raised; a fainter one is taken for silent."""
FAINT = 1e-6
"""Third octaves with less power a hertz than this share of the strongest (-60 dB) are not the part's band."""


def replaced(factorization: Factorization, how: str, *, other: Factorization | None = None, name: str = "another track",
             seed: int = 0) -> Factorization:
    """The same parts with something in the place of those that are off; its `absent` says what, in words.

    `silence`; `noise` with each part's long-term spectrum in third octaves, in the band where it has its energy;
    `track`: the same source and band of `other` (called `name`) at the same time, looped where it is shorter, and later
    where it is silent then. What the other track has nothing for gives place to noise. Each is as loud as the part.

    InputError for an unknown `how`; for `track` without another track, or with one of another rate, in other bands or
    with none of the sources.
    """
    if how not in ABSENT:
        raise unknown("absent", how, ABSENT)
    if (how == "track") != (other is not None):
        raise InputError("another track goes with absent = 'track', and absent = 'track' with another track")
    if how == "silence":
        silent = tuple(replace(part, absent=None) for part in factorization.parts)
        return replace(factorization, parts=silent, absent="silence")
    theirs = {} if other is None else _tracks(factorization, other, name)
    parts, lacking = [], []
    for index, part in enumerate(factorization.parts):
        found = _of_track(part, theirs, factorization.clip.rate)
        if found is None and not part.silent:
            lacking.append(part.source)
            found = _noise(part, factorization.clip.rate, np.random.default_rng([seed, index]))
        parts.append(replace(part, absent=found))
    words = "noise as loud as each part" if other is None else _words(name, lacking)
    return replace(factorization, parts=tuple(parts), absent=words)


def as_loud(wave: np.ndarray, as_this: np.ndarray, rate: int) -> tuple[np.ndarray, float]:
    """A wave `(time,)` as loud as another, and the gain in dB that it took; neither is silent."""
    wanted, got = (_level(each, rate) for each in (as_this, wave))
    if not np.isfinite(wanted - got):  # shorter than a gating block, or below -70 LUFS
        wanted, got = (10 * np.log10(np.mean(each.astype(np.float64) ** 2)) for each in (as_this, wave))
    return (wave * 10 ** ((wanted - got) / 20)).astype(np.float32), float(wanted - got)


def _level(wave: np.ndarray, rate: int) -> float:
    return loudness(Clip(wave, rate)) if len(wave) >= BLOCK * rate else np.nan


def _extent(part: Part) -> slice:
    """From its first sample that is not zero to its last."""
    sounding = np.flatnonzero(part.wave)
    return slice(int(sounding[0]), int(sounding[-1]) + 1)


def _placed(part: Part, inside: slice, wave: np.ndarray) -> np.ndarray:
    out = np.zeros(len(part.wave), dtype=np.float32)
    out[inside] = wave
    return out


def _noise(part: Part, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise with the part's spectrum, flat inside each third octave, as loud as the part."""
    inside = _extent(part)
    own = part.wave[inside].astype(np.float64)
    size = _envelope(np.abs(np.fft.rfft(own)) ** 2, np.fft.rfftfreq(len(own), 1 / rate), part.band)
    spectrum = size * (rng.normal(size=len(size)) + 1j * rng.normal(size=len(size)))
    return _placed(part, inside, as_loud(np.fft.irfft(spectrum, len(own)), own, rate)[0])


def _envelope(power: np.ndarray, hertz: np.ndarray, band: Band | None) -> np.ndarray:
    """`(bin,)` size of the noise's spectrum: the root of the mean power of each third octave, inside `band`."""
    low, high = (0.0, np.inf) if band is None else band
    within = (hertz >= low) & ((hertz < high) | (hertz == hertz[-1]) & (high >= hertz[-1]))
    within = within if power[within].any() else np.ones(len(hertz), dtype=bool)
    octave = np.floor(3 * np.log2(np.maximum(hertz, 16.0) / 1000) + 0.5).astype(int)
    octave = np.where(within, octave - octave.min() + 1, 0)
    mean = np.bincount(octave, power) / np.maximum(np.bincount(octave), 1)
    mean[0] = 0
    return np.sqrt(np.where(mean >= FAINT * mean.max(), mean, 0))[octave]


def _tracks(factorization: Factorization, other: Factorization, name: str) -> dict[Line, np.ndarray]:
    """Each source and band of the other track, `(time,)`, over all its segments."""
    if other.clip.rate != factorization.clip.rate:
        raise InputError(f"{name} is at {other.clip.rate} Hz and the clip at {factorization.clip.rate} Hz; resample it")
    waves = other.lines()
    if {part.band for part in factorization.parts} != {band for _, band in waves}:
        raise InputError(f"{name} is not taken apart in the same bands as the clip; use the same bands for both")
    if not {source for source, _ in waves} & set(factorization.sources):
        raise InputError(f"{name} has none of the sources {', '.join(factorization.sources)} (but "
                         f"{', '.join(other.sources)}); take both apart in the same way, or use absent = 'noise'")
    return waves


def _of_track(part: Part, theirs: dict[Line, np.ndarray], rate: int) -> np.ndarray | None:
    """The other track's part as loud as this one; None where it has none, and for a silent part.

    Times that are whole lengths of the part later are tried one after the other, around the loop.
    """
    wave = theirs.get(part.line)
    if wave is None or part.silent:
        return None
    inside = _extent(part)
    own = part.wave[inside]
    for start in range(part.start + inside.start, part.start + inside.start + len(wave), len(part.wave)):
        taken = wave[np.arange(start, start + len(own)) % len(wave)]
        if taken.any():
            loud, gain = as_loud(taken, own, rate)
            if gain <= MOST_GAIN:
                return _placed(part, inside, loud)
    return None


def _words(name: str, lacking: list[str]) -> str:
    """`the same parts of NAME, as loud (noise for cajon)`."""
    noise = f" (noise where it has no {', '.join(dict.fromkeys(lacking))})" if lacking else ""
    return f"the same parts of {name}, as loud{noise}"
