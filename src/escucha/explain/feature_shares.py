"""What SHAP explainers of features take and give, and those that need no drawing and no library.

Conventions: rows are `(row, feature)` float64; a `score` maps them to values `(row, label)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from escucha.explain.shapley import shapley_values, subsets
from escucha.models.classifier import FeatureClassifier

Score = Callable[[np.ndarray], np.ndarray]
"""From features `(row, feature)` to the value of each label `(row, label)`."""

CLOSE = 1e-6
"""Of the spread of values: what is off by less is rounding."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What an explainer is given."""

    classifier: FeatureClassifier
    score: Score
    rows: np.ndarray
    background: np.ndarray
    samples: int
    """Rows scored for an explained row, at most."""
    seed: int
    progress: str = ""
    """The name of a bar on stderr; none when empty."""


@dataclass(frozen=True, eq=False)
class Shares:
    """SHAP values of some rows against a background."""

    values: np.ndarray
    """`(row, feature, label)`."""
    errors: np.ndarray
    """`(row, feature, label)` standard errors of what was drawn; 0 where the values are exact."""
    background: np.ndarray
    """`(row, feature)`: what features were replaced from; its mean value is what the shares start at."""

    @classmethod
    def exact(cls, values: np.ndarray, background: np.ndarray) -> "Shares":
        """Without error."""
        return cls(values, np.zeros_like(values), background)


def linear(asked: Asked) -> Shares | None:
    """Coefficient times distance from the background's mean; None where the value is not linear in the features.

    The value is asked, not its type: a pipeline that scales, projects and then weighs is linear, whoever made it.
    """
    middle, spread = asked.background.mean(axis=0), asked.background.std(axis=0)
    steps = np.diag(np.where(spread > 0, spread, 1.0))
    slopes = (asked.score(middle + steps) - asked.score(middle - steps)) / (2 * np.diag(steps)[:, None])
    mixed = np.where(np.random.default_rng(asked.seed).random(asked.background.shape) < 0.5, asked.background,
                     asked.rows[np.arange(len(asked.background)) % len(asked.rows)])
    probes = np.concatenate([asked.rows, asked.background, mixed])
    said = asked.score(probes)
    straight = asked.score(middle[None]) + (probes - middle) @ slopes
    if not is_rounding(said - straight, said):
        return None
    return Shares.exact((asked.rows - middle)[:, :, None] * slopes, asked.background)


def enumerated(asked: Asked) -> Shares | None:
    """All subsets of few features, against every background row; None where walks are cheaper than that."""
    count = asked.rows.shape[1]
    if count > 1 and 2**count * len(asked.background) > asked.samples:
        return None
    kept = subsets(count)
    return Shares.exact(np.stack([_of_subsets(asked, row, kept) for row in asked.rows]), asked.background)


def _of_subsets(asked: Asked, row: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """`(feature, label)`: Shapley values of the mean game over the background."""
    mixed = np.where(kept[:, None], row, asked.background)
    game = asked.score(mixed.reshape(-1, mixed.shape[-1])).reshape(*mixed.shape[:2], -1).mean(axis=1)
    return np.stack([shapley_values(column) for column in game.T], axis=1)


def is_rounding(off: np.ndarray, among: np.ndarray) -> bool:
    """Is what two ways of counting differ by too small to mean anything, beside the spread of values `among`?"""
    return bool(np.abs(off).max() <= CLOSE * max(float(np.ptp(among)), 1e-9))
