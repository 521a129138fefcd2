"""The figures of a source study: weights in units of the model's value; above zero speaks for a label.

Colours are told apart by every kind of colour vision: `coolwarm` about zero, and Okabe and Ito's palette.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.experiments.drawing import BLUE, GREY, PALETTE, panels
from escucha.experiments.sources.moments import Moment
from escucha.experiments.sources.summary import EVERY, Cell, Summary
from escucha.explain.digits import places, signed
from escucha.explain.feature_figures import beside
from escucha.models.resampling import reach

COLOURS = colormaps["coolwarm"]
MOST = 16
"""Sources, at most, that are drawn; the table has all."""
ACROSS = 3
"""Panels side by side, at most."""


def matrix(found: Summary, unit: str) -> Figure:
    """Mean weight of each source (column) for each label over its own clips (row), with intervals over groups."""
    pairs, sources = found.headlines, _leading(found)
    cells = [[found.cell(*pair, source) for source in sources] for pair in pairs]
    means = np.array([[cell.weight.value for cell in row] for row in cells])
    figure = Figure(figsize=(2.6 + 1.25 * len(sources), 1.5 + 0.62 * len(pairs)), layout="constrained")
    axes = figure.add_subplot()
    top = float(np.abs(means).max()) or 1.0
    drawn = axes.imshow(means, cmap=COLOURS, vmin=-top, vmax=top, aspect="auto")
    for row, column in np.ndindex(means.shape):
        ink = "white" if abs(means[row, column]) > 0.6 * top else "black"
        axes.text(column, row, _told(cells[row][column], places(top)), ha="center", va="center", fontsize=8, color=ink)
    axes.set_xticks(range(len(sources)), sources)
    axes.set_yticks(range(len(pairs)), [_panel(*pair) for pair in pairs])
    axes.tick_params(length=0)
    axes.set_title("mean weight of each source over the clips of each label, with 95 % intervals", fontsize=10,
                   loc="left")
    figure.colorbar(drawn, label=f"weight\n({unit})", pad=0.02)
    return figure


def swarms(found: Summary, unit: str) -> Figure:
    """Every clip's weight of each source for its label: a dot a clip, the mean with its interval over groups."""
    sources = _leading(found)
    figure, made = panels(len(found.headlines), across=ACROSS, width=2.9, height=0.6 + 0.42 * len(sources), margin=1.6)
    for axes, pair in zip(made, found.headlines):
        rows, column = found.pairs[pair], found.labels.index(pair[1])
        for place, source in enumerate(sources):
            at = found.sources.index(source)
            weights = found.weights[rows, column, at][found.there[rows, at]]
            lift = beside(weights, float(np.abs(weights).max(initial=0)) or 1.0)
            axes.scatter(weights, place + lift, s=14, color=BLUE, edgecolor="white", linewidth=0.4, zorder=4)
        _means(axes, [found.cell(*pair, source) for source in sources])
        axes.set_yticks(range(len(sources)), sources)
        axes.set_ylim(len(sources) - 0.4, -0.6)
        axes.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        axes.grid(axis="x", color=GREY, alpha=0.2)
        axes.set_title(f"{_panel(*pair)} ({len(rows)} clips)", fontsize=10)
    figure.supxlabel(f"weight ({unit}); a dot is a clip in which the source sounds,\nthe diamond the mean over all "
                     "clips with its 95 % interval over groups", fontsize=9)
    return figure


def curves(found: Sequence[Moment], sources: Sequence[str], unit: str) -> Figure:
    """Mean weight of each source over time, the bands being 95 % intervals over groups."""
    pairs = tuple(dict.fromkeys((moment.clips_of, moment.label) for moment in found))
    figure, made = panels(len(pairs), across=ACROSS, width=2.9, height=2.6, margin=1.6)
    drawn = sources[: len(PALETTE)]  # as many as have a colour of their own
    for axes, pair in zip(made, pairs):
        for source, colour in zip(drawn, PALETTE):
            mine = [moment for moment in found if (moment.clips_of, moment.label, moment.source) == (*pair, source)]
            weights = [one.weight for one in mine]
            middle = np.array([(one.start + one.end) / 2 for one in mine])
            axes.plot(middle, [one.value for one in weights], color=colour, marker="o", markersize=3, linewidth=1,
                      label=source)
            # bands: bars at one time would hide each other, and beside each other they would be at wrong times
            axes.fill_between(middle, *np.array([one.bounds for one in weights]).T, color=colour, alpha=0.15,
                              linewidth=0)
        axes.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        axes.set_title(_panel(*pair), fontsize=10)
    figure.supxlabel("time in the clip (s), the middle of each segment; bands: 95 % over groups", fontsize=9)
    figure.supylabel(f"weight of a segment\n({unit})", fontsize=9, multialignment="center")
    handles, names = made[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _means(axes: Axes, cells: Sequence[Cell]) -> None:
    weights = [cell.weight for cell in cells]
    axes.errorbar([one.value for one in weights], np.arange(len(cells)), xerr=reach(weights), fmt="none",
                  ecolor="black", capsize=3, elinewidth=1.2, zorder=3)
    axes.scatter([one.value for one in weights], np.arange(len(cells)), marker="D", s=26, color="white",
                 edgecolor="black", linewidth=1.2, zorder=5)


def _leading(found: Summary) -> tuple[str, ...]:
    """The sources that are drawn, in their order: those with the largest mean weights where they are many."""
    size = {source: max(abs(found.cell(*pair, source).weight.value) for pair in found.headlines)
            for source in found.sources}
    kept = sorted(found.sources, key=lambda source: -size[source])[:MOST]
    return tuple(source for source in found.sources if source in kept)


def _told(cell: Cell, digits: int) -> str:
    """`+2.10` and its interval below."""
    if cell.weight.low != cell.weight.low:
        return signed(cell.weight.value, digits)
    low, high = (signed(bound, digits) for bound in cell.weight.bounds)
    return f"{signed(cell.weight.value, digits)}\n[{low}, {high}]"


def _panel(clips_of: str, label: str) -> str:
    return f"{label}, {EVERY}" if clips_of == EVERY else label
