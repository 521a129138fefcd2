"""The dual fits are the primal ones, and no group is on both sides of a held-out accuracy."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from escucha.concepts import dual
from escucha.errors import InputError

SIGNS = np.array([1] * 12 + [-1] * 18)


@pytest.fixture
def examples() -> np.ndarray:
    """Three sets `(set, example, unit)` with more units than examples."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 30, 200)) + (SIGNS > 0)[:, None] * rng.normal(size=200) + 5


def grams(examples: np.ndarray) -> np.ndarray:
    return examples @ examples.swapaxes(1, 2)


def primal(name: str, rows: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    if name == "ridge":
        fit = Ridge(alpha=penalty).fit(rows, SIGNS)
        return fit.coef_, float(fit.intercept_)
    if name == "logistic":
        fit = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10000).fit(rows, SIGNS)
        return fit.coef_[0], float(fit.intercept_[0])
    weights = rows[SIGNS > 0].mean(axis=0) - rows[SIGNS < 0].mean(axis=0)
    return weights, -float(weights @ (rows[SIGNS > 0].mean(axis=0) + rows[SIGNS < 0].mean(axis=0)) / 2)


@pytest.mark.parametrize("name", sorted(dual.ESTIMATORS))
def test_a_batch_of_dual_fits_equals_the_primal_ones(examples, name):
    gram = grams(examples)
    alpha, bias = dual.ESTIMATORS[name](gram, SIGNS)
    for at, rows in enumerate(examples):
        weights, intercept = primal(name, rows, dual.penalties(gram)[at])
        found = alpha[at] @ rows
        np.testing.assert_allclose(found, weights, atol=2e-4 * np.abs(weights).max())
        assert bias[at] == pytest.approx(intercept, abs=2e-3 * max(1, abs(intercept)))
        assert dual.lengths(gram, alpha)[at] == pytest.approx(np.linalg.norm(weights), rel=1e-3)
        np.testing.assert_allclose(dual.direction(rows, alpha[at]), weights / np.linalg.norm(weights), atol=2e-4)


def test_the_pattern_is_the_covariance_with_the_signs(examples):
    rows = examples[0]
    alpha = dual.mean_difference(grams(examples), SIGNS)[0][0]
    pattern = ((SIGNS - SIGNS.mean()) @ rows) / len(SIGNS) / SIGNS.var()
    np.testing.assert_allclose(alpha @ rows, pattern * 2)  # signs are two apart


def test_separable_examples_do_not_upset_the_logistic_fit():
    rows = np.outer(SIGNS, [1e3, 1e3, 1e3]) + np.random.default_rng(0).normal(size=(30, 3))
    gram = (rows @ rows.T)[None]
    alpha, _ = dual.logistic(gram, SIGNS)
    weights, _ = primal("logistic", rows, dual.penalties(gram)[0])
    np.testing.assert_allclose(alpha[0] @ rows, weights, rtol=1e-3)


def test_what_is_only_rounding_has_no_length_and_no_direction():
    rows = np.tile(np.random.default_rng(0).normal(size=50), (30, 1))
    alpha = dual.mean_difference((rows @ rows.T)[None], SIGNS)[0]
    assert dual.lengths((rows @ rows.T)[None], alpha).tolist() == [0.0]
    assert not dual.direction(rows, alpha[0]).any()


def test_held_out_accuracy_is_judged_on_other_groups():
    """Each group has a direction of its own that tells its clips apart: within groups it is easy, across impossible."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 6)
    signs = np.tile([1, -1], 60)
    rows = 10 * rng.normal(size=(20, 400))[groups] * signs[:, None] + rng.normal(size=(120, 400))
    gram = (rows @ rows.T)[None]
    names = groups.astype(str)
    leaky = dual.held_out_accuracy(gram, signs, np.arange(120) // 2 % 5, estimator="ridge", paired=False)
    honest = dual.held_out_accuracy(gram, signs, dual.folds_of(names, signs), estimator="ridge", paired=False)
    assert leaky[0] > 0.95
    assert abs(honest[0] - 0.5) < 0.2


def test_folds_keep_groups_whole_and_every_training_part_hears_both_sides():
    rng = np.random.default_rng(0)
    groups = rng.integers(9, size=60).astype(str)
    signs = np.where(np.isin(groups, ["0", "1", "2"]), 1, -1)
    folds = dual.folds_of(groups, signs)
    assert all(len(set(folds[groups == name])) == 1 for name in set(groups))
    assert len(set(folds)) == 3
    assert all(len(set(signs[folds != fold])) == 2 for fold in set(folds))


def test_one_group_on_a_side_cannot_be_held_out():
    with pytest.raises(InputError, match="two groups or more, got 1 and 2"):
        dual.folds_of(np.array(["a", "a", "b", "c"]), np.array([1, 1, -1, -1]))


def test_paired_accuracy_asks_which_of_the_two_and_counts_a_tie_half():
    rng = np.random.default_rng(0)
    base, change = rng.normal(size=(16, 8)) * 50, np.eye(8)[0]
    signs, folds = np.repeat([1, -1], 16), np.tile(np.arange(16) // 4, 2)
    for step, accuracy in ((change, 1.0), (0 * change, 0.5)):
        rows = np.concatenate([base + step, base])
        found = dual.held_out_accuracy((rows @ rows.T)[None], signs, folds, estimator="mean-difference", paired=True)
        assert found.tolist() == [accuracy]


def test_paired_differences_need_pairs():
    with pytest.raises(InputError, match="needs counterfactual pairs"):
        dual.estimator_named("paired-difference", paired=False)
    with pytest.raises(InputError, match="did you mean 'ridge'"):
        dual.estimator_named("rigde", paired=True)
