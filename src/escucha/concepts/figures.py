"""The figures of a concept study: blue pushes away from a label, red towards it."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from escucha.concepts.names import short
from escucha.concepts.tcav import AWAY, NO_DIRECTION, TOWARDS

if TYPE_CHECKING:
    from escucha.concepts.probes.table import ProbeTable
    from escucha.concepts.table import ConceptTable

COLOURS = "coolwarm"
"""Symmetric about zero, and told apart by every kind of colour vision."""
MARKS = {TOWARDS: "★", AWAY: "★", NO_DIRECTION: "–"}

SIDES = ((True, True), (True, False), (False, True), (False, False))
"""Where a mark's name may stand: right of it, above it."""


def pushes(table: "ConceptTable") -> Figure:
    """A map a label: concepts by layers, colour the mean push, a star where it is beyond chance after correction."""
    concepts = list(table.meanings)
    reach = max((abs(test.push) for test in table.tests), default=1.0) or 1.0
    width = max(0.62 * len(table.layers), 1.4) * len(table.labels)  # a label's name needs its room over one layer too
    figure = Figure(figsize=(max(2.2 + width, 7.0), 1.8 + 0.42 * len(concepts)), layout="constrained")
    axes = figure.subplots(1, len(table.labels), sharey=True, squeeze=False)[0]
    for axis, label in zip(axes, table.labels):
        cells = [[table.test(concept, layer, label) for layer in table.layers] for concept in concepts]
        picture = axis.imshow([[cell.push for cell in row] for row in cells], cmap=COLOURS, vmin=-reach, vmax=reach,
                              aspect="auto")
        for y, row in enumerate(cells):
            for x, cell in enumerate(row):
                axis.text(x, y, MARKS.get(cell.verdict, ""), ha="center", va="center", fontsize=12)
        axis.set_title(label)
        names = [short(layer, table.layers) for layer in table.layers]
        axis.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
    axes[0].set_yticks(range(len(concepts)), concepts)
    figure.colorbar(picture, ax=list(axes), label="push (mean cosine)", pad=0.01)
    figure.suptitle("Where does each idea push the answer?  ★ beyond chance   – no such direction in the layer",
                    fontsize=10)
    return figure


def direct_effects(table: "ConceptTable") -> Figure:
    """What switching each idea on does to each label's value, with 95 % intervals and the margin of inertness."""
    concepts = _paired(table)
    figure = Figure(figsize=(7.5, 1.4 + (0.16 + 0.16 * len(table.labels)) * len(concepts)), layout="constrained")
    axis = figure.subplots()
    margin = max(found.margin for found in table.effects)
    axis.axvspan(-margin, margin, color="0.92", label="next to nothing")
    axis.axvline(0, color="0.5", linewidth=0.8)
    for place, label in enumerate(table.labels):
        found = [effect for concept in concepts if (effect := table.effect(concept, label))]
        y = np.arange(len(found)) + (place - (len(table.labels) - 1) / 2) * 0.22
        mean = np.array([effect.mean for effect in found])
        span = np.abs([[effect.mean - effect.low for effect in found], [effect.high - effect.mean for effect in found]])
        axis.errorbar(mean, y, xerr=span, fmt="o", color=_colour(place), markersize=5, capsize=2, label=label)
    axis.set_yticks(range(len(concepts)), concepts)
    axis.invert_yaxis()
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.set_xlabel(f"change of the label's value when the idea is switched on ({table.settings['value']})")
    axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def push_and_effect(table: "ConceptTable") -> Figure:
    """Does the push at the last layer tell what switching the idea on does? A filled mark is beyond chance."""
    figure = Figure(figsize=(6.5, 4.4), layout="constrained")
    axis = figure.subplots()
    axis.axhline(0, color="0.7", linewidth=0.8)
    axis.axvline(0, color="0.7", linewidth=0.8)
    axis.margins(x=0.38, y=0.12)  # room for names
    layer = table.layers[-1]
    marks: list[tuple[float, float, str]] = []
    for place, label in enumerate(table.labels):
        for concept in _paired(table):
            effect, test = table.effect(concept, label), table.test(concept, layer, label)
            if effect is not None:
                axis.plot(effect.mean, test.push, "o", color=_colour(place), markersize=7,
                          markerfacecolor=_colour(place) if test.verdict in (TOWARDS, AWAY) else "none")
                # names of what lies near zero would lie on each other
                marks.append((effect.mean, test.push, concept if effect.felt else ""))
        axis.plot([], [], "o", color=_colour(place), label=label)
    axis.set_xlabel("direct effect (what switching it on does)")
    axis.set_ylabel(f"push at {short(layer, table.layers)} (mean cosine)")
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=len(table.labels))
    _name_marks(figure, axis, marks)
    return figure


