"""Figures of findings about tags; each is drawn afresh on its own Figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from escucha.experiments import drawing
from escucha.experiments.accuracy.scoring import TagAnswers
from escucha.experiments.drawing import BLUE, GREY, ORANGE
from escucha.models.tag_evaluation import average_precision

CURVES = 7
"""With more tags their precision-recall curves are drawn thin and grey, the best and the worst in colour."""
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito's palette."""


def precisions(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Average precision of each tag with its interval, and a mark where chance would be."""
    figure = Figure(figsize=(6.4, 1.2 + 0.3 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    found = np.array([[row["average_precision"], row["average_precision_low"], row["average_precision_high"]]
                      for row in rows])
    places = np.arange(len(rows))
    axes.barh(places, found[:, 0], xerr=np.abs(found[:, 1:] - found[:, :1]).T, color=BLUE, ecolor="black", capsize=3)
    axes.plot([row["without_listening"] for row in rows], places, "|", color=ORANGE, markersize=12, markeredgewidth=2,
              label="ranking by chance")
    axes.set_yticks(places, [row["tag"] for row in rows])
    axes.invert_yaxis()
    axes.set(xlabel="average precision (95 % interval over groups)", xlim=(0, 1))
    figure.legend(loc="outside lower center", frameon=False)
    return figure


def precision_recall(said: TagAnswers, tags: Sequence[str]) -> Figure:
    """Precision against recall of each tag as its threshold falls; a point where its threshold stands."""
    figure = Figure(figsize=(6.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    columns = [said.labels.index(tag) for tag in tags]
    ranked = np.argsort(-average_precision(said.truth, said.probabilities)[columns])
    named = [columns[at] for at in (ranked if len(columns) <= CURVES else ranked[[0, -1]])]
    for column in (column for column in columns if column not in named):
        axes.plot(*_curve(said, column), color=GREY, linewidth=0.6, alpha=0.6)
    for column, colour in zip(named, COLOURS):
        axes.plot(*_curve(said, column), color=colour, label=said.labels[column], linewidth=1.4)
        given, there = said.given[:, column], said.truth[:, column]
        if given.any():
            right = (given & there).sum()
            axes.plot(right / there.sum(), right / given.sum(), "o", color=colour)
    axes.set(xlabel="recall: share of the clips with the tag that are found",
             ylabel="precision: share of those found that have it", xlim=(0, 1.02), ylim=(0, 1.02))
    figure.legend(loc="outside right center", frameon=False, title="point: at its\nthreshold")
    return figure


def _curve(said: TagAnswers, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision at each distinct probability, falling."""
    probability, truth = said.probabilities[:, column], said.truth[:, column]
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    right = np.cumsum(truth[order])[ends]
    return right / truth.sum(), right / (ends + 1)


def reliability(curve: np.ndarray, perfect: float) -> Figure:
    """The pooled calibration curve of tags."""
    return drawing.reliability(curve, perfect, of="tags of like probability", confidence="probability",
                               right="share there")
