"""A real network on a rendered clip with stems: gradients and exact Shapley values name the same strongest source."""

import numpy as np
import pytest

from escucha.corpora.palos import palos_corpus
from escucha.explain.factorization import of_sources
from escucha.explain.maps import heard
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.models.shelf import load_model
from escucha.models.windows import score_clip
from tests.conftest import REPOSITORY
from tests.explain.gradients.listeners import by_source


@pytest.fixture(scope="module")
def weighed():
    """The game, the label, exact values, and those of three other methods that add up."""
    model = load_model("palos-cnn", REPOSITORY)
    track = palos_corpus(clips=12, seed=77, split="test").tracks[0]
    parts = of_sources(track.source.clip(), track.source.stems(), segments="windows", window=model.window)
    game = Game(model, parts)
    return game, track.label, {name: METHODS[name](game, track.label) for name in
                  ("shapley", "integrated-gradients", "deep-lift", "kernel-shap")}


def test_the_strongest_source_has_one_sign_by_all_methods(weighed):
    game, _, found = weighed
    summed = {name: by_source(game.factorization, one.weights) for name, one in found.items()}
    strongest = max(summed["shapley"], key=lambda source: abs(summed["shapley"][source]))
    assert {np.sign(one[strongest]) for one in summed.values()} == {np.sign(summed["shapley"][strongest])}


def test_what_should_add_up_does(weighed):
    _, _, found = weighed
    change = found["shapley"].everything - found["shapley"].nothing
    assert abs(found["deep-lift"].residual) < 1e-3 * abs(change)
    assert abs(found["integrated-gradients"].residual) < 0.02 * abs(change)
    assert found["integrated-gradients"].notes == found["deep-lift"].notes == ()


def test_kernel_shap_agrees_with_exact_shapley(weighed):
    _, _, found = weighed
    exact, sampled = found["shapley"].weights, found["kernel-shap"].weights
    assert np.abs(exact - sampled).max() < 0.15 * np.abs(exact).max()


def test_what_the_map_lets_through_speaks_for_the_label(weighed):
    """The model itself, asked of what is heard: the mask of what spoke for the label scores above that against it."""
    game, label, found = weighed
    clip = game.factorization.clip
    said = {side: score_clip(game.classifier, heard(found["integrated-gradients"].map, clip, side)).value(label)
            for side in ("for", "against")}
    assert said["for"] > said["against"] + 1
