"""What LEACE promises is kept: no straight line reads an erased idea, and nothing else is lost."""

import numpy as np
import pytest
import torch
from concept_erasure import LeaceFitter
from scipy.stats import binom
from torch import nn

from escucha.audio.clip import Clip
from escucha.concepts.design import design
from escucha.concepts.erasing.effect import check_steerable, corrected, erased_effects, values_when
from escucha.concepts.erasing.leace import Eraser, scales, space_of
from escucha.concepts.erasing.reading import Reading, kept_apart, read, shuffled_answers
from escucha.errors import InputError
from escucha.models.torch_classifier import TorchClassifier
from tests.concepts.planted import UNITS, World, axis, clip_world, paired_world

IDEA = axis(3, 2.0)


def erased(world: World, *, controls: int = 1, seed: int = 0) -> tuple[Reading, Eraser, list[Eraser]]:
    """What is read once the concept is erased, its eraser, and those of meaningless concepts."""
    made = design(world.concept, world.places, estimator="mean-difference", nulls=max(controls, 20), seed=seed)
    kept, space = kept_apart(made.concept, seed=seed), space_of(world.rows)
    sets = np.stack([made.own, *made.nulls[:controls]])[:, ~kept]
    eraser, *others = space.erasers(space.differences(sets, made.signs[~kept]))
    return read(world.rows, eraser, made, kept, layer="block", seed=seed), eraser, others


