"""Shapley values of named features by walks: from a background row to the explained row, one feature at a time.

A walk takes the features over in a random order, and then once more in the reverse order (antithetic: Mitchell, Cooper,
Frank and Holmes 2022); what the value changes by at a step is that feature's share (Castro, Gómez and Tejada 2009).
Every background row starts as many walks as the others, each with an order of its own, so the shares add up to the
row's value minus the mean value of the background, whatever the orders. An order of its own is what makes it cheap:
shap's PermutationExplainer walks all background rows in one order, which at the same price errs two to five times as
much (measured on the cards of the shelf, 53 to 256 features).

Conventions: rows are `(row, feature)` float64; a `score` maps them to values `(row, label)`.
"""

from collections.abc import Iterator

import numpy as np

from escucha.errors import InputError
from escucha.explain.feature_shares import Asked, Score, Shares
from escucha.progress import bar

CELLS = 2**22
"""Numbers in a table that is scored at once: bounds memory (32 MiB)."""


def price(features: int) -> int:
    """Rows scored in one walk there and back; its two ends are scored once for all walks."""
    return max(1, 2 * (features - 1))


def walks(asked: Asked) -> Shares:
    """Shares from at most `samples` scored rows a row; InputError where they do not suffice for one walk.

    Where they do not suffice for a walk from every background row, fewer of those are used, the same for all rows.
    """
    features = asked.rows.shape[1]
    if asked.samples < price(features):
        raise InputError(f"{asked.samples} samples are too few for {features} features; give at least "
                         f"{price(features)}, for one walk through all of them and back")
    used = asked.background[: asked.samples // price(features)]
    rounds = asked.samples // (price(features) * len(used))
    starts = asked.score(used)
    rows = bar(asked.rows, doing=asked.progress, shown=bool(asked.progress))
    found = [_walked(asked.score, row, used, starts, rounds=rounds, rng=np.random.default_rng([asked.seed, at]))
             for at, row in enumerate(rows)]
    values, errors = (np.stack(part) for part in zip(*found))
    return Shares(values, errors, used)


def _walked(score: Score, row: np.ndarray, background: np.ndarray, starts: np.ndarray, *, rounds: int,
            rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard error `(feature, label)` of one row's shares."""
    end = score(row[None])[0]
    count, features = background.shape
    shares = np.empty((rounds, count, features, len(end)))
    for turn in range(rounds):
        orders = rng.permuted(np.tile(np.arange(features), (count, 1)), axis=1)
        for some in _some(count, features):
            shares[turn, some] = _gains(score, row, background[some], orders[some], (starts[some], end))
    return shares.mean(axis=(0, 1)), _error(shares)


def _some(count: int, features: int) -> Iterator[slice]:
    """Walks taken at once."""
    step = max(1, CELLS // (price(features) * features))
    yield from (slice(at, at + step) for at in range(0, count, step))


def _gains(score: Score, row: np.ndarray, background: np.ndarray, orders: np.ndarray,
           ends: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """`(walk, feature, label)`: what each feature changed, mean of the walk there and the walk back."""
    count, features = orders.shape
    arrival = np.argsort(orders, axis=1)
    there = arrival[:, None, :] < np.arange(1, features)[:, None]
    mixed = np.stack([np.where(there, row, background[:, None]), np.where(there, background[:, None], row)])
    inner = score(mixed.reshape(-1, features)) if features > 1 else np.empty((0, len(ends[1])))
    inner = inner.reshape(2, count, features - 1, -1)
    start, end = ends[0][:, None], np.broadcast_to(ends[1], (count, 1, len(ends[1])))
    ahead = np.diff(np.concatenate([start, inner[0], end], axis=1), axis=1)
    # taken back in the same order, what a feature took away is what it had brought in the reverse order
    back = -np.diff(np.concatenate([end, inner[1], start], axis=1), axis=1)
    gains = np.empty_like(ahead)
    np.put_along_axis(gains, orders[:, :, None], (ahead + back) / 2, axis=1)
    return gains


def _error(shares: np.ndarray) -> np.ndarray:
    """Standard error `(feature, label)` of the mean of `(round, background, feature, label)`.

    The background is what it is, so only walks of one background row tell how far chance reaches; with one walk each
    they are compared with each other, which says too much rather than too little.
    """
    rounds, count = shares.shape[:2]
    if rounds > 1:
        return np.sqrt(shares.var(axis=0, ddof=1).sum(axis=0) / rounds) / count
    return np.sqrt(shares[0].var(axis=0, ddof=1) / count) if count > 1 else np.full(shares.shape[2:], np.nan)
