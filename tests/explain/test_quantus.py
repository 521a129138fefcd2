"""The same measures by quantus (Hedström et al. 2023), where it offers them; parts are the features of a small module.

Where the two differ, and why: quantus' pixel flipping starts after the first part is gone, ours at the whole clip; its
area is in steps and not compared with chance (and cannot be asked for here: it needs `numpy.trapz`, which numpy 2.4 no
longer has). Its complexity and
sparseness add a tiny number to each weight. Its Selectivity, RegionPerturbation and IROF switch square patches of
images, and ROAD and infidelity fill what is missing by noise: there is no honest comparison with parts that are silent.
"""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from escucha.explain import fidelity
from escucha.explain.agreement import rank_correlation
from escucha.explain.deletion import added, ordered, removed
from escucha.explain.randomisation import resets
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.models.torch_classifier import TorchClassifier
from tests.worlds import RATE, Additive, factorization, stems

quantus = pytest.importorskip("quantus", reason="the extra `quantus` is not installed")

PARTS = 9


class Gates(nn.Module):
    """Gates `(batch, 1, part)` of a clip's parts, on above one half, to the clip's logits."""

    def __init__(self, game):
        super().__init__()
        self.game = game

    def forward(self, gates):
        masks = gates.reshape(len(gates), -1).numpy() > 0.5
        return torch.as_tensor(self.game.score(masks).logits())


@pytest.fixture(scope="module")
def game():
    return Game(Additive(), factorization(stems(3)))


@pytest.fixture(scope="module")
def weights(game):
    """Those of the truth, and three that know nothing."""
    drawn = np.random.default_rng(0).normal(size=(3, PARTS))
    return np.concatenate([[shapley(game, "yes").weights], drawn])


def asked(metric, model, weights, *, softmax=False):
    """What quantus' metric says of each row of weights, everything on being the input of label `yes`.

    Left to itself it puts a softmax behind every model.
    """
    ones = np.ones((len(weights), 1, PARTS), dtype=np.float32)
    return np.array(metric(model=model, x_batch=ones, y_batch=np.zeros(len(weights), dtype=int),
                           a_batch=weights[:, None].copy(), channel_first=True, softmax=softmax))


def test_pixel_flipping_is_our_deletion_from_its_first_step_on(game, weights):
    flipped = asked(quantus.PixelFlipping(features_in_step=1, perturb_baseline=0.0, disable_warnings=True),
                    Gates(game).eval(), weights)
    rng = np.random.default_rng(0)
    ours = np.array([game.values(removed(ordered(row, game.sounding, rng), PARTS), "yes") for row in weights])
    np.testing.assert_allclose(flipped, ours[:, 1:], atol=1e-6)


def test_comprehensiveness_is_pixel_flipping_of_probabilities(game, weights):
    flipped = asked(quantus.PixelFlipping(features_in_step=1, perturb_baseline=0.0, disable_warnings=True),
                    Gates(game).eval(), weights, softmax=True)
    counts, rng = [1, 2, 5], np.random.default_rng(0)
    for row, steps in zip(weights, flipped):
        masks = removed(ordered(row, game.sounding, rng), PARTS)
        p = torch.softmax(torch.as_tensor(game.score(masks).logits()), dim=1).numpy()[:, 0]
        assert fidelity.comprehensiveness(p, counts) == pytest.approx(p[0] - steps[[0, 1, 4]].mean(), abs=1e-6)


def test_insertion_is_pixel_flipping_the_other_way_round(game, weights):
    """Quantus has no insertion; taking parts away in the reverse order passes the same remixes."""
    flipped = asked(quantus.PixelFlipping(features_in_step=1, perturb_baseline=0.0, disable_warnings=True),
                    Gates(game).eval(), -weights)
    ours = np.array([game.values(added(ordered(row, game.sounding, np.random.default_rng(0)), PARTS), "yes")
                     for row in weights])
    np.testing.assert_allclose(flipped, ours[:, -2::-1], atol=1e-6)


def test_sparseness_and_complexity(weights, game):
    gini = asked(quantus.Sparseness(disable_warnings=True), Gates(game).eval(), weights)
    bits = asked(quantus.Complexity(disable_warnings=True), Gates(game).eval(), weights)
    np.testing.assert_allclose(gini, [fidelity.sparseness(row) for row in weights], atol=1e-5)
    np.testing.assert_allclose(bits, [fidelity.complexity(row) for row in weights], atol=1e-5)


def net():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return nn.Sequential(nn.Linear(PARTS, 8), nn.Tanh(), nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 2)).eval()


def slopes(model, inputs, targets, **_):
    """Gradients, an explanation that listens to the network."""
    waves = torch.as_tensor(inputs, dtype=torch.float32).reshape(len(inputs), -1).requires_grad_()
    said = model(waves)[torch.arange(len(waves)), torch.as_tensor(targets)]
    return torch.autograd.grad(said.sum(), waves)[0].numpy().reshape(np.shape(inputs))


def test_randomisation_resets_the_same_layers_in_the_same_order_and_reads_the_same_likeness():
    module, wave = net(), np.random.default_rng(1).normal(size=(1, PARTS)).astype(np.float32)
    wrapped = quantus.helpers.utils.get_wrapped_model(copy.deepcopy(module), channel_first=True, softmax=False)
    theirs = {name: slopes(copy.deepcopy(reset), wave, [0])[0]
              for name, reset in wrapped.get_random_layer_generator("top_down", seed=42)}
    ours = [step.layer for step in resets(TorchClassifier(module, ("a", "b"), RATE, PARTS))]
    assert ours == list(theirs)
    told = quantus.MPRT(similarity_func=quantus.similarity_func.correlation_spearman, layer_order="top_down", seed=42,
                        abs=False, normalise=False, disable_warnings=True)(
        model=copy.deepcopy(module), x_batch=wave, y_batch=np.array([0]), a_batch=slopes(module, wave, [0]),
        explain_func=slopes, channel_first=True)
    for name, weights in theirs.items():
        assert told[name][0] == pytest.approx(rank_correlation(slopes(module, wave, [0])[0], weights))


def test_the_random_logit_test_reads_our_likeness_to_another_label():
    module, wave = net(), np.random.default_rng(2).normal(size=(1, PARTS)).astype(np.float32)
    told = quantus.RandomLogit(similarity_func=quantus.similarity_func.correlation_spearman, num_classes=2, abs=False,
                               normalise=False, disable_warnings=True)(
        model=module, x_batch=wave, y_batch=np.array([0]), a_batch=slopes(module, wave, [0]), explain_func=slopes,
        channel_first=True)
    ours = rank_correlation(slopes(module, wave, [0])[0], slopes(module, wave, [1])[0])
    assert np.ravel(told)[0] == pytest.approx(ours)
