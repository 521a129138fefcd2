"""What the tests use to listen: onset strength at given times, and how far a tone is from its pitch."""

import numpy as np

from escucha.corpora.palos import RATE

HOP = 256


def strength(wave: np.ndarray) -> np.ndarray:
    """Onset strength, `(frame,)` at hop 256: the rises of the amplitude spectrum, summed over frequency."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave, (512, 512)), 1024)[::HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(1024)))
    return np.concatenate([[0.0], np.maximum(np.diff(spectrum, axis=0), 0).sum(axis=1)])


def at(curve: np.ndarray, times, *, within: float = .05) -> np.ndarray:
    """The curve's largest value within some seconds of each time."""
    reach = round(within * RATE / HOP)
    frames = [round(time * RATE / HOP) for time in times]
    return np.array([curve[max(frame - reach, 0):frame + reach + 1].max(initial=0) for frame in frames])


def cents(wave: np.ndarray, pitch: float) -> float:
    """How far a tone is from a MIDI pitch: the best fit of its first four harmonics, within a semitone."""
    size = 1 << 19
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    tries = np.arange(-100, 101.0)
    base = 440 * 2 ** ((pitch - 69) / 12) * 2 ** (tries / 1200)
    fit = sum(np.interp(harmonic * base, frequency, spectrum) / harmonic for harmonic in (1, 2, 3, 4))
    return float(tries[int(np.argmax(fit))])


def centroid(wave: np.ndarray) -> float:
    """Mean frequency of the power spectrum of the whole, Hz."""
    power = np.square(np.abs(np.fft.rfft(wave)))
    return float((power * np.fft.rfftfreq(len(wave), 1 / RATE)).sum() / power.sum())


def decibels(wave: np.ndarray) -> float:
    """Root mean square in dB."""
    return float(20 * np.log10(np.sqrt(np.mean(np.square(wave, dtype=float))) + 1e-12))
