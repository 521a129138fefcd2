"""Concept activation vectors: where in a layer an idea lies, and how far that can be believed.

A CAV (Kim et al. 2018, arXiv 1711.11279) is the unit direction in a layer along which clips with an idea differ from
clips without it.
"""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.design import Design
from escucha.concepts.dual import ESTIMATORS, direction, held_out_accuracy
from escucha.concepts.layer import Layer
from escucha.concepts.meaningless import permuted_pairs
from escucha.concepts.redraws import redrawn_weights

NULLS = 400
"""Meaningless concepts whose held-out accuracy the concept's own is compared with."""
REDRAWS = 30
"""Bootstrap draws behind a CAV's agreement."""


@dataclass(frozen=True, eq=False)
class Cav:
    """A concept's direction in one layer, and how far it can be believed."""

    concept: str
    layer: str
    direction: np.ndarray
    """`(unit,)`, of length one; zeros where the examples do not differ at all."""
    estimator: str
    accuracy: float
    """On examples of groups it was not fitted on; 0.5 is chance, and below 0.7 the direction means little."""
    accuracy_null: float
    """What 95 % of meaningless concepts of the same design stay below."""
    accuracy_p: float
    """Share of meaningless concepts that are found as well; small means the idea is there."""
    agreement: float
    """Mean cosine between CAVs of bootstrap draws of its groups; near 1 it hardly depends on the examples drawn."""


def find_cav(layer: Layer, rows: np.ndarray, design: Design, *, seed: int) -> Cav:
    """The concept's direction in a layer of activations `(row, unit)`, with its accuracy and its agreement."""
    own = layer.grams(design.own[None])
    weights = ESTIMATORS[design.estimator](own, design.signs)[0][0]
    mine = rows[design.own]
    accuracy = float(_accuracies(layer, design, design.own[None])[0])
    nulls = _accuracies(layer, design, _meaning_nothing(design, seed))
    beyond = float((1 + np.sum(nulls >= accuracy - 1e-9)) / (len(nulls) + 1))
    return Cav(design.concept.name, layer.name, direction(mine - mine.mean(axis=0), weights), design.estimator,
               accuracy, float(np.quantile(nulls, 0.95)), beyond, _agreement(own[0], design, seed))


def _meaning_nothing(design: Design, seed: int) -> np.ndarray:
    """`(set, example)` rows: of pairs, the concept's own with whole groups turned round; of clips, its null sets."""
    if not design.concept.paired:
        return design.nulls[:NULLS]
    groups = design.groups[:len(design.own) // 2]
    return design.own[permuted_pairs(groups, count=NULLS, rng=np.random.default_rng(seed))]


def _accuracies(layer: Layer, design: Design, sets: np.ndarray) -> np.ndarray:
    return held_out_accuracy(layer.grams(sets), design.signs, design.folds, estimator=design.estimator,
                             paired=design.concept.paired)


def _agreement(own: np.ndarray, design: Design, seed: int) -> float:
    """Mean cosine between CAVs of bootstrap draws over groups, from the concept's Gram matrix; 0 for no direction."""
    alphas = redrawn_weights(own, design, seed=seed, draws=REDRAWS)
    products = alphas @ own @ alphas.T
    size = np.sqrt(np.maximum(np.diag(products), 0))
    if not size.all():
        return 0.0
    return float((products / np.outer(size, size))[np.triu_indices(REDRAWS, 1)].mean())
