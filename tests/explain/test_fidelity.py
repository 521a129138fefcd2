"""Published numbers of fidelity, from the formulas' words and from probabilities that are known."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from escucha.explain import fidelity
from escucha.explain.deletion import bounds
from escucha.explain.faithfulness import judge
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from tests.worlds import RATE, TONES, amplitude, factorization, stems


@dataclass(frozen=True)
class Fifty:
    """Fifty labels; two sources make the first one 441 times as likely as each other one, either alone 21 times."""

    levels: tuple[float, float]
    labels: tuple[str, ...] = tuple(f"label {at}" for at in range(50))
    rate: int = RATE
    window: int = RATE
    link: str = "softmax"

    def scores(self, waves):
        out = np.zeros((len(waves), 50))
        for name, level in zip(("guitar", "palmas"), self.levels):
            out[:, 0] += np.log(21) * amplitude(waves, TONES[name]) / level
        return out


@pytest.fixture(scope="module")
def fifty():
    sources = stems(1, ("guitar", "palmas"))
    levels = tuple(float(amplitude(sources[name].wave[None], TONES[name])[0]) for name in ("guitar", "palmas"))
    game = Game(Fifty(levels), factorization(sources))
    return judge(game, "label 0", shapley(game, "label 0").weights, bounds(game, "label 0")).measures


def test_a_drop_from_nine_tenths_to_three_tenths_is_two_thirds(fifty):
    """A public implementation applies the softmax twice, and reads 44.6."""
    assert fifty["AD"] == pytest.approx(100 * 2 / 3, abs=1e-3)
    once = softmax(np.array([[np.log(441), *[0] * 49], [np.log(21), *[0] * 49]]), axis=1)
    twice = softmax(once, axis=1)[:, 0]
    assert once[:, 0] == pytest.approx([0.9, 0.3])
    assert fidelity.drop(*once[:, 0]) == pytest.approx(66.7, abs=0.05)
    assert fidelity.drop(*twice) == pytest.approx(44.6, abs=0.05)


def test_the_other_numbers_of_the_same_clip(fifty):
    assert {name: fifty[name] for name in ("AI", "AG", "Fid-In", "kept")} == {
        "AI": 0, "AG": 0, "Fid-In": 1, "kept": 0.5}
    assert fifty["FF"] == pytest.approx(0.6, abs=1e-5)
    assert fifty["comprehensiveness"] == pytest.approx(0.6, abs=1e-5)  # a tenth, a fifth, half of two parts are one
    assert fifty["sufficiency"] == pytest.approx(0.6, abs=1e-5)


def test_measures_clip_by_clip():
    whole, kept = np.array([0.5, 0.8, 1.0]), np.array([0.75, 0.4, 1.0])
    assert fidelity.increase(whole, kept).tolist() == [100, 0, 0]
    assert fidelity.drop(whole, kept).tolist() == [0, 50, 0]
    assert fidelity.gain(whole, kept).tolist() == [50, 0, 0]  # where p is 1 nothing is left to gain
    assert fidelity.faithfulness(whole, kept) == pytest.approx([-0.25, 0.4, 0])
    assert fidelity.same_answer(np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]), 1).tolist() == [1, 0]


def test_sparseness_is_the_mean_difference_of_any_two_and_complexity_an_entropy():
    weights = np.random.default_rng(0).normal(size=17)
    sizes = np.abs(weights)
    gini = np.abs(sizes[:, None] - sizes).mean() / (2 * sizes.mean())
    assert fidelity.sparseness(weights) == pytest.approx(gini)
    assert fidelity.complexity(weights) == pytest.approx(entropy(sizes / sizes.sum()))
    assert fidelity.complexity(np.ones(17)) == pytest.approx(np.log(17))
    assert fidelity.sparseness(np.zeros(4)) == 0


def test_shares_of_parts_are_rounded_up_to_one_at_least():
    assert fidelity.portions(3, (0.01, 0.5, 2 / 3, 1)) == [1, 2, 2, 3]
    assert fidelity.portions(10, (0.1, 0.2, 0.3)) == [1, 2, 3]
