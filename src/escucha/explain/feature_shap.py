"""SHAP values of a classifier over named features (Lundberg and Lee 2017, arXiv 1705.07874): which feature says what.

What is explained is each label's value (`models.classifier.values`): the logit minus the mean logit over labels, or the
logit of a sigmoid. Never the class index, whose SHAP values depend on the order the labels are listed in, and never a
probability, which is flat where the model is sure and does not add up over windows.

A feature is taken away by putting in its place what it is in rows of a background, whatever the others are there
(interventional SHAP; Janzing, Minorics and Blöbaum 2020). Of features that go together that makes mixtures that no
music has: the shares say what the model uses, not what the music needs.

Conventions: rows are `(row, feature)`; values `(row, feature, label)` in units of the value. They sum over features to
a row's value minus the mean value of the background.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from escucha.errors import InputError
from escucha.explain.feature_shares import Asked, Shares, enumerated, is_rounding, linear
from escucha.explain.feature_walks import walks
from escucha.explain.gradients.drawing import drawing
from escucha.models.classifier import FeatureClassifier, values

BACKGROUND = 50
"""Rows that features are replaced from."""
SAMPLES = 20_000
"""Rows scored for an explained row, at most, where nothing exact is cheaper."""
ROUND = 4096
"""Rows scored at once where there are many."""


@dataclass(frozen=True, eq=False)
class FeatureValues:
    """SHAP values of rows, and what they rest on."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    values: np.ndarray
    """`(row, feature, label)`: above zero speaks for the label."""
    errors: np.ndarray
    """Their standard errors, of the walks that were drawn; 0 where nothing was."""
    scores: np.ndarray
    """`(row, label)`: the rows' values."""
    base: np.ndarray
    """`(label,)`: the mean value of the background."""
    explainer: str
    """A key of EXPLAINERS."""
    evaluations: int
    """Rows the classifier scored for it."""
    background: int
    """Rows of the background."""

    @property
    def residual(self) -> np.ndarray:
        """`(row, label)`: what the shares and the base do not add up to; rounding."""
        return self.scores - self.base - self.values.sum(axis=1)

    def mean(self, counts: Sequence[int]) -> "FeatureValues":
        """Of clips that have so many rows (windows) each, in order: a clip's value is the mean of its windows'.

        So are its SHAP values: they are linear in what they explain.
        """
        first, size = np.cumsum([0, *counts[:-1]]), np.asarray(counts, dtype=float)

        def over(table: np.ndarray) -> np.ndarray:
            return np.add.reduceat(table, first, axis=0) / size.reshape(-1, *[1] * (table.ndim - 1))

        spread = np.sqrt(np.add.reduceat(self.errors**2, first, axis=0)) / size[:, None, None]
        return replace(self, values=over(self.values), errors=spread, scores=over(self.scores))


def feature_values(classifier: FeatureClassifier, rows: np.ndarray, background: np.ndarray, *,
                   samples: int = SAMPLES, seed: int = 0, progress: str = "") -> FeatureValues:
    """SHAP values of `rows` against `background`, both `(row, feature)`, for every label at once.

    By the first of EXPLAINERS that can: exact where the value is linear, the sum of boosted trees, or of few features;
    else by random walks of at most `samples` scored rows a row. Nothing random outlives the call. `progress`
    names a bar on stderr. InputError for tables of another width, without rows or not finite.
    """
    rows, background = (_table(classifier, table) for table in (rows, background))
    scored = [0]

    def score(table: np.ndarray) -> np.ndarray:
        scored[0] += len(table)
        return _scored(classifier, table)

    explainer, shares = _explained(Asked(classifier, score, rows, background, samples, seed, progress))
    return FeatureValues(tuple(classifier.feature_names), tuple(classifier.labels), shares.values, shares.errors,
                         score(rows), score(shares.background).mean(axis=0), explainer, scored[0],
                         len(shares.background))


def _explained(asked: Asked) -> tuple[str, Shares]:
    """The first explainer that can, and what it says."""
    for explainer, explain in EXPLAINERS.items():
        shares = explain(asked)
        if shares is not None:
            return explainer, shares
    raise AssertionError("walks explain everything")


def _table(classifier: FeatureClassifier, table: np.ndarray) -> np.ndarray:
    found, width = np.asarray(table, dtype=np.float64), len(classifier.feature_names)
    if found.ndim != 2 or found.shape[1] != width or not len(found):
        raise InputError(f"the model has {width} features, so it is explained on tables (row, {width}), got "
                         f"{found.shape}; make them with its `features`")
    if not np.isfinite(found).all():
        row, column = np.argwhere(~np.isfinite(found))[0]
        raise InputError(f"the feature {classifier.feature_names[column]!r} of row {row} is {found[row, column]}; "
                         "leave out rows that are not finite")
    return found


def _scored(classifier: FeatureClassifier, table: np.ndarray) -> np.ndarray:
    """Values `(row, label)`, many rows in rounds."""
    scores = [classifier.scores_of(table[at : at + ROUND]) for at in range(0, len(table), ROUND)]
    return values(np.concatenate(scores).astype(np.float64), classifier.link)


def _trees(asked: Asked) -> Shares | None:
    """Boosted trees, by shap's TreeExplainer: their raw scores are sums over trees, and the value is linear in them.

    None for everything else: of a forest it would explain the probability.
    """
    machines = _boosted(getattr(asked.classifier, "pipeline", None))
    if not machines:
        return None
    raw = np.stack([_of_trees(machine, asked.rows, asked.background, asked.seed) for machine in machines], axis=-1)
    raw = raw[..., 0] if raw.ndim == 4 else raw
    if raw.shape[-1] == 1:  # as decisions.py: the difference of the two halves is the decision value
        raw = np.concatenate([-raw / 2, raw / 2], axis=-1)
    shares = values(raw * getattr(asked.classifier, "scale", 1.0), asked.classifier.link)
    lost = asked.score(asked.rows) - asked.score(asked.background).mean(axis=0) - shares.sum(axis=1)
    return Shares.exact(shares, asked.background) if is_rounding(lost, shares) else None


def _boosted(machine: Any) -> list[Any]:
    """The boosting machines that a classifier is, one, or one a label; none where it is something else."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.multiclass import OneVsRestClassifier

    machines = list(machine.estimators_) if isinstance(machine, OneVsRestClassifier) else [machine]
    return machines if all(isinstance(one, HistGradientBoostingClassifier) for one in machines) else []


def _of_trees(machine: Any, rows: np.ndarray, background: np.ndarray, seed: int) -> np.ndarray:
    """`(row, feature)` of one raw score, or `(row, feature, label)`."""
    with drawing(seed):
        import shap

        # without a masker of its own size shap would keep a hundred rows of the background
        masker = shap.maskers.Independent(background, max_samples=len(background))
        explainer = shap.TreeExplainer(machine, masker, feature_perturbation="interventional", model_output="raw")
        # row by row, for shap draws a bar of its own when a call takes long
        return np.concatenate([explainer.shap_values(row[None], check_additivity=False) for row in rows])


EXPLAINERS: dict[str, Callable[[Asked], Shares | None]] = {
    "linear": linear, "trees": _trees, "exact": enumerated, "permutation": walks}
"""Name to what explains, or says None where it cannot: the first that does is taken."""
