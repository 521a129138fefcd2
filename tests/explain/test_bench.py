"""What `make bench` compares is the same: the weights of the naive loop, on a network as on a formula."""

import numpy as np
import pytest

from escucha.explain.lime import lime
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from tests.explain.bench import SAME, hearing, naive, naive_lime, sounds
from tests.explain.bench_costs import COLOURS, SWEEPS, Sweep, costs, figures
from tests.worlds import Tangled, factorization, stems


def test_the_naive_loop_gives_the_same_lime_weights_of_a_formula():
    parts = factorization(stems(10, ("guitar", "palmas", "voice", "castanets")))
    found = lime(Game(Tangled(), parts), "yes", Sampling(300)).weights
    np.testing.assert_allclose(found, naive_lime(Tangled(), parts, "yes", Sampling(300)), atol=SAME)
    assert np.abs(found).max() > 1000 * SAME


def test_the_naive_loop_gives_the_same_lime_weights_of_a_network():
    network = hearing(1.0)
    parts, sampling = sounds(network, sources=2, windows=2), Sampling(30)
    found = lime(Game(network, parts), "bulerias", sampling).weights
    np.testing.assert_allclose(found, naive_lime(network, parts, "bulerias", sampling), atol=SAME)
    assert np.abs(found).max() > 1000 * SAME


def test_other_masks_give_other_weights():
    parts = factorization(stems(2))
    found = lime(Game(Tangled(), parts), "yes", Sampling(50)).weights
    assert np.abs(found - naive_lime(Tangled(), parts, "yes", Sampling(50, seed=1))).max() > 10 * SAME
    assert len(naive(Tangled(), parts, np.ones((3, 6), dtype=bool), "yes")) == 3


@pytest.fixture(scope="module")
def measured():
    few = {name: Sweep(sweep.axis, sweep.title, list(sweep.sizes)[:3], sweep.clip, sweep.along, sweep.remixes)
           for name, sweep in SWEEPS.items()}
    return list(costs(few, Tangled()))


def test_costs_are_counted_for_every_method(measured):
    at = {(cost.sweep, cost.method, cost.along): cost.passes for cost in measured}
    assert [at["parts", "shapley", size] for size in (10, 20, 30)] == [20, 40, 80], "2^sources a window"
    assert [at["long-parts", "shapley", size] for size in (1, 2, 3)] == [20, 40, 80], "2^parts a window"
    assert [at["clip-length", "shapley", 1.0 * size] for size in (2, 4, 8)] == [64, 128, 256]
    assert [at["remixes", "shapley", size] for size in (16, 64, 256)] == [320] * 3
    assert at["remixes", "lime", 16] < at["remixes", "lime", 64] < at["remixes", "lime", 256] <= 320


def test_each_sweep_is_a_figure_with_units(measured):
    drawn = figures(measured)
    assert set(drawn) == set(SWEEPS)
    for name, figure in drawn.items():
        passes, seconds = figure.axes
        assert passes.get_xlabel() == seconds.get_xlabel() == SWEEPS[name].axis
        assert "passes" in passes.get_ylabel()
        assert seconds.get_ylabel() == "time (s)"
        assert [line.get_label() for line in passes.lines] == list(COLOURS)
        assert passes.lines[0].get_ydata().tolist() == [
            cost.passes for cost in measured if (cost.sweep, cost.method) == (name, "shapley")]
