"""How far the tests can be believed, drawn: pushes beside direct effects by layer, and estimators side by side."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from escucha.concepts.names import short
from escucha.experiments.concepts.agreement import MEASURES
from escucha.experiments.drawing import GREY, PALETTE

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable


def agreement(table: "ConceptTable") -> Figure:
    """By layer: the rank correlation of pushes with direct effects, and the share of felt effects whose sign they have.
    """
    figure = Figure(figsize=(3.2 + 0.8 * len(table.layers), 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    x = np.arange(len(table.layers))
    for place, (measure, name) in enumerate(MEASURES.items()):
        found = [one for one in table.agreements if one.measure == measure]
        beside = x + (place - 1) * 0.16
        for axis, value, low, high in ((above, [one.rank for one in found], [one.low for one in found],
                                        [one.high for one in found]),
                                       (below, [one.right / max(one.signs, 1) for one in found],
                                        [one.share_low for one in found], [one.share_high for one in found])):
            span = np.nan_to_num(np.abs(np.array([low, high]) - np.array(value)))
            axis.errorbar(beside, value, yerr=span, fmt="o", color=PALETTE[place], capsize=2, markersize=5, label=name)
    above.axhline(0, color=GREY, linewidth=0.8)
    below.axhline(0.5, color=GREY, linewidth=0.8)
    above.set(ylabel="rank correlation\nwith the direct effect", ylim=(-1.05, 1.05))
    below.set(ylabel="share of felt effects\nwith the right sign", ylim=(-0.05, 1.05))
    names = [short(layer, table.layers) for layer in table.layers]
    below.set_xticks(x, names, rotation=30 if len(names) > 1 else 0, ha="right" if len(names) > 1 else "center")
    below.set_xlim(-0.6, len(names) - 0.4)
    figure.legend(*above.get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside upper center")
    return figure


def estimators(table: "ConceptTable") -> Figure:
    """By layer: each estimator's cosine with the tested direction, and how well it tells the idea; a dot a concept."""
    names = list(dict.fromkeys(one.estimator for one in table.estimated))
    figure = Figure(figsize=(3.2 + 0.9 * len(table.layers), 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    for place, name in enumerate(names):
        for x, layer in enumerate(table.layers):
            found = [one for one in table.estimated
                     if (one.estimator, one.layer, one.label) == (name, layer, table.labels[0])]
            at = x + (place - (len(names) - 1) / 2) * 0.18
            for axis, value in ((above, [one.cosine for one in found]), (below, [one.accuracy for one in found])):
                axis.plot([at] * len(value), value, "o", color=PALETTE[place], markersize=4, alpha=0.7,
                          label=name if not x else None)
                axis.plot([at - 0.07, at + 0.07], [np.median(value)] * 2, color=PALETTE[place], linewidth=2)
    tested = table.settings["estimator"]
    above.set(ylabel=f"cosine with the tested one\n({tested})", ylim=(min(0, *above.get_ylim()), 1.05))
    below.axhline(0.5, color=GREY, linewidth=0.8)
    below.set(ylabel="accuracy on other groups", ylim=(min(0.4, *below.get_ylim()), 1.05))
    shown = [short(layer, table.layers) for layer in table.layers]
    below.set_xticks(range(len(shown)), shown, rotation=30 if len(shown) > 1 else 0,
                     ha="right" if len(shown) > 1 else "center")
    below.set_xlim(-0.6, len(shown) - 0.4)
    figure.legend(*above.get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside upper center",
                  ncols=2, title="a dot a concept, a bar their median", title_fontsize=8)
    return figure
