"""Changes made to the sound of a training crop, so that what they change says nothing: the one door to audiomentations.

Conventions: waves are `(time,)` float32; a range is two numbers, the lower first; each change is made with its own
probability. Nothing random outlives a call: the library draws from Python's and numpy's global generators, which are
set for the call and put back.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np

from escucha.config import Within
from escucha.errors import InputError

Share = Annotated[float, Within(0, 1)]
Step = Callable[[np.ndarray, int], np.ndarray]
"""From `(time,)` and its rate to a changed `(time,)`."""
Changer = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From `(time,)` and a generator to a changed `(time,)`, longer or shorter if it is stretched."""

STEEPNESS = (12, 24)
"""dB an octave of a filter: one of 12, 18 and 24."""
RATES = (0.1, 10.0)
"""What a stretch may be: slower or faster than this nothing is left of the music."""


@dataclass(frozen=True)
class Polarity:
    """The wave upside down: it sounds the same."""

    probability: Share = 0.5

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import PolarityInversion

        return [PolarityInversion(p=self.probability)]


@dataclass(frozen=True)
class Noise:
    """White noise."""

    probability: Share = 0.5
    snr: tuple[float, ...] = (10.0, 40.0)
    """Signal to noise in dB, drawn from this range."""

    def __post_init__(self) -> None:
        check_range("noise", "snr", self.snr, -60, 120)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import AddGaussianSNR

        return [AddGaussianSNR(*self.snr, p=self.probability)]


@dataclass(frozen=True)
class Level:
    """Louder or softer, beside the recipe's own `gain`, which every crop has."""

    probability: Share = 0.5
    db: tuple[float, ...] = (-12.0, 12.0)

    def __post_init__(self) -> None:
        check_range("gain", "db", self.db, -60, 60)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import Gain

        return [Gain(*self.db, p=self.probability)]


@dataclass(frozen=True)
class LowPass:
    """A Butterworth filter that takes the treble away."""

    probability: Share = 0.5
    cutoff: tuple[float, ...] = (1000.0, 7500.0)
    """Hz, drawn evenly in mels."""

    def __post_init__(self) -> None:
        check_range("low_pass", "cutoff", self.cutoff, 1, 400_000)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import LowPassFilter

        return [LowPassFilter(*self.cutoff, *STEEPNESS, p=self.probability)]


@dataclass(frozen=True)
class HighPass:
    """A Butterworth filter that takes the bass away."""

    probability: Share = 0.5
    cutoff: tuple[float, ...] = (20.0, 800.0)
    """Hz, drawn evenly in mels."""

    def __post_init__(self) -> None:
        check_range("high_pass", "cutoff", self.cutoff, 1, 400_000)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import HighPassFilter

        return [HighPassFilter(*self.cutoff, *STEEPNESS, p=self.probability)]


@dataclass(frozen=True)
class BandPass:
    """A Butterworth filter that leaves a band."""

    probability: Share = 0.5
    cutoff: tuple[float, ...] = (200.0, 4000.0)
    """Hz of the middle of the band, drawn evenly in mels."""
    width: tuple[float, ...] = (0.5, 1.9)
    """Of the band, as a share of its middle."""

    def __post_init__(self) -> None:
        check_range("band_pass", "cutoff", self.cutoff, 1, 400_000)
        check_range("band_pass", "width", self.width, 0.01, 1.99)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import BandPassFilter

        return [BandPassFilter(*self.cutoff, *self.width, *STEEPNESS, p=self.probability)]


@dataclass(frozen=True)
class Delay:
    """One echo: the sound once more, later and softer."""

    probability: Share = 0.5
    seconds: tuple[float, ...] = (0.05, 0.5)
    db: Annotated[float, Within(-60, 0)] = -6.0
    """Of the echo."""

    def __post_init__(self) -> None:
        check_range("delay", "seconds", self.seconds, 0.001, 10)

    def make(self) -> list[Any]:
        """An echo out of the library's shift."""
        return [_Echo(self)]


@dataclass(frozen=True)
class Stretch:
    """Faster or slower at the same pitch; a crop is then cut from as much sound as it takes."""

    probability: Share = 0.5
    rate: tuple[float, ...] = (0.9, 1.1)
    """Above 1 is faster."""

    def __post_init__(self) -> None:
        check_range("stretch", "rate", self.rate, *RATES)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import TimeStretch

        return [TimeStretch(*self.rate, leave_length_unchanged=False, p=self.probability)]


