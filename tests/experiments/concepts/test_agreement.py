"""A layer whose pushes tell the direct effect agrees with it, a layer of noise does not, and chance is told as such."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import spearmanr

from escucha.concepts.effect import DirectEffect
from escucha.experiments.concepts.agreement import agreements, rank_correlations

LABELS = ("a", "b", "c")


def world(said: np.ndarray, switched: np.ndarray, margin: float = 0.1):
    """Tests of one layer and direct effects, from `(concept, label)` pushes and effects."""
    names = [f"idea {at}" for at in range(len(said))]
    tests = [SimpleNamespace(concept=name, layer="block", label=label, push=push, effect=10 * push,
                             score=float(push > 0))
             for name, row in zip(names, said) for label, push in zip(LABELS, row)]
    effects = [DirectEffect(name, label, mean, mean - 0.01, mean + 0.01, 0.001, margin, 30)
               for name, row in zip(names, switched) for label, mean in zip(LABELS, row)]
    return {found.measure: found for found in agreements(tests, effects, seed=0)}


def drawn(concepts: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(concepts, 3))


def test_pushes_in_the_order_of_the_effects_agree():
    switched = drawn(8)
    found = world(np.tanh(switched), switched)
    assert (found["push"].rank, found["effect"].rank) == pytest.approx((1, 1))
    assert found["push"].p < 0.01
    felt = int((np.abs(switched) > 0.11).sum())
    assert (found["push"].signs, found["push"].right) == (felt, felt)
    assert 0.8 < found["push"].share_low < found["push"].share_high == 1
    assert found["score"].rank < found["push"].rank  # the share of clips is 0 or 1


def test_turned_round_they_disagree():
    switched = drawn(8)
    found = world(-switched, switched)["push"]
    assert (found.rank, found.right) == (pytest.approx(-1), 0)
    assert found.p > 0.9


def test_noise_agrees_no_oftener_than_chance():
    p = np.array([world(drawn(7, seed), drawn(7, 1000 + seed))["push"].p for seed in range(50)])
    assert np.mean(p <= 0.05) <= 0.14
    assert 0.35 < p.mean() < 0.65


def test_five_ideas_are_dealt_in_every_way():
    switched = drawn(5)
    assert world(switched, switched)["push"].p == pytest.approx(1 / 120)


def test_of_three_ideas_no_order_is_told_and_signs_are():
    switched = drawn(3)
    found = world(switched, switched)["push"]
    assert np.isnan([found.rank, found.low, found.high, found.p]).all()
    assert found.right == found.signs > 0


def test_where_nothing_is_felt_no_sign_is_known():
    found = world(drawn(5), 0.01 * drawn(5), margin=1.0)["push"]
    assert (found.signs, found.right, found.share_low, found.share_high) == (0, 0, 0, 1)


def test_without_pairs_there_is_nothing_to_agree_with():
    assert agreements([], [], seed=0) == []


def test_rank_correlations_are_scipys():
    one, other = (np.random.default_rng(seed).integers(5, size=(6, 4, 3)).astype(float) for seed in (0, 1))
    np.testing.assert_allclose(rank_correlations(one, other),
                               [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(one, other)])
    assert rank_correlations(np.ones((1, 4)), one[:1, :, 0]).tolist() == [0]
