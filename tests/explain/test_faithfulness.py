"""Explanations judged where the truth is known: the true one is best, chance is chance, a lie is worse."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.explain.deletion import added, bounds, ordered, removed
from escucha.explain.faithfulness import ALWAYS, MEASURES, judge, random_weights
from escucha.explain.lime import lime
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import Sampling
from escucha.models.classifier import probabilities
from escucha.models.windows import score_clip
from tests.worlds import Additive, Counting, Deaf, StemListener, Tangled, factorization, stems


def worth(game, weights, seed=0):
    return judge(game, "yes", weights, bounds(game, "yes"), seed=seed).measures


@pytest.fixture(scope="module")
def additive():
    return Game(Additive(), factorization(stems(4)))


def test_the_truth_is_best_and_upside_down_worst(additive):
    true = shapley(additive, "yes").weights
    right, lie = worth(additive, true), worth(additive, -true)
    assert [right[name] for name in ("deletion", "insertion")] == pytest.approx([1, 1], abs=1e-5)
    assert [lie[name] for name in ("deletion", "insertion")] == pytest.approx([-1, -1], abs=1e-5)
    for name in ("comprehensiveness", "FF"):
        assert right[name] > lie[name]
    for name in ("sufficiency", "AD"):
        assert right[name] < lie[name]


def test_random_weights_are_at_chance(additive):
    limits, count = bounds(additive, "yes"), len(additive.factorization.parts)
    orders = [ordered(random_weights(additive, "yes", Sampling(seed=seed)).weights, additive.sounding,
                      np.random.default_rng(0)) for seed in range(1500)]
    for away, worth in ((removed, limits.deletion), (added, limits.insertion)):
        curves = additive.values(np.concatenate([away(order, count) for order in orders]), "yes")
        read = np.array([worth(curve) for curve in curves.reshape(1500, -1)])
        assert abs(read.mean()) < 3.5 * read.std() / np.sqrt(1500) < 0.05
        assert read.std() > 0.1


def test_a_listener_to_one_source_is_told_by_its_parts_alone():
    game = Game(StemListener("palmas"), factorization(stems(4)))
    found = worth(game, shapley(game, "yes").weights)
    palmas = np.array([part.source == "palmas" for part in game.factorization.parts])
    assert worth(game, palmas.astype(float))["insertion"] > 0.8
    assert worth(game, (~palmas).astype(float))["insertion"] < -0.5
    assert found["sparseness"] > worth(game, np.ones(len(palmas)))["sparseness"] == 0
    assert found["kept"] <= 4 / 12
    assert worth(game, np.ones(len(palmas)))["complexity"] == pytest.approx(np.log(12))


def test_a_deaf_classifier_gives_zeros():
    game = Game(Deaf(), factorization(stems(2)))
    assert bounds(game, "yes").flat
    found = worth(game, shapley(game, "yes").weights)
    assert {name: value for name, value in found.items() if name != "Fid-In"} == {
        name: 0 for name in ALWAYS if name != "Fid-In"}


def test_measures_are_those_of_remixes_rendered_whole():
    """The slower way: each remix rendered, scored and read by itself."""
    game = Game(Tangled(), factorization(stems(3)))
    weights = lime(game, "yes").weights
    found = judge(game, "yes", weights, bounds(game, "yes"))
    order, dense = np.argsort(-weights), game.factorization

    def p(mask):
        return probabilities(score_clip(Tangled(), Clip(dense.render(mask)[0], game.classifier.rate)).logits,
                             "softmax")[0]

    on = np.ones(len(weights), dtype=bool)
    whole, lost = p(on), []
    for at in range(1, len(order) + 1):
        on[order[at - 1]] = False
        if at in (1, 2, 5):  # a tenth, a fifth, half of nine parts
            lost.append(whole - p(on))
    assert found.measures["comprehensiveness"] == pytest.approx(np.mean(lost), abs=1e-5)
    assert found.deletion[0] == pytest.approx(found.insertion[-1])
    assert len(found.deletion) == len(found.insertion) == 10


def test_judging_asks_only_for_what_the_game_does_not_know():
    counted = Counting(Additive())
    game = Game(counted, factorization(stems(4)))
    weights = shapley(game, "yes").weights
    asked = sum(counted.batches)
    worth(game, weights)
    assert sum(counted.batches) == asked


def test_ties_are_broken_by_the_seed():
    game = Game(Tangled(), factorization(stems(3)))
    flat = np.zeros(9)
    read = {worth(game, flat, seed)["deletion"] for seed in range(6)}
    assert len(read) > 3
    assert worth(game, flat, 2) == worth(game, flat, 2)


def test_every_measure_says_what_it_means():
    assert set(ALWAYS) < set(MEASURES)
    assert all(measure.meaning and measure.better in ("higher", "lower", "neither") for measure in MEASURES.values())
