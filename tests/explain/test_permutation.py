"""Sampled Shapley values hold the exact ones as often as their intervals promise, and stop when they promise enough."""

import numpy as np
import pytest
from scipy.stats import binom

from escucha.errors import InputError
from escucha.explain import permutation as module
from escucha.explain.permutation import permutation
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import Sampling
from tests.worlds import RATE, TONES, Deaf, Tangled, factorization, stems

SEEDS = 150


@pytest.fixture(scope="module")
def games():
    """Nine parts, three a window; eight parts that one window hears, where everything interacts."""
    whole = factorization(stems(2, tuple(TONES)[:4]), segments=2, window=2 * RATE)
    return {"windows": Game(Tangled(), factorization(stems(3))),
            "whole": Game(Tangled(window=2 * RATE, gain=40, seed=4), whole)}


def held(game, sampling):
    """`(seed, part)`: does the interval hold the exact value?"""
    exact = shapley(game, "yes").weights
    found = [permutation(game, "yes", Sampling(seed=seed, **sampling)) for seed in range(SEEDS)]
    return np.array([(each.low <= exact) & (exact <= each.high) for each in found]), found


@pytest.mark.parametrize(("name", "sampling"), [
    ("windows", {"samples": 16}),
    ("windows", {"samples": 64, "width": 0}),
    ("whole", {"samples": 16}),
    ("whole", {"samples": 64, "width": 0}),
    ("whole", {"samples": 1000, "width": 0.2}),
])
def test_intervals_hold_the_exact_value_nearly_as_often_as_they_say(games, name, sampling):
    """Each part's share of seeds is what chance allows of at least .92 (the smallest of all parts, Bonferroni)."""
    inside, _ = held(games[name], sampling)
    fewest = binom.ppf(0.01 / inside.shape[1], SEEDS, 0.92)
    assert inside.sum(axis=0).min() >= fewest
    assert 0.92 <= inside.mean() < 0.99


def test_from_two_pairs_they_would_not_which_is_why_so_few_are_refused(games, monkeypatch):
    with pytest.raises(InputError, match="at least 16 samples"):
        permutation(games["windows"], "yes", Sampling(15))
    monkeypatch.setattr(module, "FEWEST", 2)
    inside, _ = held(games["windows"], {"samples": 4})
    assert inside.mean() < 0.6


def test_the_width_that_is_asked_for_is_reached_or_said_to_be_missed(games):
    used = []
    for width in (0.4, 0.2, 0.1):
        found = permutation(games["whole"], "yes", Sampling(4000, 1, width=width))
        assert found.stable
        assert not found.notes
        assert (found.high - found.low).max() <= width * np.abs(found.weights).max()
        used.append(found.samples)
    assert used[0] <= used[1] < used[2] < 4000
    missed = permutation(games["whole"], "yes", Sampling(100, width=0.01))
    assert (missed.samples, missed.stable) == (100, False)
    assert missed.notes[0].startswith("After 100 orders the widest 95 % interval is still wider than 1 % of")
    assert (missed.high - missed.low).max() > 0.01 * np.abs(missed.weights).max()


def test_more_orders_are_the_same_orders_and_more(games):
    """An odd sample is left: orders come in pairs."""
    few, odd = (permutation(games["whole"], "yes", Sampling(count, 3, width=0)) for count in (64, 65))
    np.testing.assert_array_equal(few.weights, odd.weights)
    assert few.samples == odd.samples == 64


def test_where_nothing_moves_one_look_is_enough():
    found = permutation(Game(Deaf(), factorization(stems(4))), "yes", Sampling(4000))
    assert (found.samples, found.stable) == (2 * module.ROUND, True)
    assert not np.stack([found.weights, found.low, found.high]).any()


@pytest.mark.parametrize("width", [-0.1, float("nan")])
def test_a_width_below_nothing_is_refused(games, width):
    with pytest.raises(InputError, match="share of the largest weight"):
        permutation(games["windows"], "yes", Sampling(width=width))
