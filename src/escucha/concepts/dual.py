"""Directions fitted in the dual: a thousand of them cost a thousand small solves.

Every estimator gives a direction as a weighted sum of the examples, `w = A' alpha`, from their Gram matrix `K = A A'`
alone, so that no vector of a layer's size is formed for a meaningless concept.

Conventions: `grams` are `(set, example, example)`; `signs` are `(example,)`, +1 with the idea and -1 without (of a
graded idea + and - the degree of its pair), in the same order in every set. In a paired set the first half are the
examples with it, the second half their partners.
"""

from collections.abc import Callable

import numpy as np

from escucha.errors import InputError, unknown

STRENGTH = 1.0
"""Penalty of ridge and logistic regression, in units of the mean squared distance of an example from their mean."""
STEPS = 30
"""Newton steps of the logistic fit at most; it mostly settles in under ten."""

Fit = tuple[np.ndarray, np.ndarray]
"""Weights of the examples `(set, example)`, each summing to zero, and the bias `(set,)`."""


def mean_difference(grams: np.ndarray, signs: np.ndarray) -> Fit:
    """The difference of the means, which is the pattern cov(A, y) / var(y) (Haufe et al. 2014): blind to distractors.

    For counterfactual pairs it is the mean of the paired differences, of graded ones weighed by their degrees.
    """
    weight = np.where(signs > 0, signs / signs[signs > 0].sum(), signs / -signs[signs < 0].sum())
    middle = np.abs(weight) / 2
    return np.tile(weight, (len(grams), 1)), -np.einsum("j,sjk,k->s", middle, grams, weight, optimize=True)


def ridge(grams: np.ndarray, signs: np.ndarray) -> Fit:
    """Ridge regression on the signs with an intercept (a least-squares SVM); penalty `penalties`."""
    centred = _centred(grams)
    target = np.broadcast_to(signs - signs.mean(), grams.shape[:2])
    system = centred + penalties(grams)[:, None, None] * np.eye(len(signs))
    alpha = _centre(np.linalg.solve(system, target[..., None])[..., 0])
    return alpha, signs.mean() - np.einsum("sjk,sk->sj", grams, alpha).mean(axis=1)


def logistic(grams: np.ndarray, signs: np.ndarray) -> Fit:
    """Logistic regression with a free intercept, |w|^2 / 2 times `penalties` against the summed log-loss; Newton.

    It tells with from without, and knows no degrees.
    """
    penalty = penalties(grams)
    truth = (signs > 0).astype(np.float64)
    alpha, bias = np.zeros(grams.shape[:2]), np.zeros(len(grams))
    for _ in range(STEPS):
        found, found_bias = _newton(grams, truth, penalty, (alpha, bias))
        moved = np.abs(found - alpha).max(initial=0) / max(np.abs(found).max(initial=0), 1e-300)
        alpha, bias = found, found_bias
        if moved < 1e-5:  # Newton squares what is left
            break
    return alpha, bias


def _newton(grams: np.ndarray, truth: np.ndarray, penalty: np.ndarray, at: Fit) -> Fit:
    """One reweighted least-squares step, solved with the bordered system that makes the weights sum to zero."""
    margin = np.einsum("sjk,sk->sj", grams, at[0]) + at[1][:, None]
    chance = 0.5 * (1 + np.tanh(margin / 2))
    weight = np.maximum(chance * (1 - chance), 1e-6)
    count = len(truth)
    system = np.zeros((len(grams), count + 1, count + 1))
    system[:, :count, :count] = grams
    system[:, range(count), range(count)] += penalty[:, None] / weight
    system[:, :count, count] = system[:, count, :count] = 1
    right = np.zeros((len(grams), count + 1))
    right[:, :count] = margin + (truth - chance) / weight
    solved = np.linalg.solve(system, right[..., None])[..., 0]
    return solved[:, :count], solved[:, count]


ESTIMATORS: dict[str, Callable[[np.ndarray, np.ndarray], Fit]] = {
    "paired-difference": mean_difference,
    "mean-difference": mean_difference,
    "ridge": ridge,
    "logistic": logistic,
}
"""Name to the fit; `paired-difference` is for counterfactual pairs."""


