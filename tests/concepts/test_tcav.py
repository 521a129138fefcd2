"""A planted concept is found where it is, a deaf label is not pushed, and pushes are what the primal says they are."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.concepts.cav import find_cav
from escucha.concepts.design import design
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.tcav import (
    AWAY,
    NO_DIRECTION,
    ONE_UNIT,
    TOWARDS,
    UNMOVED,
    corrected,
    layer_tests,
    mean_pulls,
    needed,
    pushes,
    rank_p,
)
from escucha.errors import InputError
from tests.concepts.planted import LABELS, World, axis, clip_world, gradients, paired_world

CLIPS = 20
HAVING = np.array([[True, False]] * 14 + [[False, True]] * 6)


def asked(world: World, slopes: np.ndarray, *, estimator: str = "mean-difference", nulls: int = 399):
    layer = world.inside(slopes)
    made = design(world.concept, world.places, estimator=estimator, nulls=nulls, seed=0)
    cav = find_cav(layer, world.rows, made, seed=0)
    tests = layer_tests(layer, [made], [cav], having=HAVING, labels=LABELS, alpha=0.05, seed=0)
    return cav, corrected(tests, correction="holm", alpha=0.05)


@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
@pytest.mark.parametrize("way", [1, -1])
def test_the_planted_pair_concept_is_found_and_the_deaf_label_is_not_pushed(estimator, way):
    world = paired_world(axis(3, 3.0))
    cav, (heard, deaf) = asked(world, gradients(way * axis(3), clips=CLIPS), estimator=estimator)
    assert heard.verdict == (TOWARDS if way > 0 else AWAY)
    assert heard.p_corrected <= 0.05
    assert heard.score == (1.0 if way > 0 else 0.0)
    assert abs(heard.effect) > 3
    assert heard.any_effect_p < 0.01
    assert heard.clips == 14
    assert (deaf.push, deaf.score, deaf.verdict, deaf.any_effect_p) == (0, 0, UNMOVED, 1)
    assert np.isnan([deaf.p, deaf.p_corrected, deaf.low, deaf.high]).all()
    assert cav.direction[3] > 0.8
    assert cav.accuracy > 0.9
    assert cav.agreement > 0.7


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("estimator", ["mean-difference", "ridge", "logistic"])
def test_the_planted_clip_concept_is_found(clustered, estimator):
    world = clip_world(axis(3, 6.0), clustered=clustered, habit=0.5)
    cav, (heard, deaf) = asked(world, gradients(axis(3), clips=CLIPS), estimator=estimator)
    assert heard.verdict == TOWARDS
    assert np.isnan(heard.any_effect_p)
    assert deaf.verdict == UNMOVED
    assert cav.accuracy > 0.9


def test_a_concept_the_label_does_not_listen_to_is_not_found():
    found = [asked(paired_world(axis(3, 3.0), seed=seed), gradients(axis(9), clips=CLIPS, seed=seed), nulls=199)[1][0]
             for seed in range(20)]
    assert sum(test.p <= 0.05 for test in found) <= 3
    assert max(abs(test.push) for test in found) < 0.3


def test_a_direction_that_is_not_there_is_said_and_not_tested():
    found = [asked(paired_world(axis(3, 0.0), seed=seed), gradients(axis(3), clips=CLIPS), nulls=199)
             for seed in range(20)]
    missing = [tests[0] for cav, tests in found if cav.accuracy_p > 0.05]
    assert len(missing) >= 17
    assert all(test.verdict == NO_DIRECTION and np.isnan(test.p) and np.isnan(test.p_corrected) for test in missing)


def test_a_layer_of_one_unit_has_one_direction_and_is_not_tested():
    """Any idea at all lies along it: its cosine is 1 or -1 whatever it means."""
    world = paired_world(np.array([3.0]))
    heard = np.random.default_rng(0).normal(1, 0.2, size=(CLIPS, 2, 1)).astype(np.float32)
    _, tests = asked(world, heard, nulls=99)
    assert {(test.verdict, round(abs(test.push), 3)) for test in tests} == {(ONE_UNIT, 1.0)}
    assert np.isnan([test.p for test in tests]).all()


def test_a_layer_that_gives_every_example_alike_has_no_direction_and_no_interval():
    world = paired_world(axis(3))
    dead = World(world.concept, np.ones_like(world.rows), world.places)
    cav, tests = asked(dead, gradients(axis(3), clips=CLIPS))
    assert not cav.direction.any()
    assert {test.verdict for test in tests} == {NO_DIRECTION}
    assert np.isnan([[test.p, test.low, test.high] for test in tests]).all()


def test_labels_that_come_with_the_idea_do_not_make_an_inert_card_light_up():
    """With is three in four bulerias: its direction is the label's own, and so is that of its meaningless counterparts.

    Against balanced sets, which lack it, the same card would look like an idea.
    """
    slopes = gradients(axis(0), clips=CLIPS)
    found, fooled = [], []
    for seed in range(20):
        world = clip_world(axis(3, 0.0), skewed=True, seed=seed)
        layer = world.inside(slopes)
        towards = mean_pulls(layer, HAVING, LABELS)
        made = design(world.concept, world.places, estimator="ridge", nulls=199, seed=0)
        push = pushes(layer, towards, made.own[None], made.signs, estimator="ridge")[0]
        level = clip_world(axis(3, 0.0), seed=seed).concept
        for source, into in ((world.concept, found), (level, fooled)):
            drawn = design(source, world.places, estimator="ridge", nulls=199, seed=0)
            into.append(rank_p(push, pushes(layer, towards, drawn.nulls, drawn.signs, estimator="ridge"))[0] <= 0.05)
    assert sum(found) <= 3
    assert sum(fooled) >= 15


def test_an_idea_clustered_in_families_is_compared_with_ideas_clustered_in_families():
    """Families differ along what the label listens to, so any card of whole families has some of it in its direction.

    Clip by clip draws average the families out, and against them an inert card looks like an idea.
    """
    found, fooled = [], []
    rng = np.random.default_rng(0)
    for seed in range(100):
        world = clip_world(axis(3, 0.0), clustered=True, habit=axis(5, 2.0), seed=seed)
        layer = world.inside(gradients(axis(5), clips=CLIPS))
        made = design(world.concept, world.places, estimator="mean-difference", nulls=99, seed=0)
        clip_by_clip = np.array([[world.places[f"{family}-{clip}"] for family, clip in
                                  zip(rng.permutation(60)[:40], np.tile([0, 2, 1, 3], 10))] for _ in range(99)])
        towards = mean_pulls(layer, HAVING, LABELS)
        push = pushes(layer, towards, made.own[None], made.signs, estimator="mean-difference")[0]
        for nulls, into in ((made.nulls, found), (clip_by_clip, fooled)):
            drawn = pushes(layer, towards, nulls, made.signs, estimator="mean-difference")
            into.append(rank_p(push, drawn)[0] <= 0.05)
    assert sum(found) <= 10
    assert sum(fooled) >= 15


@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
def test_dual_pushes_are_the_primal_cosines(estimator):
    world = paired_world(axis(3, 3.0))
    slopes = gradients(axis(3), clips=CLIPS)
    layer = world.inside(slopes)
    made = design(world.concept, world.places, estimator=estimator, nulls=30, seed=0)
    found = pushes(layer, mean_pulls(layer, HAVING, LABELS), made.nulls, made.signs, estimator=estimator)
    for drawn, push in zip(made.nulls, found):
        rows = world.rows[drawn].astype(float)
        weights = ESTIMATORS[estimator]((rows @ rows.T)[None], made.signs)[0][0] @ rows
        clips = slopes[HAVING[:, 0], 0]
        cosines = clips @ weights / np.linalg.norm(clips, axis=1) / np.linalg.norm(weights)
        assert push[0] == pytest.approx(cosines.mean(), abs=1e-4)
        assert push[1] == 0


def test_the_rank_p_is_two_sided_and_never_zero():
    nulls = np.array([[-3.0], [-1.0], [0.5], [2.0]])
    assert rank_p(np.array([2.5]), nulls).tolist() == [2 / 5]
    assert rank_p(np.array([-9.0]), nulls).tolist() == [1 / 5]
    assert rank_p(np.array([0.0]), nulls).tolist() == [1.0]


@pytest.mark.parametrize("count", [19, 20, 39, 200])
def test_what_is_needed_is_what_the_rank_p_begins_to_find(count):
    nulls = np.random.default_rng(count).normal(size=(count, 2))
    least = needed(nulls, 0.05)
    assert (rank_p(least * 1.001, nulls) <= 0.05).all()
    assert (rank_p(-least * 0.999, nulls) > 0.05).all()
    assert needed(nulls[:18], 0.05).tolist() == [1, 1]


def test_a_label_without_clips_is_an_error():
    layer = paired_world(axis(3)).inside(gradients(axis(3), clips=CLIPS))
    with pytest.raises(InputError, match="no clip under test has the label 'alegrias'"):
        mean_pulls(layer, np.array([[True, False]] * CLIPS), LABELS)


def test_neighbours_that_are_no_pair_are_refused():
    concept = paired_world(axis(3)).concept
    with pytest.raises(InputError, match="not a clip with the idea and the same one without it"):
        replace(concept, examples=concept.examples[::-1])
    with pytest.raises(InputError, match="0 examples with the idea"):
        replace(concept, paired=False, examples=concept.examples[1::2])
