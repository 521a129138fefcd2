"""Graded ideas: pairs count by how far apart they are, and with and without is the case of all pairs one degree apart.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from escucha.concepts import dual
from escucha.concepts.cav import find_cav
from escucha.concepts.concept import Concept, Example
from escucha.concepts.design import design
from escucha.concepts.doses import FALLS, RISES, TURNS, UNCLEAR, course, doses, steady
from escucha.concepts.effect import direct_effects
from escucha.concepts.tcav import UNMOVED, layer_tests
from escucha.errors import InputError
from tests.concepts.planted import LABELS, Point, World, axis, gradients, paired_world

LEVELS = (60.0, 80.0, 100.0, 120.0, 140.0)
WAYS = list(combinations(range(5), 2))
HAVING = np.array([[True, False]] * 14 + [[False, True]] * 6)


def graded(world: World) -> World:
    """The world's pairs made a graded idea: pair i differs by its degree times the world's change."""
    examples = []
    for pair, (more, less) in enumerate(zip(world.concept.examples[::2], world.concept.examples[1::2])):
        low, high = WAYS[pair % len(WAYS)]
        degree = (LEVELS[high] - LEVELS[low]) / (LEVELS[-1] - LEVELS[0])
        examples += [replace(example, degree=degree, level=LEVELS[rung]) for example, rung in ((more, high),
                                                                                             (less, low))]
    return World(replace(world.concept, examples=tuple(examples)), world.rows, world.places)


def planted(change: np.ndarray, *, noise: float = 1.0, seed: int = 0) -> World:
    """Pairs of 30 families that differ by their degree times `change`, and noise."""
    world = graded(paired_world(0 * change, families=30, noise=noise, seed=seed))
    rows = world.rows.copy()
    for example in world.concept.examples[::2]:
        rows[world.places[example.source.key()]] += example.degree * change
    return World(world.concept, rows, world.places)


@pytest.mark.parametrize("estimator", ["paired-difference", "ridge"])
def test_a_planted_graded_idea_is_found_and_the_deaf_label_is_not_pushed(estimator):
    world = planted(axis(3, 4.0))
    layer = world.inside(gradients(axis(3)))
    made = design(world.concept, world.places, estimator=estimator, nulls=199, seed=0)
    cav = find_cav(layer, world.rows, made, seed=0)
    heard, deaf = layer_tests(layer, [made], [cav], having=HAVING, labels=LABELS, alpha=0.05, seed=0)
    assert (heard.p, deaf.push, deaf.verdict) == (pytest.approx(1 / 200), 0, UNMOVED)
    assert heard.low > 0
    assert cav.accuracy > 0.85  # how often the clip with more of it lies further along


def test_a_graded_idea_that_the_label_does_not_listen_to_is_not_found():
    found = []
    for seed in range(20):
        world = planted(axis(9, 4.0), seed=seed)
        layer = world.inside(gradients(axis(3), seed=seed))
        made = design(world.concept, world.places, estimator="paired-difference", nulls=99, seed=0)
        cav = find_cav(layer, world.rows, made, seed=0)
        found.append(layer_tests(layer, [made], [cav], having=HAVING, labels=LABELS, alpha=0.05, seed=0)[0].p)
    assert np.nansum(np.array(found) <= 0.05) <= 3


def test_pairs_that_are_far_apart_count_for_more_and_so_the_direction_is_nearer_to_the_true_one():
    nearer = []
    for seed in range(40):
        world = planted(axis(3, 3.0), seed=seed)
        own = [example.source.key() for example in world.concept.examples]
        rows = np.stack([world.rows[world.places[name]] for name in (*own[::2], *own[1::2])]).astype(float)
        degrees = world.concept.degrees
        found = [abs(dual.direction(rows, dual.mean_difference((rows @ rows.T)[None], signs)[0][0])[3])
                 for signs in (np.concatenate([degrees, -degrees]), np.repeat([1.0, -1.0], 30))]
        nearer.append(found[0] > found[1])
    assert np.mean(nearer) > 0.75


def test_degrees_are_the_targets_of_ridge_and_of_the_pattern():
    rng = np.random.default_rng(0)
    rows, degrees = rng.normal(size=(20, 50)), rng.uniform(0.2, 1, size=10)
    targets = np.concatenate([degrees, -degrees])
    gram = (rows @ rows.T)[None]
    alpha, bias = dual.ridge(gram, targets)
    fit = Ridge(alpha=dual.penalties(gram)[0]).fit(rows, targets)
    np.testing.assert_allclose(alpha[0] @ rows, fit.coef_, atol=1e-8)
    assert bias[0] == pytest.approx(fit.intercept_)
    pattern = targets @ rows / len(targets) / targets.var()
    found = dual.mean_difference(gram, targets)[0][0] @ rows
    np.testing.assert_allclose(found / np.linalg.norm(found), pattern / np.linalg.norm(pattern), atol=1e-9)


@pytest.mark.parametrize("without", [12, 18])
def test_with_and_without_is_the_difference_of_means_to_the_last_bit(without):
    signs = np.array([1.0] * 12 + [-1.0] * without)
    rows = np.random.default_rng(1).normal(size=(len(signs), 20))
    gram = (rows @ rows.T)[None]
    alpha, bias = dual.mean_difference(gram, signs)
    weight = np.where(signs > 0, 1 / 12, -1 / without)
    middle = np.where(signs > 0, 0.5 / 12, 0.5 / without)
    np.testing.assert_array_equal(alpha[0], weight)
    np.testing.assert_array_equal(bias, -np.einsum("j,sjk,k->s", middle, gram, weight, optimize=True))


def test_the_direct_effect_is_that_of_the_whole_range():
    degrees, rng = np.tile([0.25, 0.5, 1.0], 10), np.random.default_rng(0)
    exact = direct_effects(3 * degrees[:, None], np.arange(30), concept="c", labels=["a"], margins=np.array([0.1]),
                           seed=0, degrees=degrees)[0]
    assert (exact.mean, exact.low, exact.high) == pytest.approx((3, 3, 3))
    changes = rng.normal(1, 1, size=(30, 1))
    plain, one = (direct_effects(changes, np.arange(30), concept="c", labels=["a"], margins=np.array([0.1]), seed=0,
                                 degrees=given) for given in (None, np.ones(30)))
    assert plain == one
    assert plain[0].mean == changes[:, 0].mean()
    held = 0
    for _ in range(100):
        noisy = 2 * degrees[:, None] + rng.normal(size=(30, 1))
        found = direct_effects(noisy, np.arange(30), concept="c", labels=["a"], margins=np.array([0.1]), seed=0,
                               degrees=degrees)[0]
        held += found.low <= 2 <= found.high
    assert 88 <= held <= 100


def changes_of(concept: Concept, curve: np.ndarray, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """`(pair, 1)`: what `curve` `(level,)` says of each pair, and noise."""
    more, less = ([LEVELS.index(example.level) for example in concept.examples[side::2]] for side in (0, 1))
    noisy = noise * np.random.default_rng(seed).normal(size=len(more))
    return (curve[more] - curve[less] + noisy)[:, None]


def test_doses_are_the_planted_curve():
    concept = planted(axis(3)).concept
    curve = np.array([0.0, 1.0, 1.5, 4.0, 4.5])
    found = doses(concept, changes_of(concept, curve), labels=["a"], seed=0)
    assert [dose.level for dose in found] == list(LEVELS)
    np.testing.assert_allclose([dose.value for dose in found], curve - curve.mean(), atol=1e-9)
    np.testing.assert_allclose([dose.step for dose in found[1:]], np.diff(curve), atol=1e-9)
    assert course(found) == RISES
    assert steady(found)
    np.testing.assert_allclose([dose.rise for dose in found], curve, atol=1e-9)
    held = [np.mean([dose.low <= true <= dose.high for dose, true in zip(
        doses(concept, changes_of(concept, curve, 1.0, seed), labels=["a"], seed=0), curve - curve.mean())])
        for seed in range(25)]
    assert 0.88 < np.mean(held) <= 1


@pytest.mark.parametrize(("curve", "says"), [
    ([0, 1, 2, 3, 4], RISES), ([4, 3, 2, 1, 0], FALLS), ([0, 2, 4, 2, 0], TURNS), ([0, 0, 0, 0, 0], UNCLEAR)])
def test_the_course_is_told(curve, says):
    concept = planted(axis(3)).concept
    found = doses(concept, changes_of(concept, np.array(curve, dtype=float), 0.1), labels=["a"], seed=0)
    assert course(found) == says


@pytest.mark.parametrize(("curve", "turning"), [
    ([0, 0, 0, 0, 0], (0, 2)), ([0, 2, 2, 2, 2], (0, 2)), ([0, 1, 2, 3, 4], (0, 0)), ([0, 1, 2, 1, 0], (20, 20))])
def test_noise_seldom_turns_a_curve_that_does_not_turn(monkeypatch, curve, turning):
    monkeypatch.setattr("escucha.concepts.doses.DRAWS", 800)
    concept = planted(axis(3)).concept
    told = [course(doses(concept, changes_of(concept, np.array(curve, dtype=float), 0.6, seed), labels=["a"],
                         seed=0)) for seed in range(20)]
    assert turning[0] <= told.count(TURNS) <= turning[1]


def test_with_and_without_has_no_doses():
    concept = paired_world(axis(3)).concept
    assert not concept.graded
    assert doses(concept, np.zeros((24, 1)), labels=["a"], seed=0) == []


def test_what_knows_no_degrees_is_refused():
    world = planted(axis(3))
    with pytest.raises(InputError, match="'logistic' tells with from without, and a graded concept"):
        design(world.concept, world.places, estimator="logistic", nulls=9, seed=0)
    lone = (Example(Point("a"), True, "a", degree=0.5), Example(Point("b"), False, "b", degree=0.5))
    with pytest.raises(InputError, match="has degrees and no pairs"):
        Concept("c", "C.", lone, (), paired=False)
    first, second = world.concept.examples[:2]
    with pytest.raises(InputError, match="one group, label and degree"):
        replace(world.concept, examples=(first, replace(second, degree=0.9)))


def test_meaningless_concepts_have_the_degrees_of_the_real_one():
    world = planted(axis(3))
    made = design(world.concept, world.places, estimator="paired-difference", nulls=20, seed=0)
    assert made.signs[:30].tolist() == world.concept.degrees.tolist()
    assert (made.signs[30:] == -made.signs[:30]).all()
    assert made.nulls.shape == (20, 60)
