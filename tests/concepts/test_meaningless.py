"""Meaningless concepts have the design of the real one in everything but the idea."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from escucha.concepts.concept import Concept
from escucha.concepts.meaningless import draw, order, permuted_pairs
from escucha.errors import InputError
from tests.concepts.planted import axis, clip_world, paired_world


def rows_of(concept: Concept, drawn: np.ndarray) -> list:
    return [concept.null[index] for index in drawn]


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("skewed", [False, True])
def test_clips_have_the_labels_of_each_side_and_the_pattern_of_groups(clustered, skewed):
    concept = clip_world(axis(1), clustered=clustered, skewed=skewed).concept
    own = [concept.examples[index] for index in order(concept)]
    sides = np.array([example.present for example in own])
    homes = np.array([example.group for example in own])
    for drawn in draw(concept, count=50, seed=0):
        assert len(set(drawn)) == len(own)
        played = rows_of(concept, drawn)
        for side in (True, False):
            wanted = Counter(example.label for example in own if example.present is side)
            assert Counter(example.label for example, there in zip(played, sides) if there == side) == wanted
        cast = {(home, example.group) for home, example in zip(homes, played)}
        assert len(cast) == len(set(homes)) == len({group for _, group in cast})


def test_the_skewed_world_is_skewed():
    concept = clip_world(axis(1), skewed=True).concept
    share = [np.mean([example.label == "bulerias" for example in concept.examples if example.present is side])
             for side in (True, False)]
    assert share == [0.75, 0.25]


def test_pairs_are_of_the_same_scores_and_turned_by_group():
    world = paired_world(axis(1), families=12, each=3)
    pairs = 36
    turned = set()
    for drawn in draw(world.concept, count=40, seed=0):
        first, second = drawn[:pairs], drawn[pairs:]
        assert set(np.abs(first - second)) == {1}
        own = [world.concept.examples[2 * pair] for pair in range(pairs)]
        played = rows_of(world.concept, first)
        assert [(example.group, example.label) for example in played] == [(e.group, e.label) for e in own]
        assert len(set(np.minimum(first, second))) == pairs
        ways = {(example.group, example.present) for example in played}
        assert len(ways) == 12
        turned.add(sum(present for _, present in ways))
    assert len(turned) > 4


def test_a_meaningless_concept_differs_in_one_kind_of_thing_only():
    world = paired_world(axis(1))
    kinds = ("room", "noise")
    null = tuple(replace(example, kind=kind) for kind in kinds for example in world.concept.null)
    concept = replace(world.concept, null=null)
    found = [{example.kind for example in rows_of(concept, drawn)} for drawn in draw(concept, count=60, seed=0)]
    assert all(len(kind) == 1 for kind in found)
    assert 15 < sum(kind == {"room"} for kind in found) < 45


def test_the_same_seed_draws_the_same_and_another_does_not():
    concept = clip_world(axis(1)).concept
    np.testing.assert_array_equal(draw(concept, count=20, seed=3), draw(concept, count=20, seed=3))
    assert (draw(concept, count=20, seed=3) != draw(concept, count=20, seed=4)).any()


def test_four_times_as_many_null_examples_as_a_set_uses():
    concept = paired_world(axis(1)).concept
    with pytest.raises(InputError, match="48 examples and 190 null examples; a test needs 4 times as many"):
        draw(replace(concept, null=concept.null[:-2]), count=10, seed=0)


def test_every_kind_of_null_example_is_spare():
    concept = paired_world(axis(1)).concept
    rooms, noises = (tuple(replace(example, kind=kind) for example in concept.null) for kind in ("room", "noise"))
    replace(concept, null=(*rooms, *noises)).check_spare()
    with pytest.raises(InputError, match="190 null examples of kind 'noise'; a test needs 4 times as many"):
        replace(concept, null=(*rooms, *noises[:-2])).check_spare()


def test_a_pool_of_other_labels_or_of_too_few_groups_is_refused():
    concept = clip_world(axis(1)).concept
    foreign = tuple(replace(example, label="tangos") for example in concept.null)
    with pytest.raises(InputError, match="no group of the pool has clips of the same labels"):
        draw(replace(concept, null=foreign), count=10, seed=0)
    one = tuple(replace(example, group="everybody") for example in concept.null)
    with pytest.raises(InputError, match="too few groups"):
        draw(replace(concept, null=one), count=10, seed=0)


def test_more_meaningless_concepts_than_there_are_different_ones_are_refused():
    concept = paired_world(axis(1), families=3).concept
    with pytest.raises(InputError, match="only 256 different meaningless concepts"):
        draw(concept, count=1000, seed=0)


def test_turning_pairs_round_keeps_groups_together():
    groups = np.repeat(["a", "b", "c"], 2)
    for row in permuted_pairs(groups, count=30, rng=np.random.default_rng(0)):
        first, second = row[:6], row[6:]
        assert (np.abs(first - second) == 6).all()
        for name in "abc":
            assert len(set(first[groups == name] // 6)) == 1
