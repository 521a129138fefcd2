"""The figures of an explanation, drawn afresh from its numbers."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from escucha.explain.figures_bars import part_weights, waterfall
from escucha.explain.figures_lanes import stems
from escucha.explain.figures_pairs import interactions
from escucha.explain.figures_time import attribution_map, sources_and_time
from escucha.explain.meanings import meaning_of

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation


def figures(explained: "Explanation") -> dict[str, Figure]:
    """Where and when, the weights with intervals, the stems; and the waterfall, the pairs and the map where they are.

    A waterfall is of weights that add up; pairs are of two sources or parts.
    """
    found = explained.weights
    drawn = {"sources-and-time": sources_and_time(explained), "part-weights": part_weights(explained),
             "stems": stems(explained)}
    if found.map is not None:
        drawn["attribution-map"] = attribution_map(explained, found.map)
    if meaning_of(explained.method).sums:
        drawn["from-nothing-to-everything"] = waterfall(explained)
    if found.interactions is not None and np.abs(found.interactions).max() > found.floor:
        drawn["interactions"] = interactions(explained, found.interactions)
    return drawn
