"""What labels lose without an idea, beside what they lose without a meaningless one."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.concepts.erasing.effect import ErasedEffect
from escucha.concepts.names import short, spoken
from escucha.experiments.drawing import BLUE, GREY

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable


def erased(table: "ConceptTable") -> Figure:
    """A panel a layer, a row an idea and label: its change with its interval, over what meaningless ideas reach."""
    effects = table.erasures.effects if table.erasures else ()
    layers = list(dict.fromkeys(one.layer for one in effects))
    rows = list(dict.fromkeys((one.concept, one.label) for one in effects))
    figure = Figure(figsize=(2.6 + 3.2 * len(layers), 1.5 + 0.22 * len(rows)), layout="constrained")
    panels = figure.subplots(1, len(layers), sharey=True, squeeze=False)[0]
    for axes, layer in zip(panels, layers):
        _panel(axes, [one for one in effects if one.layer == layer], table.settings["alpha"])
        axes.set_title(f"erased at {short(layer, table.layers)}", fontsize=10)
        axes.set_xlabel(f"change of the label's value\n({table.settings['value']})", fontsize=9)
    panels[0].set_yticks(range(len(rows)), [f"{spoken(concept)}: {label}" for concept, label in rows], fontsize=8)
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=1, frameon=False, fontsize=8)
    return figure


def _panel(axes: Axes, effects: list[ErasedEffect], alpha: float) -> None:
    places, mean = np.arange(len(effects)), np.array([one.mean for one in effects])
    reach = np.array([one.control_reach for one in effects])
    axes.barh(places, 2 * reach, left=-reach, color=GREY, alpha=0.3, height=0.8,
              label="where 95 % of meaningless ideas lie")
    span = np.abs([mean - [one.low for one in effects], [one.high for one in effects] - mean])
    axes.errorbar(mean, places, xerr=np.nan_to_num(span), fmt="none", color=BLUE, capsize=2)
    shown = np.array([one.p_corrected <= alpha for one in effects])
    axes.plot(mean[shown], places[shown], "o", color=BLUE, label="the idea erased, beyond chance (95 % interval)")
    axes.plot(mean[~shown], places[~shown], "o", color=BLUE, markerfacecolor="white", label="not beyond chance")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.grid(axis="x", alpha=0.25)
