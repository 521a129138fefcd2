"""Two models on the same clips: the test that fits, calibrated, and words that claim no more than it shows."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binomtest

from escucha.errors import InputError
from escucha.experiments.accuracy.comparison import Comparison, compare, pairs
from escucha.experiments.run import experiment_of
from escucha.finding import About, Finding, load, save
from escucha.models.evaluation import mcnemar
from tests.experiments.accuracy.test_study import Counter
from tests.experiments.accuracy.test_tag_finding import Tagger, tags
from tests.experiments.toys import ToyBench


@dataclass(frozen=True)
class TagBench(ToyBench):
    def corpus(self, table):
        return tags(**table)


@pytest.fixture
def bench(tmp_path):
    return ToyBench(tmp_path, tmp_path / "cache")


def compared(bench, table=None, **models):
    return compare(models, Comparison(tuple(models), table or {"clips": 96}), bench)


def rights(rng, groups, clips, first, second, luck=0.0):
    """Two models right with these chances, in groups that share some luck."""
    shared = rng.normal(0, luck, size=(groups, 1))
    return [(rng.random((groups, clips)) < np.clip(share + shared, 0, 1)).ravel().astype(float)
            for share in (first, second)]


def test_mcnemar_counts_only_the_clips_that_one_alone_has():
    first = np.array([True] * 30 + [True] * 9 + [False] * 2 + [False] * 20)
    second = np.array([True] * 30 + [False] * 9 + [True] * 2 + [False] * 20)
    assert mcnemar(first, second) == pytest.approx(2 * sum(binomial(11, k) for k in range(3)) / 2**11)
    assert mcnemar(first, first) == 1
    assert mcnemar(first, second) == mcnemar(second, first)


def binomial(n, k):
    return np.prod([(n - at) / (at + 1) for at in range(k)])


def test_the_test_fits_the_groups():
    rng = np.random.default_rng(0)
    one, other = rights(rng, 40, 1, 0.9, 0.6)
    alone, = pairs({"a": one, "b": other}, [str(at) for at in range(40)])
    assert alone.test == "McNemar, exact"
    assert alone.p == mcnemar(one > 0, other > 0)
    one, other = rights(rng, 10, 4, 0.9, 0.6)
    few, = pairs({"a": one, "b": other}, np.repeat(np.arange(10), 4).astype(str).tolist())
    assert few.test == "sign flips over groups, every one"
    one, other = rights(rng, 40, 4, 0.9, 0.6)
    many, = pairs({"a": one, "b": other}, np.repeat(np.arange(40), 4).astype(str).tolist())
    assert many.test == "sign flips over groups, drawn"
    assert many.difference.low < one.mean() - other.mean() == pytest.approx(many.difference.value)
    shares, = pairs({"a": one / 2, "b": other / 2}, [str(at) for at in range(160)])
    assert "sign flips" in shares.test  # shares of labels are no coins


def test_models_of_the_same_worth_are_told_apart_as_rarely_as_promised():
    """By group, as clips of one family go together: over clips far too often."""
    rng, found = np.random.default_rng(1), {"groups": 0, "clips": 0}
    for _ in range(150):
        one, other = (rights(rng, 24, 8, 0.6, 0.6, luck=0.4)[0] for _ in range(2))
        for how, names in (("groups", np.repeat(np.arange(24), 8)), ("clips", np.arange(192))):
            found[how] += pairs({"a": one, "b": other}, names.astype(str).tolist())[0].p <= 0.05
    assert binomtest(found["groups"], 150, 0.05).pvalue > 0.005
    assert found["clips"] > 2 * found["groups"]


def test_p_is_corrected_over_all_pairs():
    rng = np.random.default_rng(2)
    one, other = rights(rng, 60, 1, 0.9, 0.7)
    third = rights(rng, 60, 1, 0.9, 0.7)[0]
    told = pairs({"a": one, "b": other, "c": third}, [str(at) for at in range(60)])
    assert [(pair.first, pair.second) for pair in told] == [("a", "b"), ("a", "c"), ("b", "c")]
    smallest = min(told, key=lambda pair: pair.p)
    assert smallest.p_corrected == pytest.approx(3 * smallest.p)


def test_models_that_never_differ_are_bounded_not_proven_equal():
    one = np.array([1.0, 0, 1, 1] * 8)
    same, = pairs({"a": one, "b": one}, [f"family-{at // 4}" for at in range(32)])
    assert (same.p, same.difference.value) == (1, 0)
    assert same.difference.high == -same.difference.low == pytest.approx(1 - 0.025 ** (1 / 8))


def test_always_right_against_always_wrong_is_bounded_not_a_point():
    pair, = pairs({"one": np.ones(30), "other": np.zeros(30)}, np.arange(30) // 3)
    assert (pair.difference.value, pair.difference.high) == (1, 1)
    assert pair.difference.low == pytest.approx(2 * 0.025 ** (1 / 10) - 1)


def test_the_better_model_is_found_and_the_words_say_by_how_much(bench, tmp_path):
    told = compared(bench, counter=Counter(), whistler=Counter(whistle=True))
    assert isinstance(told, Finding)
    numbers = told.numbers()
    pair = numbers["pairs"]["counter against whistler"]
    assert numbers["models"]["counter"]["accuracy"] == 1
    assert pair["difference"] == pytest.approx(1 - numbers["models"]["whistler"]["accuracy"])
    assert pair["only_second"] == 0
    assert pair["only_first"] == round(24 * pair["difference"])
    assert pair["p"] == pytest.approx(2 / 2**6)  # six families, all of which gain
    assert told.words()[0].startswith("On these clips counter is right more often: counter 100.0% and whistler ")
    saved = load(save(told, tmp_path / "out", About("comparison", "which")))
    assert set(saved.files("figures")) == {"models", "differences"}
    assert list(saved.tables()["models"].model) == ["counter", "whistler"]
    assert {"balanced_accuracy", "macro_f1", "log_loss", "calibration_error", "real_time_factor"} < set(
        saved.tables()["models"].columns)
    np.testing.assert_array_equal(saved.arrays()["right"].sum(1), [24, 24 - pair["only_first"]])


def test_equal_models_are_not_said_to_be_equal(bench):
    told = compared(bench, one=Counter(), other=Counter())
    assert "one and other are not shown to differ" in told.words()[0]
    assert "does not show them to be equal" in told.words()[0]
    assert any("6 groups are few" in line for line in told.words())


def test_models_of_tags_are_compared_by_labels_right(tmp_path):
    told = compared(TagBench(tmp_path, tmp_path / "cache"), sharp=Tagger(), blurred=Tagger(blurred=30))
    pair = told.numbers()["pairs"]["sharp against blurred"]
    assert told.numbers()["compared"] == "labels_right"
    assert pair["difference"] > 0.1
    assert "of labels right" in told.words()[0]


def test_what_cannot_be_compared_is_refused_in_one_line(bench):
    with pytest.raises(InputError, match=r"'a' and 'b' cannot be compared: only one of them knows slow, still"):
        compared(bench, a=Counter(), b=Counter(labels=("fast", "still")))
    with pytest.raises(InputError, match="the other gives each label by itself"):
        compared(bench, a=Counter(), b=Tagger(labels=("fast", "slow")))
    for models in (["palos-cnn"], ["palos-cnn", "palos-cnn"]):
        asked = experiment_of({"kind": "comparison", "models": models, "corpus": {}}, "x.toml")
        with pytest.raises(InputError, match="two or more different models"):
            asked.run(bench)
