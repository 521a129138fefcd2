"""Beats are where strokes were planted, bars begin on the loud ones, and where there is no pulse that is said."""

import numpy as np
import pytest

from escucha.audio.beats import bars, beats
from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.errors import InputError

RATE = 22050
TIME = np.arange(10 * RATE) / RATE
STROKES = np.arange(0.4, 9.9, 0.5)
"""120 beats a minute."""
NEAR = 0.045
"""Seconds: two frames; beats that are evaluated count as right within 70 ms."""


def struck(times, gains, noise=0.0):
    """Short bursts of noise at given seconds, over quiet noise."""
    rng = np.random.default_rng(0)
    wave = noise * rng.normal(size=10 * RATE)
    for time, gain in zip(times, gains):
        first = round(time * RATE)
        wave[first:first + 600] += gain * rng.normal(0, 0.3, 600) * np.exp(-np.arange(600) / 120)
    return Clip(wave, RATE)


def near(found, true):
    return float(np.abs(np.subtract.outer(found, true)).min(axis=1).max())


def test_planted_strokes_are_the_beats_at_any_rate_and_level():
    clip = struck(STROKES, np.ones(19), noise=1e-3)
    found = beats(clip)
    assert len(found) >= 17
    assert near(found, STROKES) < NEAR
    assert near(beats(resample(clip, 44100)), STROKES) < NEAR
    assert near(beats(Clip(clip.wave / 100, RATE)), STROKES) < NEAR


@pytest.mark.parametrize("phase", [0, 1, 2, 3])
@pytest.mark.parametrize("known", [True, False])
def test_bars_begin_on_the_strong_beats(phase, known):
    gains = np.where(np.arange(19) % 4 == phase, 1.0, 0.15)
    found = bars(struck(STROKES, gains, noise=1e-3), 4, tuple(STROKES) if known else ())
    assert len(found) in (4, 5)
    assert near(found, STROKES[phase::4]) < (1e-9 if known else NEAR)


def test_three_to_a_bar():
    found = bars(struck(STROKES, np.where(np.arange(19) % 3 == 1, 1.0, 0.15), noise=1e-3), 3)
    assert near(found, STROKES[1::3]) < NEAR


@pytest.mark.parametrize("wave", [
    np.zeros(5 * RATE), np.full(5 * RATE, 0.3), 0.3 * np.sin(2 * np.pi * 440 * TIME),
    0.3 * np.sin(2 * np.pi * 440 * TIME) + 1e-4 * np.random.default_rng(0).normal(size=len(TIME)),
    np.random.default_rng(1).normal(0, 0.1, 10 * RATE), np.sin(2 * np.pi * 440 * TIME + 5 * np.sin(30 * TIME)),
    np.eye(1, 8 * RATE, 4 * RATE)[0], np.ones(1), np.ones(900)],
    ids=["silence", "DC", "tone", "tone and hiss", "noise", "vibrato", "one click", "one sample", "40 ms"])
def test_what_has_no_pulse_is_refused(wave, recwarn):
    for find in (beats, bars):
        with pytest.raises(InputError, match=r"no beats are heard in this clip of .* s: "):
            find(Clip(wave, RATE))
    assert not recwarn


def test_a_bar_longer_than_the_clip_is_refused():
    with pytest.raises(InputError, match=r"has 19 beats and a bar has 20"):
        bars(struck(STROKES, np.ones(19)), 20, tuple(STROKES))
