"""A clip of mono sound.

Conventions: seconds in an API, samples inside; waveforms are `(time,)` float32.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError

LOUDEST = 2.0**32
"""No sample is further from zero: 32-bit integers taken for floats still are not, and spectra of it stay finite."""


@dataclass(frozen=True, eq=False)
class Clip:
    """`wave` is `(time,)` float32 and finite; `rate` is in samples a second.

    Bounded to [-1, 1] only when written. A float64 or integer array is converted; anything that is not
    one-dimensional, is empty, not finite or beyond LOUDEST raises InputError.
    """

    wave: np.ndarray
    rate: int

    def __post_init__(self):
        wave = np.ascontiguousarray(self.wave, dtype=np.float32)
        if wave.ndim != 1:
            raise InputError(f"a clip is mono: expected shape (time,), got {wave.shape}; average its channels first")
        if not wave.size:
            raise InputError("a clip needs at least one sample")
        if not np.isfinite(wave).all():
            raise InputError(f"{int((~np.isfinite(wave)).sum())} samples are not finite (NaN or infinite)")
        if not within(wave):
            raise InputError(f"samples reach {np.abs(wave).max():.3g}, where full scale is 1; scale them down")
        if self.rate <= 0:
            raise InputError(f"a rate is in samples a second and above zero, got {self.rate}")
        wave.setflags(write=False)
        object.__setattr__(self, "wave", wave)
        object.__setattr__(self, "rate", int(self.rate))

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.wave) / self.rate

    def cut(self, start: float, duration: float | None = None) -> "Clip":
        """The part from `start` seconds on, `duration` seconds long (to the end when None)."""
        # clipped first: a huge number of seconds has no number of samples, and NaN fails the comparison
        first = np.round(np.clip(start, -1, self.duration + 1) * self.rate)
        last = first + np.round(np.clip(self.duration if duration is None else duration, -1, self.duration) * self.rate)
        if not 0 <= first < min(last, len(self.wave)):
            raise InputError(f"nothing to cut at {start:g} s for {duration} s: the clip lasts {self.duration:.3f} s")
        first, last = int(first), int(last)
        return Clip(self.wave[first:last], self.rate)


def within(wave: np.ndarray) -> bool:
    """Is every sample within LOUDEST of zero? (NaN is not.)"""
    return bool((np.abs(wave) <= LOUDEST).all())
