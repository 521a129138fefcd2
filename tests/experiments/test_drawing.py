"""Figures say what the numbers say, with the right name at the right place, for few labels and for many."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from escucha.experiments import drawing
from escucha.experiments.accuracy import tag_figures as tag_drawing
from escucha.experiments.accuracy.scoring import TagAnswers
from escucha.models.resampling import Interval


def texts(axes):
    """(column, row) to what is written there."""
    return {text.get_position(): text.get_text() for text in axes.texts}


@pytest.mark.parametrize("count", [3, 10, 50])
def test_names_are_attached_to_the_rows_and_columns_they_belong_to(count):
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 3, size=(count, count)) + 20 * np.eye(count, dtype=int)
    labels = [f"label {at}" for at in range(count)]
    figure = drawing.confusion(counts, labels)
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == labels
    assert [tick.get_text() for tick in axes.get_yticklabels()] == labels
    written = texts(axes)
    shown = {(column, row): str(counts[row, column]) for row in range(count) for column in range(count)
             if counts[row, column] or count <= drawing.CROWDED}
    assert written == shown
    assert max(figure.get_size_inches()) < 18  # fits a page of a thesis when scaled by less than three
    figure.draw_without_rendering()
    boxes = [tick.get_window_extent() for tick in axes.get_yticklabels()]
    assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(boxes))  # no name on another one


def test_a_reliability_diagram_says_what_was_to_be_expected():
    curve = np.array([[0.5, 0.4, 10], [0.9, 0.7, 30]])
    axes = drawing.reliability(curve, 0.05).axes[0]
    assert axes.get_title() == "calibration error 0.175\na perfectly calibrated model would read 0.050"
    np.testing.assert_allclose(axes.collections[1].get_offsets(), curve[:, :2])
    low, high = axes.collections[0].get_segments()[1][:, 1]
    assert (low, high) == pytest.approx((0.7667, 1.0), abs=0.05)  # of 30 clips at .9, 95 of 100 times
    assert low <= 0.9 <= high


@pytest.mark.parametrize("epochs", [1, 3, 40])
def test_every_epoch_has_a_point_on_an_axis_of_whole_epochs_and_no_legend_lies_on_the_curves(epochs):
    at = np.arange(1, epochs + 1)
    history = pandas.DataFrame({"epoch": at, "train_loss": 2 / at, "valid_loss": 1.0, "valid_accuracy": 0.5})
    figure = drawing.learning(history, 1)
    figure.draw_without_rendering()
    for axes in figure.axes:
        curves = [line for line in axes.lines if len(line.get_xdata()) == epochs and line.get_marker() == "o"]
        assert curves
        low, high = axes.get_xlim()
        ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
        assert ticks == [round(tick) for tick in ticks]
        assert min(ticks) >= 1
        assert low < 1 <= epochs < high
        assert axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def test_the_point_of_a_tag_stands_on_its_curve():
    rng = np.random.default_rng(1)
    truth = rng.random((200, 3)) < 0.3
    said = TagAnswers(labels=("a", "b", "c"), link="sigmoid", names=(), groups=(), truth=truth,
                      logits=rng.normal(size=truth.shape) + 2 * truth - 1, digests=(), thresholds=np.full(3, 0.4))
    axes = tag_drawing.precision_recall(said, ["a", "b", "c"]).axes[0]
    curves = [line for line in axes.lines if len(line.get_xdata()) > 1]
    points = [line for line in axes.lines if len(line.get_xdata()) == 1]
    for curve, point in zip(curves, points, strict=True):
        stands = np.column_stack([curve.get_xdata(), curve.get_ydata()])
        assert np.abs(stands - [point.get_xdata()[0], point.get_ydata()[0]]).sum(axis=1).min() < 1e-9


def test_differences_have_a_line_at_nothing():
    found = {"a − b": Interval(0.1, -0.1, 0.3, 9, "")}
    assert any(np.all(np.asarray(line.get_xdata()) == 0) for line in drawing.dots(found, label="x").axes[0].lines)


def test_a_timeline_says_where_in_the_saved_picture_a_moment_is():
    """A red line at 3 s of an axis from 0 to 4 s, beside a long label and a bar that the picture is cut around."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.axvline(3.0, color="#ff0000", linewidth=2)
    axes.set(xlim=(0, 4), ylabel="a label that takes room")
    figure.suptitle("a title", x=0.1)
    row, other = drawing.timeline("map", figure, axes, ["original", "alone"])
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=150, bbox_inches="tight")
    stream.seek(0)
    picture = imread(stream)[..., :3]
    red = np.flatnonzero((np.abs(picture - [1, 0, 0]) < 0.1).all(axis=2).any(axis=0)).mean() / picture.shape[1]
    assert row["left"] + (row["right"] - row["left"]) * 3 / 4 == pytest.approx(red, abs=0.005)
    assert (row["figure"], row["sound"], row["start"], row["end"]) == ("map", "original", 0.0, 4.0)
    assert {**other, "sound": "original"} == row
