"""Heads: what learns from a table of features, by name. Each is a scikit-learn classifier fitted from its settings.

A card keeps the table and not the fitted machine: the same table gives the same machine, and no pickle is ever opened.
Of a thousand windows of 58 features that takes .01 s (logistic) to 2.4 s (boosting) of one core at each loading.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from escucha.config import build, take_kind
from escucha.errors import InputError
from escucha.models.heads.kernels import LogisticSettings, SgdSettings, SvmSettings, fit_logistic, fit_sgd, fit_svm
from escucha.models.heads.trees import BoostingSettings, ForestSettings, fit_boosting, fit_extra_trees, fit_forest

HEADS: dict[str, tuple[type, Callable[[np.ndarray, np.ndarray, Any], Any]]] = {
    "svm": (SvmSettings, fit_svm), "logistic": (LogisticSettings, fit_logistic), "sgd": (SgdSettings, fit_sgd),
    "forest": (ForestSettings, fit_forest), "extra-trees": (ForestSettings, fit_extra_trees),
    "boosting": (BoostingSettings, fit_boosting)}
"""Name to its settings and to the function that fits it to features `(row, feature)` and targets `(row,)`, or booleans
`(row, label)` where a row has several labels."""


def fit_head(table: Mapping[str, Any], features: np.ndarray, targets: np.ndarray, where: str) -> Any:
    """The fitted head of a `[head]` table: its `name`, and that one's settings.

    InputError for what is unknown, and where there is nothing to tell apart.
    """
    make, fit = _head(table, where)
    settings = make()
    if targets.ndim == 1 and len(np.unique(targets)) < 2:
        raise InputError(f"the table that {where} learns from has one label only; there is nothing to tell apart")
    if targets.ndim == 2 and (targets.all(axis=0) | ~targets.any(axis=0)).any():
        raise InputError(f"a label that {where} should learn is on all the clips, or on none; there is nothing to "
                         "tell apart")
    return fit(features, targets, settings)


def check_head(table: Mapping[str, Any], where: str) -> None:
    """Raise InputError, before anything is computed, for a `[head]` table that `fit_head` would refuse."""
    _head(table, where)[0]()


def _head(table: Mapping[str, Any], where: str) -> tuple[Callable[[], Any], Callable[..., Any]]:
    settings, place = dict(table), f"[head] in {where}"
    kind, fit = HEADS[take_kind(settings, HEADS, what="head", where=place, key="name")]
    return (lambda: build(kind, settings, place)), fit
