"""Captum's KernelShap and the exact Shapley values are estimates of one thing, and the thing itself."""

import numpy as np
import pytest
import torch

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import Sampling
from tests.worlds import RATE, Additive, Deaf, Tangled, factorization, mix, stems

kernel_shap = METHODS["kernel-shap"]


@pytest.mark.parametrize("seconds", [1.0, 2.0, 3.0])
def test_it_agrees_with_exact_shapley_values_within_its_error(seconds):
    game = Game(Tangled(), factorization(stems(seconds)))
    exact, found = shapley(game, "yes"), kernel_shap(game, "yes", Sampling(2000))
    off = np.abs(found.weights - exact.weights)
    assert off.max() <= 0.1 * np.abs(exact.weights).max()
    assert (off <= 3 * (found.high - found.low) / 2 + 1e-4).all()
    assert found.residual == pytest.approx(0, abs=1e-3)
    assert found.passes == 0  # the game knew all windows
    assert found.samples == 2000


def test_parts_that_add_up_are_weighed_exactly():
    game = Game(Additive(), factorization(stems(2.0)))
    np.testing.assert_allclose(kernel_shap(game, "yes").weights, shapley(game, "yes").weights, atol=1e-4)


def test_a_value_that_does_not_add_up_over_windows_is_explained_too():
    game = Game(Tangled(), factorization(stems(2.0)), "mean-probability", "log-odds")
    exact, found = shapley(game, "no"), kernel_shap(game, "no", Sampling(3000))
    np.testing.assert_allclose(found.weights, exact.weights, atol=0.1 * np.abs(exact.weights).max())


def test_it_is_seeded_and_leaves_the_generators_alone():
    game = Game(Tangled(), factorization(stems(3.0)))
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (kernel_shap(game, "yes", Sampling(seed=seed)).weights for seed in (1, 1, 2))
    assert torch.equal(before[0], torch.random.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_deaf_listener_gives_zeros_and_silent_parts_none():
    assert np.abs(kernel_shap(Game(Deaf(), factorization(stems(2.0))), "yes").weights).max() < 1e-9
    sources = {**stems(2.0), "silence": Clip(np.zeros(2 * RATE), RATE)}
    found = kernel_shap(Game(Tangled(), factorization(sources)), "yes")
    assert not found.weights[-2:].any()
    assert found.weights[:-2].all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_parts_will_do(count):
    sources = dict(list(stems(1.0).items())[:count]) or {"silence": Clip(np.zeros(RATE), RATE)}
    game = Game(Tangled(), factorization(sources))
    exact, found = shapley(game, "yes"), kernel_shap(game, "yes")
    np.testing.assert_allclose(found.weights, exact.weights, atol=0.03)
    assert found.residual == pytest.approx(0, abs=1e-4)
    assert len(mix(sources).wave) == RATE


def test_too_few_samples_are_refused():
    with pytest.raises(InputError, match="kernel-shap needs at least 112 samples for 12 parts, got 100"):
        kernel_shap(Game(Tangled(), factorization(stems(4.0))), "yes", Sampling(100))
