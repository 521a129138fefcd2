"""Probes read what is there, controls say what is memory, and groups never cross."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.concepts.probes.fits import fit_probe, scaled
from escucha.concepts.probes.probe import probe
from escucha.concepts.probes.scores import gain, interval, score
from escucha.concepts.probes.selectivity import control_labels, control_scores
from escucha.concepts.probes.splits import split_of
from escucha.errors import InputError
from escucha.experiments.probes.finding import ProbeTable

GROUPS = np.repeat([f"g{number:02d}" for number in range(40)], 6)
NONE = [""] * len(GROUPS)


def rows_of(target: np.ndarray, *, size: float = 2.0, seed: int = 0, units: int = 20) -> np.ndarray:
    """Noise, and `target` along one unit."""
    rows = np.random.default_rng(seed).normal(size=(len(target), units))
    rows[:, 4] += size * target
    return rows


def classes(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(2, size=len(GROUPS))


def test_a_planted_class_is_read_and_selective():
    target, types = classes(), np.random.default_rng(1).integers(12, size=len(GROUPS)).astype(str)
    found = probe(rows_of(target, size=4.0), target.astype(str), split_of(GROUPS, NONE, seed=0), types,
                  subject="palmas", layer="block", task="classes")
    assert found.score > 0.9
    assert found.low <= found.score <= found.high
    assert found.control_kind == "types"
    assert abs(found.control - 0.5) < 0.15
    assert found.selectivity > 0.3
    assert (found.chance, found.clips, found.groups) == (0.5, 48, 8)


def test_a_planted_number_is_read_with_its_true_share():
    target = np.random.default_rng(2).normal(size=len(GROUPS))
    found = probe(rows_of(target, size=1.0), 100 + 20 * target, split_of(GROUPS, NONE, seed=0),
                  classes(3).astype(str), subject="tempo", layer="block", task="number")
    assert 0.3 < found.score < 0.65
    assert found.low < 0.5 < found.high
    assert found.control < 0.1


def test_a_control_that_fails_is_no_memory_and_adds_nothing_to_selectivity():
    target = np.random.default_rng(2).normal(size=len(GROUPS))
    found = probe(rows_of(target, size=1.0), target, split_of(GROUPS, NONE, seed=0), classes(3).astype(str),
                  subject="tempo", layer="block", task="number")
    failing, learnt = replace(found, control=-0.3), replace(found, control=0.2)
    assert failing.selectivity == found.score
    assert learnt.selectivity == pytest.approx(found.score - 0.2)
    assert replace(found, task="classes", chance=0.5, control=0.4).selectivity == pytest.approx(found.score - 0.5)


def test_the_layer_is_chosen_on_valid_and_never_on_test():
    target = classes(5).astype(str)
    split = split_of(GROUPS, NONE, seed=0)
    planted = rows_of(classes(5), size=1.5)
    found = [probe(rows, target, split, None, subject="mode", layer=layer, task="classes")
             for layer, rows in (("noise", rows_of(classes(5), size=0.0)), ("planted", planted))]
    flattered = replace(found[0], score=1.0, low=0.99, high=1.0)  # by luck, in test
    table = ProbeTable("model", (flattered, found[1]), {"mode": 0.5}, {"types": ()})
    assert table.chosen("mode").layer == "planted"
    assert "Mode is read at planted with" in table.words()[1]
    said = fit_probe(planted, target, split, task="classes")[0]
    assert found[1].valid == score(said[split.valid], target[split.valid], task="classes") > 0.6


def test_what_is_not_there_is_at_chance():
    target = classes(5).astype(str)
    found = [probe(rows_of(classes(9), seed=seed), target, split_of(GROUPS, NONE, seed=seed), None, subject="x",
                   layer="block", task="classes").score for seed in range(10)]
    assert abs(np.mean(found) - 0.5) < 0.05


def test_what_the_probe_can_learn_by_heart_is_not_selective():
    """The layer names the type; the property is one of the types' own: the control reads as much."""
    types = np.random.default_rng(0).integers(6, size=len(GROUPS))
    rows = np.eye(6)[types] * 5 + np.random.default_rng(1).normal(size=(len(GROUPS), 6))
    found = probe(rows, (types % 2).astype(str), split_of(GROUPS, NONE, seed=0), types.astype(str), subject="x",
                  layer="block", task="classes")
    assert found.score > 0.95
    assert abs(found.selectivity) < 0.1


def test_without_types_the_control_is_a_label_a_group_on_held_out_clips_of_the_training_groups():
    rng = np.random.default_rng(0)
    names = np.unique(GROUPS, return_inverse=True)[1]
    rows = rng.normal(size=(40, 60))[names] * 3 + rng.normal(size=(len(GROUPS), 60))
    found, kind = control_scores(rows, classes().astype(str), split_of(GROUPS, NONE, seed=0), None, task="classes")
    assert kind == "groups"
    assert found.mean() > 0.9  # each group can be known by heart; on groups never heard it would be chance
    assert len(found) == 5


def test_types_of_one_group_each_do_not_recur():
    found = control_scores(rows_of(classes()), classes().astype(str), split_of(GROUPS, NONE, seed=0), GROUPS,
                           task="classes")
    assert found[1] == "groups"


def test_control_labels_are_one_a_type_with_the_same_marginals():
    types = np.random.default_rng(0).integers(30, size=3000)
    target = np.random.default_rng(1).choice(["a", "b", "c"], p=[0.6, 0.3, 0.1], size=3000)
    labels = control_labels(types, target, rng=np.random.default_rng(2))
    assert all(len(set(labels[types == name])) == 1 for name in range(30))
    for name in "abc":
        assert np.mean(labels == name) == pytest.approx(np.mean(target == name), abs=0.05)