def own(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Rows and signs of the concept's examples."""
    made = design(world.concept, world.places, estimator="mean-difference", nulls=20, seed=0)
    return world.rows[made.own].astype(np.float64), made.signs


def alone(rows: np.ndarray, signs: np.ndarray) -> Eraser:
    """The eraser of examples that are all there is."""
    space = space_of(rows)
    return space.erasers(space.differences(np.arange(len(rows))[None], signs))[0]


def test_nothing_goes_with_the_idea_any_more_and_only_one_direction_is_lost():
    rows, signs = own(paired_world(IDEA))
    gone = alone(rows, signs)(rows)
    np.testing.assert_allclose(signs @ gone / len(signs), 0, atol=1e-9)
    np.testing.assert_allclose(gone.mean(axis=0), rows.mean(axis=0), atol=1e-9)
    assert np.linalg.matrix_rank(gone - rows, tol=1e-6) == 1


def test_it_is_the_packages_eraser():
    rows, signs = own(paired_world(IDEA))
    told = torch.tensor((rows - rows.mean(axis=0)) / scales(rows))
    theirs = LeaceFitter.fit(told, torch.tensor(signs, dtype=torch.float64), constrain_cov_trace=False,
                             svd_tol=1e-9).eraser
    expected = theirs(told).numpy() * scales(rows) + rows.mean(axis=0)
    np.testing.assert_allclose(alone(rows, signs)(rows), expected, atol=1e-8)


def test_every_position_is_erased_and_their_mean_is_the_means_own():
    _, eraser, _ = erased(paired_world(IDEA))
    maps = np.random.default_rng(1).normal(size=(5, UNITS, 4, 7))
    np.testing.assert_allclose(eraser(maps).mean(axis=(2, 3)), eraser(maps.mean(axis=(2, 3))), atol=1e-12)
    assert eraser(maps.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(("make", "settings"), [(paired_world, {"families": 48}), (clip_world, {"habit": 0.3})])
def test_an_idea_is_read_before_and_not_after(make, settings):
    found = [erased(make(3 * IDEA, seed=seed, **settings), seed=seed)[0] for seed in range(6)]
    assert all(one.before > 0.75 and one.before_p < 0.05 for one in found)
    assert all(one.after <= one.after_null for one in found)
    assert sum(one.fresh_p <= 0.05 for one in found) <= 2


@pytest.mark.parametrize("make", [paired_world, clip_world])
def test_where_there_is_no_idea_nothing_is_read(make):
    found = [erased(make(0 * IDEA, seed=seed), seed=seed)[0].before_p for seed in range(60)]
    assert sum(p <= 0.05 for p in found) <= 8  # binom.ppf(.99, 60, .05) is 8


def test_what_the_eraser_could_not_know_is_read_by_a_fresh_line():
    world = paired_world(0 * IDEA, families=36, noise=0.1)
    unheard = kept_apart(world.concept, seed=0)
    for place in np.flatnonzero(unheard[:36]):
        world.rows[world.places[world.concept.examples[2 * place].source.key()]] += 4 * IDEA
    found, *_ = erased(world)
    assert found.fresh > found.fresh_null
    assert found.after <= found.after_null


@pytest.mark.parametrize("families", [5, 12, 36])
def test_a_third_of_the_groups_of_each_label_is_kept_apart(families):
    world = paired_world(IDEA, families=families)
    kept = kept_apart(world.concept, seed=0)
    labels = [world.concept.examples[2 * place].label for place in np.flatnonzero(kept[:families])]
    assert len(labels) == max(2, round(families / 3))
    assert abs(labels.count("bulerias") - labels.count("alegrias")) <= 1
    np.testing.assert_array_equal(kept[:families], kept[families:])


def test_too_few_groups_are_refused_by_name():
    with pytest.raises(InputError, match=r"concept 'idea' has too few groups to be erased"):
        kept_apart(paired_world(IDEA, families=3).concept, seed=0)


def found_in(world: World, seed: int, listens: np.ndarray, *, present: float = 0.0) -> float:
    """p of erasing an idea for a label that reads along `listens`, on clips that have `present` of unit 3."""
    _, eraser, others = erased(world, controls=59, seed=seed)
    clips = np.random.default_rng(1000 + seed).normal(size=(30, UNITS)) * 3 + axis(3, present)
    changes = np.stack([(one(clips) - clips) @ listens for one in (eraser, *others)])[:, :, None]
    return erased_effects(
        changes[0], changes[1:11], changes[1:], concept="idea", layer="block", labels=["label"], sides=12, seed=seed,
        having=np.ones((30, 1), dtype=bool), groups=[str(at) for at in range(30)], known=[True])[0].p


@pytest.mark.parametrize("settings", [{}, {"each": 3, "shared": 1.0}])
def test_erasing_what_does_not_matter_is_found_no_oftener_than_alpha(settings):
    families = 12 if settings else 24
    listens = np.random.default_rng(5).normal(size=UNITS)
    found = [found_in(paired_world(0 * IDEA, families=families, seed=seed, **settings), seed, listens) <= 0.05
             for seed in range(200)]
    assert sum(found) <= binom.ppf(0.99, len(found), 0.05)


@pytest.mark.parametrize("present", [0.0, 4.0])
def test_erasing_what_matters_is_found_whether_or_not_the_clips_have_it(present):
    found = [found_in(paired_world(2 * IDEA, noise=0.5, seed=seed), seed, axis(3, 1.0), present=present) <= 0.05
             for seed in range(10)]
    assert sum(found) >= 9


def test_shuffled_answers_are_turned_by_whole_groups_and_keep_both_sides():
    rng, groups = np.random.default_rng(0), np.tile([f"family-{number // 2}" for number in range(36)], 2)
    turned = shuffled_answers(np.repeat([1, -1], 36), groups, groups, paired=True, count=50, rng=rng)
    assert (turned[:, :36] == -turned[:, 36:]).all()
    assert (turned[:, :36:2] == turned[:, 1:36:2]).all()
    assert 0.3 < (turned[:, :36] > 0).mean() < 0.7
    signs = np.tile([1, 1, 1, -1, -1, -1], 30)
    labels = np.tile(["a", "a", "a", "a", "b", "b"], 30)
    moved = shuffled_answers(signs, np.repeat(np.arange(30), 6), labels, paired=False, count=50, rng=rng)
    assert (moved[:, labels == "a"].sum(axis=1) == 60).all()
    assert not (moved == signs).all(axis=1).any()


class Maps(nn.Module):
    """A wave of UNITS maps' 4 positions, passed on; the labels listen to one unit's mean, to another's, to none."""

    def __init__(self):
        super().__init__()
        self.maps, self.inside = nn.Unflatten(1, (UNITS, 4)), nn.Identity()

    def forward(self, waves):
        mean = self.inside(self.maps(waves)).mean(dim=2)
        return torch.stack([mean[:, 3], mean[:, 8], torch.zeros(len(mean))], dim=1)


def test_the_label_that_listens_to_the_idea_falls_and_no_other_does():
    model = TorchClassifier.of(Maps(), labels=["idea", "other", "deaf"], rate=8000, window=4 * UNITS, link="sigmoid")
    _, eraser, others = erased(paired_world(2 * IDEA, families=48, noise=0.5), controls=99)
    waves = np.random.default_rng(0).normal(size=(30, UNITS, 4)) + axis(3, 6.0)[:, None]
    clips = [Clip(wave.reshape(-1).astype(np.float32), 8000) for wave in waves]
    said = values_when(check_steerable(model), clips, "inside", [np.copy, eraser, *others])
    np.testing.assert_allclose(said[0], [model.scores(clip.wave[None])[0] for clip in clips], atol=1e-5)
    changes = said[1:] - said[0]
    effects = erased_effects(changes[0], changes[1:20], changes[1:], concept="idea", layer="inside", seed=0, sides=32,
                             labels=model.labels, having=np.ones((30, 3), dtype=bool), known=[True] * 3,
                             groups=[str(at) for at in range(30)])
    idea, other, deaf = corrected(effects, "holm")
    assert idea.mean == pytest.approx(eraser.middle[3] - 6, abs=0.5)
    assert idea.p_corrected <= 0.03
    assert other.p_corrected > 0.05
    assert (deaf.mean, deaf.p, deaf.control) == (0, 1, 0)


def test_a_model_that_cannot_be_changed_is_told_so():
    class Scoring:
        labels, rate, window, link = ("a", "b"), 8000, 4, "softmax"

        def scores(self, waves):
            return waves[:, :2]

    with pytest.raises(InputError, match="whose layers can be changed"):
        check_steerable(Scoring())


def test_an_eraser_of_nothing_changes_nothing():
    rows = np.ones((8, UNITS))
    eraser = alone(rows, np.repeat([1, -1], 4))
    np.testing.assert_array_equal(eraser(rows), rows)
