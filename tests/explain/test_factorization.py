"""Parts sum to the clip, lie on the scoring grid, and keep their places."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.factorization import Factorization, Part, of_sources
from escucha.explain.segments import Moments, segment_edges
from tests.worlds import RATE, factorization, mix, stems


def test_products_of_sources_and_windows_sum_to_the_clip_and_say_where_they_are():
    parts = factorization(stems(2.5), segments="windows")
    assert [part.name for part in parts.parts[:4]] == ["guitar@0-1s", "guitar@1-2s", "guitar@2-2.5s", "palmas@0-1s"]
    assert parts.sources == ("guitar", "palmas", "voice")
    assert parts.span(2) == (2.0, 2.5)
    assert np.abs(parts.dense().sum(axis=0) - parts.clip.wave).max() <= 1e-6


@pytest.mark.parametrize("segments", ["windows", 7, ("windows", 2), 1])
def test_every_kind_of_segment_conserves_every_sample(segments):
    sources = stems(3.3)
    parts = factorization(sources, segments=segments)
    kept = np.zeros((1, len(parts.parts)), dtype=bool)
    kept[0, [at for at, part in enumerate(parts.parts) if part.source == "voice"]] = True
    np.testing.assert_array_equal(parts.render(kept)[0], sources["voice"].wave)


def test_segments_called_windows_never_cross_a_window():
    edges = segment_edges(Clip(np.zeros(10 * RATE + 17), RATE), ("windows", 3), RATE)
    assert set(range(0, 10 * RATE + 1, RATE)) <= set(edges)
    assert edges[-1] == 10 * RATE + 17


@pytest.mark.parametrize("length", [RATE - 1, RATE, RATE + 1])
def test_a_clip_about_as_long_as_a_window_is_factored_whole(length):
    parts = of_sources(Clip(np.ones(length) / 2, RATE), {}, segments="windows", window=RATE)
    assert {part.source for part in parts.parts} == {"mix"}
    assert sum(len(part.wave) for part in parts.parts) == length


def test_what_a_separator_leaves_over_becomes_the_rest():
    sources = stems()
    clip = mix(sources)
    left = {name: source for name, source in sources.items() if name != "palmas"}
    parts = of_sources(clip, left, segments=1, window=RATE)
    assert parts.sources == ("guitar", "voice", "rest")
    np.testing.assert_allclose(parts.parts[2].wave, sources["palmas"].wave, atol=1e-7)


def test_what_is_left_over_joins_a_rest_that_is_there():
    sources = stems(1)
    renamed = {"guitar": sources["guitar"], "rest": sources["voice"]}
    parts = of_sources(mix(sources), renamed, segments=1, window=RATE)
    assert parts.sources == ("guitar", "rest")
    np.testing.assert_allclose(parts.parts[1].wave, sources["voice"].wave + sources["palmas"].wave, atol=1e-7)


def test_rounding_is_not_a_part():
    assert factorization(stems(20, ("guitar", "palmas", "voice", "bass", "cajon"))).sources[-1] == "cajon"


def test_parts_that_do_not_sum_are_refused_with_the_difference():
    clip = mix(stems(1))
    with pytest.raises(InputError, match=r"differ by up to 0\.25"):
        Factorization(clip, (Part("all", "mix", 0, clip.wave + np.float32(0.25)),))


def test_sources_of_another_length_or_rate_are_named():
    sources = stems(2)
    with pytest.raises(InputError, match=r"'palmas' has 4000 samples"):
        of_sources(mix(sources), {**sources, "palmas": sources["palmas"].cut(0, 1)}, segments=1, window=RATE)
    with pytest.raises(InputError, match=r"'voice' .* at 4001 Hz"):
        of_sources(mix(sources), {**sources, "voice": Clip(sources["voice"].wave, 4001)}, segments=1, window=RATE)


@pytest.mark.parametrize("segments", [0, -3, 10**6, "beats", ("windows", 0)])
def test_impossible_segments_are_refused(segments):
    with pytest.raises(InputError, match="segments"):
        factorization(stems(1), segments=segments)


def test_rendering_is_the_masks_times_the_parts():
    parts = factorization(stems(3), segments=5)
    keep = np.random.default_rng(0).random((4, len(parts.parts)))
    np.testing.assert_allclose(parts.render(keep), keep @ parts.dense(), atol=1e-6)
    with pytest.raises(InputError, match="one column a part"):
        parts.render(keep[:, 1:])


def test_more_parts_than_can_be_weighed_are_refused_before_they_are_made():
    with pytest.raises(InputError, match="3200 segments of 3 sources are too many parts"):
        factorization(stems(1), segments=3200)


def test_sources_bands_and_windows_multiply_and_sum_to_the_clip():
    parts = of_sources(mix(stems(4)), stems(4), segments="windows", window=RATE, bands=(300.0, 500.0))
    assert len(parts.parts) == 3 * 3 * 4
    assert parts.parts[0].name == "guitar 0-300Hz@0-1s"
    assert {part.band for part in parts.parts} == {(0.0, 300.0), (300.0, 500.0), (500.0, RATE / 2)}
    loudest = max((part for part in parts.parts if part.source == "palmas"), key=lambda part: np.abs(part.wave).max())
    assert loudest.band == (300.0, 500.0)


def test_moments_cut_where_they_are_and_ends_cut_nothing():
    parts = factorization(stems(4), segments=Moments((0.0, 0.5, 2.25, 4.0, 9.0), "beats"))
    assert [part.name for part in parts.parts if part.source == "guitar"] == [
        "guitar@0-0.5s", "guitar@0.5-2.25s", "guitar@2.25-4s"]
    for wrong in ((1.0, 0.5), (-1.0,), (1.0, 1.0)):
        with pytest.raises(InputError, match="each later"):
            factorization(stems(4), segments=Moments(wrong))
