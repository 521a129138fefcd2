"""audioLIME: a weighted linear model of the clip's value over parts switched on and off at random.

Haunschmid, Manilow, Widmer, "audioLIME: Listenable Explanations Using Source Separation", 2020, arXiv 2008.00582:
on or off with probability one half, the first row all on, cosine distance to all on, kernel
sqrt(exp(-d^2 / .25^2)), ridge regression with penalty 1 and a free intercept. Given the same masks and targets the
weights equal the published package's (held by a test).

SoundLIME (Mishra, Sturm, Dixon, "Local Interpretable Model-Agnostic Explanations for Music Content Analysis", ISMIR
2017) is the same engine on other parts. Stretches of time: `of_sources(clip, {}, segments=10, window=...)`; of time and
frequency: the same with `bands=6` (equal in mel) or `bands=(500.0, 2000.0)` (edges in Hz). On the command line:
`--parts none --segments 10 --bands 6 --method lime`.

Parts that are digitally silent take no part: their weight is zero and not chance.

Intervals hold what other draws of as many remixes would give, not what the weights tend to with ever more: ridge
regression shrinks them, by about 1 % with the published 1000 remixes, and that share shrinks as the samples grow.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError
from escucha.explain.agreement import TOP, overlap, rank_correlation
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights

WIDTH = 0.25
PENALTY = 1.0
LARGEST = 10**8
"""Samples times parts, at most: the table that is fitted."""
MOST = 65_536
"""Samples that `until_stable` draws at most (fewer where the table would be too large)."""
BLOCKS = 4
"""Repetitions that have to agree: the samples are cut into so many, each fitted by itself."""
AGREE = 0.9
"""Mean overlap of their strongest parts at which they do."""
DRAWS = 200
"""Bootstrap draws behind intervals and stability."""
GROUPS = 512
"""Remixes are drawn again in so many groups (each alone where there are no more), which costs one matrix product."""
CELLS = 4 * 10**7
"""Numbers, at most, that are kept of all groups at once."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The linear model: `target ~ intercept + masks @ weights`."""

    weights: np.ndarray
    intercept: float
    r2: float | None
    """Share of the weighted variance explained; None where the target does not vary."""


