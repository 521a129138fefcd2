"""Numbers of tags against scikit-learn, intervals against what they promise, thresholds against every threshold."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from escucha.models import tag_evaluation as te
from escucha.models.tag_intervals import tag_intervals


@pytest.fixture(scope="module")
def tagged():
    """240 clips, 5 tags of different frequency, probabilities with ties."""
    rng = np.random.default_rng(0)
    truth = rng.random((240, 5)) < [0.5, 0.3, 0.1, 0.7, 0.2]
    logits = rng.normal(size=(240, 5)) + 1.2 * truth - 0.5
    return truth, np.round(1 / (1 + np.exp(-logits)), 1)


def test_rankings_equal_scikit_learns_with_ties(tagged):
    truth, probability = tagged
    for at in range(truth.shape[1]):
        assert te.average_precision(truth, probability)[at] == pytest.approx(
            metrics.average_precision_score(truth[:, at], probability[:, at]))
        assert te.roc_auc(truth, probability)[at] == pytest.approx(
            metrics.roc_auc_score(truth[:, at], probability[:, at]))


def test_a_clip_of_weight_three_counts_as_three_clips(tagged):
    truth, probability = tagged
    weight = np.random.default_rng(1).integers(0, 4, size=len(truth))
    ranking = te.Ranking.of(truth, probability)
    for weighed, plain in ((ranking.average_precision(weight), te.average_precision),
                           (ranking.roc_auc(weight), te.roc_auc)):
        np.testing.assert_allclose(weighed, plain(np.repeat(truth, weight, 0), np.repeat(probability, weight, 0)))
    for at in range(truth.shape[1]):
        assert ranking.roc_auc(weight)[at] == pytest.approx(
            metrics.roc_auc_score(truth[:, at], probability[:, at], sample_weight=weight))


def test_counts_equal_scikit_learns(tagged):
    truth, probability = tagged
    given = probability >= np.array([0.5, 0.4, 0.3, 0.6, 0.5])
    ours = te.Given.of(truth, given)
    theirs = metrics.precision_recall_fscore_support(truth, given, zero_division=0)
    for mine, other in zip((ours.precision, ours.recall, ours.f1, ours.there), theirs):
        np.testing.assert_allclose(mine, other)
    for average in ("micro", "macro"):
        wanted = metrics.precision_recall_fscore_support(truth, given, average=average)[:3]
        found = ([ours.micro.precision[0], ours.micro.recall[0], ours.micro.f1[0]] if average == "micro" else
                 [ours.macro(table) for table in (ours.precision, ours.recall, ours.f1)])
        np.testing.assert_allclose(found, wanted)
    assert te.hamming(truth, given).mean() == pytest.approx(metrics.hamming_loss(truth, given))
    assert te.exact_match(truth, given).mean() == pytest.approx(metrics.accuracy_score(truth, given))


def test_a_tag_of_one_class_is_left_out_and_does_not_pull_the_mean(tagged):
    truth, probability = tagged
    truth = truth.copy()
    truth[:, 1], truth[:, 3] = False, True
    assert te.one_class(truth).tolist() == [False, True, False, True, False]
    assert np.isnan(te.average_precision(truth, probability)[[1, 3]]).all()
    assert np.isnan(te.roc_auc(truth, probability)[[1, 3]]).all()
    told = tag_intervals(truth, probability, probability >= 0.5, np.arange(240), draws=20)
    assert told.mean_average_precision.value == pytest.approx(
        metrics.average_precision_score(truth[:, [0, 2, 4]], probability[:, [0, 2, 4]]))
    assert np.isnan(told.tags["roc_auc"][1].low)


def test_the_chosen_threshold_is_as_good_as_any_and_the_nearest_to_a_half(tagged):
    truth, probability = tagged
    chosen = te.choose_thresholds(truth, probability)
    for at in range(truth.shape[1]):
        tried = [metrics.f1_score(truth[:, at], probability[:, at] >= cut, zero_division=0)
                 for cut in np.linspace(0, 1, 21)]
        assert metrics.f1_score(truth[:, at], probability[:, at] >= chosen[at]) >= max(tried) - 1e-12
    apart = np.array([[0.9], [0.7], [0.2], [0.1]])
    high, low = (np.array([[yes] for yes in rows]) for rows in ([1, 1, 0, 0], [1, 0, 0, 0]))
    assert te.choose_thresholds(high, apart)[0] == 0.5  # .45 is as good; the nearer to .5 stands
    assert te.choose_thresholds(low, apart)[0] == pytest.approx(0.8)
    assert te.choose_thresholds(np.zeros((4, 1), bool), apart)[0] == 0.5  # a label never seen
    assert te.choose_thresholds(np.ones((4, 1), bool), apart)[0] == pytest.approx(0.05)  # all of them


def test_thresholds_chosen_elsewhere_beat_a_half_where_the_model_is_shy():
    rng = np.random.default_rng(3)
    truth = rng.random((4000, 1)) < 0.1
    probability = 1 / (1 + np.exp(-(rng.normal(size=truth.shape) + 2 * truth - 3)))
    chosen = te.choose_thresholds(truth[:2000], probability[:2000])
    after, at_half = (te.Given.of(truth[2000:], probability[2000:] >= cut).f1[0] for cut in (chosen, 0.5))
    assert after > at_half + 0.1


def test_intervals_over_groups_cover_what_they_promise_and_those_over_clips_do_not():
    """Groups share luck: some are easy, some are not. The truth is the score of very many groups."""
    rng = np.random.default_rng(4)

    def drawn(groups):
        hard = rng.normal(0, 1.5, size=(groups, 1, 1))
        truth = rng.random((groups, 6, 1)) < 0.4
        logits = rng.normal(size=truth.shape) + np.where(truth, 1.5 + hard, 0)
        return truth.reshape(-1, 1), 1 / (1 + np.exp(-logits.reshape(-1, 1)))

    truth = te.average_precision(*drawn(40000))[0]
    inside = {"groups": 0, "clips": 0}
    for _ in range(100):
        yes, probability = drawn(40)
        for how, names in (("groups", np.repeat(np.arange(40), 6)), ("clips", np.arange(240))):
            told = tag_intervals(yes, probability, probability >= 0.5, names, draws=150).mean_average_precision
            inside[how] += told.low <= truth <= told.high
    assert binomtest(inside["groups"], 100, 0.95).pvalue > 0.005
    assert inside["clips"] < inside["groups"]


def test_no_errors_give_an_exact_bound_over_the_groups_that_have_the_tag():
    truth = np.zeros((24, 2), bool)
    truth[:12, 0], truth[:3, 1] = True, True
    groups = [f"family-{at // 3}" for at in range(24)]
    told = tag_intervals(truth, truth * 0.8 + 0.1, truth, groups, draws=50)
    for headline in (told.mean_average_precision, told.roc_auc, told.micro_f1, told.macro_f1):
        assert (headline.value, headline.high) == (1, 1)
        assert headline.low == pytest.approx(0.025 ** (1 / 8))
    assert told.tags["f1"][0].low == pytest.approx(0.025 ** (1 / 4))
    assert told.tags["f1"][1].low == 0  # one family has it: nothing varies, so nothing is known


def test_a_deaf_model_reads_chance():
    rng = np.random.default_rng(5)
    truth = rng.random((3000, 2)) < [0.5, 0.1]
    told = tag_intervals(truth, rng.random(truth.shape), rng.random(truth.shape) < 0.5, np.arange(3000), draws=100)
    for at, chance in enumerate((0.5, 0.1)):
        assert told.tags["average_precision"][at].low <= chance + 0.03
        assert told.tags["roc_auc"][at].low < 0.5 < told.tags["roc_auc"][at].high


def test_calibration_pools_labels_and_knows_what_perfect_reads():
    rng = np.random.default_rng(6)
    probability = rng.random((200, 4))
    groups = np.repeat(np.arange(50), 4)
    perfect = te.perfect_calibration(probability, draws=50)
    told = {}
    for name, sure in (("honest", probability), ("boastful", np.clip(probability * 2 - 0.5, 0.001, 0.999))):
        truth = rng.random(probability.shape) < probability
        told[name] = te.calibration_interval(truth, sure, groups, perfect=perfect, draws=200)
        assert told[name].value == pytest.approx(expected_error(truth, sure))
    assert told["honest"].low == 0
    assert told["honest"].value < np.quantile(perfect, 0.99)
    assert told["boastful"].low > 0.05


def expected_error(truth, probability):
    """By the book: over fifteen equal bins, how far the share of what is there is from the mean probability."""
    total, events = 0.0, truth.size
    for low in range(15):
        inside = (probability >= low / 15) & ((probability < (low + 1) / 15) | (low == 14))
        if inside.any():
            total += inside.sum() / events * abs(truth[inside].mean() - probability[inside].mean())
    return total


def test_the_interval_of_average_precision_holds_what_very_many_clips_would_read():
    """Few clips read higher than many, and draws of them higher still: percentiles alone hold .3 in 3 of 4 times."""
    rng, inside, count = np.random.default_rng(6), 0, 80
    for seed in range(count):
        truth = rng.random((100, 4)) < 0.3
        given = rng.random((100, 4))
        found = tag_intervals(truth, given, given > 0.5, np.arange(100) // 5, seed=seed, draws=100)
        inside += found.mean_average_precision.low <= 0.3 <= found.mean_average_precision.high
    assert inside >= 0.87 * count


def test_no_tag_right_is_bounded_not_a_point():
    truth = np.tile([[True, False], [False, True]], (12, 1))
    found = tag_intervals(truth, 0.9 - 0.8 * truth, ~truth, np.arange(24) // 2, draws=50)
    for one in (found.micro_f1, found.macro_f1, found.roc_auc, *found.tags["f1"]):
        assert (one.value, one.low) == (0, 0)
        assert one.high == pytest.approx(1 - 0.025 ** (1 / 12))
