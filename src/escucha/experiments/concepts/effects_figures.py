"""What switching ideas on does, drawn: by label, level by level, and beside the pushes."""

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from escucha.concepts.names import short, spoken
from escucha.concepts.tcav import AWAY, TOWARDS
from escucha.experiments.concepts.agreement import closest
from escucha.experiments.drawing import PALETTE

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable

SIDES = ((True, True), (True, False), (False, True), (False, False))
"""Where a mark's name may stand: right of it, above it."""


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
    axis.set_yticks(range(len(concepts)), [spoken(concept) for concept in concepts])
    axis.set_ylim(len(concepts) - 0.4, -0.6)
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.set_xlabel(f"change of the label's value when the idea is switched on ({table.settings['value']})")
    axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def doses(table: "ConceptTable") -> Figure:
    """A panel a graded concept: what each level adds to each label's value, with 95 % intervals over groups."""
    concepts = list(dict.fromkeys(dose.concept for dose in table.doses))
    figure = Figure(figsize=(1.2 + 3.6 * min(3, len(concepts)), 1.2 + 2.7 * -(-len(concepts) // 3)),
                    layout="constrained")
    made = figure.subplots(-(-len(concepts) // 3), min(3, len(concepts)), sharey=True, squeeze=False).ravel()
    for axis, concept in zip(made, concepts):
        axis.axhline(0, color="0.7", linewidth=0.8)
        for place, label in enumerate(table.labels):
            curve = [dose for dose in table.doses if (dose.concept, dose.label) == (concept, label)]
            levels, value = np.array([dose.level for dose in curve]), np.array([dose.value for dose in curve])
            axis.plot(levels, value, "o-", color=_colour(place), markersize=4, label=label)
            axis.fill_between(levels, [dose.low for dose in curve], [dose.high for dose in curve],
                              color=_colour(place), alpha=0.15, linewidth=0)
            axis.set_xticks(levels)
        axis.set(title=spoken(concept), xlabel="level")
    for axis in made[len(concepts):]:
        axis.set_visible(False)
    made[0].set_ylabel(f"against the mean level\n({table.settings['value']})")
    handles, names = made[0].get_legend_handles_labels()
    figure.legend(handles, names, frameon=False, fontsize=8, loc="outside upper center", ncols=len(table.labels))
    return figure


def push_and_effect(table: "ConceptTable") -> Figure:
    """Does the push tell what switching the idea on does? At the layer where it does best; filled: beyond chance."""
    figure = Figure(figsize=(6.5, 4.4), layout="constrained")
    axis = figure.subplots()
    axis.axhline(0, color="0.7", linewidth=0.8)
    axis.axvline(0, color="0.7", linewidth=0.8)
    axis.margins(x=0.38, y=0.12)  # room for names
    best = closest(table.agreements)
    layer = best.layer if best else table.layers[-1]
    marks: list[tuple[float, float, str]] = []
    for place, label in enumerate(table.labels):
        for concept in _paired(table):
            effect, test = table.effect(concept, label), table.test(concept, layer, label)
            if effect is not None:
                axis.plot(effect.mean, test.push, "o", color=_colour(place), markersize=7,
                          markerfacecolor=_colour(place) if test.verdict in (TOWARDS, AWAY) else "none")
                # names of what lies near zero would lie on each other
                marks.append((effect.mean, test.push, spoken(concept) if effect.felt else ""))
        axis.plot([], [], "o", color=_colour(place), label=label)
    axis.set_xlabel(f"direct effect: what switching it on does ({table.settings['value']})")
    axis.set_ylabel(f"push at {short(layer, table.layers)}\n" + fill(f"({table.settings['push']})", 44))
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


def _paired(table: "ConceptTable") -> list[str]:
    return [concept for concept in table.meanings if table.effect(concept, table.labels[0]) is not None]


def _colour(place: int) -> str:
    return PALETTE[place % len(PALETTE)]
