"""Every head: it learns what is there, the same table gives the same machine, and it refuses what cannot be learned."""

import numpy as np
import pytest

from escucha.errors import InputError
from escucha.models.classifier import probabilities
from escucha.models.decisions import decisions, fit_scale
from escucha.models.heads import HEADS, check_head, fit_head

QUICK = {"forest": {"trees": 30}, "extra-trees": {"trees": 30}, "boosting": {"rounds": 15}}
DRAWN = ("forest", "extra-trees", "sgd")
"""Heads in which chance has a part."""


@pytest.fixture(scope="module")
def table():
    """Features, one label a row, and three tags a row that are not exclusive; the last columns mean nothing."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(240, 8)).astype(np.float32)
    return features, features[:, :3].argmax(axis=1), features[:, :3] > 0.2


def asked(name, **settings):
    return {"name": name, **QUICK.get(name, {}), **settings}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_learns_one_label_and_its_machine_is_the_same_to_the_bit(table, name):
    features, targets, _ = table
    head = fit_head(asked(name), features[:160], targets[:160], "here")
    again = fit_head(asked(name), features[:160].copy(), targets[:160].copy(), "here")
    said = decisions(head, features)
    np.testing.assert_array_equal(said, decisions(again, features))
    assert (said[160:].argmax(axis=1) == targets[160:]).mean() > 0.75
    shuffled = fit_head(asked(name), features[:160], np.random.default_rng(1).permutation(targets[:160]), "here")
    assert (decisions(shuffled, features[160:]).argmax(axis=1) == targets[160:]).mean() < 0.6
    if name in DRAWN:
        other = fit_head(asked(name, seed=1), features[:160], targets[:160], "here")
        assert (decisions(other, features) != said).any()


@pytest.mark.parametrize("name", HEADS)
def test_a_head_learns_several_labels_each_by_itself(table, name):
    features, _, tags = table
    head = fit_head(asked(name), features[:160], tags[:160], "here")
    said = decisions(head, features[160:], "sigmoid")
    assert said.shape == (80, 3)
    assert ((said > 0) == tags[160:]).mean() > 0.85
    one = fit_head(asked(name), features[:160], tags[:160, 1].astype(int), "here")
    raw = decisions(one, features[160:])
    np.testing.assert_allclose(said[:, 1], raw[:, 1] - raw[:, 0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", HEADS)
def test_a_balanced_head_gives_the_rare_label_its_due(name):
    rng = np.random.default_rng(2)
    targets = (rng.random(600) < 0.06).astype(int)
    features = rng.normal(size=(600, 2)).astype(np.float32) + 1.2 * targets[:, None]
    # leaves of a few rows, for single ones are never wrong about what they learned
    leaf = {"leaf": 20} if "trees" in QUICK.get(name, {}) else {}
    found = [decisions(fit_head(asked(name, balanced=balanced, **leaf), features, targets, "here"), features)
             .argmax(axis=1).mean() for balanced in (True, False)]
    assert found[0] > 1.5 * found[1] + 0.01


def test_the_scale_of_tags_is_the_one_of_least_loss(table):
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (800, 3))
    tags = rng.random(logits.shape) < probabilities(logits, "sigmoid")
    assert fit_scale(logits / 5, tags) == pytest.approx(5, rel=0.15)


def test_what_cannot_be_learned_is_refused(table):
    features, targets, tags = table
    for wrong, says in (({"name": "svn"}, "unknown head 'svn' in .head. in here; did you mean 'svm'"),
                        ({}, "lacks the key 'name'; one of svm, logistic, sgd, forest"),
                        ({"name": "forest", "trees": 0}, "'trees' in .head. in here should be from 1"),
                        ({"name": "sgd", "loss": "hinges"}, "unknown value 'hinges'.*did you mean 'hinge'"),
                        ({"name": "sgd", "seed": 2**32}, "'seed' in .head. in here should be from 0 to 4294967295"),
                        ({"name": "logistic", "gamma": 1.0}, "unknown key 'gamma'")):
        with pytest.raises(InputError, match=says):
            check_head(wrong, "here")
    with pytest.raises(InputError, match="one label only"):
        fit_head({"name": "svm"}, features, np.zeros_like(targets), "here")
    with pytest.raises(InputError, match="on all the clips, or on none"):
        fit_head({"name": "svm"}, features, tags & [True, True, False], "here")
