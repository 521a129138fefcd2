"""How alike two explanations are; and the same clip begun a little later."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from escucha.audio.clip import Clip
from escucha.explain.agreement import mean_agreement, overlap, rank_correlation, shifted
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
    assert overlap(one, -one) == 1
    assert overlap(one, one[::-1]) == 0
    assert overlap(one, np.array([9.0, 8, 0, 0, 0, 7])) == 2 / 4
    assert np.isnan(overlap(one[:3], one[:3]))  # all of them are the strongest
    assert np.isnan(overlap(one, np.zeros(6)))


def test_agreement_of_several_is_the_mean_over_pairs():
    drawn = list(np.random.default_rng(1).normal(size=(3, 8)))
    order = np.mean([rank_correlation(drawn[at], drawn[to]) for at, to in ((0, 1), (0, 2), (1, 2))])
    assert mean_agreement(drawn)[0] == pytest.approx(order)
    assert mean_agreement([drawn[0], drawn[0]]) == (pytest.approx(1), 1)


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
