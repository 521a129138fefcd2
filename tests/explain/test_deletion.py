"""Curves of deletion and insertion: chance and the best there is are what listing every order gives."""

from itertools import permutations

import numpy as np
import pytest

from escucha.explain.deletion import ENUMERATED, added, area, bounds, ordered, random_curves, removed
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley, subsets
from tests.worlds import RATE, Additive, Deaf, Tangled, factorization, stems


def by_size(game):
    """Mean, lowest and highest value of all sets of each size, asked one by one."""
    count = len(game.factorization.parts)
    masks = subsets(count)
    values, size = game.values(masks, "yes"), masks.sum(axis=1)
    return [np.array([of(values[size == at]) for at in range(count + 1)]) for of in (np.mean, np.min, np.max)]


@pytest.mark.parametrize(("segments", "aggregation"), [
    ("windows", "mean-logit"), (2, "mean-logit"), ("windows", "mean-probability"), (("windows", 2), "mean-logit")])
def test_bounds_are_those_of_every_set(segments, aggregation):
    """Windows that add up, parts that two windows hear, and windows that do not add up."""
    game = Game(Tangled(), factorization(stems(3 if segments == 2 else 2, ("guitar", "palmas")), segments=segments),
                aggregation)
    found = bounds(game, "yes")
    assert found.exact
    for read, true in zip((found.usual, found.lowest, found.highest), by_size(game)):
        np.testing.assert_allclose(read, true, atol=1e-9)


def test_windows_that_add_up_are_not_listed_together():
    """24 parts, 16 million sets: known from the 8 sets of each window."""
    game = Game(Tangled(), factorization(stems(8)))
    found = bounds(game, "yes")
    assert found.exact
    assert len(game.sounding) == 24
    assert game.asked <= 8 * 8
    drawn = random_curves(game, "yes", 400)
    spread = drawn.reshape(200, 2, -1).mean(axis=1).std(axis=0) / np.sqrt(200)
    assert (np.abs(drawn.mean(axis=0) - found.usual) < 4 * spread + 1e-9).all()
    assert (drawn >= found.lowest - 1e-9).all()
    assert (drawn <= found.highest + 1e-9).all()


def test_chance_is_the_mean_over_every_order():
    game = Game(Tangled(), factorization(stems(1, ("guitar", "palmas", "voice", "bass"))))
    orders = [np.array(order) for order in permutations(range(4))]
    down = [game.values(removed(order, 4), "yes") for order in orders]
    up = [game.values(added(order, 4), "yes") for order in orders]
    found = bounds(game, "yes")
    assert np.mean([found.deletion(curve) for curve in down]) == pytest.approx(0, abs=1e-9)
    assert np.mean([found.insertion(curve) for curve in up]) == pytest.approx(0, abs=1e-9)
    assert max(found.deletion(curve) for curve in down) <= 1 + 1e-9
    assert max(found.insertion(curve) for curve in up) <= 1 + 1e-9


@pytest.mark.parametrize("seconds", [1, 3, 6])
def test_exact_shapley_values_of_an_additive_listener_cannot_be_beaten(seconds):
    game = Game(Additive(), factorization(stems(seconds)))
    found, weights = bounds(game, "yes"), shapley(game, "yes").weights
    for sign, worth in ((1, 1.0), (-1, -1.0)):  # and upside down they are as bad as it gets
        order = ordered(sign * weights, game.sounding, np.random.default_rng(0))
        assert found.deletion(game.values(removed(order, len(weights)), "yes")) == pytest.approx(worth, abs=1e-5)
        assert found.insertion(game.values(added(order, len(weights)), "yes")) == pytest.approx(worth, abs=1e-5)


def test_too_many_parts_are_searched_and_that_is_said():
    parts = factorization(stems(3), segments=("windows", 3), window=3 * RATE)
    game = Game(Additive(window=3 * RATE), parts)
    assert max(len(window.parts) for window in game.grid) == 9 > ENUMERATED
    found = bounds(game, "yes")
    assert not found.exact
    order = ordered(shapley(game, "yes").weights, game.sounding, np.random.default_rng(0))
    assert found.deletion(game.values(removed(order, 9), "yes")) == pytest.approx(1, abs=0.1)  # chance is drawn
    assert found.usual[[0, -1]] == pytest.approx([found.lowest[0], found.highest[-1]])


def test_where_nothing_changes_the_value_no_order_is_better():
    game = Game(Deaf(), factorization(stems(2)))
    found = bounds(game, "yes")
    assert found.flat
    assert found.deletion(found.usual[::-1]) == found.insertion(found.usual) == 0
    assert not bounds(Game(Additive(), factorization(stems(2))), "yes").flat


def test_equal_weights_are_ordered_by_chance_and_others_are_not():
    weights = np.array([1.0, 2.0, 1.0, 1.0, 9.0])
    orders = np.array([ordered(weights, np.arange(5), np.random.default_rng(seed)) for seed in range(600)])
    assert (orders[:, :2] == [4, 1]).all()
    first = np.bincount(orders[:, 2], minlength=5)[[0, 2, 3]]
    assert (np.abs(first - 200) < 4 * np.sqrt(600 * 2 / 9)).all()
    np.testing.assert_array_equal(ordered(weights, np.array([3, 1]), np.random.default_rng(0)), [1, 3])


def test_masks_go_one_part_at_a_time_and_leave_silent_parts_alone():
    order = np.array([3, 0, 2])  # part 1 is silent
    assert removed(order, 4).tolist() == [[1, 1, 1, 1], [1, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 0]]
    np.testing.assert_array_equal(removed(order, 4), ~added(order, 4))


def test_the_area_of_a_line_is_its_middle():
    assert area(np.linspace(0, 3, 7)) == pytest.approx(1.5)
    assert area(np.array([2.0])) == 2
