"""How far draws agree is what counting says."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from escucha.explain.stability import overlap, rank_correlation


@pytest.mark.parametrize("top", [1, 3, 5])
def test_the_overlap_is_counted_pair_by_pair(top):
    fits = np.random.default_rng(0).normal(size=(9, 8)) + np.arange(8) / 2
    named = [set(np.argsort(-np.abs(row))[:top]) for row in fits]
    counted = [len(one & other) / len(one | other) for one, other in combinations(named, 2)]
    assert overlap(fits, top) == pytest.approx(np.mean(counted))


def test_a_part_that_speaks_against_is_as_strong_as_one_that_speaks_for():
    assert overlap(np.array([[-5.0, 4, 3, 1], [5, -4, 3, 1]])) == 1
    assert overlap(np.array([[5.0, 4, 3, 0, 0, 0], [0, 0, 0, 5, 4, 3]])) == 0


def test_the_rank_correlation_is_the_mean_of_all_pairs_with_ties_shared():
    fits = np.random.default_rng(1).integers(-3, 4, (7, 12)).astype(float) + np.arange(12) / 4
    assert rank_correlation(fits) == pytest.approx(np.mean([spearmanr(*pair)[0] for pair in combinations(fits, 2)]))


def test_where_there_is_nothing_to_choose_or_to_rank_there_is_no_number():
    assert overlap(np.ones((4, 3))) is None
    assert overlap(np.zeros((4, 9))) is None
    assert rank_correlation(np.ones((4, 3))) is None
    assert rank_correlation(np.zeros((4, 0))) is None
