"""Figures that findings about classifiers share; each is drawn afresh on its own Figure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pandas import DataFrame

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#888888"
"""Of Okabe and Ito's palette: told apart by people who do not see red or green."""


def confusion(counts: np.ndarray, labels: Sequence[str]) -> Figure:
    """Counts `(label, label)` with names attached; colour is the share of each row."""
    side = 1.6 + 0.8 * len(labels)
    figure = Figure(figsize=(side + 1.4, side), layout="constrained")
    axes = figure.add_subplot()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawn = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        ink = "white" if share[row, column] > .5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=ink)
    axes.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="the model says", ylabel="it is")
    figure.colorbar(drawn, label="share of the row")
    return figure


def reliability(curve: np.ndarray) -> Figure:
    """A calibration curve `(bin, 3)`: confidence, share right, clips (the size of the point)."""
    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="perfect calibration")
    axes.scatter(curve[:, 0], curve[:, 1], s=12 + 200 * curve[:, 2] / curve[:, 2].sum(), color=BLUE,
                 label="clips of like confidence")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(-.02, 1.02))
    axes.legend(loc="lower right", frameon=False)
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


def learning(history: "DataFrame", best: int) -> Figure:
    """Losses and validation accuracy by epoch; the kept epoch is marked."""
    figure = Figure(figsize=(8.6, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(history.epoch, history.train_loss, color=GREY, label="training (augmented crops)")
    left.plot(history.epoch, history.valid_loss, color=BLUE, label="validation (whole clips)")
    left.set(xlabel="epoch", ylabel="log-loss (nats)", ylim=(0, None))
    right.plot(history.epoch, history.valid_accuracy, color=BLUE)
    right.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1.02))
    for axes in (left, right):
        axes.axvline(best, color=ORANGE, linewidth=1, linestyle="--", label=f"kept: epoch {best}")
    left.legend(frameon=False)
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
