"""Heads that weigh standardised features: support vector machines, logistic regression, stochastic gradient descent."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from escucha.config import Within
from escucha.models.heads.labels import of_labels


@dataclass(frozen=True)
class SvmSettings:
    """A support vector machine on standardised features."""

    c: Annotated[float, Within(1e-6, 1e6)] = 5.0
    gamma: Annotated[float, Within(0, 1e6)] = 0.01
    balanced: bool = True
    """Each label weighs the same, however many clips it has."""


@dataclass(frozen=True)
class LogisticSettings:
    """Logistic regression on standardised features."""

    c: Annotated[float, Within(1e-6, 1e6)] = 1.0
    """Inverse penalty of the squared weights."""
    rounds: Annotated[int, Within(1, 100_000)] = 3000
    """Iterations at most."""
    balanced: bool = True


@dataclass(frozen=True)
class SgdSettings:
    """A linear machine on standardised features, learned clip by clip, its weights averaged."""

    loss: Literal["hinge", "log_loss"] = "log_loss"
    alpha: Annotated[float, Within(1e-9, 1e3)] = 1e-4
    """Penalty of the squared weights."""
    rounds: Annotated[int, Within(1, 100_000)] = 1000
    """Passes over the table at most."""
    balanced: bool = True
    seed: Annotated[int, Within(0, 2**32 - 1)] = 0


def fit_svm(features: np.ndarray, targets: np.ndarray, settings: SvmSettings) -> Any:
    """StandardScaler, then SVC with an RBF kernel, one against the rest; the same arrays give the same machine."""
    from sklearn.svm import SVC

    machine = SVC(C=settings.c, gamma=settings.gamma, decision_function_shape="ovr", class_weight=weigh(settings))
    return _fitted(machine, features, targets)


def fit_logistic(features: np.ndarray, targets: np.ndarray, settings: LogisticSettings) -> Any:
    """StandardScaler, then LogisticRegression: one softmax over the labels."""
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(C=settings.c, max_iter=settings.rounds, class_weight=weigh(settings)), features,
                   targets)


def fit_sgd(features: np.ndarray, targets: np.ndarray, settings: SgdSettings) -> Any:
    """StandardScaler, then SGDClassifier, one label against the rest."""
    from sklearn.linear_model import SGDClassifier

    machine = SGDClassifier(loss=settings.loss, alpha=settings.alpha, max_iter=settings.rounds, average=True,
                            class_weight=weigh(settings), random_state=settings.seed)
    return _fitted(machine, features, targets)


def weigh(settings: Any) -> str | None:
    """scikit-learn's word for settings whose `balanced` says so."""
    return "balanced" if settings.balanced else None


def _fitted(machine: Any, features: np.ndarray, targets: np.ndarray) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), of_labels(machine, targets)).fit(features, targets)
