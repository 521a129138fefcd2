"""Figures that findings about classifiers share; each is drawn afresh on its own Figure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from escucha.models.resampling import Interval, reach

if TYPE_CHECKING:
    from pandas import DataFrame

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#888888"
"""Of Okabe and Ito's palette: told apart by people who do not see red or green."""
PALETTE = (BLUE, "#E69F00", "#009E73", "#CC79A7", "#56B4E9", ORANGE, "#000000")
"""All of it, for what stands side by side."""
PADDED = 0.1
"""Inches around what is drawn in a picture that is saved tight: matplotlib's own."""
CROWDED = 12
"""With more labels than this a confusion matrix leaves its zeros out and its names stand upright."""


def panels(count: int, *, across: int, width: float, height: float, margin: float = 1.0) -> tuple[Figure, list[Axes]]:
    """So many panels on common axes, at most `across` side by side, each of this width and height in inches."""
    across = min(across, count)
    down = -(-count // across)
    figure = Figure(figsize=(margin + width * across, 0.9 + height * down), layout="constrained")
    made = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for axes in made[count:]:
        axes.remove()
    return figure, made[:count]


def confusion(counts: np.ndarray, labels: Sequence[str], *, title: str = "") -> Figure:
    """Counts `(label, label)` with names attached; colour is the share of each row. Many labels are drawn smaller."""
    cell = float(np.clip(8 / len(labels), 0.24, 0.8))
    side = 1.6 + cell * len(labels)
    figure = Figure(figsize=(side + 1.4, side), layout="constrained")
    axes = figure.add_subplot()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawn = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    size = float(np.clip(cell * 24, 6, 10))
    for (row, column), count in np.ndenumerate(counts):
        if count or len(labels) <= CROWDED:
            ink = "white" if share[row, column] > .5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=ink, fontsize=size)
    upright = len(labels) > CROWDED
    axes.set_xticks(range(len(labels)), labels, rotation=90 if upright else 30, ha="center" if upright else "right",
                    fontsize=size)
    axes.set_yticks(range(len(labels)), labels, fontsize=size)
    axes.set(xlabel="the model says", ylabel="it is")
    axes.set_title(title, fontsize=10)
    figure.colorbar(drawn, label="share of the row", shrink=0.6, aspect=30)
    return figure


def reliability(curve: np.ndarray, perfect: float, *, of: str = "clips of like confidence",
                confidence: str = "confidence", right: str = "share right") -> Figure:
    """A calibration curve `(bin, 3)`: confidence, share right, clips (the size of the point).

    Grey bars are where a perfectly calibrated model's points lie in 95 of 100 cases; `perfect` is the calibration error
    that it reads.
    """
    from scipy.stats import binom

    figure = Figure(figsize=(4.8, 5.2), layout="constrained")
    axes = figure.add_subplot()
    sure, share, count = curve.T
    low, high = (binom.ppf(level, count, np.clip(sure, 0, 1)) / count for level in (0.025, 0.975))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="perfect calibration")
    axes.vlines(sure, low, high, color=GREY, linewidth=5, alpha=0.35,
                label="where 95 % of the points of a perfectly\ncalibrated model lie")
    axes.scatter(sure, share, s=12 + 200 * count / count.sum(), color=BLUE, label=of, zorder=3)
    error = float((np.abs(sure - share) * count).sum() / count.sum())
    axes.set_title(f"calibration error {error:.3f}\na perfectly calibrated model would read {perfect:.3f}", fontsize=10)
    axes.set(xlabel=confidence, ylabel=right, xlim=(0, 1.02), ylim=(-.02, 1.02))
    figure.legend(loc="outside lower center", frameon=False, fontsize=8)
    return figure


