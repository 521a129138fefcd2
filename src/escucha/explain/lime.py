"""audioLIME: a weighted linear model of the clip's value over parts switched on and off at random.

Haunschmid, Manilow, Widmer, "audioLIME: Listenable Explanations Using Source Separation", 2020, arXiv 2008.00582:
on or off with probability one half, the first row all on, cosine distance to all on, kernel
sqrt(exp(-d^2 / .25^2)), ridge regression with penalty 1 and a free intercept. Given the same masks and targets the
weights equal the published package's (held by a test).

Parts that are digitally silent take no part: their weight is zero and not chance.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights

WIDTH = 0.25
PENALTY = 1.0
LARGEST = 10**8
"""Samples times parts, at most: the table that is fitted."""
DRAWS = 200
"""Bootstrap draws behind intervals and stability."""
TOP = 3
"""How many of the strongest parts stability looks at."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The linear model: `target ~ intercept + masks @ weights`."""

    weights: np.ndarray
    intercept: float
    r2: float | None
    """Share of the weighted variance explained; None where the target does not vary."""


def lime(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """LIME weights of every part for `label`, with bootstrap intervals, R^2 and stability."""
    samples, count = sampling.samples, len(game.factorization.parts)
    if samples < 2:
        raise InputError(f"LIME needs at least 2 samples, got {samples}; 1000 is the published number")
    if samples * count > LARGEST:
        raise InputError(f"{samples} samples of {count} parts are too large a table to fit (at most {LARGEST} cells); "
                         "ask for fewer samples or segments")
    rng = np.random.default_rng(sampling.seed)
    masks = np.zeros((samples + 1, count), dtype=bool)  # the last row, all off, is scored but not fitted
    masks[:-1, game.sounding] = draw_masks(rng, samples, len(game.sounding))
    before, target = game.asked, game.values(masks, label)
    played = masks[:-1, game.sounding]
    fitted = fit_ridge(played, target[:-1], kernel(played))
    draws = bootstrap(rng, played, target[:-1])
    weights, low, high = np.zeros((3, count))
    weights[game.sounding] = fitted.weights
    low[game.sounding], high[game.sounding] = np.percentile(draws, (2.5, 97.5), axis=0)
    return Weights(weights, low, high, float(target[0]), float(target[-1]), game.asked - before, fit=fitted.r2,
                   stability=_stability(fitted.weights, draws))


def draw_masks(rng: np.random.Generator, samples: int, parts: int) -> np.ndarray:
    """`(samples, part)` bool: each part on with probability one half, the first row all on."""
    masks = rng.integers(0, 2, (samples, parts)).astype(bool)
    masks[0] = True
    return masks


def kernel(masks: np.ndarray) -> np.ndarray:
    """`(remix,)` weights sqrt(exp(-d^2 / .25^2)) of the cosine distance d = 1 - sqrt(k/n) to all on (all off: 1)."""
    share = masks.mean(axis=1) if masks.shape[1] else np.ones(len(masks))
    return np.sqrt(np.exp(-((1 - np.sqrt(share)) ** 2) / WIDTH**2))


def fit_ridge(masks: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Fit:
    """Weighted ridge regression with a free intercept, solved in closed form, and its weighted R^2."""
    inputs, total = masks.astype(np.float64), weight.sum()
    aim = target - target[0]  # so that a target that never moves gives exactly zero
    middle, mean = weight @ inputs / total, weight @ aim / total
    centred, residual = inputs - middle, aim - mean
    gram = (centred * weight[:, None]).T @ centred + PENALTY * np.eye(inputs.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (weight * residual))
    around = float(weight @ residual**2)
    r2 = 1 - float(weight @ (residual - centred @ weights) ** 2) / around if np.ptp(target) > 0 else None
    return Fit(weights, float(target[0] + mean - middle @ weights), r2)


def bootstrap(rng: np.random.Generator, masks: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`(draw, part)`: the weights refitted on remixes drawn again with replacement."""
    weight = kernel(masks)
    each = np.full(len(masks), 1 / len(masks))
    return np.stack([fit_ridge(masks, target, weight * rng.multinomial(len(masks), each)).weights
                     for _ in range(DRAWS)])


def _stability(weights: np.ndarray, draws: np.ndarray) -> float | None:
    """Mean Jaccard overlap of the strongest parts with those of each bootstrap draw; None where all are strongest."""
    if len(weights) <= TOP or not weights.any():
        return None
    strongest = set(np.argsort(-np.abs(weights))[:TOP])
    again = [set(row) for row in np.argsort(-np.abs(draws), axis=1)[:, :TOP]]
    return float(np.mean([len(strongest & other) / len(strongest | other) for other in again]))
