"""The figures of SHAP values over features: swarms of clips, the way to one clip's value, clips by features.

Conventions: blue speaks against, red for; shares in units of the value; how high a feature's own value is has a colour
scale of its own (yellow is high), so that it is not taken for what it says.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from escucha.explain.figures_shared import COLOURS, WIDTH, norm, scale
from escucha.explain.figures_steps import Step, largest_first, stairs
from escucha.models.resampling import Interval, reach

SHOWN = 14
"""Features in a figure, at most; what the others add up to is one row more."""
HEIGHT = colormaps["viridis"]
"""From a feature's lowest value to its highest."""
INKS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
"""Of labels side by side: Okabe and Ito's."""
MARKS = "osD^vX"
LANES = 80
"""Stretches of a swarm's axis in which points are laid beside each other."""


def strongest(shares: np.ndarray, most: int = SHOWN) -> np.ndarray:
    """Columns of `(row, feature)` by mean size, the largest first, at most so many; none that is 0 everywhere."""
    size = np.abs(shares).mean(axis=0)
    order = np.argsort(-size, kind="stable")[:most]
    return order[size[order] > 0]


def beeswarm(names: Sequence[str], shares: np.ndarray, heights: np.ndarray, *, label: str, unit: str) -> Figure:
    """One point a clip in each of the strongest features' rows: where it lies says what the feature added.

    `shares` and `heights`, the features' own values, are `(clip, feature)`; colours are ranks within a feature.
    """
    chosen = strongest(shares)
    figure = Figure(figsize=(WIDTH, 1.9 + 0.32 * len(chosen)), layout="constrained")
    axes = figure.subplots()
    widest = float(np.abs(shares[:, chosen]).max(initial=0)) or 1.0
    for row, column in enumerate(chosen):
        lift = beside(shares[:, column], widest)
        axes.scatter(shares[:, column], row + lift, c=HEIGHT(_ranks(heights[:, column])), s=16, linewidth=0.2,
                     edgecolor="0.3", zorder=3)
    _rows(axes, [names[at] for at in chosen])
    _sides(axes, widest)
    axes.set_xlabel(f"share of the clip's value ({unit} of {label})")
    axes.set_title(f"What each feature adds for {label}, clip by clip", loc="left")
    bar = figure.colorbar(ScalarMappable(cmap=HEIGHT), ax=axes, pad=0.01, ticks=[0, 1], aspect=40)
    bar.set_ticklabels(["lowest", "highest"])
    bar.set_label("the feature's own value", labelpad=-20)
    return figure


def waterfall(steps: Sequence[Step], *, base: float, label: str, unit: str, start: str,
              end: str) -> Figure:
    """From the mean value of the background to the value of one clip, a step a feature, the largest first.

    `start` and `end` name the two. Beyond SHOWN steps the smallest are one.
    """
    told = largest_first(steps, SHOWN)
    # what many little ones add up to pales no single one
    figure, axes = stairs(told, begin=(start, base), end=end, among=[change for _, change in told[:SHOWN]])
    axes.set_xlabel(f"value ({unit} of {label})")
    axes.set_title(f"What spoke for {label} (red) and against it (blue)", loc="left")
    return figure


def heat_map(names: Sequence[str], shares: np.ndarray, scores: np.ndarray, *, sections: Sequence[str], label: str,
             unit: str, columns: str, ticks: Sequence[str] = ()) -> Figure:
    """Features by clips `(clip, feature)`, the clips' values `(clip,)` above; clips in the order they are given.

    `sections` says what each clip stands under; `ticks` names the clips where they are few, `columns` all of them.
    """
    chosen = strongest(shares)
    rest = shares.sum(axis=1) - shares[:, chosen].sum(axis=1)
    table = np.column_stack([shares[:, chosen], rest]).T
    others = shares.shape[1] - len(chosen)
    figure = Figure(figsize=(WIDTH, 2.6 + 0.26 * len(table)), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.1, 0.26 * len(table)])
    shown, among = (table if others else table[:-1]), (table[:-1] if len(chosen) else table)
    below.pcolormesh(np.arange(len(scores) + 1) - 0.5, np.arange(len(shown) + 1) - 0.5, shown, cmap=COLOURS,
                     norm=norm(among))
    _rows(below, [*(names[at] for at in chosen), *([f"{others} others together"] if others else [])])
    _scores(above, scores, sections)
    for _, end, _ in _runs(sections)[:-1]:
        for axes in (above, below):
            axes.axvline(end - 0.5, color="0.2", linewidth=0.8)
    below.set_xticks(range(len(ticks)), ticks)
    below.set_xlabel(columns)
    beyond = np.abs(shown).max() > np.abs(among).max()
    figure.colorbar(scale(among), ax=below, label=f"share ({unit})", pad=0.01, aspect=30,
                    extend="both" if beyond else "neither")
    above.set_title(f"What spoke for {label} (red) and against it (blue)", loc="left", pad=18)
    return figure


