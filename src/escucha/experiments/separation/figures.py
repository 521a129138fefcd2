"""The figures of a separation study, drawn afresh from its numbers; colours of Okabe and Ito's palette."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.experiments.drawing import BLUE, GREY, ORANGE, panels
from escucha.experiments.separation.summary import SourceQuality, Standing, Summary
from escucha.models.resampling import Interval, reach

ACROSS = 4
"""Panels side by side, at most."""
MEASURES: dict[str, tuple[str, Callable[[Standing], Interval]]] = {
    "change": ("mean difference of the weights,\nas a share of their size (0: the truth)", lambda one: one.change),
    "correlation": ("rank correlation of the weights\n(1: the truth)", lambda one: one.correlation),
    "same": ("clips with the same strongest\nsource x moment (share)", lambda one: one.same),
}
"""What separating changes: a panel each, with its axis in words."""


def changes(found: Summary) -> Figure:
    """Each separator's explanations against the truth, with intervals; controls are grey."""
    rows = [*[one for one in found.standings if one.control], *found.judged]
    figure = Figure(figsize=(9.6, 1.6 + 0.36 * len(rows)), layout="constrained")
    drawn = figure.subplots(1, len(MEASURES), sharey=True)
    for axes, (words, of) in zip(drawn, MEASURES.values()):
        for place, one in enumerate(rows):
            _interval(axes, of(one), place, GREY if one.control else BLUE)
        axes.set(xlabel=words)
    drawn[0].plot([one.blind.value for one in rows], range(len(rows)), "o", markerfacecolor="none", color=ORANGE,
                   label="if nothing were known of the sources")
    drawn[0].set_yticks(range(len(rows)), [one.separator for one in rows])
    drawn[0].invert_yaxis()
    drawn[0].set_xlim(left=min(0, drawn[0].get_xlim()[0]))
    drawn[1].set_xlim(right=1.05)
    drawn[2].set_xlim(-0.03, 1.05)
    figure.legend(loc="outside lower center", frameon=False, fontsize=8)
    return figure


def qualities(found: Summary) -> Figure:
    """SI-SDR of each source of each separator and what was gained above the mixture, with intervals."""
    rows = [source for one in found.judged for source in one.sources]
    figure = Figure(figsize=(9.2, 1.5 + 0.3 * max(len(rows), 2)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for place, row in enumerate(rows):
        _interval(left, row.si_sdr, place, BLUE)
        _interval(right, row.improvement, place, BLUE)
    left.set_yticks(range(len(rows)), [_named(row) for row in rows])
    left.set(ylim=(len(rows) - 0.4, -0.6), xlabel="SI-SDR (dB)")
    right.set(xlabel="gained above the mixture itself (dB)")
    right.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    for axes in (left, right):
        _lines_between(axes, rows)
    return figure


def weights(found: Summary, unit: str) -> Figure:
    """Every part's weight, estimated against true: on the diagonal where separating changes nothing."""
    names = [one.separator for one in (*found.judged, *(one for one in found.standings if one.control))]
    figure, drawn = panels(len(names), across=ACROSS, width=2.5, height=2.1)
    for axes, name in zip(drawn, names):
        true, estimated = (np.concatenate([getattr(row, what) for row in found.of(name)])
                           for what in ("true", "estimated"))
        axes.axline((0, 0), slope=1, color=GREY, linewidth=0.8)
        axes.scatter(true, estimated, s=8, color=BLUE, alpha=0.4, linewidth=0)
        axes.set_title(name, fontsize=10)
        axes.set_aspect("equal")
    figure.supxlabel(f"weight of a part with the true stems ({unit})", fontsize=9)
    figure.supylabel("weight with the separated sources", fontsize=9)
    return figure


def _interval(axes: Axes, one: Interval, place: float, colour: str) -> None:
    axes.errorbar([one.value], [place], xerr=reach([one]), fmt="o", color=colour, markersize=4, capsize=3,
                  linewidth=1.2)


def _named(row: SourceQuality) -> str:
    return f"{row.separator}: {row.source} ({row.stands_for})"


def _lines_between(axes: Axes, rows: Sequence[SourceQuality]) -> None:
    """A thin line where another separator begins."""
    for place in range(1, len(rows)):
        if rows[place].separator != rows[place - 1].separator:
            axes.axhline(place - 0.5, color=GREY, linewidth=0.5)
    axes.grid(axis="x", color=GREY, alpha=0.2)
