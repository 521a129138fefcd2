"""Estimators side by side are the tested ones, and directions of two ideas are held against two that mean nothing."""

import numpy as np
import pytest

from escucha.concepts.cav import find_cav
from escucha.concepts.design import design
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.entangling import entangled
from escucha.concepts.estimators import estimated, possible, spread
from escucha.concepts.tcav import mean_pulls, pushes
from tests.concepts.planted import LABELS, World, axis, clip_world, gradients, paired_world
from tests.concepts.test_graded import planted

HAVING = np.array([[True, False]] * 14 + [[False, True]] * 6)


def side_by_side(world: World, tested: str):
    layer = world.inside(gradients(axis(3)))
    made = design(world.concept, world.places, estimator=tested, nulls=9, seed=0)
    towards = mean_pulls(layer, HAVING, LABELS)
    return layer, made, towards, estimated(layer, made, towards, estimators=tuple(ESTIMATORS), labels=LABELS)


def test_each_estimator_says_what_it_says_when_it_is_the_tested_one():
    world = paired_world(axis(3, 2.0))
    layer, made, towards, found = side_by_side(world, "ridge")
    assert [one.estimator for one in found] == [name for name in ESTIMATORS for _ in LABELS]
    own = next(one for one in found if one.estimator == "ridge")
    assert own.cosine == pytest.approx(1)
    vectors = {}
    for one in found[::2]:
        alone = design(world.concept, world.places, estimator=one.estimator, nulls=9, seed=0)
        cav = find_cav(layer, world.rows, alone, seed=0)
        vectors[one.estimator] = cav.direction
        assert one.accuracy == pytest.approx(cav.accuracy)
        assert one.push == pytest.approx(
            pushes(layer, towards, made.own[None], made.signs, estimator=one.estimator)[0, 0])
    for one in found:
        assert one.cosine == pytest.approx(float(vectors[one.estimator] @ vectors["ridge"]), abs=1e-4)
    assert spread(found) == min(one.cosine for one in found) < 0.999


def test_an_estimator_that_the_examples_cannot_have_is_left_out():
    clips = design(clip_world(axis(3)).concept, clip_world(axis(3)).places, estimator="ridge", nulls=9, seed=0)
    assert possible(clips, list(ESTIMATORS)) == ["mean-difference", "ridge", "logistic"]
    world = planted(axis(3))
    degrees = design(world.concept, world.places, estimator="ridge", nulls=9, seed=0)
    assert possible(degrees, list(ESTIMATORS)) == ["paired-difference", "mean-difference", "ridge"]


def cosine_of(change: np.ndarray, other: np.ndarray, *, seed: int):
    """Two ideas in one layer."""
    worlds = [paired_world(moved, seed=seed + at) for at, moved in ((0, change), (500, other))]
    both = World(worlds[0].concept, np.concatenate([world.rows for world in worlds]),
                 worlds[0].places | {f"other {name}": place + len(worlds[0].rows)
                                     for name, place in worlds[1].places.items()})
    layer = both.inside(gradients(axis(3)))
    made = [design(world.concept, {name: place + at * len(worlds[0].rows) for name, place in world.places.items()},
                   estimator="paired-difference", nulls=80, seed=0) for at, world in enumerate(worlds)]
    cavs = [find_cav(layer, both.rows, one, seed=0) for one in made]
    return layer, made, entangled(layer, made, cavs)[0]


def test_ideas_along_one_direction_are_entangled_and_others_are_not():
    assert cosine_of(axis(3, 4.0), axis(3, 4.0), seed=0)[2].beyond
    found = [cosine_of(axis(3, 4.0), np.roll(axis(3, 4.0), 1 + seed), seed=seed)[2] for seed in range(12)]
    assert sum(one.beyond for one in found) <= 3


def test_chance_is_what_primal_directions_of_meaningless_ideas_reach():
    _, made, found = cosine_of(axis(3, 4.0), axis(9, 4.0), seed=1)
    world = paired_world(axis(3, 4.0), seed=1).rows, paired_world(axis(9, 4.0), seed=501).rows
    rows = np.concatenate(world).astype(float)
    units = []
    for one in made:
        half = len(one.own) // 2
        vectors = rows[one.nulls[:, :half]].mean(axis=1) - rows[one.nulls[:, half:]].mean(axis=1)
        units.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    cosines = np.abs(units[0] @ units[1].T)[~np.eye(80, dtype=bool)]
    assert found.chance == pytest.approx(np.quantile(cosines, 0.95), abs=1e-6)
