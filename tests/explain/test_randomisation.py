"""Networks that forget: from the answer down, on a copy, and an explanation that never listened does not notice."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from escucha.errors import InputError
from escucha.explain.agreement import rank_correlation
from escucha.explain.randomisation import resets
from escucha.explain.refitting import refitted
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.views import ViewedTorchClassifier
from tests.worlds import RATE, Additive, factorization, stems

WINDOW = 400


class Gain(nn.Module):
    """A module with a weight of its own that does not say how it begins."""

    def __init__(self):
        super().__init__()
        self.size = nn.Parameter(torch.linspace(1, 2, 6))

    def forward(self, heard):
        return heard * self.size


@pytest.fixture
def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        block = nn.Sequential(nn.Linear(WINDOW, 6), nn.BatchNorm1d(6), nn.ReLU())
        module = nn.Sequential(block, Gain(), nn.Linear(6, 3)).eval()
        block[1].running_mean.uniform_(-1, 1)
    return TorchClassifier(module, ("a", "b", "c"), RATE, WINDOW, layers=("0",))


def state(classifier):
    return {name: value.clone() for name, value in classifier.module.state_dict().items()}


def changed(before, after):
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_layers_are_reset_from_the_answer_to_the_sound_and_stay_reset(network):
    before, steps = state(network), list(resets(network))
    assert [step.layer for step in steps] == ["2", "1", "0"]  # the block is one layer: it is named
    last = {"2.weight", "2.bias"}
    assert changed(before, state(steps[0].classifier)) == last
    assert changed(before, state(steps[1].classifier)) == last | {"1.size"}
    assert changed(before, state(steps[2].classifier)) >= last | {"1.size", "0.0.weight", "0.0.bias",
                                                                  "0.1.running_mean"}
    torch.testing.assert_close(state(steps[0].classifier)["2.weight"], state(steps[2].classifier)["2.weight"])
    assert changed(before, state(network)) == set()


class Views(nn.Module):
    """Two views of unlike depth, after a layer that both hear and before one that joins them."""

    views = ("near", "far")

    def __init__(self):
        super().__init__()
        self.ear = nn.Linear(WINDOW, 6)
        self.near = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3))
        self.far = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 3))
        self.nearby = nn.Linear(3, 3)

    def forward(self, heard):
        heard = self.ear(heard)
        return self.nearby(self.near(heard) + self.far(heard))


def test_views_are_reset_side_by_side_and_by_their_distance_from_the_answer():
    """One whole view after the other would leave the answer to the views that still know all."""
    module = nn.Sequential()
    module.add_module("network", Views())
    steps = [step.layer for step in resets(ViewedTorchClassifier(module, ("a", "b", "c"), RATE, WINDOW))]
    assert steps == [f"network.{name}" for name in ("nearby", "far.1", "near.2", "far.0", "near.1", "near.0", "ear")]
    plain = [step.layer for step in resets(TorchClassifier(module, ("a", "b", "c"), RATE, WINDOW))]
    assert plain == [f"network.{name}" for name in ("nearby", "far.1", "far.0", "near.2", "near.1", "near.0", "ear")]


def test_resets_are_seeded_and_leave_the_worlds_chance_alone(network):
    there = torch.get_rng_state()
    first, again, other = (next(state(step.classifier)["2.weight"] for step in resets(network, seed=seed))
                           for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(there, torch.get_rng_state())


def test_what_is_no_network_cannot_forget():
    with pytest.raises(InputError, match="no torch network"):
        list(resets(Additive()))
    silent = TorchClassifier(nn.Flatten(), ("a", "b"), RATE, 2)
    with pytest.raises(InputError, match="no torch network"):
        list(resets(silent))


def test_shapley_values_of_networks_that_forgot_have_nothing_to_do_with_the_truth(network):
    game = Game(network, factorization(stems(1), window=WINDOW))
    true, alike = shapley(game, "a").weights, []
    for seed in range(16):
        last = list(resets(network, seed=seed))[-1].classifier
        alike.append(rank_correlation(true, shapley(replace(game, classifier=last), "a").weights))
    assert np.ptp(alike) > 0.5
    assert abs(np.mean(alike)) < 4 * np.std(alike) / 4


def test_a_last_layer_learns_what_it_is_taught(network):
    waves = np.random.default_rng(0).normal(size=(60, WINDOW)).astype(np.float32)
    answers = network.scores(waves).argmax(axis=1)
    assert len(set(answers.tolist())) > 1
    again = refitted(network, waves, answers)
    assert (again.scores(waves).argmax(axis=1) == answers).mean() > 0.9
    shuffled = refitted(network, waves, np.random.default_rng(1).permutation(answers))
    assert (shuffled.scores(waves).argmax(axis=1) == answers).mean() < 0.8
    assert changed(state(network), state(again)) == {"2.weight", "2.bias"}


def test_two_labels_of_three_are_learned_as_log_odds(network):
    """A logistic regression of two labels has one row of weights; the third label is never answered."""
    waves = np.random.default_rng(0).normal(size=(80, WINDOW)).astype(np.float32)
    answers = np.where(network.scores(waves)[:, 0] > np.median(network.scores(waves)[:, 0]), 2, 0)
    scores = refitted(network, waves, answers).scores(waves)
    assert (scores.argmax(axis=1) == answers).mean() > 0.85
    np.testing.assert_allclose(scores[:, 0], -scores[:, 2], atol=1e-4)


def test_what_cannot_learn_again_says_why(network):
    waves = np.zeros((4, WINDOW), dtype=np.float32)
    with pytest.raises(InputError, match="all windows have the label 'b'"):
        refitted(network, waves, np.ones(4, dtype=int))
    tags = TorchClassifier(network.module, network.labels, RATE, WINDOW, "sigmoid")
    with pytest.raises(InputError, match="gives each label by itself"):
        refitted(tags, waves, np.arange(4) % 2)
    headless = TorchClassifier(nn.Sequential(nn.Linear(WINDOW, 2), Gain()), ("a", "b", "c"), RATE, WINDOW)
    with pytest.raises(InputError, match="not a linear one"):
        refitted(headless, waves, np.arange(4) % 2)
