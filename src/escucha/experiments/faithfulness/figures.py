"""The figures of kind `faithfulness`: curves of deletion and insertion, all measures, what forgetting does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.experiments.clips.few_groups import FEWEST
from escucha.experiments.drawing import GREY, ORANGE, PALETTE
from escucha.experiments.faithfulness.curves import GRID, WAYS, limits
from escucha.experiments.faithfulness.summary import Summary
from escucha.experiments.faithfulness.weighing import RANDOM
from escucha.explain.faithfulness import MEASURES
from escucha.models.resampling import reach

MARKS = "osD^vPX*<>"
"""Marks and dashes tell apart what has one colour."""
DASHES = ("-", "--", "-.")
SPELT = {"AI": "AI: average increase (% of clips)", "AD": "AD: average drop (%)", "AG": "AG: average gain (%)",
         "FF": "FF: lost without the strongest", "Fid-In": "Fid-In: same label by them alone",
         "kept": "share of parts kept", "sparseness": "sparseness (Gini)", "complexity": "complexity (nats)",
         "seeds": "same order, other seeds", "seeds-top": "same top three, other seeds",
         "shift": "same order, started later", "shift-top": "same top three, started later",
         "other-label": "as for another label", "reset": "as after forgetting all",
         "refitted": "as when learned again", "scrambled": "as when learned shuffled"}
"""What is measured, in so few words that they stand above a panel."""
COLUMNS = 4
"""Panels side by side in the figure of all measures."""
CROWDED = 7
"""With more methods than this their bands hide each other: what forgetting does is then drawn without (the table has
them)."""


def styles(methods: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Colour, mark and dash of each method; the control is grey."""
    drawn = {name: {"color": PALETTE[at % len(PALETTE)], "marker": MARKS[at % len(MARKS)],
                    "linestyle": DASHES[at // len(PALETTE) % len(DASHES)]}
             for at, name in enumerate(name for name in methods if name != RANDOM)}
    return {**drawn, RANDOM: {"color": GREY, "marker": "x", "linestyle": ":"}}


def curves(found: Summary, unit: str) -> Figure:
    """Values as parts go (and come) in each method's order, between chance and the best there is."""
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, what, label in zip(panels, WAYS, ("taken away", "put in")):
        usual, best = limits(found.clips, what)
        axes.plot(GRID, best, color="0.2", linewidth=1, linestyle=(0, (1, 1)), label="the best there is")
        axes.plot(GRID, usual, color=GREY, linewidth=1, label="chance: all orders")
        for name in found.methods:
            _curve(axes, found, name, what)
        axes.set(xlabel=f"share of the parts {label}, strongest first", title=what, xlim=(0, 1))
    panels[0].set_ylabel(f"value of the clip ({unit})\n{_mean_over(len(found.clips))}", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    return figure


def _mean_over(clips: int) -> str:
    return f"mean over {clips} clip{'' if clips == 1 else 's'}"


def _curve(axes: Axes, found: Summary, name: str, what: str) -> None:
    """A method's mean, its band being the 95 % interval over groups of its distance from chance."""
    curve, style = found.curves[what][name], styles(found.methods)[name]
    axes.plot(GRID, curve.mean, markersize=3.5, linewidth=1.2, label=name, **style)
    axes.fill_between(GRID, curve.low, curve.high, color=style["color"], alpha=0.1, linewidth=0)


def measures(found: Summary) -> Figure:
    """Every measure as a panel of its own: each method's mean and its interval over groups."""
    shown = [name for name in found.measures if len(found.intervals[name])]
    rows = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(9.5, rows * (0.95 + 0.19 * len(found.methods))), layout="constrained")
    panels = np.atleast_2d(figure.subplots(rows, COLUMNS, sharey=True, squeeze=False))
    for axes, name in zip(panels.flat, shown):
        _panel(axes, found, name)
    for axes in panels.flat[len(shown) :]:
        axes.set_axis_off()
    figure.supxlabel("mean over clips, 95 % interval over groups; ↑ higher is better, ↓ lower is better", fontsize=8)
    return figure


def _panel(axes: Axes, found: Summary, name: str) -> None:
    drawn = styles(found.methods)
    for place, method in enumerate(found.methods):
        one = found.intervals[name].get(method)
        if one is not None:
            axes.errorbar([one.value], [place], xerr=reach([one]), fmt=drawn[method]["marker"],
                          color=drawn[method]["color"], markersize=4, capsize=2, elinewidth=1)
    arrow = {"higher": " ↑", "lower": " ↓", "neither": ""}[MEASURES[name].better]
    axes.set_title(f"{SPELT.get(name, name)}{arrow}", fontsize=8)
    axes.set_yticks(range(len(found.methods)), found.methods, fontsize=8)
    axes.set_ylim(len(found.methods) - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="x", color=GREY, alpha=0.25)
    if name in WAYS:
        axes.axvline(0, color=ORANGE, linewidth=0.8, linestyle="--")


def forgetting(found: Summary) -> Figure:
    """How like the original explanations stay as the network forgets, layer by layer from its answer."""
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    bands = len(found.methods) <= CROWDED
    ticks = ["as it is", *(layer.removeprefix("network.") for layer in found.layers)]
    for axes, what, title in zip(panels, ("signed", "sizes"), ("weights", "sizes of weights")):
        for name, style in styles(found.methods).items():
            if likeness := found.forgot(name, what):
                _forgot(axes, name, np.array([[one.value, one.low, one.high] for one in likeness]), style, band=bands)
        axes.axhline(0, color="0.6", linewidth=0.8)
        axes.set_xticks(range(len(ticks)), ticks, rotation=40, ha="right", fontsize=8)
        axes.set(title=title, xlabel="reset so far, from the answer to the sound", ylim=(-1.05, 1.05))
    how = _mean_over(found.forgetful) + ("; bands: 95 % over groups" if bands and found.forgetful >= FEWEST else "")
    figure.suptitle(f"likeness to the explanation of the network as it is, {how}", fontsize=10)
    panels[0].set_ylabel("rank correlation", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False, fontsize=8)
    return figure


def _forgot(axes: Axes, name: str, rows: np.ndarray, style: Mapping[str, Any], *, band: bool) -> None:
    whole = np.concatenate([[[1.0, 1.0, 1.0]], rows])
    axes.plot(range(len(whole)), whole[:, 0], markersize=4, linewidth=1.2, label=name, **style)
    if band:
        axes.fill_between(range(len(whole)), whole[:, 1], whole[:, 2], color=style["color"], alpha=0.12, linewidth=0)