def estimator_named(name: str, *, paired: bool, graded: bool = False) -> Callable[[np.ndarray, np.ndarray], Fit]:
    """The fit called `name`; InputError for an unknown one, for paired differences of examples that are no pairs, or
    for logistic regression of graded ones."""
    if name not in ESTIMATORS:
        raise unknown("estimator", name, ESTIMATORS)
    if name == "paired-difference" and not paired:
        raise InputError("the estimator 'paired-difference' needs counterfactual pairs; use 'mean-difference', "
                         "'ridge' or 'logistic' for clips that are not paired")
    if name == "logistic" and graded:
        raise InputError("the estimator 'logistic' tells with from without, and a graded concept has more or less of "
                         "its idea; use 'paired-difference' or 'ridge'")
    return ESTIMATORS[name]


def penalties(grams: np.ndarray) -> np.ndarray:
    """`(set,)`: STRENGTH times the examples' mean squared distance from their mean; never zero."""
    count, trace = grams.shape[1], np.trace(grams, axis1=1, axis2=2)
    spread = trace / count - grams.sum(axis=(1, 2)) / count**2  # of the centred Gram matrix, which is not needed whole
    return STRENGTH * np.where(spread > 1e-12 * trace / count, spread, 1.0)


def lengths(grams: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`(set,)`: |w| = sqrt(alpha' K alpha); exactly 0 for what is only rounding."""
    square = np.einsum("sj,sjk,sk->s", alpha, grams, alpha, optimize=True)
    scale = np.einsum("sj,sjj->s", alpha**2, grams)
    return np.sqrt(np.where(square > 1e-10 * scale, square, 0.0))


def direction(rows: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`(unit,)`: the primal `A' alpha` of examples `(example, unit)`, of length one, or zeros."""
    vector = alpha @ rows.astype(np.float64)
    size = float(np.linalg.norm(vector))
    rounding = 1e-5 * float(np.sqrt(np.sum(alpha**2) * np.mean(np.sum(rows.astype(np.float64) ** 2, axis=1))))
    return vector / size if size > rounding else np.zeros_like(vector)


def held_out_accuracy(grams: np.ndarray, signs: np.ndarray, folds: np.ndarray, *, estimator: str,
                      paired: bool) -> np.ndarray:
    """`(set,)`: balanced accuracy on folds that the fit has not heard; `folds` `(example,)`, one group in one fold.

    For pairs: how often the member with the idea lies further along the direction (a tie counts half); 0.5 is chance.
    """
    fit = estimator_named(estimator, paired=paired)
    margin = np.zeros(grams.shape[:2])
    for fold in np.unique(folds):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        alpha, bias = fit(grams[:, train[:, None], train], signs[train])
        margin[:, test] = np.einsum("sjk,sk->sj", grams[:, test[:, None], train], alpha) + bias[:, None]
    if paired:
        half = len(signs) // 2
        return _half_ties(margin[:, :half] - margin[:, half:]).mean(axis=1)
    right = _half_ties(margin * signs)
    return (right[:, signs > 0].mean(axis=1) + right[:, signs < 0].mean(axis=1)) / 2


def folds_of(groups: np.ndarray, signs: np.ndarray, *, count: int = 5) -> np.ndarray:
    """`(example,)` fold numbers: whole groups, large ones first, each to the fold that most lacks what it has.

    InputError where fewer than two groups hold either side: nothing could then be held out.
    """
    names = np.unique(groups)
    amounts = {name: np.array([np.sum((groups == name) & (signs > 0)), np.sum((groups == name) & (signs < 0))])
               for name in names}
    sides = np.sum([amount > 0 for amount in amounts.values()], axis=0)
    if sides.min(initial=len(names)) < 2 or not len(names):
        raise InputError(f"examples with and without the idea must each come from two groups or more, got "
                         f"{sides[0]} and {sides[1]}; accuracy is judged on groups the direction was not fitted on")
    count = int(min(count, len(names), sides.min()))
    filled = np.zeros((count, 2))
    home: dict[str, int] = {}
    for name in sorted(names, key=lambda name: -amounts[name].sum()):
        home[name] = int(np.argmin(filled @ amounts[name] + filled.sum(axis=1) * 1e-3))
        filled[home[name]] += amounts[name]
    return np.array([home[name] for name in groups])


def _half_ties(margin: np.ndarray) -> np.ndarray:
    return np.where(np.abs(margin) <= 1e-9 * np.abs(margin).max(initial=0.0), 0.5, margin > 0)


def _centre(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=-1, keepdims=True)


def _centred(grams: np.ndarray) -> np.ndarray:
    rows = grams.mean(axis=1, keepdims=True)
    return grams - rows - rows.swapaxes(1, 2) + rows.mean(axis=2, keepdims=True)
