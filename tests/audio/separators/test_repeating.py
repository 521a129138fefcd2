"""A loop is the background and a melody over it the foreground, whatever nussl's algorithm; timbres are told apart."""

import numpy as np
import pytest

from escucha.audio import ffmpeg
from escucha.audio.clip import Clip
from escucha.audio.separate import separate
from escucha.errors import InputError

RATE = 22050
pytestmark = pytest.mark.skipif(not ffmpeg.installed(), reason="nussl needs ffmpeg")


def likeness(one, other):
    return np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)


def notes(frequencies, length, shape):
    return np.concatenate([np.sin(2 * np.pi * f * np.arange(length) / RATE) * shape for f in frequencies])


@pytest.fixture(scope="module")
def layers():
    """A loop of a second eight times, and a melody that never comes back."""
    loop = 0.3 * np.tile(notes([220, 277, 330, 440], 5500, np.exp(-np.arange(5500) / 3700)), 8)
    melody = 600 * 2 ** (np.random.default_rng(2).integers(0, 24, 16) / 12)
    return loop, 0.2 * notes(melody, 11000, np.hanning(11000))


@pytest.mark.parametrize(("how", "enough"), [("repet", (0.99, 0.99)), ("repet-sim", (0.9, 0.8)), ("2dft", (0.95, 0.8))])
def test_what_repeats_is_the_background(layers, how, enough, recwarn):
    mix = sum(layers)
    found = separate(Clip(mix, RATE), how)
    for source, true, least in zip((found["background"], found["foreground"]), layers, enough):
        assert likeness(source.wave, true) > least
        assert likeness(source.wave, true) > likeness(mix, true) + 0.1
    again = separate(Clip(mix, RATE), how)
    assert all((again[name].wave == source.wave).all() for name, source in found.items())
    assert not recwarn


@pytest.mark.parametrize("how", ["repet", "repet-sim", "2dft"])
def test_what_is_too_short_or_silent_is_said(how):
    with pytest.raises(InputError, match=rf"{how.upper()} needs at least 3 s .* lasts 2\.000 s; separate it with hpss"):
        separate(Clip(np.ones(2 * RATE), RATE), how)
    with pytest.raises(InputError, match="no sources to find in silence"):
        separate(Clip(np.zeros(4 * RATE), RATE), how)


def test_timbres_are_told_apart():
    rng = np.random.default_rng(0)
    low = 0.3 * notes([110, 147, 131, 165], 11025, np.hanning(11025))
    hiss = np.zeros(len(low))
    for first in range(2000, len(low) - 3000, 5000):
        hiss[first:first + 2500] = np.diff(rng.normal(0, 0.1, 2501)) * np.hanning(2500)
    found = separate(Clip(low + hiss, RATE), "timbre")
    first, second = found
    assert first.startswith("timbre 1 (around ")
    assert likeness(found[first].wave, low) > 0.95 > likeness(low + hiss, low) + 0.03
    assert likeness(found[second].wave, hiss) > 0.75 > likeness(low + hiss, hiss) + 0.3
    hertz = [float(name.split("around ")[1].removesuffix(" Hz)")) for name in found]
    assert hertz[0] < 1000 < hertz[1]
    assert len(separate(Clip(low + hiss, RATE), "timbre/3")) == 3


def test_timbres_that_cannot_be_found_are_said():
    with pytest.raises(InputError, match=r"at least 1 s, this clip lasts 0\.500 s"):
        separate(Clip(np.ones(RATE // 2), RATE), "timbre")
    with pytest.raises(InputError, match=r"timbre clustering of 1000 s takes 7 GiB of memory; give a part of up to 3"):
        separate(Clip(np.ones(1000 * RATE), RATE), "timbre")
