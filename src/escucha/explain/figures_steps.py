"""The way from one value to another, a step a part or a feature."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.explain.digits import places, signed
from escucha.explain.figures_shared import WIDTH, colours

Step = tuple[str, float]
"""What it is called, and by how much the value changes."""


def largest_first(steps: Sequence[Step], most: int) -> list[Step]:
    """The largest steps, and what all others do together as one more.

    >>> largest_first([("a", 1.0), ("b", -3.0), ("c", 0.5), ("d", 0.25)], 2)
    [('b', -3.0), ('a', 1.0), ('2 others together', 0.75)]
    """
    ordered = sorted(steps, key=lambda step: -abs(step[1]))
    others = ordered[most:]
    if len(others) < 2:
        return ordered
    return [*ordered[:most], (f"{len(others)} others together", sum(change for _, change in others))]


def stairs(steps: Sequence[Step], *, begin: Step, end: str, among: Sequence[float]) -> tuple[Figure, Axes]:
    """One bar a step, each from where the one before it ends, with its number on the right.

    `begin` is what the way starts at and its value, `end` what it comes to; colours are on the scale of `among`.
    """
    names, changes = [name for name, _ in steps], np.array([change for _, change in steps])
    ends = begin[1] + np.cumsum(changes)
    figure = Figure(figsize=(WIDTH, 1.5 + 0.3 * len(steps)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(1, len(steps) + 1), changes, left=ends - changes, color=colours(changes, among), edgecolor="0.3",
              linewidth=0.6)
    axes.plot([begin[1], ends[-1]], [0, len(steps) + 1], "D", color="0.2", markersize=6)
    for row, value in enumerate([begin[1], *ends[:-1]]):
        axes.plot([value, value], [row, row + 1], color="0.6", linewidth=0.6, zorder=0)
    axes.set_yticks(range(len(steps) + 2), [begin[0], *names, end], fontsize=9)
    axes.set_ylim(len(steps) + 1.6, -0.6)
    axes.tick_params(axis="y", length=0)
    for total in (axes.get_yticklabels()[0], axes.get_yticklabels()[-1]):
        total.set_fontweight("bold")
    axes.use_sticky_edges = False
    axes.margins(x=0.05)
    axes.ticklabel_format(axis="x", useOffset=False)
    _numbers(axes, [begin[1], *changes, ends[-1]], places(float(np.abs(changes).max())))
    return figure, axes


def _numbers(axes: Axes, values: Sequence[float], digits: int) -> None:
    """Each row's number right of the axes, where no bar and no tick is in its way."""
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(values)), [signed(value, digits) for value in values])
    right.tick_params(length=0)
    for total in (right.get_yticklabels()[0], right.get_yticklabels()[-1]):  # the others are changes
        total.set_fontweight("bold")
