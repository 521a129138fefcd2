"""What pairs of parts do together, as a matrix."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from escucha.explain.digits import places, signed
from escucha.explain.figures_shared import COLOURS, norm, readable, unit
from escucha.explain.naming import short
from escucha.explain.rows import source_interactions

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

FEW = 12
"""Up to so many parts stand in the matrix one by one; more are summed by source."""
CELL = 0.56
"""Inches."""


def interactions(explained: "Explanation", pairs: np.ndarray) -> Figure:
    """Each pair's interaction, by part where parts are few, else by source: red adds to both, blue takes away."""
    taken = explained.factorization
    by_part = len(taken.parts) <= FEW
    names = [short(taken, at) for at in range(len(taken.parts))] if by_part else list(taken.sources)
    shown = pairs if by_part else source_interactions(taken, pairs)
    size = CELL * len(names)
    figure = Figure(figsize=(max(5.5, size + 3.4), max(3.6, size + 1.9)), layout="constrained")
    axes = figure.subplots()
    masked = np.ma.masked_array(shown, np.eye(len(names), dtype=bool) if by_part else False)
    edges = np.arange(len(names) + 1) - 0.5
    mesh = axes.pcolormesh(edges, edges, masked, cmap=COLOURS, norm=norm(shown), edgecolor="white", linewidth=0.8)
    digits = places(float(np.abs(shown).max()))
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(masked))):
        axes.text(column, row, signed(shown[row, column], digits), ha="center", va="center", fontsize=7,
                  color=readable(shown[row, column], shown))
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    figure.colorbar(mesh, ax=axes, label=unit(explained, of="interaction"), pad=0.02, shrink=0.9)
    summed = "" if by_part else ";\nsums over pairs of parts, on the diagonal of those within a source"
    figure.suptitle(f"Together more than the sum (red) or less (blue){summed}", x=0.02, ha="left", fontsize=10)
    return figure
