"""What a clip's sound says of how it was recorded, and nothing of its music: the numbers behind simple cues.

Conventions: levels in dB; a `Sound` is measured at the rate that the model hears; below FLOOR nothing is told apart.
"""

from dataclasses import dataclass

import numpy as np

from escucha.audio.bands import frame_length
from escucha.audio.clip import Clip
from escucha.audio.loudness import loudness

FLOOR = -120.0
"""dB; silence reads this."""
TOP = 0.8
"""From this share of half the rate on lies the top of the band; what is below it is where the music mostly is."""
RUMBLE = 20.0
"""Hz: below it nobody hears anything."""
SILENT = -60.0
"""dB below the loudest 10 ms: such stretches count as silence."""
CLIFF = 15.0
"""dB: what lies above a codec's edge is so far below what lies under it."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A clip, analysed once for all its cues."""

    clip: Clip
    hertz: np.ndarray
    """`(bin,)`."""
    power: np.ndarray
    """`(frame, bin)`."""
    steps: np.ndarray
    """`(step,)` dB of every 10 ms below the top of the band, of the loudest: a faint whistle there is no music."""

    @classmethod
    def of(cls, clip: Clip) -> "Sound":
        """Frames of twice the usual length, so that 20 Hz can be told from 0."""
        size = 2 * frame_length(clip.rate)
        wave = np.pad(clip.wave.astype(np.float64), (0, max(0, size - len(clip.wave))))
        frames = np.lib.stride_tricks.sliding_window_view(wave, size)[::size // 2]
        power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2
        step = max(1, round(clip.rate / 100))
        music = _below_top(clip.wave)
        whole = np.pad(music, (0, -len(music) % step)).reshape(-1, step)
        level = decibels(np.mean(whole**2, axis=1))
        return cls(clip, np.fft.rfftfreq(size, 1 / clip.rate), power, level - level.max())

    def between(self, low: float, high: float) -> np.ndarray:
        """`(frame,)` power between two frequencies (Hz)."""
        return self.power[:, (self.hertz >= low) & (self.hertz < high)].sum(axis=1)

    @property
    def top(self) -> float:
        """Half the rate (Hz)."""
        return self.clip.rate / 2


def decibels(power: np.ndarray | float) -> np.ndarray:
    """10 log10, no less than FLOOR."""
    return 10 * np.log10(np.maximum(power, 10 ** (FLOOR / 10)))


def rumble(sound: Sound) -> float:
    """dB of what lies below 20 Hz (but for the offset), of everything."""
    return _share(sound.between(sound.hertz[1], RUMBLE).mean(), sound.power[:, 1:].sum(axis=1).mean())


def top_of_band(sound: Sound) -> float:
    """dB of the top fifth of the band in the quieter half of the frames, of everything: what is always there."""
    return _share(np.quantile(sound.between(TOP * sound.top, np.inf), 0.25), sound.power[:, 1:].sum(axis=1).mean())


def quietest(sound: Sound) -> float:
    """dB of the quietest tenth of the frames below the top of the band, of the mean frame.

    A tape's noise in music with rests; in music without any, how little its sound dies away.
    """
    middle = sound.between(2 * RUMBLE, TOP * sound.top)
    return _share(np.quantile(middle, 0.1), middle.mean())


def edge(sound: Sound) -> float:
    """Hz above which a codec has left nothing; half the rate where there is no such edge.

    The lowest place where the bands below lie CLIFF dB or more above everything above it: a whistle, which is narrow,
    makes no edge, nor does a slope.
    """
    width = max(1, len(sound.hertz) // 100)
    mean = sound.power.mean(axis=0)
    bands = decibels(mean[:len(mean) // width * width].reshape(-1, width).mean(axis=1) / max(mean.max(), 1e-30))
    for at in range(10, len(bands) - 2):
        if np.median(bands[at - 10:at]) - bands[at + 1:].max() >= CLIFF and np.median(bands[at - 10:at]) > FLOOR / 2:
            return float(sound.hertz[at * width])
    return sound.top


def level(sound: Sound) -> float:
    """LUFS, no less than -70."""
    return max(loudness(sound.clip), -70.0)


def peak(sound: Sound) -> float:
    """dB of the largest sample, of full scale."""
    return float(decibels(float(np.abs(sound.clip.wave).max()) ** 2))


def clipped(sound: Sound) -> float:
    """Per cent of samples that stand at the largest value, three or more in a row."""
    at_peak = np.abs(sound.clip.wave) >= 0.999 * max(np.abs(sound.clip.wave).max(), 1e-9)
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[False], at_peak, [False]]).astype(int))))[::2]
    return float(100 * runs[runs >= 3].sum() / len(at_peak))


def offset(sound: Sound) -> float:
    """Mean sample, per cent of full scale."""
    return float(100 * abs(sound.clip.wave.mean(dtype=np.float64)))


def lead(sound: Sound) -> float:
    """Seconds of silence at the start."""
    return _first(sound.steps) / 100


def trail(sound: Sound) -> float:
    """Seconds of silence at the end."""
    return _first(sound.steps[::-1]) / 100


def silence(sound: Sound) -> float:
    """Per cent of the clip that is silent."""
    return float(100 * (sound.steps < SILENT).mean())


def length(sound: Sound) -> float:
    """Seconds."""
    return sound.clip.duration


def _below_top(wave: np.ndarray) -> np.ndarray:
    """`(time,)` float64 without the top of the band, fading out below it: a sharp edge would ring into silences."""
    size = len(wave) + 1024  # or what is at the end would ring into the start
    spectrum = np.fft.rfft(wave.astype(np.float64), size)
    share = np.linspace(0, 1, len(spectrum))
    keep = 0.5 + 0.5 * np.cos(np.pi * np.clip((share - TOP + 0.1) / 0.1, 0, 1))
    return np.fft.irfft(spectrum * keep, size)[:len(wave)]


def _first(steps: np.ndarray) -> int:
    return int(np.argmax(steps >= SILENT))


def _share(part: float, whole: float) -> float:
    return float(decibels(part / whole)) if whole > 0 else FLOOR
