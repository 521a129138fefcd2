"""The interval of a push holds the push along the true direction; it is over the groups of examples and of clips."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.concepts.design import design
from escucha.concepts.redraws import push_intervals, redrawn_weights
from escucha.concepts.tcav import mean_pulls, pushes
from tests.concepts.planted import UNITS, axis, gradients, paired_world

TRUE = axis(3, 1.5)
SINGERS = 30


def slopes(rng: np.random.Generator) -> np.ndarray:
    """`(clip, label, unit)`: two clips of each singer, who each listen a little elsewhere than along TRUE."""
    bent = TRUE / 1.5 + 0.15 * np.repeat(rng.normal(size=(SINGERS, UNITS)), 2, axis=0)
    return np.stack([bent, -bent], axis=1).astype(np.float32)


def true_push() -> float:
    """Mean cosine of a gradient with the true direction, over ever so many singers."""
    bent = slopes(np.random.default_rng(99))[:, 0]
    many = np.concatenate([slopes(np.random.default_rng(1000 + seed))[:, 0] for seed in range(60)] + [bent])
    return float((many[:, 3] / np.linalg.norm(many, axis=1)).mean())


@pytest.mark.parametrize("families", [12, 24])
def test_intervals_hold_the_push_along_the_true_direction(families):
    """Of a direction as long as the one found: w = true + noise, so along the true one it is shorter by their ratio."""
    true, having, groups = true_push(), np.ones((2 * SINGERS, 1), dtype=bool), np.repeat(np.arange(SINGERS), 2)
    held = []
    for seed in range(120):
        world = paired_world(TRUE, families=families, noise=0.5, seed=seed)
        layer = world.inside(slopes(np.random.default_rng(seed))[:, :1])
        made = design(world.concept, world.places, estimator="paired-difference", nulls=1, seed=0)
        half = families
        found = (world.rows[made.own[:half]] - world.rows[made.own[half:]]).mean(axis=0)
        wanted = true * 1.5 / np.linalg.norm(found)
        span = push_intervals(layer, made, having, groups, seed=seed)[0]
        held.append(span.low <= wanted <= span.high)
        if not seed:
            assert span.value == pytest.approx(
                pushes(layer, mean_pulls(layer, having, ["a"]), made.own[None], made.signs, estimator="ridge")[0, 0],
                abs=0.1)
    assert 0.9 <= np.mean(held) <= 0.995


def test_more_of_the_same_singer_makes_no_interval_narrower():
    world, rng = paired_world(TRUE), np.random.default_rng(0)
    made = design(world.concept, world.places, estimator="paired-difference", nulls=1, seed=0)
    bent = slopes(rng)[::2, :1] + rng.normal(size=(SINGERS, 1, UNITS)).astype(np.float32)
    spans = []
    for each in (1, 5):
        layer = world.inside(np.repeat(bent, each, axis=0))
        groups = np.repeat(np.arange(SINGERS), each)
        spans.append(push_intervals(layer, made, np.ones((len(groups), 1), dtype=bool), groups, seed=0)[0])
    assert spans[0].bounds == pytest.approx(spans[1].bounds)
    assert spans[0].groups == 24  # of singers and families the fewer


def test_one_singer_gives_no_interval():
    world = paired_world(TRUE)
    made = design(world.concept, world.places, estimator="paired-difference", nulls=1, seed=0)
    layer = world.inside(gradients(TRUE)[:, :1])
    alone = push_intervals(layer, made, np.ones((20, 1), dtype=bool), np.zeros(20), seed=0)[0]
    assert np.isnan(alone.bounds).all()
    assert alone.value > 0.5


@pytest.mark.parametrize("estimator", ["paired-difference", "ridge", "logistic"])
def test_draws_fitted_at_once_are_those_fitted_one_by_one(estimator):
    world = paired_world(TRUE, families=8, each=2)
    made = design(world.concept, world.places, estimator=estimator, nulls=1, seed=0)
    own = world.inside(gradients(TRUE)).grams(made.own[None])[0]
    few, many = (redrawn_weights(own, made, seed=3, draws=count) for count in (1, 20))
    np.testing.assert_allclose(many[:1], few, atol=1e-9)
    np.testing.assert_allclose(many.sum(axis=1), 0, atol=1e-9)
    drawn = {tuple(np.flatnonzero(row)) for row in many}
    assert len(drawn) > 10


def test_no_interval_of_a_cosine_lies_beyond_one():
    """Three families that say next to nothing: draws of one of them alone give directions many times as long."""
    world = paired_world(np.array([0.05, 0.0]), families=3, noise=2.0)
    made = design(world.concept, world.places, estimator="paired-difference", nulls=1, seed=0)
    bent = np.random.default_rng(0).normal(size=(SINGERS, 2, 2)).astype(np.float32) + np.array([3, 0], np.float32)
    layer = world.inside(bent)
    asked = {"having": np.ones((SINGERS, 2), dtype=bool), "groups": np.arange(SINGERS), "seed": 0}
    spans = push_intervals(layer, made, **asked)
    free = push_intervals(replace(layer, most=np.inf), made, **asked)
    assert max(abs(bound) for one in free for bound in one.bounds) > 1.5
    assert [one.bounds for one in spans] == [[max(one.low, -1), min(one.high, 1)] for one in free]