def changes(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Share of answers that each change moves, with its interval over groups."""
    figure = Figure(figsize=(6.4, 1.2 + 0.4 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    moved = np.array([[row["moved"], row["moved_low"], row["moved_high"]] for row in rows])
    reach = np.abs(moved[:, 1:] - moved[:, :1]).T
    axes.barh([row["change"] for row in rows], moved[:, 0], xerr=reach, color=BLUE, ecolor="black", capsize=3)
    axes.invert_yaxis()
    axes.set(xlabel="share of answers that move (95 % interval over groups)", xlim=(0, 1))
    return figure


def robustness(rows: Sequence[Mapping[str, Any]], measure: str, plain: float) -> Figure:
    """What is right, and what has moved, under each perturbation, with intervals; a line where nothing is perturbed."""
    figure = Figure(figsize=(8.6, 1.3 + 0.32 * len(rows)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(rows))
    for axes, name, label in ((left, "accuracy", measure), (right, "moved", "share of answers that move")):
        found = np.array([[row[name], row[f"{name}_low"], row[f"{name}_high"]] for row in rows])
        axes.errorbar(found[:, 0], places, xerr=np.abs(found[:, 1:] - found[:, :1]).T, fmt="o", color=BLUE, capsize=3)
        axes.set(xlabel=f"{label} (95 % over groups)", xlim=(-.02, 1.02))
        axes.grid(axis="x", color=GREY, alpha=0.25)
    left.axvline(plain, color=ORANGE, linewidth=1, linestyle="--", label="as it is")
    left.legend(loc="lower left", frameon=False)
    left.set_yticks(places, [row["change"] for row in rows])
    left.invert_yaxis()
    return figure


MEASURES = {"valid_accuracy": "validation accuracy", "valid_map": "mean average precision", "valid_auc": "ROC area"}
"""Of the validation clips, a column of a training's history to its name."""


def learning(history: "DataFrame", best: int) -> Figure:
    """Losses and validation accuracy (of tags precision and area) by epoch; the kept epoch is marked."""
    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    points: dict[str, Any] = {"marker": "o", "markersize": 4}
    left.plot(history.epoch, history.train_loss, color=GREY, label="training (augmented crops)", **points)
    left.plot(history.epoch, history.valid_loss, color=BLUE, label="validation (whole clips)", **points)
    left.set(xlabel="epoch", ylabel="log-loss (nats)", ylim=(0, None))
    measures = [name for name in MEASURES if name in history]
    for name, colour in zip(measures, (BLUE, GREY)):
        right.plot(history.epoch, history[name], color=colour, label=MEASURES[name], **points)
    right.set(xlabel="epoch", ylabel=MEASURES[measures[0]], ylim=(0, 1.02))
    for axes in (left, right):
        axes.axvline(best, color=ORANGE, linewidth=1, linestyle="--", zorder=1, label=f"kept: epoch {best}")
        axes.set_xlim(history.epoch.min() - 0.5, history.epoch.max() + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8)
    return figure


def bars(values: Mapping[str, float], *, label: str, errors: Mapping[str, tuple[float, float]] | None = None) -> Figure:
    """Named shares side by side, with (low, high) where given."""
    figure = Figure(figsize=(6.4, 1.2 + 0.4 * len(values)), layout="constrained")
    axes = figure.add_subplot()
    height = np.array(list(values.values()))
    bounds = np.array([(errors or {}).get(name, (value, value)) for name, value in values.items()])
    axes.barh(list(values), height, xerr=np.abs(bounds - height[:, None]).T, color=BLUE, ecolor="black", capsize=3)
    axes.invert_yaxis()
    axes.set(xlabel=label, xlim=(0, 1))
    return figure


def dots(found: Mapping[str, Interval], *, label: str, span: tuple[float, float] | None = None) -> Figure:
    """Named numbers with their intervals, one below the other; a line at 0 where they have no span of their own."""
    figure = Figure(figsize=(6.4, 1.2 + 0.4 * len(found)), layout="constrained")
    axes = figure.add_subplot()
    rows, places = list(found.values()), np.arange(len(found))
    axes.errorbar([one.value for one in rows], places, xerr=reach(rows), fmt="o", color=BLUE, capsize=3)
    axes.set_yticks(places, list(found))
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.grid(axis="x", color=GREY, alpha=0.25)
    axes.set(xlabel=label)
    if span is None:
        axes.axvline(0, color=ORANGE, linewidth=1, linestyle="--")
    else:
        axes.set_xlim(*span)
    return figure


def timeline(name: str, figure: Figure, axes: Axes, sounds: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a finding's table `timelines`: where in the saved picture the time axis of these sounds lies.

    `left` and `right` are shares of the picture's width at the axis' ends `start` and `end`, in seconds of the sounds;
    pages move a line over the figure while one of them plays. The figure is as it will be saved: cut to what is drawn.
    """
    figure.draw_without_rendering()
    cut, inner = figure.get_tightbbox().padded(PADDED), axes.get_window_extent().transformed(
        figure.dpi_scale_trans.inverted())
    left, right = ((edge - cut.x0) / cut.width for edge in (inner.x0, inner.x1))
    start, end = axes.get_xlim()
    return [{"figure": name, "sound": sound, "left": round(left, 4), "right": round(right, 4), "start": start,
             "end": end} for sound in sounds]
