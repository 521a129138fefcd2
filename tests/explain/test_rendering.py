"""A window of a remix sounds like that stretch of the whole remix, however the parts lie in it."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.explain.factorization import Factorization
from escucha.explain.remix import heard
from escucha.explain.rendering import rendered, stretches_of
from tests.worlds import RATE, factorization, stems


@pytest.mark.parametrize("segments", ["windows", 3, ("windows", 2), 1])
@pytest.mark.parametrize("every", [0, 1, 2])
def test_a_window_is_cut_from_the_whole_remix(segments, every):
    """`every` part, every second or none has something in its place when it is off."""
    parts, other = factorization(stems(3.3), segments=segments), stems(3.3, seed=5)
    replaced = Factorization(parts.clip, tuple(
        replace(part, absent=other[part.source].wave[part.start : part.end]) if every and not at % every else part
        for at, part in enumerate(parts.parts)))
    masks = np.random.default_rng(0).integers(0, 2, (70, len(parts.parts))).astype(bool)
    masks[3] = True
    whole = np.pad(replaced.render(masks), ((0, 0), (0, RATE)))
    for window in heard(replaced, RATE):
        waves = np.stack(list(rendered(replaced, window.parts, masks[:, window.parts], start=window.start,
                                       window=RATE, batch=32)))
        np.testing.assert_allclose(waves, whole[:, window.start : window.start + RATE], atol=1e-6)
        clip = np.pad(parts.clip.wave, (0, RATE))[window.start : window.start + RATE]
        np.testing.assert_array_equal(waves[3], clip)


def test_sources_of_one_segment_are_one_product():
    parts = factorization(stems(2), segments=("windows", 2))
    here = [part for part in parts.parts if part.start < RATE]
    stretches = stretches_of(here, 0, RATE)
    assert [(stretch.at.start, stretch.at.stop) for stretch in stretches] == [(0, RATE // 2), (RATE // 2, RATE)]
    assert [stretch.waves.shape for stretch in stretches] == [(3, RATE // 2)] * 2
    assert sorted(np.concatenate([stretch.columns for stretch in stretches])) == list(range(6))
