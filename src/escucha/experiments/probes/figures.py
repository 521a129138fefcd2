"""The figures of a probe study; colours are told apart by every kind of colour vision."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.concepts.names import short
from escucha.concepts.probes.baselines import LOG_MEL, UNTRAINED
from escucha.concepts.probes.probe import Probe
from escucha.experiments.drawing import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from escucha.experiments.probes.finding import ProbeTable

LEARNED, SOUND = "▲", "○"
"""Read, and better than before training; read, and not shown to be learned. Shapes, for either may be white."""
MANY = 8
"""With more layers than this the panels stand below one another."""
CELL = (0.48, 0.3)
"""Inches."""
EDGE = -0.1
"""Scores below stand here, as a triangle."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One map of layers by properties."""

    title: str
    shade: np.ndarray
    """`(subject, layer)`: what is coloured, NaN for an empty cell."""
    text: list[list[str]]
    colours: str
    ends: tuple[float, float]
    names: list[str]
    """Of the columns."""


def layers_and_properties(table: "ProbeTable") -> Figure:
    """Properties by layers: how well each is read, how selectively, in how short a code, how much of it was learned."""
    made = [_scores(table), _selectivity(table)]
    made += [_compression(table)] if any(code.kind == table.kinds[0] for code in table.codes) else []
    made += [_gains(table)] if any(one.baseline == UNTRAINED for one in table.besides) else []
    across = 1 if len(table.layers) > MANY and len(made) > 1 else 2
    down = -(-len(made) // across)
    # a title needs its room over one layer too
    wide = max(CELL[0] * len(made[0].names), 3.0) + 0.9
    name = 0.075 * max(map(len, table.subjects))
    high = CELL[1] * len(table.subjects) + 0.65 + 0.055 * max(map(len, made[0].names))
    figure = Figure(figsize=(name + 0.4 + wide * across, high * down), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for axis, panel in zip(axes, made):
        _draw(figure, axis, panel, table.subjects)
    for axis in axes[len(made):]:
        axis.remove()
    return figure


def kinds(table: "ProbeTable") -> Figure:
    """Each kind of probe at the layer chosen for it: score with its interval, and beside it its control tasks."""
    figure = Figure(figsize=(7.0, 1.5 + (0.2 + 0.2 * len(table.kinds)) * len(table.subjects)), layout="constrained")
    axes = figure.add_subplot()
    for place, (kind, colour) in enumerate(zip(table.kinds, (BLUE, ORANGE))):
        found = [table.chosen(subject, kind) for subject in table.subjects]
        y = np.arange(len(found)) + (place - (len(table.kinds) - 1) / 2) * 0.3
        _dots(axes, found, y, colour, kind)
        axes.plot([max(one.control, EDGE) for one in found], y, "|", color=colour, markersize=10, markeredgewidth=2,
                  label=f"{kind}, control tasks")
    _score_axes(axes, [table.probe(subject, table.layers[0]) for subject in table.subjects])
    figure.legend(loc="outside upper center", ncols=2 * len(table.kinds), frameon=False, fontsize=8)
    return figure


def out_of_range(table: "ProbeTable") -> Figure:
    """Numbers as they are and as a probe says them that has learned the grey middle only, a dot a test clip."""
    found = [end for subject in table.subjects if (end := table.end(table.chosen(subject)))]
    figure = Figure(figsize=(0.6 + 3.4 * len(found), 3.7), layout="constrained")
    for axes, ends in zip(figure.subplots(1, len(found), squeeze=False)[0], found):
        outside = (ends.truth < ends.span[0]) | (ends.truth > ends.span[1])
        axes.axvspan(*ends.span, color="0.9", zorder=0)
        reach = [float(ends.truth.min()), float(ends.truth.max())]
        axes.plot(reach, reach, color=GREY, linewidth=1)
        for mask, colour, name in ((outside, ORANGE, "beyond"), (~outside, BLUE, "within what it has learned")):
            axes.scatter(ends.truth[mask], ends.said[mask], s=16, color=colour, edgecolor="white", linewidth=0.4,
                         label=name, zorder=3)
        axes.set_title(f"{ends.subject} at {short(ends.layer, table.layers)}\noff by {ends.error:.3g} beyond; "
                       f"the nearer edge by {ends.edge:.3g}", fontsize=9)
        axes.set_xlabel(f"{ends.subject}, as it is")
    figure.axes[0].set_ylabel("as the probe says it")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return figure


def rendered_to_real(table: "ProbeTable") -> Figure:
    """Probes learned from rendered clips, on rendered ones never heard and on real ones; a tick is chance of these."""
    found = [(probe, one) for subject in table.subjects
             if (one := table.on_real(probe := table.chosen(subject)))]
    figure = Figure(figsize=(7.0, 1.5 + 0.45 * len(found)), layout="constrained")
    axes = figure.add_subplot()
    y = np.arange(len(found))
    for shift, which, colour, name in ((-0.14, 0, BLUE, "rendered clips"), (0.14, 1, ORANGE, "real clips")):
        _dots(axes, [pair[which] for pair in found], y + shift, colour, name)
    axes.plot([one.chance for _, one in found], y + 0.14, "|", color="black", markersize=12, label="chance, real clips")
    _score_axes(axes, [probe for probe, _ in found])
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8)
    return figure


def _dots(axes: Axes, found: list, y: np.ndarray, colour: str, name: str) -> None:
    """Scores with their intervals; a score left of the axis is a triangle at its edge."""
    value, low, high = (np.maximum([getattr(one, part) for one in found], EDGE) for part in ("score", "low", "high"))
    span = np.nan_to_num(np.abs([value - low, high - value]))
    there = np.array([one.score >= EDGE for one in found])
    axes.errorbar(value, y, xerr=span, fmt="none", color=colour, capsize=2)
    axes.plot(value[there], y[there], "o", color=colour, markersize=5, label=name)
    axes.plot(value[~there], y[~there], "<", color=colour, markersize=7)


def _score_axes(axes: Axes, found: list[Probe]) -> None:
    """A row a property, the first on top."""
    axes.set_yticks(range(len(found)), [one.subject for one in found])
    axes.grid(axis="x", color=GREY, alpha=0.25)
    axes.set(xlabel=f"{_measure(found)} (95 % over groups)", xlim=(-0.12, 1.03), ylim=(len(found) - 0.5, -0.5))


def _scores(table: "ProbeTable") -> Panel:
    """Of the first kind of probe, log-mel statistics first; colour is how far from chance to perfect."""
    from escucha.experiments.probes.finding import log_mel_of

    grid = _grid(table)
    plain = [log_mel_of(table, subject) for subject in table.subjects]
    shade = np.array([[_far(cell.score, cell.chance) for cell in row] for row in grid])
    text = [[f"{cell.score:.2f}{_mark(table, cell)}" for cell in row] for row in grid]
    names = _names(table)
    if any(plain):
        first = [[_far(one.score, row[0].chance) if one else np.nan] for one, row in zip(plain, grid)]
        shade = np.concatenate([first, shade], axis=1)
        text = [[f"{one.score:.2f}" if one else "", *row] for one, row in zip(plain, text)]
        names = [f"({LOG_MEL})", *names]
    legend = (f"\n{LEARNED} read, and better than before training   {SOUND} read, not shown to be learned"
              if any(one.baseline == UNTRAINED for one in table.besides) else f"\n{SOUND} read")
    title = f"{_measure([row[0] for row in grid])}; colour: from chance to perfect{legend}"
    return Panel(title, shade, text, "viridis", (0.0, 1.0), names)


def _mark(table: "ProbeTable", found: Probe) -> str:
    return "" if not found.held else LEARNED if table.learned(found) else SOUND


def _selectivity(table: "ProbeTable") -> Panel:
    values = np.array([[cell.selectivity for cell in row] for row in _grid(table)])
    text = [[f"{value:+.2f}" for value in row] for row in values]
    return Panel("selectivity: score less control tasks", values, text, "coolwarm", (-1.0, 1.0), _names(table))


def _compression(table: "ProbeTable") -> Panel:
    found = [[table.code(cell) for cell in row] for row in _grid(table)]
    shade = np.array([[np.log2(code.over_prior) if code else np.nan for code in row] for row in found])
    text = [[f"×{code.over_prior:.1f}" if code else "number" for code in row] for row in found]
    return Panel("compression of the labels (×1: no help; colour: in doublings)", shade, text, "coolwarm", (-2.0, 2.0),
                 _names(table))


def _gains(table: "ProbeTable") -> Panel:
    found = [[table.beside(cell, UNTRAINED) for cell in row] for row in _grid(table)]
    shade = np.array([[one.gain if one else np.nan for one in row] for row in found])
    return Panel("better than before training by (·: could be 0)", shade,
                 [[f"{one.gain:+.2f}{'' if one.low > 0 or one.high < 0 else '·'}" if one else "" for one in row]
                  for row in found], "coolwarm", (-0.6, 0.6), _names(table))


def _draw(figure: Figure, axis: Axes, panel: Panel, subjects: list[str]) -> None:
    colours = colormaps[panel.colours].with_extremes(bad="white")
    low, high = panel.ends
    picture = axis.imshow(panel.shade, cmap=colours, vmin=low, vmax=high, aspect="auto")
    for (y, x), value in np.ndenumerate(panel.shade):
        far = (float(np.clip(value, low, high)) - low) / (high - low)
        dark = far < 0.55 if panel.colours == "viridis" else abs(far - 0.5) > 0.38
        axis.text(x, y, panel.text[y][x].replace("-", "−"), ha="center", va="center", fontsize=7,
                  color="white" if dark else "black")
    axis.set_xticks(range(len(panel.names)), panel.names, rotation=45, ha="right", rotation_mode="anchor", fontsize=8)
    axis.set_yticks(range(len(subjects)), subjects, fontsize=8)
    axis.tick_params(length=0)
    axis.set_title(panel.title, fontsize=8, loc="left")
    figure.colorbar(picture, ax=axis, pad=0.01, fraction=0.05).ax.tick_params(labelsize=7)


def _grid(table: "ProbeTable") -> list[list[Probe]]:
    return [[table.probe(subject, layer) for layer in table.layers] for subject in table.subjects]


def _far(score: float, chance: float) -> float:
    return max(score - chance, 0.0) / (1 - chance)


def _names(table: "ProbeTable") -> list[str]:
    return [short(layer, table.layers) for layer in table.layers]


def _measure(found: list[Probe]) -> str:
    """What the scores of these, one a property, are."""
    numbers = [one.subject for one in found if one.task == "number"]
    if len(numbers) == len(found):
        return "R²"
    return "balanced accuracy" + (f" ({', '.join(numbers)}: R²)" if numbers else "")
