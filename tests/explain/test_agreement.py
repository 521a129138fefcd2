"""How alike explanations are is what counting says; and the same clip begun a little later."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from escucha.audio.clip import Clip
from escucha.explain.absent import replaced
from escucha.explain.agreement import overlap, rank_correlation, shifted
from escucha.explain.factorization import of_sources
from tests.worlds import RATE, factorization, mix, stems


def test_rank_correlation_is_spearmans_with_ties():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 6, (2, 12)).astype(float)
    assert rank_correlation(one, other) == pytest.approx(spearmanr(one, other)[0])
    assert rank_correlation(one, np.exp(one)) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert np.isnan(rank_correlation(one, np.zeros(12)))


def test_overlap_is_of_the_strongest_by_size():
    one = np.array([9.0, -8, 7, 0.1, 0.2, 0.3])
    assert overlap(one, -one) == 1  # what speaks against is as strong
    assert overlap(one, one[::-1]) == 0
    assert overlap(one, np.array([9.0, 8, 0, 0, 0, 7])) == 2 / 4
    assert np.isnan(overlap(one[:3], one[:3]))  # all of them are the strongest
    assert np.isnan(overlap(one, np.zeros(6)))


@pytest.mark.parametrize("top", [1, 3, 5])
def test_the_overlap_of_several_is_counted_pair_by_pair(top):
    fits = np.random.default_rng(0).normal(size=(9, 8)) + np.arange(8) / 2
    named = [set(np.argsort(-np.abs(row))[:top]) for row in fits]
    counted = [len(one & other) / len(one | other) for one, other in combinations(named, 2)]
    assert overlap(*fits, top=top) == pytest.approx(np.mean(counted))


def test_the_rank_correlation_of_several_is_the_mean_of_all_pairs_with_ties_shared():
    fits = np.random.default_rng(1).integers(-3, 4, (7, 12)).astype(float) + np.arange(12) / 4
    assert rank_correlation(*fits) == pytest.approx(np.mean([spearmanr(*pair)[0] for pair in combinations(fits, 2)]))


def test_where_there_is_nothing_to_choose_or_to_rank_there_is_no_number():
    assert np.isnan(overlap(*np.ones((4, 3))))
    assert np.isnan(overlap(*np.zeros((4, 9))))
    assert np.isnan(rank_correlation(*np.ones((4, 3))))
    assert np.isnan(rank_correlation(*np.zeros((4, 0))))


def test_a_later_start_moves_every_source_and_no_edge():
    sources = stems(3)
    parts, late = factorization(sources), round(0.01 * RATE)
    moved = shifted(parts, 0.01)
    later = {name: Clip(np.pad(stem.wave[late:], (0, late)), RATE) for name, stem in sources.items()}
    true = of_sources(mix(later), later, segments="windows", window=RATE)
    assert [part.name for part in moved.parts] == [part.name for part in parts.parts]
    for part, other in zip(moved.parts, true.parts):
        assert part.start == other.start
        np.testing.assert_array_equal(part.wave, other.wave)
    np.testing.assert_allclose(moved.clip.wave, true.clip.wave, atol=1e-6)
    assert not np.allclose(moved.clip.wave, parts.clip.wave, atol=0.01)


def test_what_stands_for_absent_parts_moves_with_them():
    parts = replaced(factorization(stems(3), segments=("windows", 2)), "noise")
    moved, late = shifted(parts, 0.01), round(0.01 * RATE)
    before, after = (taken.lines(absent=True) for taken in (parts, moved))
    for line, wave in before.items():
        np.testing.assert_array_equal(after[line], np.pad(wave[late:], (0, late)))
    assert moved.absent == parts.absent


def test_where_silence_stands_for_absent_parts_it_stays_so():
    assert all(part.absent is None for part in shifted(factorization(stems(3)), 0.01).parts)
