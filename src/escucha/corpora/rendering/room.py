"""What happens to a stem after it is played: vowel, brightness and room, all linear, so that stems still add up."""

from functools import lru_cache

import numpy as np

from escucha.corpora.rendering.streams import stream
from escucha.corpora.rendering.synth import RATE

ROOMS = 12
NOISES = 6
"""How many rooms and noise floors there are; both are known by number."""
TAPS = 512
"""Length of the tone filters, samples."""
VOWELS = (((700, 1220, 2800), (9, 7, 9)), ((500, 1900, 2700), (8, 8, 7)), ((550, 900, 2600), (9, 6, 8)))
"""Formants in Hz and their heights in dB: a, e, o, each with a singer's formant near 2.7 kHz."""


def decay(room: int) -> float:
    """Seconds in which a numbered room's sound falls by 60 dB, .2 to .9."""
    return float(stream(room, "room").uniform(.2, .9))


@lru_cache(maxsize=32)
def impulse(room: int, wet: float, seconds: float | None = None) -> np.ndarray:
    """The impulse response of a numbered room, `(time,)` float64: the dry sound, reflections and a decaying tail.

    Rooms differ in decay (0.2 to 0.9 s), in when the first reflections come and in how dark the tail is. `wet` is the
    energy of the tail relative to the dry sound, as an amplitude; `seconds` another decay than the room's own.
    """
    rng = stream(room, "room")
    own, dark = rng.uniform(.2, .9), rng.uniform(.3, .85)
    falls, length = (own, min(own, .7)) if seconds is None else (seconds, seconds)
    time = np.arange(round(length * RATE)) / RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / falls)
    for index in rng.integers(round(.004 * RATE), round(.035 * RATE), 6):
        tail[index] += rng.uniform(-1, 1) * 12
    tail[:round(.004 * RATE)] = 0
    spectrum = np.fft.rfft(tail)
    frequency = np.fft.rfftfreq(len(tail), 1 / RATE)
    tail = np.fft.irfft(spectrum / (1 + (frequency / (6000 * (1 - dark) + 800)) ** 2), len(tail))
    out = wet * tail / np.sqrt((tail ** 2).sum())
    out[0] += 1
    return out


@lru_cache(maxsize=256)
def lift(room: int, wet: float, seconds: float | None = None) -> float:
    """How much louder music is in a numbered room than without one, dB: its power falls with the square of frequency.

    With that slope, more or less of a room changes the level of rendered palos by a tenth of a dB on average.
    """
    size = 1 << 15
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    music = np.where(frequency > 80, np.maximum(frequency, 80) ** -2, 0)
    heard = np.square(np.abs(np.fft.rfft(impulse(room, wet, seconds), size)))
    return float(10 * np.log10((heard * music).sum() / music.sum()))


@lru_cache(maxsize=64)
def shelf(gain: float) -> np.ndarray:
    """A high shelf of `gain` dB around 1.5 kHz, minimum phase, `(TAPS,)`."""
    frequency = np.fft.rfftfreq(TAPS * 2, 1 / RATE)
    blend = 1 / (1 + (1500 / np.maximum(frequency, 1)) ** 2)
    return _minimum_phase(gain * blend)


@lru_cache(maxsize=8)
def vowel(number: int) -> np.ndarray:
    """A vowel's formants as a filter, minimum phase, `(TAPS,)`."""
    frequency = np.fft.rfftfreq(TAPS * 2, 1 / RATE)
    centres, heights = VOWELS[number % len(VOWELS)]
    curve = sum(height / (1 + ((frequency - centre) / (.12 * centre)) ** 2)
                for centre, height in zip(centres, heights))
    return _minimum_phase(np.asarray(curve) - 4)


def _minimum_phase(decibels: np.ndarray) -> np.ndarray:
    """The causal filter with this magnitude (real cepstrum folded onto positive time)."""
    log = np.fft.irfft(np.log(10) / 20 * decibels)
    half = len(log) // 2
    log[1:half] *= 2
    log[half + 1:] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(log)))[:TAPS]


@lru_cache(maxsize=8)
def _colour(number: int) -> tuple[float, float]:
    rng = stream(number, "noise")
    return float(rng.uniform(-62, -46)), float(rng.uniform(.3, 1.2))


def noise_level(number: int) -> float:
    """The level of a numbered noise floor, -62 to -46 dB."""
    return _colour(number)[0]


def noise(number: int, seed: int, samples: int, *, level: float | None = None) -> np.ndarray:
    """A numbered noise floor, `(samples,)` float64: its slope goes with the number, its level too unless it is set."""
    own, slope = _colour(number)
    level = own if level is None else level
    spectrum = np.fft.rfft(stream(seed, "rest").standard_normal(samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 40)
    wave = np.fft.irfft(spectrum * frequency ** -slope, samples)
    return wave * 10 ** (level / 20) / np.sqrt((wave ** 2).mean())
