"""Metrics against scikit-learn, intervals against what they promise."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from escucha.models import evaluation as ev


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=300)
    logits = rng.normal(size=(300, 3)) + 1.5 * np.eye(3)[truth]
    probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return truth, probability, probability.argmax(1)


def test_counts_and_shares_equal_scikit_learns(answers):
    truth, probability, said = answers
    counts = ev.confusion(truth, said, 3)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(truth, said))
    assert ev.accuracy(counts) == pytest.approx(metrics.accuracy_score(truth, said))
    assert ev.balanced_accuracy(counts) == pytest.approx(metrics.balanced_accuracy_score(truth, said))
    assert ev.macro_f1(counts) == pytest.approx(metrics.f1_score(truth, said, average="macro"))
    ours = ev.per_class(counts)
    theirs = metrics.precision_recall_fscore_support(truth, said)
    for mine, other in zip((ours.precision, ours.recall, ours.f1, ours.support), theirs):
        np.testing.assert_allclose(mine, other)
    assert ev.log_loss(truth, probability).mean() == pytest.approx(metrics.log_loss(truth, probability))
    assert ev.top_k(truth, probability, 2).mean() == metrics.top_k_accuracy_score(truth, probability, k=2)
    squares = [metrics.brier_score_loss(truth == label, probability[:, label]) for label in range(3)]
    assert ev.brier(truth, probability).mean() == pytest.approx(sum(squares))


def test_a_label_that_never_occurs_counts_neither_for_nor_against():
    counts = ev.confusion(np.array([0, 0, 1]), np.array([0, 0, 1]), 3)
    assert ev.balanced_accuracy(counts) == 1
    assert ev.macro_f1(counts) == 1
    assert ev.per_class(counts).precision[2] == 0


def test_calibration_error_of_answers_that_are_sure_and_half_right():
    probability = np.tile([0.9, 0.1], (100, 1))
    truth = np.array([0] * 50 + [1] * 50)
    assert ev.calibration_error(truth, probability) == pytest.approx(0.4)
    np.testing.assert_allclose(ev.calibration_curve(truth, probability), [[0.9, 0.5, 100]])


def test_perfect_calibration_reads_above_zero_and_less_with_more_clips():
    """METHODS 10: at 290 clips perfect calibration still reads about .06."""
    rng = np.random.default_rng(1)
    readings = {}
    for count in (290, 20000):
        probability = rng.dirichlet([0.6] * 10, count)
        readings[count] = ev.perfect_calibration(probability, draws=30).mean()
        truth = np.array([rng.choice(10, p=row) for row in probability[:2000]])
        if count > 2000:
            assert ev.calibration_error(truth, probability[:2000]) == pytest.approx(
                ev.perfect_calibration(probability[:2000], draws=50).mean(), abs=0.02)
    assert 0.03 < readings[290] < 0.09
    assert readings[20000] < 0.015


def test_the_group_interval_covers_the_truth_as_often_as_it_says():
    """Families differ (shared luck): an interval over clips would be too narrow, one over groups is not."""
    rng = np.random.default_rng(2)
    inside = {"groups": 0, "clips": 0}
    for _ in range(120):
        share = rng.beta(4, 1, size=40)
        right = rng.random((40, 8)) < share[:, None]
        truth, said = np.zeros(320, int), (~right).ravel().astype(int)
        for how, names in (("groups", np.repeat(np.arange(40), 8)), ("clips", np.arange(320))):
            found = ev.group_interval(truth, said, [str(name) for name in names], draws=300)
            inside[how] += found.low <= 0.8 <= found.high
    assert binomtest(inside["groups"], 120, 0.95).pvalue > 0.005
    assert inside["clips"] < inside["groups"]


def test_no_errors_give_an_exact_bound_over_groups_not_a_point():
    truth = np.tile([0, 1, 2], 8)
    found = ev.group_interval(truth, truth, [f"family-{at // 3}" for at in range(24)])
    assert found.low == pytest.approx(0.025 ** (1 / 8))
    assert (found.value, found.high, found.groups) == (1.0, 1.0, 8)
    assert "exact" in found.method
    nothing = ev.group_interval(truth, (truth + 1) % 3, [f"family-{at // 3}" for at in range(24)])
    assert (nothing.low, nothing.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 8)))
    assert ev.group_interval(truth, truth, ["one"] * 24).low == 0


def test_chance_is_the_commonest_label():
    truth, groups = np.array([0] * 60 + [1] * 40), [f"family-{at % 20}" for at in range(100)]
    assert ev.chance_test(truth, np.zeros(100, int), groups) == 1
    assert ev.chance_test(truth, truth, groups) < 1e-3


def test_groups_right_or_wrong_together_are_no_evidence():
    rng, alarms = np.random.default_rng(0), 0
    truth, groups = np.resize([0, 1], 240), np.repeat(np.arange(24), 10).astype(str)
    for _ in range(200):
        right = np.repeat(rng.random(24) < 0.5, 10)
        alarms += ev.chance_test(truth, np.where(right, truth, 1 - truth), groups) <= 0.05
    assert alarms <= 17  # the binomial bound of .05; a test over clips lets a third of them pass


@pytest.mark.parametrize("gap", [0.0, 0.03, 0.2])
def test_the_interval_of_the_calibration_error_holds_what_very_many_clips_would_read(gap):
    """Percentiles would not: where probabilities are nearly right they lie above it."""
    rng = np.random.default_rng(4)

    def drawn(groups):
        confidence = np.repeat(rng.uniform(0.5, 1, groups), 6)
        said = (rng.random(len(confidence)) > confidence - gap).astype(int)
        return said, np.stack([confidence, 1 - confidence], axis=1)

    inside, percentiles = 0, 0
    for _ in range(100):
        truth, probability = drawn(40)
        found = ev.calibration_interval(truth, probability, np.repeat(np.arange(40), 6), draws=200)
        inside += found.low <= gap <= found.high
        percentiles += 2 * found.value - found.high <= gap
    assert inside >= 85
    assert percentiles < 40 or gap == 0.2


def test_intervals_of_fifty_labels_and_of_one_group_say_what_they_can():
    rng = np.random.default_rng(5)
    truth = rng.integers(50, size=600)
    said = np.where(rng.random(600) < 0.7, truth, rng.integers(50, size=600))
    found = ev.group_interval(truth, said, np.arange(600) // 6, measure=ev.macro_f1, draws=200)
    assert found.low < metrics.f1_score(truth, said, average="macro") < found.high
    probability = np.tile([0.9, 0.1], (4, 1))
    alone = ev.calibration_interval(np.zeros(4, int), probability, ["one"] * 4)
    assert (alone.low, alone.high) == (0, 1)
