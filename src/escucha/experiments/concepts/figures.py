"""The maps of a concept study: pushes, what directions are worth, and which ideas lie along one direction.

Blue pushes away from a label, red towards it.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.concepts.names import short, spoken
from escucha.concepts.tcav import AWAY, NO_DIRECTION, ONE_UNIT, TOWARDS, UNMOVED
from escucha.concepts.telling import NO_LABEL

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable

COLOURS = "coolwarm"
"""Symmetric about zero, and told apart by every kind of colour vision."""
MARKS = {TOWARDS: "★", AWAY: "★", NO_DIRECTION: "–", ONE_UNIT: "–", UNMOVED: "–", NO_LABEL: "×"}
WIDE = 32
"""Letters of a line beside a map."""
CROWDED = 12
"""With more concepts than this fewer maps stand side by side."""


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
        _layers(axis, table.layers)
    axes[0].set_yticks(range(len(concepts)), [spoken(concept) for concept in concepts])
    figure.colorbar(picture, ax=list(axes), label=fill(f"push ({table.settings['push']})", WIDE), pad=0.01)
    strange = any(test.verdict == NO_LABEL for test in table.tests)
    figure.suptitle("Where does each idea push the answer?  ★ beyond chance   – nothing to test in the layer"
                    f"{'   × the model does not know the label' if strange else ''}", fontsize=10)
    return figure


def directions(table: "ConceptTable") -> Figure:
    """Two maps, concepts by layers: held-out accuracy, grey letters where it is not beyond chance, and agreement."""
    concepts = list(table.meanings)
    known = {(cav.concept, cav.layer): cav for cav in table.cavs}
    figure = Figure(figsize=(max(3.4 + 1.3 * len(table.layers), 8.6), 1.9 + 0.4 * len(concepts)), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, measure, title in ((axes[0], "accuracy", "accuracy on other groups (0.5 is chance)"),
                                 (axes[1], "agreement", "agreement when groups are drawn anew")):
        found = np.array([[getattr(known[concept, layer], measure) for layer in table.layers] for concept in concepts])
        picture = axis.imshow(found, cmap="viridis", vmin=0.5 if measure == "accuracy" else 0.0, vmax=1, aspect="auto")
        for (y, x), value in np.ndenumerate(found):
            lost = known[concepts[y], table.layers[x]].accuracy_p > table.settings["alpha"]
            ink = "black" if value > 0.8 else "white"
            axis.text(x, y, f"({value:.2f})" if lost else f"{value:.2f}", ha="center", va="center", fontsize=7,
                      color=ink)
        axis.set_title(title, fontsize=9)
        _layers(axis, table.layers)
        figure.colorbar(picture, ax=axis, pad=0.01)
    axes[0].set_yticks(range(len(concepts)), [spoken(concept) for concept in concepts])
    figure.suptitle("How far can each direction be believed?  In brackets: no better than meaningless ideas",
                    fontsize=10)
    return figure


def entanglement(table: "ConceptTable") -> Figure:
    """Cosines between the concepts' directions, a map a layer; a frame where two meaningless ideas hardly reach it."""
    concepts = list(table.meanings)
    columns = min(4 if len(concepts) <= CROWDED else 3, len(table.layers))
    lines = -(-len(table.layers) // columns)
    side = 0.9 + 0.26 * len(concepts)
    figure = Figure(figsize=(max(1.6 + side * columns, 6.4), 1.5 + side * lines), layout="constrained")
    axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, layer in zip(axes, table.layers):
        picture = axis.imshow(table.cosines(layer), cmap=COLOURS, vmin=-1, vmax=1)
        axis.set_title(short(layer, table.layers), fontsize=9)
        for pair in (pair for pair in table.entangled if pair.layer == layer and pair.beyond):
            first, second = concepts.index(pair.one), concepts.index(pair.other)
            for x, y in ((first, second), (second, first)):
                axis.plot(x, y, "s", markerfacecolor="none", markeredgecolor="black", markersize=9, markeredgewidth=0.9)
        _names(axis, [spoken(concept) for concept in concepts])
    for axis in axes[len(table.layers):]:
        axis.set_visible(False)
    figure.colorbar(picture, ax=list(axes), label="cosine between directions", shrink=0.7)
    figure.suptitle("Which ideas lie along one direction?  □ more than two meaningless ideas do in 95 of 100 cases",
                    fontsize=10)
    return figure


def _layers(axis: Axes, layers: Sequence[str]) -> None:
    names = [short(layer, layers) for layer in layers]
    axis.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")


def _names(axis: Axes, concepts: Sequence[str]) -> None:
    axis.set_xticks(range(len(concepts)), concepts, rotation=90, fontsize=7)
    axis.set_yticks(range(len(concepts)), concepts, fontsize=7)
    axis.xaxis.set_tick_params(labelbottom=True)