def test_splits_keep_groups_whole_and_the_corpus_own_splits_are_kept():
    split = split_of(GROUPS, NONE, seed=3)
    for name in set(GROUPS):
        assert [part[name == GROUPS].any() for part in (split.train, split.valid, split.test)].count(True) == 1
    given = np.where(GROUPS < "g10", "test", np.where(GROUPS < "g20", "valid", "train"))
    assert split_of(GROUPS, given, seed=0).test.sum() == 60
    with pytest.raises(InputError, match="five groups or more"):
        split_of(["a", "b", "c", "d"], [""] * 4, seed=0)


def test_nothing_of_test_reaches_the_fit():
    target = classes()
    rows, split = rows_of(target), split_of(GROUPS, NONE, seed=0)
    said, penalty = fit_probe(rows, target.astype(str), split, task="classes")
    shifted = rows + 1000.0 * split.test[:, None]
    again, chosen = fit_probe(shifted, np.where(split.test, 1 - target, target).astype(str), split, task="classes")
    assert chosen == penalty
    np.testing.assert_array_equal(said[~split.test], again[~split.test])


def test_scores_are_sklearns_and_the_interval_is_over_groups():
    from sklearn.metrics import balanced_accuracy_score, r2_score

    rng = np.random.default_rng(0)
    truth, said = rng.integers(3, size=90), rng.integers(3, size=90)
    assert score(said, truth, task="classes") == pytest.approx(balanced_accuracy_score(truth, said))
    number = truth + rng.normal(size=90)
    assert score(truth, number, task="number") == pytest.approx(r2_score(number, truth))
    groups = np.repeat(np.arange(9), 10)
    wide = interval(np.repeat(rng.normal(size=9), 10), np.repeat(rng.normal(size=9), 10), groups, task="number", seed=0)
    assert wide[1] - wide[0] > 0.5


def test_one_class_in_train_is_an_error():
    with pytest.raises(InputError, match="every clip in train is 'yes'"):
        fit_probe(rows_of(classes()), np.full(len(GROUPS), "yes"), split_of(GROUPS, NONE, seed=0), task="classes")


def test_a_layer_wider_than_its_clips_costs_its_clips_and_reads_the_same():
    """Logistic and ridge fits with a squared penalty lie in the space of train's rows."""
    from sklearn.linear_model import Ridge

    target = np.random.default_rng(2).normal(size=len(GROUPS))
    rows, split = rows_of(target, units=5000), split_of(GROUPS, NONE, seed=0)
    layer = scaled(rows, split)
    assert layer.rows.shape[1] <= split.train.sum()
    plain = (rows - rows[split.train].mean(axis=0)) / rows[split.train].std(axis=0)
    fits = [Ridge(alpha=70.0).fit(each[split.train], target[split.train]).predict(each) for each in (plain, layer.rows)]
    np.testing.assert_allclose(fits[0], fits[1], atol=1e-8)


def test_a_gain_is_paired_and_that_over_oneself_is_nothing():
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=len(GROUPS)).astype(str)
    good, bad = (np.where(rng.random(len(GROUPS)) < share, truth, "0") for share in (0.9, 0.3))
    found = gain(good, bad, truth, GROUPS, task="classes", seed=0)
    assert found.value == pytest.approx(score(good, truth, task="classes") - score(bad, truth, task="classes"))
    assert 0 < found.low < found.value < found.high
    assert gain(good, good, truth, GROUPS, task="classes", seed=0).bounds == [0.0, 0.0]


def test_without_an_interval_there_is_none():
    low, high = interval(np.arange(4.0), np.arange(4.0)[::-1], np.repeat("g", 4), task="number", seed=0)
    assert np.isnan([low, high]).all()


def test_no_control_task_is_an_error_and_not_a_wait():
    target = np.where(np.arange(len(GROUPS)) == 0, "rare", "common")
    types = np.repeat("guitar", len(GROUPS))
    types[:1] = "voice"
    with pytest.raises(InputError, match="no control task"):
        control_scores(rows_of(classes()), target, split_of(GROUPS, NONE, seed=0), types, task="classes")


def test_chance_is_that_of_the_classes_in_test():
    """Train has a third class: a probe that always says one of the other two is right half the time."""
    target = classes(5).astype(str)
    split = split_of(GROUPS, NONE, seed=0)
    target[np.flatnonzero(split.train)[:20]] = "2"
    found = probe(rows_of(classes(9)), target, split, None, subject="x", layer="block", task="classes")
    assert found.chance == 0.5


def test_r2_of_large_numbers_is_that_of_small_ones_and_draws_without_spread_are_left_out():
    """Each group has one value: a draw of one group alone has nothing to explain."""
    truth = np.repeat(np.arange(4.0), 6)
    said = truth + 0.3 * np.random.default_rng(1).normal(size=24)
    groups = np.repeat(list("abcd"), 6)
    bounds = [interval(said + far, truth + far, groups, task="number", seed=0) for far in (0.0, 1e6)]
    np.testing.assert_allclose(bounds[0], bounds[1], rtol=1e-3)
    assert bounds[0][0] > -1


def test_the_interval_of_classes_is_that_of_the_accuracy_study():
    from escucha.models.evaluation import balanced_accuracy, group_interval

    rng = np.random.default_rng(0)
    truth, said = rng.integers(3, size=(2, len(GROUPS)))
    plain = group_interval(truth, said, list(GROUPS), measure=balanced_accuracy, seed=0, draws=1000)
    assert interval(said.astype(str), truth.astype(str), GROUPS, task="classes", seed=0) == pytest.approx(plain.bounds)
    right = interval(truth.astype(str), truth.astype(str), GROUPS, task="classes", seed=0)
    assert right == pytest.approx(group_interval(truth, truth, list(GROUPS), measure=balanced_accuracy).bounds)
