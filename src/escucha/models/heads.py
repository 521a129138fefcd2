"""Heads: what learns from a table of features, by name. Each is a scikit-learn classifier fitted from its settings.

A card keeps the table and not the fitted machine: the same table gives the same machine, and no pickle is ever opened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from escucha.config import Within, build
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class SvmSettings:
    """A support vector machine on standardised features."""

    c: Annotated[float, Within(1e-6, 1e6)] = 5.0
    gamma: Annotated[float, Within(0, 1e6)] = 0.01


def fit_svm(features: np.ndarray, targets: np.ndarray, settings: SvmSettings) -> Any:
    """StandardScaler, then SVC with an RBF kernel, one against the rest; the same arrays give the same machine."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    machine = SVC(C=settings.c, gamma=settings.gamma, decision_function_shape="ovr", class_weight="balanced")
    return make_pipeline(StandardScaler(), machine).fit(features, targets)


HEADS: dict[str, tuple[type, Callable[[np.ndarray, np.ndarray, Any], Any]]] = {"svm": (SvmSettings, fit_svm)}
"""Name to its settings and to the function that fits it to features `(row, feature)` and targets `(row,)`."""


def fit_head(table: Mapping[str, Any], features: np.ndarray, targets: np.ndarray, where: str) -> Any:
    """The fitted head of a `[head]` table: its `name`, and that one's settings; InputError for what is unknown."""
    make, fit = _head(table, where)
    return fit(features, targets, make())


def check_head(table: Mapping[str, Any], where: str) -> None:
    """Raise InputError, before anything is computed, for a `[head]` table that `fit_head` would refuse."""
    _head(table, where)[0]()


def _head(table: Mapping[str, Any], where: str) -> tuple[Callable[[], Any], Callable[..., Any]]:
    settings = dict(table)
    name = settings.pop("name", None)
    if name is None:
        raise InputError(f"[head] in {where} lacks the key 'name'; one of {', '.join(HEADS)}")
    if name not in HEADS:
        raise unknown("head", str(name), HEADS, where)
    kind, fit = HEADS[name]
    return (lambda: build(kind, settings, f"[head] in {where}")), fit
