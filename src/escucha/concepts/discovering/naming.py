"""Is a component an idea that has a card? Cosines with concept directions, against concepts that mean nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.cav import find_cav
from escucha.concepts.concept import Concept
from escucha.concepts.correction import holm, nulls_needed
from escucha.concepts.design import Design, design, inside
from escucha.concepts.discovering.components import Components
from escucha.concepts.dual import ESTIMATORS
from escucha.corpora.corpus import Source

ALPHA = 0.05
FINER = 4
"""Times as many meaningless concepts as the correction needs: a p at its floor could not be told from one above it."""
AT_ONCE = 100
"""Meaningless concepts whose directions are formed together: bounds memory."""


@dataclass(frozen=True, eq=False)
class Cards:
    """Concepts that components are to be compared with."""

    sources: tuple[Source, ...]
    """Of all examples and null examples, each once: the rows that `designs` are made of."""
    designs: tuple[Design, ...]


@dataclass(frozen=True, eq=False)
class Named:
    """Components and concepts of one layer."""

    concepts: tuple[str, ...]
    cosines: np.ndarray
    """`(component, concept)`; above 0 the idea has more of the component."""
    reach: np.ndarray
    """`(component, concept)`: |cosine| that 95 % of meaningless concepts of the same design stay below."""
    p: np.ndarray
    """`(component, concept)`: share of meaningless concepts that come as close, corrected by Holm."""
    accuracies: np.ndarray
    """`(concept,)`: of the direction on held-out examples; see `cav.Cav`."""
    there: np.ndarray
    """`(concept,)` truths: is there such a direction in the layer at all?"""

    def nearest(self, component: int) -> str:
        """The concept that the component lies nearest to and that is shown to be near; empty where there is none."""
        near = np.where((self.p[component] < ALPHA) & self.there, np.abs(self.cosines[component]), 0)
        return self.concepts[int(near.argmax())] if near.max(initial=0) > 0 else ""


def cards_of(concepts: Sequence[Concept], components: int, *, seed: int) -> Cards:
    """What comparing so many components takes; InputError where a concept has too few null examples for it."""
    sources = {example.source.key(): example.source for one in concepts for example in (*one.examples, *one.null)}
    places = {key: at for at, key in enumerate(sources)}
    nulls = FINER * nulls_needed(len(concepts) * components, ALPHA)
    return Cards(tuple(sources.values()), tuple(design(one, places, estimator="paired-difference", nulls=nulls,
                                                       seed=seed) for one in concepts))


def named(components: Components, rows: np.ndarray, designs: Sequence[Design], *, layer: str, seed: int) -> Named:
    """Cosines of components with the concepts of `designs`, from what the layer says of their examples `(row, unit)`.

    In the components' own space: where units have units of their own, each counts in terms of its spread.
    """
    scaled = (rows / components.space.scale).astype(np.float32)
    patterns = components.space.directions(components.parts)
    patterns = patterns / np.linalg.norm(patterns, axis=1, keepdims=True)
    within = inside(layer, scaled, np.zeros((1, 1, scaled.shape[1]), dtype=np.float32))
    cosines, reach, p, cavs = [], [], [], []
    for made in designs:
        cavs.append(find_cav(within, scaled, made, seed=seed))
        own = patterns @ cavs[-1].direction
        nulls = np.abs(_nulls(scaled, made) @ patterns.T)
        cosines.append(own)
        reach.append(np.quantile(nulls, 1 - ALPHA, axis=0))
        p.append((1 + (nulls >= np.abs(own)).sum(axis=0)) / (len(nulls) + 1))
    corrected = holm(np.array(p).T.ravel()).reshape(len(patterns), len(designs))
    return Named(tuple(made.concept.name for made in designs), np.array(cosines).T, np.array(reach).T, corrected,
                 np.array([cav.accuracy for cav in cavs]), np.array([cav.accuracy_p < ALPHA for cav in cavs]))


def _nulls(rows: np.ndarray, made: Design) -> np.ndarray:
    """`(set, unit)` directions of length one of meaningless concepts."""
    fit, found = ESTIMATORS[made.estimator], []
    for at in range(0, len(made.nulls), AT_ONCE):
        mine = rows[made.nulls[at:at + AT_ONCE]].astype(np.float64)
        mine -= mine.mean(axis=1, keepdims=True)
        weights = fit(mine @ mine.transpose(0, 2, 1), made.signs)[0]
        found.append(np.einsum("se,seu->su", weights, mine))
    directions = np.concatenate(found)
    size = np.linalg.norm(directions, axis=1, keepdims=True)
    return directions / np.where(size > 0, size, 1.0)