def _name_marks(figure: Figure, axis: Axes, marks: list[tuple[float, float, str]]) -> None:
    """Names `(x, y, name)` beside their marks, on whichever side they stay within the axes and off all else."""
    figure.draw_without_rendering()  # only now is it known where the axes are
    point = figure.dpi / 72
    frame = axis.get_window_extent()
    middles = axis.transData.transform([mark[:2] for mark in marks])
    taken = [Bbox.from_extents(*(middle - 4 * point), *(middle + 4 * point)) for middle in middles]
    for (x, y), (across, height, name) in zip(middles, marks):
        wide, high = 4 * point * len(name), 8 * point  # at 7 points
        for right, up in SIDES if name else ():
            left, low = x + (5 * point if right else -5 * point - wide), y + (2 * point if up else -2 * point - high)
            box = Bbox.from_bounds(left, low, wide, high)
            if frame.x0 < box.x0 and box.x1 < frame.x1 and not box.count_overlaps(taken):
                taken.append(box)
                beside = (5 if right else -5, 2 if up else -2)
                axis.annotate(name, (across, height), xytext=beside, textcoords="offset points", fontsize=7,
                              ha="left" if right else "right", va="bottom" if up else "top")
                break


def entanglement(table: "ConceptTable") -> Figure:
    """Cosines between the concepts' directions, a map a layer: far from zero, the layer can hardly tell them apart."""
    concepts = list(table.meanings)
    columns = min(4, len(table.layers))
    lines = -(-len(table.layers) // columns)
    side = 0.9 + 0.26 * len(concepts)
    figure = Figure(figsize=(1.6 + side * columns, 1.0 + side * lines), layout="constrained")
    axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, layer in zip(axes, table.layers):
        picture = axis.imshow(table.cosines(layer), cmap=COLOURS, vmin=-1, vmax=1)
        axis.set_title(short(layer, table.layers), fontsize=9)
        _name(axis, concepts)
    for axis in axes[len(table.layers):]:
        axis.set_visible(False)
    figure.colorbar(picture, ax=list(axes), label="cosine between directions", shrink=0.7)
    return figure


def _name(axis: Axes, concepts: list[str]) -> None:
    axis.set_xticks(range(len(concepts)), concepts, rotation=90, fontsize=7)
    axis.set_yticks(range(len(concepts)), concepts, fontsize=7)
    axis.xaxis.set_tick_params(labelbottom=True)


def _paired(table: "ConceptTable") -> list[str]:
    return [concept for concept in table.meanings if table.effect(concept, table.labels[0]) is not None]


def _colour(place: int) -> tuple[float, ...]:
    return tuple(colormaps["tab10"](place % 10))


def probes(table: "ProbeTable") -> Figure:
    """Two maps, subjects by layers: the probe's score, and its selectivity."""
    found = table.arrays()
    numbers = [subject for subject in table.subjects if table.probe(subject, table.layers[0]).task == "number"]
    also = f" ({', '.join(numbers)}: R²)" if numbers else ""
    panels = (("score", found["scores"], "viridis", (0.0, 1.0)),
              ("selectivity", found["selectivities"], COLOURS, (-1.0, 1.0)))
    size = (2.4 + 1.1 * len(table.layers), 1.7 + 0.42 * len(table.subjects))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (title, values, colours, reach) in zip(axes, panels):
        picture = axis.imshow(values, cmap=colours, vmin=reach[0], vmax=reach[1], aspect="auto")
        for (y, x), value in np.ndenumerate(values):
            dark = title == "score" and value < 0.6
            axis.text(x, y, f"{value:.2f}", ha="center", va="center", fontsize=7, color="white" if dark else "black")
        axis.set_title(f"balanced accuracy{also}" if title == "score" else "selectivity: score less control",
                       fontsize=9)
        names = [short(layer, table.layers) for layer in table.layers]
        axis.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
        figure.colorbar(picture, ax=axis, pad=0.01)
    axes[0].set_yticks(range(len(table.subjects)), table.subjects)
    return figure
