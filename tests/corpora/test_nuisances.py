"""Nuisances at any rate: what they change, and that what they should leave alone stays."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.corpora.nuisances import NUISANCES, TILTS, in_room, tilted, with_noise

RATES = (16000, 22050, 44100)


def tone(hertz: float, rate: int, seconds: float = 1.0, pause: float = 0.5) -> Clip:
    wave = .2 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return Clip(np.concatenate([wave, np.zeros(round(pause * rate))]), rate)


def level(clip: Clip, start: float, duration: float) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(clip.cut(start, duration).wave))) + 1e-12))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("number", range(len(TILTS)))
def test_a_tilt_lifts_the_highs_and_leaves_the_lows_at_every_rate(rate, number):
    for hertz, share in ((100, 0.0), (7000, 1.0)):
        clip = tone(hertz, rate)
        change = level(tilted(clip, number, 0), .1, .8) - level(clip, .1, .8)
        assert change == pytest.approx(share * TILTS[number], abs=.6)


def test_a_tilt_reaches_beyond_what_the_renderer_knows():
    clip = tone(17000, 44100)
    assert level(tilted(clip, 3, 0), .1, .8) - level(clip, .1, .8) == pytest.approx(TILTS[3], abs=.3)


@pytest.mark.parametrize("rate", RATES)
def test_a_room_rings_on_and_keeps_the_sound_itself(rate):
    clip = tone(1000, rate)
    heard = in_room(clip, 3, 0)
    assert level(heard, 1.05, .1) > -60 > level(clip, 1.05, .1)
    first = round(.003 * rate)  # before the first reflection there is only the sound
    np.testing.assert_allclose(heard.wave[:first], clip.wave[:first], atol=2e-3)


@pytest.mark.parametrize("rate", RATES)
def test_noise_follows_the_level_of_the_clip(rate):
    loud = tone(440, rate)
    soft = Clip(loud.wave * .1, rate)
    for clip in (loud, soft):
        added = Clip(with_noise(clip, 2, 5).wave - clip.wave, rate)
        below = level(clip, 0, 1.5) - level(added, 0, 1.5)
        assert 20 < below < 38
    np.testing.assert_allclose(with_noise(soft, 2, 5).wave, with_noise(loud, 2, 5).wave * .1, atol=1e-6)


@pytest.mark.parametrize("kind", NUISANCES)
def test_a_nuisance_is_as_long_as_its_clip_and_its_numbers_differ(kind):
    clip, (change, count) = tone(300, 22050, .2, 0), NUISANCES[kind]
    heard = [change(clip, number, 0) for number in range(count)]
    assert all(len(one.wave) == len(clip.wave) and one.rate == clip.rate for one in heard)
    assert len({one.wave.tobytes() for one in (clip, *heard)}) == count + 1
    np.testing.assert_array_equal(change(clip, 1, 7).wave, change(clip, 1, 7).wave)
