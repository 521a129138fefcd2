"""Figures show the weights that the numbers say, in their places."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from escucha.explain.explanation import explain
from escucha.explain.factorization import of_sources
from escucha.explain.figures_shared import MELS, colours, mel_place
from escucha.explain.figures_time import pooled
from escucha.explain.maps import AttributionMap
from escucha.explain.rows import source_interactions
from escucha.explain.segments import Moments
from tests.worlds import RATE, Additive, Pair, Tangled, factorization, mix, stems


def drawn(figure):
    for kind in ("png", "svg"):
        figure.savefig(BytesIO(), format=kind, dpi=50)
    return figure


@pytest.fixture(scope="module")
def banded():
    parts = of_sources(mix(stems(3)), stems(3), segments="windows", window=RATE, bands=(300.0, 900.0))
    return explain(Additive(), parts, label="yes")


def test_bands_lie_on_the_spectrograms_axis_in_the_colours_of_their_weights(banded):
    figure = drawn(banded.figures()["sources-and-time"])
    above, *panels = [axes for axes in figure.axes if axes.get_ylabel().endswith("Hz)") or "mel" in axes.get_ylabel()]
    assert [axes.get_ylabel() for axes in panels] == ["guitar\n(Hz)", "palmas\n(Hz)", "voice\n(Hz)"]
    weights = banded.weights.weights
    for axes, source in zip(panels, ("guitar", "palmas", "voice")):
        assert axes.get_ylim() == above.get_ylim() == (0, MELS)
        own = [at for at, part in enumerate(banded.factorization.parts) if part.source == source]
        assert len(axes.patches) == len(own) == 9
        for patch, at in zip(axes.patches, own):
            part = banded.factorization.parts[at]
            low, high = mel_place(np.array(part.band), RATE)
            assert (patch.get_x(), patch.get_width()) == pytest.approx((part.start / RATE, 1))
            assert (patch.get_y(), patch.get_y() + patch.get_height()) == pytest.approx((low, high))
            assert patch.get_facecolor() == pytest.approx(to_rgba(colours(weights[[at]], weights)[0]))


def test_a_lane_is_a_source_and_its_bands_are_one(banded):
    figure = drawn(banded.figures()["stems"])
    assert len([axes for axes in figure.axes if axes.collections and "peak" in axes.get_ylabel()]) == 3
    lane = figure.axes[0]
    assert len(lane.collections) == 3  # a stretch each, not a band
    summed = banded.weights.weights[:9].reshape(3, 3).sum(axis=0)
    tops = [float(banded.weights.weights[at : at + 9].reshape(3, 3).sum(axis=0)[k]) for at in (0, 9, 18)
            for k in range(3)]
    assert lane.collections[0].get_facecolor()[0] == pytest.approx(colours(summed[:1], tops)[0])


def test_the_matrix_of_pairs_is_by_part_where_they_are_few_and_by_source_where_not():
    few = explain(Pair(gain=8.0), factorization(stems(1)), label="yes")
    axes = drawn(few.figures()["interactions"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["guitar", "palmas", "voice"]
    assert [text.get_text() for text in axes.texts] == ["+4.00", "0", "+4.00", "0", "0", "0"]
    many = explain(Pair(gain=8.0), factorization(stems(5)), label="yes")
    axes = drawn(many.figures()["interactions"]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0", "+4.00", "0", "+4.00", "0", "0", "0", "0", "0"]
    assert "interactions" not in explain(Tangled(), factorization(stems(2)), method="leave-one-out").figures()


def test_interactions_of_sources_are_sums_over_pairs_of_parts():
    parts = factorization(stems(2, ("guitar", "palmas")))
    rng = np.random.default_rng(0)
    pairs = rng.normal(size=(4, 4))
    pairs = pairs + pairs.T
    np.fill_diagonal(pairs, 0)
    summed = source_interactions(parts, pairs)
    assert summed[0, 1] == pytest.approx(pairs[:2, 2:].sum())
    np.testing.assert_allclose(summed, summed.T)
    assert summed[0, 0] == pytest.approx(pairs[0, 1])
    assert summed[1, 1] == pytest.approx(pairs[2, 3])


def test_forty_beats_are_drawn_without_numbers_that_would_not_fit():
    beats = Moments(tuple(np.arange(1, 40) * 0.1), "beats")
    parts = of_sources(mix(stems(4)), stems(4), segments=beats, window=RATE)
    figures = explain(Tangled(), parts, method="leave-one-out").figures()
    heat = drawn(figures["sources-and-time"]).axes[1]
    assert not heat.texts
    assert [len(row.get_paths()) for row in heat.collections] == [40, 40, 40]
    assert "from-nothing-to-everything" not in figures  # weights that do not add up lead nowhere


def test_a_map_is_drawn_over_seconds_and_hertz(banded):
    found = AttributionMap(np.arange(12.0).reshape(3, 4) - 6, np.array([0.3, 0.9, 1.5, 2.1]),
                           np.array([100.0, 500.0, 1500.0]), "logit")
    explained = replace(banded, weights=replace(banded.weights, map=found), method="integrated-gradients")
    below = drawn(explained.figures()["attribution-map"]).axes[1]
    mesh = below.collections[0]
    np.testing.assert_array_equal(mesh.get_array().reshape(3, 4), found.values)
    assert mesh.norm.vmin == -mesh.norm.vmax
    assert below.get_xlim() == (0, 3)
    np.testing.assert_array_equal(explained.arrays()["map"], found.values)


def test_thin_bands_have_their_numbers():
    parts = of_sources(mix(stems(3)), stems(3), segments="windows", window=RATE, bands=(150.0, 300.0, 900.0))
    figure = drawn(explain(Additive(), parts, label="yes").figures()["sources-and-time"])
    panels = [axes for axes in figure.axes if axes.get_ylabel().endswith("\n(Hz)")]
    assert [len(axes.texts) for axes in panels] == [12, 12, 12]


def test_sizes_have_one_hue_from_zero_and_no_sign(banded):
    sizes = replace(banded, method="saliency",
                    weights=replace(banded.weights, weights=np.abs(banded.weights.weights)))
    figure = drawn(sizes.figures()["sources-and-time"])
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts
    assert not any(text.startswith(("+", "−")) for text in texts)
    bar = next(axes for axes in figure.axes if axes.get_ylabel() == "weight")
    assert bar.get_ylim()[0] == 0
    assert "against" not in figure.axes[0].get_title(loc="left")
    assert colours(np.array([0.0]), [1.0], signed=False)[0] == pytest.approx(colours(np.array([-1.0]), [1.0],
                                                                                    signed=False)[0])


def test_a_fine_map_is_summed_to_cells_that_can_be_seen_and_loses_nothing():
    cells = np.random.default_rng(0).normal(size=(98, 251))
    found = AttributionMap(cells, 0.005 + 0.01 * np.arange(251), np.linspace(20, 1990, 98), "logit")
    times, hertz, values, summed = pooled(found)
    assert summed == ",\nsum of 100 ms × 4 bands"
    assert values.shape == (25, 26) == (len(hertz) - 1, len(times) - 1)
    assert values.sum() == pytest.approx(found.values.sum())
    assert values[1, 2] == pytest.approx(found.values[4:8, 20:30].sum())
    assert (times[0], times[-1], hertz[-1]) == pytest.approx((0, 2.51, found.hertz_edges[-1]))


def test_totals_are_told_from_steps(banded):
    axes = drawn(banded.figures()["from-nothing-to-everything"]).axes[0]
    for labels in (axes.get_yticklabels(), axes.child_axes[0].get_yticklabels()):
        assert [label.get_fontweight() == "bold" for label in labels] == [True, *[False] * (len(labels) - 2), True]
