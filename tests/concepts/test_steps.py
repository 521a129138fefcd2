"""Steps in feature space find what a model without gradients goes by, a deaf one is not pushed, clips move by windows.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binom

from escucha.audio.clip import Clip
from escucha.concepts.cav import find_cav
from escucha.concepts.design import design
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.steps import Steps, clip_windows, steps
from escucha.concepts.tcav import AWAY, TOWARDS, UNMOVED, clip_scores, corrected, layer_tests, mean_pulls, pushes
from escucha.errors import InputError
from tests.concepts.planted import LABELS, UNITS, World, axis, paired_world

CLIPS = 24
HAVING = np.array([[True, False], [False, True]] * (CLIPS // 2))
UNEVEN = np.geomspace(1e-3, 1e3, UNITS)
"""Features have units of their own."""


@dataclass(frozen=True)
class Scorer:
    """A model of features; the window is one sample, which is the first feature."""

    how: str
    labels: tuple[str, ...] = LABELS
    rate: int = 100
    window: int = 4
    link: str = "softmax"
    feature_names: tuple[str, ...] = tuple(f"feature {at}" for at in range(UNITS))

    def features(self, waves: np.ndarray) -> np.ndarray:
        return np.tile(waves[:, :1], (1, UNITS)) * UNEVEN

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        third = features[:, 3] / UNEVEN[3]
        said = {"linear": 2 * third, "step": 4.0 * (third > 0), "deaf": np.zeros(len(features))}[self.how]
        return np.stack([said, np.zeros(len(features))], axis=1)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        return self.scores_of(self.features(waves))


def layer_of(how: str, world: World, *, spread: float = 1.0, seed: int = 5) -> Steps:
    heard = np.random.default_rng(seed).normal(size=(CLIPS, UNITS)) * spread
    return steps(Scorer(how), world.rows * UNEVEN, heard * UNEVEN, np.arange(CLIPS), columns=[0, 1])


def asked(how: str, world: World, *, estimator: str = "paired-difference", nulls: int = 199, spread: float = 1.0):
    layer = layer_of(how, world, spread=spread)
    made = design(world.concept, world.places, estimator=estimator, nulls=nulls, seed=0)
    cav = find_cav(layer, layer.rows, made, seed=0)
    tests = layer_tests(layer, [made], [cav], having=HAVING, labels=LABELS, alpha=0.05, seed=0)
    return layer, made, corrected(tests, correction="holm", alpha=0.05)


@pytest.mark.parametrize("how", ["linear", "step"])
@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
def test_what_a_model_without_gradients_goes_by_is_found(how, estimator):
    _, _, (heard, other) = asked(how, paired_world(axis(3, 3.0)), estimator=estimator)
    assert (heard.verdict, other.verdict) == (TOWARDS, AWAY)
    assert 0 < heard.low <= heard.push <= heard.high
    assert heard.any_effect_p < 0.01
    assert heard.score > (0.99 if how == "linear" else 0.3)


@pytest.mark.parametrize("how", ["linear", "step"])
def test_an_idea_along_another_feature_is_found_no_oftener_than_alpha(how):
    """A real card, told from every meaningless one by its features, that the model does not listen to."""
    found = [asked(how, paired_world(axis(9, 3.0), seed=seed), nulls=39)[2][0].p for seed in range(60)]
    assert sum(p <= 0.05 for p in found) <= binom.ppf(0.99, 60, 0.05)
    assert sum(np.isfinite(found)) > 50


def test_a_deaf_model_is_not_pushed_at_all():
    _, _, tests = asked("deaf", paired_world(axis(3, 3.0)))
    assert all((test.push, test.score, test.verdict) == (0, 0, UNMOVED) for test in tests)
    assert np.isnan([[test.low, test.high, test.p] for test in tests]).all()


def test_a_tree_that_turns_far_from_every_clip_needs_steps_as_long_as_the_idea():
    """A gradient at the clips is zero: all of them lie well below the turn, by less than the idea is wide."""
    world = paired_world(axis(3, 9.0))
    layer, made, _ = asked("step", world, nulls=59)
    away = Steps(layer.rows, layer.scale, layer.gram, np.tile(-0.7 * UNEVEN, (CLIPS, 1)), layer.clip, layer.score)
    push = pushes(away, mean_pulls(away, HAVING, LABELS), made.own[None], made.signs, estimator="ridge")[0]
    assert push[0] == pytest.approx(1.0)  # the value, 4 / 2 over two labels, half of it a step
    assert push[1] == pytest.approx(-1.0)


def test_a_linear_model_is_pushed_by_its_weight_times_the_spread_of_the_idea():
    world = paired_world(axis(3, 3.0))
    layer, made, (heard, _) = asked("linear", world, estimator="ridge")
    own = layer.rows[made.own]
    weights = ESTIMATORS["ridge"]((own @ own.T)[None], made.signs)[0][0] @ own
    unit = weights / np.linalg.norm(weights)
    step = unit * (own @ unit).std() * layer.scale / UNEVEN
    assert heard.push == pytest.approx(1.0 * step[3])  # the logit is twice the feature, the value half of that
    assert clip_scores(layer, made, HAVING)[0] == 1.0


def test_what_stands_in_one_unit_or_another_pushes_alike():
    world = paired_world(axis(3, 3.0))
    _, _, (heard, _) = asked("step", world)
    level = World(world.concept, world.rows * 7, world.places)
    layer = steps(Scorer("step"), level.rows, layer_of("step", world).heard * 7 / UNEVEN, np.arange(CLIPS),
                  columns=[0, 1])
    made = design(level.concept, level.places, estimator="paired-difference", nulls=9, seed=0)
    assert pushes(layer, mean_pulls(layer, HAVING, LABELS), made.own[None], made.signs, estimator=made.estimator)[
        0, 0] == pytest.approx(heard.push)


def test_a_clip_is_moved_window_by_window():
    """Two windows on either side of the turn: their mean lies at it, and would turn by the smallest step."""
    world = paired_world(axis(3, 3.0))
    layer, made, _ = asked("step", world, nulls=9)
    far = np.tile([[-50.0], [50.0]], (CLIPS, UNITS)) * UNEVEN
    two = Steps(layer.rows, layer.scale, layer.gram, far, np.repeat(np.arange(CLIPS), 2), layer.score)
    assert pushes(two, mean_pulls(two, HAVING, LABELS), made.own[None], made.signs, estimator="ridge").tolist() == [
        [0, 0]]
    np.testing.assert_allclose(two.values, np.tile([1.0, -1.0], (CLIPS, 1)))  # one window says 4, one 0


def test_many_steps_are_scored_a_few_at_a_time(monkeypatch):
    world = paired_world(axis(3, 3.0))
    layer, made, _ = asked("step", world, nulls=30)
    whole = pushes(layer, mean_pulls(layer, HAVING, LABELS), made.nulls, made.signs, estimator="ridge")
    monkeypatch.setattr("escucha.concepts.steps.ROUND", 2 * CLIPS)
    np.testing.assert_array_equal(
        pushes(layer, mean_pulls(layer, HAVING, LABELS), made.nulls, made.signs, estimator="ridge"), whole)


def test_windows_know_their_clips():
    waves = [np.full(length, level, dtype=np.float32) for length, level in ((4, 0.1), (9, 0.2), (3, 0.3))]
    features, which = clip_windows(Scorer("step"), [Clip(wave, 100) for wave in waves])
    assert which.tolist() == [0, 1, 1, 1, 2]
    np.testing.assert_allclose(features[:, 3] / UNEVEN[3], [0.1, 0.2, 0.2, 0.2, 0.3], rtol=1e-6)
    with pytest.raises(InputError, match="no clips to hear"):
        clip_windows(Scorer("step"), [])
