"""Each change does to a planted sound what it says, and nothing random stays behind."""

import random

import numpy as np
import pytest

from escucha.config import build
from escucha.errors import InputError
from escucha.models.augmentation import Changes, changer, fit_duration
from escucha.models.training_recipe import Recipe

RATE = 8000


def made(table, wave, *, seed=0, rate=RATE):
    """`wave` with the changes of a `[recipe.augment]` table, each made for certain."""
    certain = {name: {"probability": 1.0, **told} for name, told in table.items()}
    return changer(build(Changes, certain, "here"), rate)(wave, np.random.default_rng(seed))


def tone(hertz, seconds=2.0):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def noise(seconds=2.0, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def level(wave):
    return 10 * np.log10(np.mean(np.square(wave, dtype=np.float64)))


def peak(wave):
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    return spectrum.argmax() * RATE / len(wave)


def share_above(wave, hertz):
    power = np.abs(np.fft.rfft(wave)) ** 2
    return power[round(hertz * len(wave) / RATE):].sum() / power.sum()


def test_polarity_turns_the_wave_over():
    np.testing.assert_array_equal(made({"polarity": {}}, tone(440)), -tone(440))


@pytest.mark.parametrize("snr", [3.0, 20.0])
def test_noise_has_the_signal_to_noise_ratio(snr):
    added = made({"noise": {"snr": [snr, snr]}}, tone(440)) - tone(440)
    assert level(tone(440)) - level(added) == pytest.approx(snr, abs=0.3)
    assert share_above(added, RATE / 4) == pytest.approx(0.5, abs=0.03)  # white: as much above as below


def test_gain_is_the_level_in_its_range():
    levels = [level(made({"gain": {"db": [-9, -3]}}, tone(440), seed=seed)) - level(tone(440)) for seed in range(40)]
    assert -9.01 < min(levels) < -7.5
    assert -4.5 < max(levels) < -2.99


def test_filters_take_what_they_say():
    plain = share_above(noise(), 1000)
    assert share_above(made({"low_pass": {"cutoff": [500, 500]}}, noise()), 1000) < 0.1 * plain
    assert share_above(made({"high_pass": {"cutoff": [2000, 2000]}}, noise()), 1000) > 0.98
    left = made({"band_pass": {"cutoff": [1000, 1000], "width": [0.5, 0.5]}}, noise())
    assert share_above(left, 500) - share_above(left, 2000) > 0.9


def test_a_delay_is_an_echo_later_and_softer():
    click = np.zeros(RATE, np.float32)
    click[1000] = 1.0
    heard = made({"delay": {"seconds": [0.25, 0.25], "db": -6.0}}, click)
    assert np.flatnonzero(heard).tolist() == [1000, 1000 + RATE // 4]
    assert heard[1000 + RATE // 4] == pytest.approx(10 ** (-6 / 20))


@pytest.mark.parametrize("rate", [0.8, 1.25])
def test_a_stretch_moves_onsets_apart_and_leaves_the_pitch(rate):
    clicks = np.zeros(4 * RATE, np.float32)
    clicks[[RATE, 2 * RATE, 3 * RATE]] = 1.0
    heard = made({"stretch": {"rate": [rate, rate]}}, clicks)
    assert len(heard) == pytest.approx(4 * RATE / rate, abs=2)
    onsets = [at + int(np.abs(heard[at : at + RATE // 2]).argmax())
              for at in (np.array([1, 2, 3]) * RATE / rate - RATE / 4).astype(int)]
    assert np.diff(onsets) / RATE == pytest.approx([1 / rate] * 2, abs=0.005)
    assert peak(made({"stretch": {"rate": [rate, rate]}}, tone(440))) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("semitones", [-4.0, 3.0])
def test_a_pitch_shift_moves_the_peak_and_not_the_duration(semitones):
    heard = made({"pitch": {"semitones": [semitones, semitones]}}, tone(440))
    assert len(heard) == 2 * RATE
    assert peak(heard) == pytest.approx(440 * 2 ** (semitones / 12), rel=0.01)


def test_fitting_makes_every_clip_as_long_without_losing_its_end():
    clicks = np.zeros(3 * RATE, np.float32)
    clicks[[RATE // 2, 5 * RATE // 2]] = 1.0
    heard = fit_duration(clicks, RATE, 2.0)
    assert len(heard) == 2 * RATE
    first, last = (int(np.abs(half).argmax()) for half in np.split(heard, 2))
    assert [first / RATE, last / RATE + 1] == pytest.approx([1 / 3, 5 / 3], abs=0.01)
    assert fit_duration(clicks, RATE, 3.0) is clicks
    with pytest.raises(InputError, match=r"3\.00 s cannot be fitted to 0\.2 s: that is 15 times as fast"):
        fit_duration(clicks, RATE, 0.2)


def test_a_change_is_as_frequent_as_it_is_probable():
    change = changer(build(Changes, {"polarity": {"probability": 0.25}}, "here"), RATE)
    rng = np.random.default_rng(0)
    turned = np.mean([change(tone(440, 0.01), rng)[5] < 0 for _ in range(400)])
    assert turned == pytest.approx(0.25, abs=0.06)


def test_the_same_stream_gives_the_same_sound_and_the_global_generators_stay():
    every = {"stretch": {}, "pitch": {}, "gain": {}, "band_pass": {"cutoff": [200, 2000]}, "delay": {}, "noise": {}}
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 (the global generators are what this test watches)
    expected = random.random(), np.random.rand()  # noqa: NPY002
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    first, again, other = (made(every, noise(), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.dtype == np.float32
    assert not np.array_equal(first[:1000], other[:1000])
    assert (random.random(), np.random.rand()) == expected  # noqa: NPY002


@pytest.mark.parametrize(("table", "says"), [
    ({"noise": {"snr": [20, 10]}}, r"'snr' of noise should be a range .lower, higher. within -60 and 120, got .20"),
    ({"noise": {"snr": [20]}}, "'snr' of noise should be a range"),
    ({"stretch": {"rate": [0.01, 1]}}, "'rate' of stretch should be a range .* within 0.1 and 10"),
    ({"gain": {"probability": 1.5}}, "'probability' in .*gain.* should be from 0 to 1"),
    ({"reverb": {}}, "unknown key 'reverb' in .*augment"),
    ({"low_pas": {}}, "did you mean 'low_pass'"),
])
def test_a_wrong_setting_is_named(table, says):
    with pytest.raises(InputError, match=says):
        build(Recipe, {"augment": table}, "here")


def test_a_filter_beyond_the_rate_is_refused():
    with pytest.raises(InputError, match="'cutoff' of low_pass reaches 7500 Hz, and a rate of 8000 Hz has nothing"):
        made({"low_pass": {}}, tone(440))
