"""What the tests of one layer are made of: which clips make up a concept, and the layer reduced to Gram matrices.

Conventions: `rows` are activations `(row, unit)` of all examples and null examples together; gradients are
`(clip, label, unit)`.
"""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept
from escucha.concepts.dual import estimator_named, folds_of, lengths
from escucha.concepts.layer import Towards
from escucha.concepts.meaningless import draw, order
from escucha.concepts.rows import gram
from escucha.concepts.slopes import Pulled, lengths_of, pulls_of
from escucha.errors import InputError


@dataclass(frozen=True, eq=False)
class Design:
    """Which rows make up a concept and its meaningless counterparts, in the order of a set (see `meaningless`)."""

    concept: Concept
    estimator: str
    own: np.ndarray
    """`(example,)` rows."""
    nulls: np.ndarray
    """`(set, example)` rows."""
    signs: np.ndarray
    """`(example,)` +1 with the idea, -1 without; of a graded idea times the degree of its pair."""
    groups: np.ndarray
    """`(example,)` names."""
    folds: np.ndarray
    """`(example,)` numbers, for held-out accuracy."""


def design(concept: Concept, rows: dict[str, int], *, estimator: str, nulls: int, seed: int) -> Design:
    """The design of a concept, with `nulls` meaningless counterparts; `rows` says which row holds a source's key.

    Of clips that are not paired, `paired-difference` is the difference of means, which it also is of pairs.
    """
    if estimator == "paired-difference" and not concept.paired:
        estimator = "mean-difference"
    estimator_named(estimator, paired=concept.paired, graded=concept.graded)
    own = [concept.examples[place] for place in order(concept)]
    signs = np.array([example.degree if example.present else -example.degree for example in own])
    groups = np.array([example.group for example in own])
    spare = np.array([rows[example.source.key()] for example in concept.null])
    return Design(concept, estimator, np.array([rows[example.source.key()] for example in own]),
                  spare[draw(concept, count=nulls, seed=seed)], signs, groups, _folds(concept, groups, signs))


def _folds(concept: Concept, groups: np.ndarray, signs: np.ndarray) -> np.ndarray:
    try:
        return folds_of(groups, signs)
    except InputError as error:
        raise InputError(f"concept {concept.name!r}: {error}") from None


@dataclass(frozen=True, eq=False)
class Inside:
    """One layer, reduced to what the dual needs: nothing in it has the layer's size."""

    name: str
    gram: np.ndarray
    """`(row, row)`, of rows centred on their mean."""
    pulls: np.ndarray
    """`(clip, label, row)`: gradient times row."""
    steepness: np.ndarray
    """`(clip, label)`: |gradient|."""
    unit: str = "mean cosine"
    most: float = 1.0

    def grams(self, sets: np.ndarray) -> np.ndarray:
        """`(set, example, example)` of sets of rows `(set, example)`."""
        return self.gram[sets[:, :, None], sets[:, None, :]]

    def towards(self, having: np.ndarray) -> Towards:
        """See `layer.Layer`: push = J alpha / (|g| sqrt(alpha' K alpha))."""
        means = np.stack([_cosines(self.pulls[mine, column], self.steepness[mine, column]).mean(axis=0)
                          for column, mine in enumerate(having.T)])

        def pushed(sets: np.ndarray, grams: np.ndarray, alpha: np.ndarray) -> np.ndarray:
            length = lengths(grams, alpha)[:, None]
            found = np.einsum("lsj,sj->sl", means[:, sets], alpha)
            return np.where(length > 0, found / np.where(length > 0, length, 1.0), 0.0)

        return pushed

    def pushed(self, rows: np.ndarray, alphas: np.ndarray, like: np.ndarray) -> np.ndarray:
        """See `layer.Layer`."""
        length = lengths(self.grams(rows[None]), like[None])[0]
        if not length:
            return np.zeros((len(alphas), *self.steepness.shape))
        pulls = np.stack([self.pulls[:, column][:, rows] for column in range(self.pulls.shape[1])], axis=1)
        return np.einsum("clj,dj->dcl", _cosines(pulls, self.steepness), alphas, optimize=True) / length

    def changes(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """See `layer.Layer`: gradient times the difference of the pair."""
        return self.pulls[..., first] - self.pulls[..., second]


def inside(layer: str, rows: np.ndarray, gradients: np.ndarray) -> Inside:
    """A layer from its activations `(row, unit)` and gradients `(clip, label, unit)`, whole."""
    return Inside(layer, gram(rows, centred=True), pulls_of(gradients, rows), lengths_of(gradients))


def reduced(layer: str, rows: np.ndarray, pulled: Pulled) -> Inside:
    """A layer from its activations `(row, unit)`, which may be a memory map, and what gradients made of them."""
    return Inside(layer, gram(rows, centred=True), pulled.pulls[layer], pulled.steepness[layer])


def _cosines(pulls: np.ndarray, steepness: np.ndarray) -> np.ndarray:
    """`(..., row)`: gradient / |gradient| times row, from pulls and |gradient| `(...,)`; 0 where the gradient is 0."""
    flat = steepness[..., None] == 0
    return np.where(flat, 0.0, pulls / np.where(flat, 1.0, steepness[..., None]))
