"""Curves against truths: the area by another library, shifts by a slow replica, and what may not be scored."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from escucha.audio.clip import Clip
from escucha.concepts.locating import judging


def test_areas_are_those_of_scikit_learn_ties_and_all():
    rng = np.random.default_rng(0)
    curves = np.round(rng.normal(size=(5, 80)), 1)
    truth = rng.random(80) < 0.3
    wanted = [roc_auc_score(truth, curve) for curve in curves]
    assert judging.areas(curves, truth) == pytest.approx(wanted)


def test_every_shift_is_the_curve_moved_on_in_a_circle():
    rng = np.random.default_rng(1)
    curve, truth = rng.normal(size=30), rng.random(30) < 0.4
    slow = [roc_auc_score(truth, np.roll(curve, shift)) for shift in range(30)]
    found = judging.shifted_areas(curve[None], truth)[0]
    # a correlation the other way round would have the same first, so the direction is checked too
    assert sorted(found) == pytest.approx(sorted(slow))
    assert found[0] == pytest.approx(slow[0])


def test_where_all_moments_are_alike_nothing_is_scored():
    curves = np.random.default_rng(2).normal(size=(2, 10))
    assert np.isnan(judging.areas(curves, np.ones(10, dtype=bool))).all()
    assert np.isnan(judging.shifted_areas(curves, np.zeros(10, dtype=bool))).all()


def test_a_curve_is_read_between_its_frames_and_held_beyond_them():
    at = judging.moments(1.0)
    assert len(at) == 50
    found = judging.read(np.array([0.2, 0.6]), np.array([[1.0, 3.0]]), at)[0]
    assert found[at < 0.2] == pytest.approx(1.0)
    assert found[at > 0.6] == pytest.approx(3.0)
    middle = (at > 0.2) & (at < 0.6)
    assert found[middle] == pytest.approx(1 + (at[middle] - 0.2) * 5)
    assert judging.read(np.array([0.3]), np.array([[2.0]]), at)[0].tolist() == [2.0] * 50


def test_moments_near_an_onset_and_in_a_span():
    at = judging.moments(1.0)
    assert at[judging.near(at, [0.5], 0.035)].round(2).tolist() == [0.47, 0.49, 0.51, 0.53]
    assert not judging.near(at, [], 1.0).any()
    assert at[judging.within(at, [(0.1, 0.14), (0.9, 9.0)])].round(2).tolist() == [
        0.11, 0.13, 0.91, 0.93, 0.95, 0.97, 0.99]


def test_the_highest_peaks_keep_their_distance():
    curve = np.zeros(50)
    curve[[10, 11, 30]] = 5, 4, 3
    assert judging.highest(curve, 2, apart=0.1).tolist() == [10, 30]
    assert judging.highest(curve, 2, apart=0.02).tolist() == [10, 11]


def test_a_stem_sounds_where_it_can_be_heard():
    rate = 8000
    wave = np.zeros(rate)
    wave[2000:4000] = 0.5 * np.sin(np.arange(2000))
    wave[6000:7000] = 0.5e-3 * np.sin(np.arange(1000))  # 60 dB below
    at = judging.moments(1.0)
    there = at[judging.sounding(Clip(wave, rate), at)]
    assert there.min() == pytest.approx(0.25, abs=0.02)
    assert there.max() == pytest.approx(0.5, abs=0.02)
    assert not judging.sounding(Clip(np.zeros(rate), rate), at).any()
