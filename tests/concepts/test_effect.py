"""Corrections, sign flips and direct effects against known answers."""

import itertools

import numpy as np
import pytest

from escucha.concepts.correction import CORRECTIONS, benjamini_hochberg, holm, nulls_needed
from escucha.concepts.effect import direct_effects
from escucha.errors import InputError
from escucha.models.resampling import sign_flip


def slow_holm(p: list[float]) -> list[float]:
    """Each p is rejected at a level if it and all smaller ones pass their step: the smallest such level."""
    ranked = sorted(range(len(p)), key=lambda i: p[i])
    out = [0.0] * len(p)
    for place, index in enumerate(ranked):
        out[index] = min(1.0, max((len(p) - step) * p[ranked[step]] for step in range(place + 1)))
    return out


def test_holm_equals_a_slow_replica_and_hochberg_equals_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).uniform(size=40) ** 3
    p[5] = p[7]
    np.testing.assert_allclose(holm(p), slow_holm(p.tolist()))
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p))


@pytest.mark.parametrize("name", sorted(CORRECTIONS))
def test_cells_not_tested_count_as_tests_and_stay_unknown(name):
    p = np.array([0.001, np.nan, 0.02, np.nan])
    adjusted = CORRECTIONS[name](p)
    assert np.isnan(adjusted[[1, 3]]).all()
    np.testing.assert_allclose(adjusted[[0, 2]], CORRECTIONS[name](np.array([0.001, 1, 0.02, 1]))[[0, 2]])


def test_holm_keeps_the_chance_of_any_false_finding():
    p = np.random.default_rng(0).uniform(size=(2000, 30))
    assert np.mean([(holm(row) <= 0.05).any() for row in p]) < 0.065


def test_nulls_are_cells_over_alpha_and_fewer_are_refused_with_the_reason():
    assert nulls_needed(120, 0.05) == 2400
    assert nulls_needed(3, 0.3) == 10
    assert nulls_needed(120, 0.05, 5000) == 5000
    with pytest.raises(InputError, match=r"120 questions \(idea x label x layer\) at 0\.05 need 2400 "
                                         "meaningless ideas or more and nulls = 2399"):
        nulls_needed(120, 0.05, 2399)
    with pytest.raises(InputError, match=r"1 question \(one an idea\) at 0\.05 needs 20 meaningless ideas"):
        nulls_needed(1, 0.05, 19, each="one an idea")


def test_sign_flips_equal_all_flips_spelled_out_and_turn_whole_groups():
    values = np.random.default_rng(0).normal(0.4, 1, size=16)
    groups = np.repeat(np.arange(8), 2)
    sums = values.reshape(8, 2).sum(axis=1)
    flips = [abs(np.dot(signs, sums)) >= abs(sums.sum()) - 1e-12 for signs in itertools.product([1, -1], repeat=8)]
    assert sign_flip(values, groups, seed=0) == pytest.approx(np.mean(flips))
    assert sign_flip(np.ones(40), np.zeros(40), seed=0) == 1.0  # one group cannot show anything


def test_sign_flips_of_many_groups_are_calibrated():
    rng = np.random.default_rng(0)
    p = np.array([sign_flip(rng.normal(size=30), np.arange(30), seed=1) for _ in range(400)])
    assert 0.03 < np.mean(p <= 0.05) < 0.075


def test_no_change_is_no_effect():
    effect = direct_effects(np.zeros((20, 1)), np.arange(20), concept="c", labels=["a"], margins=np.array([0.1]),
                            seed=0)[0]
    assert (effect.mean, effect.low, effect.high, effect.p, effect.inert) == (0, 0, 0, 1, True)


def test_the_direct_effect_is_the_mean_change_with_an_interval_that_holds_it():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        changes = np.stack([0.5 + rng.normal(size=30), rng.normal(0, 0.05, size=30)], axis=1)
        large, small = direct_effects(changes, np.arange(30), concept="c", labels=["a", "b"],
                                      margins=np.array([0.2, 0.2]), seed=0)
        assert large.mean == pytest.approx(changes[:, 0].mean())
        assert small.inert
        held += large.low <= 0.5 <= large.high
    assert 0.88 <= held / 200 <= 0.99
