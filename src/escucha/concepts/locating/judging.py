"""Does a curve find what is known to sound? Against onsets and spans, with chance beside every number.

Conventions: curves and truths are `(moment,)`, at the middles of steps of STEP seconds from the clip's start, whatever
frames a layer has; onsets are seconds, spans `(start, end)` seconds.
"""

from collections.abc import Sequence

import numpy as np

from escucha.audio.clip import Clip

STEP = 0.02
"""Seconds between the moments at which every curve is read."""
FLOOR = -100.0
"""dB re full scale: what is softer is as soft as this."""


def moments(duration: float) -> np.ndarray:
    """`(moment,)` seconds.

    >>> moments(0.1).round(2).tolist()
    [0.01, 0.03, 0.05, 0.07, 0.09]
    """
    return (np.arange(max(int(duration / STEP + 1e-6), 1)) + 0.5) * STEP


def read(times: np.ndarray, curves: np.ndarray, at: np.ndarray) -> np.ndarray:
    """`(..., moment)`: curves `(..., frame)` at other times, in straight lines from frame to frame."""
    if len(times) == 1:
        return np.repeat(curves, len(at), axis=-1)
    place = np.clip(np.searchsorted(times, at) - 1, 0, len(times) - 2)
    share = np.clip((at - times[place]) / (times[place + 1] - times[place]), 0, 1)
    return curves[..., place] * (1 - share) + curves[..., place + 1] * share


def near(at: np.ndarray, onsets: Sequence[float], tolerance: float) -> np.ndarray:
    """`(moment,)` booleans: is an onset within so many seconds?"""
    if not len(onsets):
        return np.zeros(len(at), dtype=bool)
    return np.abs(at[:, None] - np.asarray(onsets)[None, :]).min(axis=1) <= tolerance


def within(at: np.ndarray, spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """`(moment,)` booleans: does the moment lie in a span?"""
    inside = np.zeros(len(at), dtype=bool)
    for start, end in spans:
        inside |= (start <= at) & (at < end)
    return inside


def areas(curves: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """`(curve,)` area under ROC of curves `(curve, moment)`: how often a true moment lies above another (ties count
    half); 0.5 is chance, NaN where every moment is alike."""
    ranks, true, false = _ranks(curves, truth)
    return _area(ranks[:, truth].sum(axis=1), true, false)


def shifted_areas(curves: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """`(curve, moment)`: the area of each curve moved on in a circle by 0, 1, 2, ... steps: what its own bumps find
    by luck, in their own rhythm."""
    ranks, true, false = _ranks(curves, truth)
    # the sum of the ranks at true moments, for every shift at once: a circular correlation
    sums = np.fft.irfft(np.conj(np.fft.rfft(ranks)) * np.fft.rfft(truth.astype(float)), len(truth))
    return _area(sums, true, false)


def _ranks(curves: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, int, int]:
    """`(curve, moment)` ranks from 1, those of ties their mean; and how many moments are true and false."""
    order = np.argsort(curves, axis=1)  # not scipy's rankdata, whose stable sort takes several times as long
    rising = np.take_along_axis(curves, order, axis=1)
    fresh = np.diff(rising, axis=1, prepend=np.nan) != 0  # the first of each row is, for NaN differs from everything
    first = np.flatnonzero(fresh)
    middle = first % curves.shape[1] + (np.diff(first, append=fresh.size) + 1) / 2
    ranks = np.empty(curves.shape)
    np.put_along_axis(ranks, order, middle[np.cumsum(fresh) - 1].reshape(curves.shape), axis=1)
    return ranks, int(truth.sum()), int((~truth).sum())


def _area(sums: np.ndarray, true: int, false: int) -> np.ndarray:
    """Area under ROC from the sum of the ranks at true moments (Mann and Whitney's U)."""
    if not true or not false:
        return np.full(np.shape(sums), np.nan)
    return (sums - true * (true + 1) / 2) / (true * false)


def highest(curve: np.ndarray, count: int, *, apart: float) -> np.ndarray:
    """`(peak,)` moments' numbers, the highest first: at most `count` peaks, `apart` seconds or more from each other."""
    free = np.isfinite(curve)
    found: list[int] = []
    reach = int(np.ceil(apart / STEP - 1e-9))
    while free.any() and len(found) < count:
        best = int(np.where(free, curve, -np.inf).argmax())
        found.append(best)
        free[max(best - reach + 1, 0) : best + reach] = False
    return np.array(found, dtype=int)


def loudness_curve(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """`(frame,)` seconds and `(frame,)` dB of the root mean square of 20 ms: the laziest localiser there is."""
    size = max(round(STEP * clip.rate), 1)
    whole = clip.wave[: max(len(clip.wave) // size, 1) * size].astype(np.float64)
    power = np.square(whole).reshape(-1, min(size, len(whole))).mean(axis=1)
    times = (np.arange(len(power)) + 0.5) * size / clip.rate
    return times, np.maximum(10 * np.log10(np.maximum(power, 1e-30)), FLOOR)


def sounding(stem: Clip, at: np.ndarray, *, below: float = 30.0) -> np.ndarray:
    """`(moment,)` booleans: is the stem within so many dB of its loudest moment? Nowhere where it is silent."""
    times, decibels = loudness_curve(stem)
    level = read(times, decibels, at)
    return (level > decibels.max() - below) & (level > FLOOR + 20)
