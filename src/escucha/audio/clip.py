"""A clip of mono sound.

Conventions: seconds in an API, samples inside; waveforms are `(time,)` float32.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError


@dataclass(frozen=True, eq=False)
class Clip:
    """`wave` is `(time,)` float32 and finite; `rate` is in samples a second.

    Bounded to [-1, 1] only when written. A float64 or integer array is converted; anything that is not
    one-dimensional, empty or not finite raises InputError.
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
        first = round(start * self.rate)
        last = len(self.wave) if duration is None else first + round(duration * self.rate)
        if not 0 <= first < min(last, len(self.wave)):
            raise InputError(f"nothing to cut at {start:g} s for {duration} s: the clip lasts {self.duration:.3f} s")
        return Clip(self.wave[first:last], self.rate)
