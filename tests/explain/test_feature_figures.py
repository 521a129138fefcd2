"""The figures of SHAP values show what was planted: where each point lies, how high it is, and where the way ends."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from escucha.explain import feature_figures as drawn
from escucha.models.resampling import Interval


def shares(clips: int = 30, features: int = 20, *, seed: int = 0) -> np.ndarray:
    """The further right the column the smaller, one that is 0."""
    table = np.random.default_rng(seed).normal(size=(clips, features)) / np.arange(1, features + 1) ** 2
    table[:, 3] = 0
    return table


def rows(axes) -> list[str]:
    return [tick.get_text() for tick in axes.get_yticklabels()]


NAMES = tuple(f"a feature with a long name {at}" for at in range(20))


def test_a_swarm_has_every_clip_at_its_share_in_the_row_of_its_feature():
    table = shares()
    heights = np.random.default_rng(1).normal(size=table.shape)
    figure = drawn.beeswarm(NAMES, table, heights, label="bulerias", unit="logit")
    axes = figure.axes[0]
    order = drawn.strongest(table)
    assert 3 not in order
    assert rows(axes) == [NAMES[at] for at in order]
    for row, (column, swarm) in enumerate(zip(order, axes.collections)):
        places = np.asarray(swarm.get_offsets())
        np.testing.assert_allclose(places[:, 0], table[:, column])
        assert np.abs(places[:, 1] - row).max() < 0.5
        highest = heights[:, column].argmax()
        assert tuple(swarm.get_facecolors()[highest]) == drawn.HEIGHT(1.0)
    assert "logit of bulerias" in axes.get_xlabel()


def test_points_of_a_swarm_that_agree_do_not_hide_each_other():
    figure = drawn.beeswarm(("a",), np.full((9, 1), 0.5), np.arange(9.0)[:, None], label="l", unit="u")
    assert len(np.unique(np.asarray(figure.axes[0].collections[0].get_offsets())[:, 1])) == 9


@pytest.mark.parametrize("count", [1, 14, 20])
def test_a_waterfall_leads_from_the_base_to_the_value(count):
    steps = list(zip(NAMES[:count], np.random.default_rng(0).normal(size=count)))
    figure = drawn.waterfall(steps, base=0.25, label="bulerias", unit="logit", start="other music", end="clip 7")
    axes = figure.axes[0]
    names = rows(axes)
    bars = axes.patches
    assert (names[0], names[-1]) == ("other music", "clip 7")
    assert len(bars) == len(names) - 2 <= drawn.SHOWN + 1
    assert bars[0].get_x() == pytest.approx(0.25)
    assert all(before.get_x() + before.get_width() == pytest.approx(after.get_x()) for before, after in pairwise(bars))
    last = bars[-1]
    assert last.get_x() + last.get_width() == pytest.approx(0.25 + sum(step for _, step in steps))
    for bar in bars:
        red, _, blue, _ = to_rgba(bar.get_facecolor())
        assert (red > blue) == (bar.get_width() > 0)
    figure.draw_without_rendering()
    boxes = [tick.get_window_extent() for tick in axes.get_yticklabels()]
    assert all(upper.y0 >= lower.y1 - 1 for upper, lower in pairwise(boxes))


def test_a_heat_map_holds_every_share_and_what_is_left_over():
    table = shares()
    sections = ["a"] * 12 + ["b"] * 18
    figure = drawn.heat_map(NAMES, table, table.sum(axis=1), sections=sections, label="l", unit="u", columns="clips")
    above, below = figure.axes[:2]
    cells = below.collections[0].get_array().reshape(drawn.SHOWN + 1, 30)
    np.testing.assert_allclose(cells[0], table[:, drawn.strongest(table)[0]])
    np.testing.assert_allclose(cells.sum(axis=0), table.sum(axis=1))
    assert rows(below)[-1] == "6 others together"
    assert [text.get_text() for text in above.texts] == ["a", "b"]
    np.testing.assert_allclose(np.concatenate([line.get_ydata() for line in above.lines if len(line.get_xdata()) > 2]),
                               table.sum(axis=1))


def test_strengths_stand_at_their_values_with_their_intervals():
    found = {"timbre": [Interval(0.5, 0.4, 0.6, 20, ""), Interval(0.2, float("nan"), float("nan"), 1, "")]}
    axes = drawn.strengths(found, ("a", "b"), unit="logit").axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert [container.lines[0].get_xdata()[0] for container in axes.containers] == [0.5, 0.2]
    np.testing.assert_allclose(axes.containers[0].lines[2][0].get_segments()[0][:, 0], [0.4, 0.6])
