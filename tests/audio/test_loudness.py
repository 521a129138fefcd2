"""Loudness: the standard's own tone, known gains, and the shortest clips."""

import numpy as np
import pytest

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.audio.loudness import NOTHING, common_gain, fade, level, louder, loudness, match


def sine(seconds, rate=48000, peak=1.0):
    return Clip(peak * np.sin(2 * np.pi * 997 * np.arange(round(seconds * rate)) / rate), rate)


def test_a_full_scale_sine_of_997_hz_reads_minus_3_01():
    assert loudness(sine(5)) == pytest.approx(-3.01, abs=0.05)


def test_level_counts_pauses_and_loudness_does_not():
    tone = sine(5)
    assert level(tone) == pytest.approx(-3.01, abs=0.01)
    assert level(sine(5, peak=.1)) == pytest.approx(-23.01, abs=0.01)
    rested = Clip(np.concatenate([tone.wave, np.zeros(len(tone.wave))]), tone.rate)
    assert level(rested) == pytest.approx(level(tone) - 3.01, abs=0.01)
    assert loudness(rested) == pytest.approx(loudness(tone), abs=0.5)  # the gate leaves pauses out
    assert level(Clip(np.zeros(100), 8000)) == NOTHING


@pytest.mark.parametrize("seconds", [0.4, 0.399, 0.1, 0.05])
def test_a_short_clip_is_as_loud_as_a_long_one(seconds):
    assert loudness(sine(seconds)) == pytest.approx(loudness(sine(5)), abs=0.5)


@pytest.mark.parametrize("count", [1, 2, 3, 220, 8819, 8820, 8821])
def test_any_length_has_a_loudness(count):
    assert -60 < loudness(Clip(np.random.default_rng(0).uniform(-0.9, 0.9, count), 22050)) < 10


def test_silence_is_minus_infinity_and_warns_of_nothing(recwarn):
    assert loudness(Clip(np.zeros(22050), 22050)) == -np.inf
    assert not recwarn


def test_a_known_gain_is_found_and_undone(shared):
    clip = io.read(shared / "audio/vibe-ace.ogg", start=5, duration=5)
    softer = Clip(clip.wave * 10 ** (-9 / 20), clip.rate)
    matched, gain = match(softer, clip)
    assert gain == pytest.approx(9, abs=0.01)
    np.testing.assert_allclose(matched.wave, clip.wave, atol=1e-3)
    assert match(clip, softer)[1] == pytest.approx(-9, abs=0.01)


def test_the_gain_upwards_is_capped_and_silence_is_left_alone():
    loud, faint, silent = sine(1), sine(1, peak=0.01), Clip(np.zeros(48000), 48000)
    matched, gain = match(faint, loud, cap_db=12)
    assert gain == 12
    assert np.abs(matched.wave).max() == pytest.approx(0.01 * 10 ** (12 / 20), rel=1e-4)
    for clip, reference in ((silent, loud), (loud, silent)):
        same, none = match(clip, reference)
        assert none == 0
        np.testing.assert_array_equal(same.wave, clip.wave)


def test_a_fade_is_at_the_ends_only():
    clip = Clip(np.ones(1000), 10000)
    faded = fade(clip, 0.01).wave
    assert faded[0] < 0.01
    assert faded[-1] < 0.01
    np.testing.assert_array_equal(faded[100:-100], 1)
    np.testing.assert_allclose(faded[:100] + faded[:100][::-1], 1, atol=1e-6)
    for count in (1, 2, 3):
        assert len(fade(Clip(np.ones(count), 10000), 1.0).wave) == count


def test_one_gain_brings_all_to_one_loudness_and_never_clips():
    rng = np.random.default_rng(0)
    one, other = (Clip(size * rng.normal(0, 1, 16000), 8000) for size in (.01, .003))
    gain = common_gain((one, other), target=-20, cap_db=30)
    both = Clip(np.concatenate([louder(clip, gain).wave for clip in (one, other)]), 8000)
    assert loudness(both) == pytest.approx(-20, abs=.1)
    assert common_gain((one, other), target=-20, cap_db=6) == 6
    spike = Clip(np.where(np.arange(16000) == 99, .9, one.wave), 8000)
    for clips, also in (((spike, other), ()), ((one, other), (spike,))):
        assert common_gain(clips, target=-20, cap_db=30, also=also) == pytest.approx(20 * np.log10(1 / .9), abs=.02)
    still = Clip(np.zeros(8000), 8000)
    assert common_gain((still, still), target=-20, cap_db=30) == common_gain((), target=-20, cap_db=30) == 0
