"""The figures of a comparison of models by concepts: a panel a label, a colour a model."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.concepts.names import spoken
from escucha.concepts.tcav import AWAY, TOWARDS
from escucha.experiments.drawing import GREY, PALETTE, panels

if TYPE_CHECKING:
    from escucha.experiments.concepts.comparison_finding import ConceptComparison

Span = tuple[float, float, float, bool]
"""A number, its low and high, and whether it is more than chance or next to nothing."""


def effects(found: "ConceptComparison") -> Figure:
    """What switching each idea on does to each model, with 95 % intervals; hollow is not beyond the margin."""
    def span(model: str, concept: str, label: str) -> Span | None:
        effect = found.effect(model, concept, label)
        return (effect.mean, effect.low, effect.high, effect.felt) if effect else None

    return _panels(found, [one.model for one in found.models], span,
                   "change when the idea is switched on\n(spreads of the label's value)", found.settings["margin"])


def differences(found: "ConceptComparison") -> Figure:
    """One model less another, with 95 % intervals; filled is beyond chance after correction."""
    pairs = list(dict.fromkeys((one.one, one.other) for one in found.differences))
    known = {(f"{one.one} less {one.other}", one.concept, one.label): one for one in found.differences}

    def span(pair: str, concept: str, label: str) -> Span | None:
        one = known.get((pair, concept, label))
        return (one.mean, one.low, one.high, one.p_corrected <= found.settings["alpha"]) if one else None

    return _panels(found, [f"{one} less {other}" for one, other in pairs], span,
                   "difference of the change\n(spreads of the label's value)")


def pushes(found: "ConceptComparison") -> Figure:
    """Each idea's push on each model at its layer, in spreads of meaningless ideas; filled is beyond chance."""
    known = {(one.model, test.concept, test.label): test for one in found.models for test in one.tests}

    def span(model: str, concept: str, label: str) -> Span:
        test = known[model, concept, label]
        size = test.null_sd or 1.0
        return test.effect, test.low / size, test.high / size, test.verdict in (TOWARDS, AWAY)

    return _panels(found, [one.model for one in found.models], span, "push\n(spreads of meaningless ideas)")


def _panels(found: "ConceptComparison", names: Sequence[str], span: Callable[[str, str, str], Span | None],
            unit: str, margin: float = 0.0) -> Figure:
    concepts = list(found.meanings)
    figure, made = panels(len(found.labels), across=3, width=3.2, margin=1.6,
                          height=0.8 + (0.16 + 0.14 * len(names)) * len(concepts))
    for axes, label in zip(made, found.labels):
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.axvspan(-margin, margin, color="0.92")
        for place, name in enumerate(names):
            _row(axes, [span(name, concept, label) for concept in concepts], name, place,
                 (place - (len(names) - 1) / 2) * 0.24)
        axes.set_title(label, fontsize=10)
        axes.set_xlabel(unit)
        axes.set_yticks(range(len(concepts)), [spoken(concept) for concept in concepts])
    made[0].set_ylim(len(concepts) - 0.5, -0.5)
    figure.legend(*made[0].get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside upper center",
                  ncols=len(names))
    return figure


def _row(axes: Axes, spans: Sequence[Span | None], name: str, place: int, above: float) -> None:
    colour = PALETTE[place % len(PALETTE)]
    axes.plot([], [], "o", color=colour, label=name)
    for row, one in enumerate(spans):
        if one is not None:
            value, low, high, filled = one
            reach = np.nan_to_num(np.abs([[value - low], [high - value]]))
            axes.errorbar([value], [row + above], xerr=reach, fmt="o", color=colour, markersize=5, capsize=2,
                          markerfacecolor=colour if filled else "white")
