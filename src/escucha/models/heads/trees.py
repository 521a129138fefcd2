"""Heads made of decision trees: they need no scaling, and see steps only."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.config import Within
from escucha.models.heads.kernels import weigh
from escucha.models.heads.labels import of_labels


@dataclass(frozen=True)
class ForestSettings:
    """A random forest (Breiman 2001), or extremely randomised trees (Geurts et al. 2006)."""

    trees: Annotated[int, Within(1, 10_000)] = 300
    leaf: Annotated[int, Within(1, 10_000)] = 1
    """Windows in a leaf at least."""
    depth: Annotated[int, Within(1, 1000)] | None = None
    """As deep as it takes where nothing is said."""
    balanced: bool = True
    """Each label weighs the same, however many clips it has."""
    seed: Annotated[int, Within(0, 2**32 - 1)] = 0


@dataclass(frozen=True)
class BoostingSettings:
    """Gradient boosting of histogram trees."""

    rounds: Annotated[int, Within(1, 10_000)] = 100
    rate: Annotated[float, Within(1e-4, 1)] = 0.1
    """How much each tree adds."""
    leaves: Annotated[int, Within(2, 10_000)] = 31
    """Of a tree at most."""
    balanced: bool = True
    seed: Annotated[int, Within(0, 2**32 - 1)] = 0


def fit_forest(features: np.ndarray, targets: np.ndarray, settings: ForestSettings) -> Any:
    """RandomForestClassifier; the same arrays and seed give the same trees."""
    from sklearn.ensemble import RandomForestClassifier

    return _grown(RandomForestClassifier, features, targets, settings)


def fit_extra_trees(features: np.ndarray, targets: np.ndarray, settings: ForestSettings) -> Any:
    """ExtraTreesClassifier: thresholds are drawn, not sought."""
    from sklearn.ensemble import ExtraTreesClassifier

    return _grown(ExtraTreesClassifier, features, targets, settings)


def fit_boosting(features: np.ndarray, targets: np.ndarray, settings: BoostingSettings) -> Any:
    """HistGradientBoostingClassifier, all its rounds: to stop early it would hold out rows of the same groups."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    machine = HistGradientBoostingClassifier(max_iter=settings.rounds, learning_rate=settings.rate,
                                             max_leaf_nodes=settings.leaves, early_stopping=False,
                                             class_weight=weigh(settings), random_state=settings.seed)
    with threadpool_limits(1):  # a table is small: on a busy machine threads that wait for each other take minutes
        return of_labels(machine, targets).fit(features, targets)


def _grown(kind: Any, features: np.ndarray, targets: np.ndarray, settings: ForestSettings) -> Any:
    machine = kind(settings.trees, min_samples_leaf=settings.leaf, max_depth=settings.depth,
                   class_weight=weigh(settings), random_state=settings.seed)
    return of_labels(machine, targets).fit(features, targets)