def strengths(found: Mapping[str, Sequence[Interval]], labels: Sequence[str], *, unit: str) -> Figure:
    """How far each family moves each label's value on average, with 95 % intervals over groups where there are any."""
    figure = Figure(figsize=(WIDTH, 1.5 + 0.42 * len(found)), layout="constrained")
    axes = figure.subplots()
    lanes = (np.arange(len(labels)) - (len(labels) - 1) / 2) * 0.6 / max(len(labels), 2)
    for at, (label, lane) in enumerate(zip(labels, lanes)):
        rows = [one[at] for one in found.values()]
        axes.errorbar([one.value for one in rows], np.arange(len(found)) + lane, xerr=reach(rows), capsize=2,
                      fmt=MARKS[at % len(MARKS)], color=INKS[at % len(INKS)], markersize=5, linewidth=1, label=label)
    _rows(axes, list(found))
    axes.set_xlim(0, None)
    axes.grid(axis="x", color="0.8", linewidth=0.6)
    axes.set_xlabel(f"mean size of its share ({unit}), with 95 % intervals over groups")
    axes.legend(frameon=False, fontsize=9, title="for the value of")
    return figure


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """One name a row, the first on top."""
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _sides(axes: Axes, widest: float) -> None:
    """Against on the left, for on the right."""
    axes.set_xlim(-1.08 * widest, 1.08 * widest)
    axes.axvspan(-1.08 * widest, 0, color=COLOURS(0.0), alpha=0.07, linewidth=0)
    axes.axvspan(0, 1.08 * widest, color=COLOURS(1.0), alpha=0.07, linewidth=0)
    axes.axvline(0, color="0.3", linewidth=0.8)
    for side, word in ((0.01, "against"), (0.99, "for")):
        axes.text(side, 0.99, word, transform=axes.transAxes, ha="left" if side < 0.5 else "right", va="top",
                  fontsize=9, color="0.3")


def _scores(axes: Axes, scores: np.ndarray, sections: Sequence[str]) -> None:
    """The clips' values, section by section, each with its name above."""
    for first, end, name in _runs(sections):
        axes.plot(range(first, end), scores[first:end], color="0.2", linewidth=1, marker="o", markersize=2)
        axes.annotate(name, ((first + end - 1) / 2, 1.02), xycoords=("data", "axes fraction"), ha="center",
                      va="bottom", fontsize=9)
    axes.axhline(0, color="0.6", linewidth=0.6)
    axes.set_ylabel("value")


def _runs(sections: Sequence[str]) -> list[tuple[int, int, str]]:
    """First, end and name of each stretch of like sections."""
    edges = [at for at in range(1, len(sections)) if sections[at] != sections[at - 1]]
    return [(first, end, sections[first]) for first, end in zip([0, *edges], [*edges, len(sections)])]


def beside(values: np.ndarray, widest: float) -> np.ndarray:
    """How far up or down each point `(point,)` goes so that those of like value lie side by side in a row of 1."""
    lane = np.round(values / widest * LANES)
    lift = np.zeros(len(values))
    for one in np.unique(lane):
        where = np.flatnonzero(lane == one)
        lift[where] = (np.arange(len(where)) + 1) // 2 * (1 - 2 * (np.arange(len(where)) % 2))
    return lift * min(0.13, 0.42 / max(1.0, float(np.abs(lift).max(initial=0))))


def _ranks(heights: np.ndarray) -> np.ndarray:
    """From 0 to 1, ties alike; .5 where all are alike."""
    from scipy.stats import rankdata

    if np.ptp(heights) == 0:
        return np.full(len(heights), 0.5)
    ranks = rankdata(heights)
    return (ranks - ranks.min()) / np.ptp(ranks)
