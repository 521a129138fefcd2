"""Bootstrap and sign flips over groups, against what is known of them."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom, t

from escucha.models.resampling import mean_interval, mean_intervals, share_interval, sign_flip


def test_a_share_of_none_or_all_is_bounded_not_a_point():
    groups = [f"family-{at // 2}" for at in range(20)]
    none = share_interval(np.zeros(20, bool), groups)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert share_interval(np.ones(20, bool), groups).low == pytest.approx(0.025 ** (1 / 10))
    some = share_interval(np.arange(20) < 10, groups)
    assert some.low < 0.5 < some.high


def test_a_mean_and_its_interval_rest_on_groups():
    values = np.repeat([0.0, 1.0], 50)
    wide = mean_interval(values, np.repeat(["a", "b"], 50).tolist())
    narrow = mean_interval(values, [str(at) for at in range(100)])
    assert wide.value == narrow.value == 0.5
    assert wide.high - wide.low > 4 * (narrow.high - narrow.low)


@pytest.mark.parametrize("count", [10, 20])
def test_few_groups_make_an_interval_as_wide_as_students(count):
    """Percentiles alone would be narrower: by a sixth with 10 groups, by a tenth with 20."""
    rng = np.random.default_rng(count)
    wide = []
    for _ in range(20):
        values = rng.normal(size=count)
        found = mean_interval(values, np.arange(count), draws=4000)
        wide.append((found.high - found.low) / (2 * t.ppf(0.975, count - 1) * values.std(ddof=1) / count**0.5))
    assert np.mean(wide) == pytest.approx(1, abs=0.05)


def test_clips_or_groups_count_alike_as_is_said():
    values, groups = np.array([1.0] * 9 + [0.0]), ["large"] * 9 + ["small"]
    assert mean_interval(values, groups).value == pytest.approx(0.9)
    assert mean_interval(values, groups, weigh="groups").value == pytest.approx(0.5)


def test_one_tail_is_the_flips_that_gain_as_much():
    values = np.array([3.0, 1.0, 2.0, -0.5, 4.0])
    flips = [np.dot(signs, values) >= values.sum() - 1e-12 for signs in itertools.product([1, -1], repeat=5)]
    assert sign_flip(values, np.arange(5), seed=0, tail="above") == pytest.approx(np.mean(flips))
    assert sign_flip(-values, np.arange(5), seed=0, tail="above") > 0.9
    assert sign_flip(np.zeros(5), np.arange(5), seed=0, tail="above") == 1


def test_drawn_flips_agree_with_all_of_them():
    values = np.random.default_rng(0).normal(0.4, 1, size=14)
    every, drawn = (sign_flip(values, np.arange(14), seed=0, exact=most) for most in (14, 12))
    assert drawn == pytest.approx(every, abs=0.015)
    ones = np.array([1.0] * 9 + [-1.0] * 3)
    assert sign_flip(ones, np.arange(12), seed=0) == pytest.approx(2 * binom.cdf(3, 12, 0.5))


def test_one_group_says_nothing_of_others():
    alone = mean_interval(np.array([2.0, 4.0]), ["a", "a"])
    assert alone.value == 3
    assert np.isnan([alone.low, alone.high]).all()
    for yes in ([True, False], [True, True]):
        found = share_interval(np.array(yes), ["a", "a"])
        assert found.high == 1
        assert found.low < 0.03


def test_no_group_is_split():
    rng = np.random.default_rng(0)
    values, groups = rng.normal(size=(30, 2)), [f"g{at // 2}" for at in range(30)]
    plain = mean_intervals(values, groups)
    ten = mean_intervals(np.repeat(values, 10, axis=0), np.repeat(groups, 10).tolist())
    for one, many in zip(plain, ten):  # ten times the clips of as many groups say no more
        assert many.bounds == pytest.approx(one.bounds)
        assert many.groups == one.groups == 15
    split = mean_intervals(np.repeat(values, 10, axis=0), [str(at) for at in range(300)])
    assert split[0].high - split[0].low < 0.5 * (plain[0].high - plain[0].low)


def test_one_column_reads_as_the_mean_of_clips_does():
    rng = np.random.default_rng(1)
    values, groups = rng.normal(size=40), [f"g{at % 13}" for at in range(40)]
    mine, theirs = mean_intervals(values[:, None], groups)[0], mean_interval(values, groups)
    assert mine.value == pytest.approx(theirs.value)
    assert mine.bounds == pytest.approx(theirs.bounds)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng, inside = np.random.default_rng(2), []
    groups = [f"g{at // 3}" for at in range(72)]
    for _ in range(60):
        families = np.repeat(rng.normal(2.0, 1.0, (24, 3)), 3, axis=0)
        made = mean_intervals(families + rng.normal(0, 0.5, (72, 3)), groups, there=rng.random((72, 3)) < 0.7)
        inside += [one.low <= 2.0 <= one.high for one in made]
    assert 0.9 <= np.mean(inside) <= 0.99  # of 180; by clips it would be about .75


def test_one_group_has_no_interval():
    (one,) = mean_intervals(np.ones((4, 1)), ["g"] * 4)
    assert (one.value, one.groups) == (1.0, 1)
    assert np.isnan(one.bounds).all()