def lime(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """LIME weights of every part for `label`, with bootstrap intervals (of the estimate from as many remixes, see
    above), R^2 and stability.

    `until_stable` doubles the samples, always of one stream, so that the weights are those of as many samples asked for
    at once. It ends when BLOCKS independent shares of them name the same strongest parts (mean Jaccard overlap AGREE
    or more), for then all of them together are surer than each; or else at MOST, and says so.
    """
    count, players = len(game.factorization.parts), game.sounding
    _check(sampling.samples, count)
    rng, before, (everything, nothing) = np.random.default_rng(sampling.seed), game.asked, game.ends(label)
    most = max(sampling.samples, min(MOST, LARGEST // count)) if sampling.until_stable else sampling.samples
    played = draw_masks(rng, sampling.samples, len(players))
    target = _values(game, label, played)
    while len(played) < most and not agree(played, target):
        fresh = _drawn(rng, min(len(played), most - len(played)), len(players))
        played, target = np.concatenate([played, fresh]), np.concatenate([target, _values(game, label, fresh)])
    stable = agree(played, target) if sampling.until_stable else None
    fitted, draws = fit_ridge(played, target, kernel(played)), bootstrap(rng, played, target)
    weights, low, high = np.zeros((3, count))
    weights[players] = fitted.weights
    low[players], high[players] = np.percentile(draws, (2.5, 97.5), axis=0)
    return Weights(weights, low, high, everything, nothing, game.asked - before, fit=fitted.r2,
                   stability=_told(overlap(*draws)), rank_correlation=_told(rank_correlation(*draws)),
                   samples=len(played), stable=stable, notes=_settled(stable, played, target))


def _told(number: float) -> float | None:
    return None if np.isnan(number) else number


def _settled(stable: bool | None, played: np.ndarray, target: np.ndarray) -> tuple[str, ...]:
    samples, players = played.shape
    if stable is None:
        return ()
    if not np.ptp(target):
        return (f"The value is the same in all {samples} remixes drawn: no part is stronger than another.",)
    if players <= TOP:
        return (f"No more than {TOP} parts sound, so drawing ended at {samples} remixes without a test of which are "
                "the strongest; how sure each weight is, its interval says.",)
    if stable:
        return (f"Each of {BLOCKS} independent shares of the {samples} remixes drawn names the same strongest parts.",)
    return (f"After {samples} remixes the strongest parts still depend on the draw: several of them are about as "
            "strong, and their order says nothing.",)


def _check(samples: int, count: int) -> None:
    if samples < 2:
        raise InputError(f"LIME needs at least 2 samples, got {samples}; 1000 is the published number")
    if samples * count > LARGEST:
        raise InputError(f"{samples} samples of {count} parts are too large a table to fit (at most {LARGEST} cells); "
                         "ask for fewer samples or segments")


def _values(game: Game, label: str, played: np.ndarray) -> np.ndarray:
    """`(remix,)` values of masks over the parts that sound."""
    masks = np.zeros((len(played), len(game.factorization.parts)), dtype=bool)
    masks[:, game.sounding] = played
    return game.values(masks, label)


def draw_masks(rng: np.random.Generator, samples: int, parts: int) -> np.ndarray:
    """`(samples, part)` bool: each part on with probability one half, the first row all on."""
    masks = _drawn(rng, samples, parts)
    masks[0] = True
    return masks


def _drawn(rng: np.random.Generator, samples: int, parts: int) -> np.ndarray:
    """`(samples, part)` bool; drawn in two goes they are the same as in one."""
    return rng.integers(0, 2, (samples, parts)).astype(bool)


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


def agree(masks: np.ndarray, target: np.ndarray) -> bool:
    """Do shares of the remixes, each fitted by itself, name the same strongest parts? Yes where there is no choice."""
    shares = [(masks[at::BLOCKS], target[at::BLOCKS]) for at in range(BLOCKS)]
    fits = np.stack([fit_ridge(mask, aim, kernel(mask)).weights for mask, aim in shares if len(mask)])
    return fits.shape[1] <= TOP or not np.ptp(target) or overlap(*fits) >= AGREE  # NaN where a share tells nothing


def bootstrap(rng: np.random.Generator, masks: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`(draw, part)`: the weights refitted on remixes drawn again with replacement, in groups of equal size.

    They spread about the weights of as many remixes, shrunk as those are (`PENALTY`).
    """
    groups, parts = min(len(masks), GROUPS), masks.shape[1]
    counts = rng.multinomial(groups, np.full(groups, 1 / groups), DRAWS).astype(np.float64)
    rows = np.column_stack([masks, np.ones(len(masks)), target - target[0]])
    weight, group = kernel(masks), np.arange(len(masks)) * groups // len(masks)
    if groups * (parts + 2) ** 2 > CELLS:
        return np.stack([_solved(_products(rows, weight * count[group])) for count in counts])
    cuts = np.flatnonzero(np.diff(group)) + 1
    each = np.stack([_products(*piece) for piece in zip(np.split(rows, cuts), np.split(weight, cuts))])
    return _solved((counts @ each.reshape(groups, -1)).reshape(DRAWS, parts + 2, parts + 2))


def _products(rows: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """`(column, column)`: weighted sums of products of the columns: parts, one, target."""
    return (rows * weight[:, None]).T @ rows


def _solved(products: np.ndarray) -> np.ndarray:
    """`(..., part)`: the weights of `fit_ridge`, from its sums of products."""
    total, mean = products[..., [-2], [-2]], products[..., -2, :] / products[..., [-2], [-2]]
    middle = mean[..., :-2]
    centred = products - total[..., None] * mean[..., :, None] * mean[..., None, :]
    gram = centred[..., :-2, :-2] + PENALTY * np.eye(middle.shape[-1])
    return np.linalg.solve(gram, centred[..., :-2, [-1]])[..., 0]
