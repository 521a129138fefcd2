"""Weights as bars: the strongest parts, and the way from nothing to everything."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from escucha.explain.figures_shared import WIDTH, colours, sided, title, unit
from escucha.explain.figures_steps import Step, largest_first, stairs
from escucha.explain.naming import short

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

BARS = 24
"""At most so many parts are drawn as bars; the table has all."""
STEPS = 12
"""At most so many steps lead from nothing to everything."""


def part_weights(explained: "Explanation") -> Figure:
    """The strongest parts' weights as bars, with 95 % intervals where they are not exact."""
    found = explained.weights
    chosen = np.argsort(-np.abs(found.weights), kind="stable")[:BARS]
    weights, place = found.weights[chosen], np.arange(len(chosen))
    figure = Figure(figsize=(WIDTH, 1.3 + 0.26 * len(chosen)), layout="constrained")
    axes = figure.subplots()
    axes.barh(place, weights, color=colours(weights, found.weights, signed=sided(explained)), edgecolor="0.3",
              linewidth=0.6)
    if (found.low != found.high).any():
        reach = np.abs(np.stack([weights - found.low[chosen], found.high[chosen] - weights]))
        axes.errorbar(weights, place, xerr=reach, fmt="none", ecolor="0.2", elinewidth=1, capsize=2)
    axes.set_yticks(place, [short(explained.factorization, index) for index in chosen])
    axes.invert_yaxis()
    axes.axvline(0, color="0.2", linewidth=0.8)
    axes.set_xlabel(unit(explained))
    count = len(found.weights)
    axes.set_title(title(explained) + (f" ({len(chosen)} strongest of {count} parts)" if count > BARS else ""),
                   loc="left")
    return figure


def waterfall(explained: "Explanation") -> Figure:
    """From the value of silence to the value of the clip, one step a part, or a source where parts are many."""
    found = explained.weights
    steps = _steps(explained)
    if abs(found.residual) > 1e-3 * max(1e-9, *(abs(step) for _, step in steps)):
        steps.append(("not explained", -found.residual))
    figure, axes = stairs(steps, begin=("nothing", found.nothing), end="everything",
                          among=[change for _, change in steps])
    axes.set_xlabel(unit(explained, of="value"))
    axes.set_title(title(explained), loc="left")
    return figure


def _steps(explained: "Explanation") -> list[Step]:
    taken = explained.factorization
    steps = [(short(taken, index), weight) for index, weight in enumerate(explained.weights.weights.tolist())]
    if len(steps) > STEPS and len(taken.sources) > 1:
        steps = list(explained.source_weights.items())
    return largest_first(steps, STEPS - 1)
