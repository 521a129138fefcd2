"""Measures of clips against sounds whose answer is known, at any rate, and what happens to what cannot be measured."""

import os

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.corpora.folder import FileSource
from escucha.corpora.measures import FEATURES_OF_CLIPS, measure, measured
from escucha.errors import InputError

SECONDS = 4


def tone(hertz: float, rate: int = 22050, gain: float = 0.3) -> Clip:
    return Clip(gain * np.sin(2 * np.pi * hertz * np.arange(SECONDS * rate) / rate), rate)


def clicks(a_second: float, rate: int = 22050) -> Clip:
    wave = np.zeros(SECONDS * rate)
    wave[rate // 10::round(rate / a_second)] = 1
    burst = np.random.default_rng(0).normal(0, .3, 400) * np.exp(-np.arange(400) / 80)
    return Clip(np.convolve(wave, burst)[:len(wave)] * .5, rate)


def noise(level: float = 0.1) -> Clip:
    return Clip(np.random.default_rng(1).normal(0, level, SECONDS * 22050), 22050)


def mixed(*clips: Clip) -> Clip:
    return Clip(np.sum([clip.wave for clip in clips], axis=0), clips[0].rate)


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
def test_numbers_of_sounds_whose_answer_is_known(rate):
    assert measure(tone(1000, rate), "centroid") == pytest.approx(1000, rel=.01)
    assert measure(tone(1000, rate), "level") == pytest.approx(20 * np.log10(.3 / np.sqrt(2)), abs=.1)
    assert measure(clicks(4, rate), "onset-rate") == pytest.approx(4, abs=.3)
    assert measure(tone(100, rate), "low-share") > .99 > .01 > measure(tone(1000, rate), "low-share")


@pytest.mark.parametrize(("name", "least", "most"), [
    ("percussive-share", tone(440), clicks(3)), ("centroid", tone(300), tone(3000)),
    ("onset-rate", mixed(tone(262), tone(330), tone(392)), clicks(2)), ("tonal-clarity", noise(), tone(440)),
    ("flatness", tone(440), noise()), ("low-share", noise(), tone(80)), ("level", noise(.01), noise(.1)),
    ("dynamics", noise(), clicks(2))])
def test_more_is_more_of_what_the_meaning_says(name, least, most):
    middle = mixed(least, most)
    low, between, high = (measure(clip, name) for clip in (least, middle, most))
    assert low < high
    if name in ("percussive-share", "low-share"):
        assert low < between < high


def test_every_measure_but_level_is_the_same_of_a_softer_clip():
    loud = mixed(clicks(3), tone(440))
    soft = Clip(loud.wave * .3, loud.rate)
    for name in FEATURES_OF_CLIPS:
        if name == "level":
            assert measure(loud, name) - measure(soft, name) == pytest.approx(20 * np.log10(1 / .3), abs=.01)
        else:
            assert measure(soft, name) == pytest.approx(measure(loud, name), rel=.02, abs=.01), name


def test_short_and_silent_clips():
    for name in FEATURES_OF_CLIPS:
        assert np.isnan(measure(Clip(np.zeros(9000), 22050), name))
        assert np.isfinite(measure(Clip(tone(440).wave[:500], 22050), name))
    with pytest.raises(InputError, match="unknown feature 'centriod'; did you mean 'centroid'"):
        measure(tone(440), "centriod")


def test_files_are_measured_once_and_the_unreadable_say_why(tmp_path):
    soundfile.write(tmp_path / "estéreo.mp3", np.stack([tone(440, 44100).wave, tone(440, 44100).wave], 1), 44100)
    (tmp_path / "bad.mp3").write_bytes(b"ID3" + bytes(300))
    soundfile.write(tmp_path / "still.wav", np.zeros(9000), 22050)
    sources = [FileSource(tmp_path / name) for name in ("estéreo.mp3", "bad.mp3", "still.wav")]
    found = measured(sources, "centroid", cache=tmp_path / "cache")
    assert found[0] == pytest.approx(440, rel=.06)  # an mp3 is not the tone alone
    assert "bad.mp3" in str(found[1])
    assert "is silent" in str(found[2])
    kept = list((tmp_path / "cache" / "measures").rglob("*.npy"))
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(path.read_bytes()[:-3])  # damaged: measured again
        os.utime(path)
    assert measured(sources, "centroid", cache=tmp_path / "cache")[0] == found[0]
    for path in kept:
        np.save(path, np.array([7.0]))  # the control: what is kept is what is read
    assert measured(sources[:1], "centroid", cache=tmp_path / "cache") == [7.0]