@dataclass(frozen=True)
class Pitch:
    """Higher or lower at the same speed."""

    probability: Share = 0.5
    semitones: tuple[float, ...] = (-2.0, 2.0)

    def __post_init__(self) -> None:
        check_range("pitch", "semitones", self.semitones, -24, 24)

    def make(self) -> list[Any]:
        """The library's transform."""
        from audiomentations import PitchShift

        return [PitchShift(*self.semitones, p=self.probability)]


@dataclass(frozen=True)
class Changes:
    """The changes that need the wave, in the order in which they are made; what is None is not made."""

    stretch: Stretch | None = None
    pitch: Pitch | None = None
    polarity: Polarity | None = None
    gain: Level | None = None
    low_pass: LowPass | None = None
    high_pass: HighPass | None = None
    band_pass: BandPass | None = None
    delay: Delay | None = None
    noise: Noise | None = None

    @property
    def chosen(self) -> list[Any]:
        """Those that are made."""
        return [change for at in fields(Changes) if (change := getattr(self, at.name)) is not None]

    def longest(self, samples: int) -> int:
        """Of how many samples a crop of `samples` may be made: a faster one is made of more."""
        return int(np.ceil(samples * max(1.0, self.stretch.rate[1]))) if self.stretch else samples


def changer(changes: Changes, rate: int) -> Changer:
    """What makes the changes to waves at `rate`; InputError for a filter that the rate has no room for."""
    for name in ("low_pass", "high_pass", "band_pass"):
        told = getattr(changes, name)
        if told is not None and told.cutoff[1] >= rate / 2:
            raise InputError(f"'cutoff' of {name} reaches {told.cutoff[1]:g} Hz, and a rate of {rate} Hz has nothing "
                             f"from {rate / 2:g} Hz on; lower it")
    return _Changer([step for change in changes.chosen for step in change.make()], rate)


@dataclass(frozen=True)
class _Changer:
    steps: list[Step]
    rate: int

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        wave = np.array(wave, dtype=np.float32)
        with _drawing(int(rng.integers(2**32))):
            for step in self.steps:
                wave = step(wave, self.rate)
        return np.asarray(wave, dtype=np.float32)


class _Echo:
    """The library can shift a sound; an echo is a shifted one added."""

    def __init__(self, told: Delay):
        from audiomentations import Shift

        self.told = told
        self.shift = Shift(*told.seconds, shift_unit="seconds", rollover=False, fade_duration=0.0, p=1.0)

    def __call__(self, wave: np.ndarray, rate: int) -> np.ndarray:
        if random.random() >= self.told.probability:
            return wave
        return wave + np.float32(10 ** (self.told.db / 20)) * self.shift(wave, rate)


def fit_duration(wave: np.ndarray, rate: int, seconds: float) -> np.ndarray:
    """`(round(seconds * rate),)`: all of `wave` faster or slower at the same pitch; InputError beyond RATES."""
    from audiomentations import TimeStretch

    samples = round(seconds * rate)
    factor = len(wave) / samples
    if not RATES[0] <= factor <= RATES[1]:
        raise InputError(f"a clip of {len(wave) / rate:.2f} s cannot be fitted to {seconds:g} s: that is {factor:.3g} "
                         f"times as fast, beyond {RATES[0]:g} to {RATES[1]:g}; choose another 'fit'")
    if samples == len(wave):
        return wave
    with _drawing(0):
        made = TimeStretch(factor, factor, leave_length_unchanged=False, p=1.0)(np.array(wave, np.float32), rate)
    return fit_length(np.asarray(made, dtype=np.float32), samples)


def fit_length(wave: np.ndarray, samples: int) -> np.ndarray:
    """Exactly `samples` of `(time,)`, with silence after the end."""
    return wave[:samples] if len(wave) >= samples else np.pad(wave, (0, samples - len(wave)))


def check_range(what: str, name: str, given: tuple[float, ...], low: float, high: float) -> None:
    """Raise InputError for a range that is not two numbers within `low` and `high`, the lower one first."""
    if len(given) != 2 or not low <= given[0] <= given[1] <= high:
        raise InputError(f"{name!r} of {what} should be a range [lower, higher] within {low:g} and {high:g}, got "
                         f"{list(given)}")


@contextmanager
def _drawing(seed: int) -> Iterator[None]:
    """Both global generators set for the block, and put back as they were."""
    was = random.getstate(), np.random.get_state()  # noqa: NPY002 (what the library draws from)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(was[0])
        np.random.set_state(was[1])  # noqa: NPY002
