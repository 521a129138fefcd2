"""What labels lose without an idea, beside what they lose without a meaningless one."""

import numpy as np
from matplotlib.figure import Figure

from escucha.concepts.erasing.table import Erasures
from escucha.concepts.names import short, spoken

LOSS, CHANCE = "#0072B2", "#888888"


def losses(found: Erasures, layers: list[str], *, value: str) -> Figure:
    """A panel a layer, a row an idea and label: its change with its interval, over what meaningless ideas reach."""
    there = list(dict.fromkeys(one.layer for one in found.readings))
    rows = list(dict.fromkeys((one.concept, one.label) for one in found.effects))
    figure = Figure(figsize=(2.6 + 3.2 * len(there), 1.5 + 0.26 * len(rows)), layout="constrained")
    panels = figure.subplots(1, len(there), sharey=True, squeeze=False)[0]
    for axes, layer in zip(panels, there):
        here = {(one.concept, one.label): one for one in found.effects if one.layer == layer}
        effects, places = [here[row] for row in rows], np.arange(len(rows))
        axes.barh(places, [2 * one.control_reach for one in effects], left=[-one.control_reach for one in effects],
                  color=CHANCE, alpha=0.3, height=0.8, label="where 95 % of meaningless ideas lie")
        reach = np.array([[one.mean - one.low, one.high - one.mean] for one in effects]).T
        axes.errorbar([one.mean for one in effects], places, xerr=np.abs(reach), fmt="o", markersize=4, color=LOSS,
                      capsize=2, label="the idea erased (95 % over families)")
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_title(short(layer, layers), fontsize=10)
        axes.set_xlabel(f"change of the value\n({value})", fontsize=9)
        axes.grid(axis="x", alpha=0.25)
    panels[0].set_yticks(range(len(rows)), [f"{spoken(concept)}: {label}" for concept, label in rows], fontsize=8)
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return figure
