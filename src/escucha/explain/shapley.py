"""Shapley values of parts: exact where that is cheap, and said so where it is not.

phi_i = sum over S without i of |S|! (n-1-|S|)! / n! * [v(S + i) - v(S)] (Shapley 1953). They sum to v(all) - v(none).

Where the clip's value is the *mean of window values*, the game is a sum of window games, and Shapley values of a sum
are the sum of Shapley values, a part that a window does not hear having none of that window's: so all parts of all
windows follow from 2^(parts heard) evaluations a window. 5 stems x 10 windows are 50 parts in 320 passes, not 2^50.

Conventions: subsets are bit masks: bit i of the index is part i, `values[0]` is v(none), `values[-1]` v(all).
"""

from math import comb

import numpy as np

from escucha.errors import InputError
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights, exact
from escucha.models.classifier import label_index

LARGEST = 16
"""Parts of one game that are solved exactly: 65 536 evaluations."""

MANY = 500
"""Above so many parts the table of all pairs is not made."""


def shapley(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """Exact Shapley values and pair interactions of every part for `label`.

    `sampling` changes nothing: nothing is drawn. InputError states the cost where it is too high.
    """
    label_index(game.classifier, label)
    return _by_window(game, label) if game.additive else _whole(game, label)


def _by_window(game: Game, label: str) -> Weights:
    count = len(game.factorization.parts)
    _check_cost([len(window.parts) for window in game.grid], "the parts one window hears")
    weights, pairs = np.zeros(count), np.zeros((count, count)) if count <= MANY else None
    ends, before = np.zeros(2), game.asked
    game.ask((window, subsets(len(window.parts))) for window in game.grid)
    for window in game.grid:
        rows = subsets(len(window.parts))
        played = game.window_values(window, rows, label) / len(game.grid)
        weights[window.parts] += shapley_values(played)
        if pairs is not None:
            pairs[np.ix_(window.parts, window.parts)] += interactions(played)
        ends += played[-1], played[0]
    return exact(weights, float(ends[0]), float(ends[1]), passes=game.asked - before, interactions=pairs)


def _whole(game: Game, label: str) -> Weights:
    """One game over all sounding parts: for values that do not add up over windows."""
    count, sounding = len(game.factorization.parts), game.sounding
    joined = f"joined by {game.aggregation}" if game.value == "logit" else "no sum in log-odds"
    _check_cost([len(sounding)], f"the parts of a clip whose windows are {joined}")
    masks = np.zeros((2 ** len(sounding), count), dtype=bool)
    masks[:, sounding] = subsets(len(sounding))
    before, played = game.asked, game.values(masks, label)
    weights, pairs = np.zeros(count), np.zeros((count, count))
    weights[sounding], pairs[np.ix_(sounding, sounding)] = shapley_values(played), interactions(played)
    return exact(weights, float(played[-1]), float(played[0]), passes=game.asked - before, interactions=pairs)


def subsets(count: int) -> np.ndarray:
    """`(2^count, count)` bool: row s holds the bits of s.

    >>> subsets(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1


def shapley_values(game: np.ndarray) -> np.ndarray:
    """`(n,)` Shapley values of a game given by its `2^n` values, in subset order.

    >>> shapley_values(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    if len(game) == 1:  # a window in which nothing sounds
        return np.zeros(0)
    holds, without, within = _terms(game, 1)
    return holds.T @ (within + without) - without.sum()


def interactions(game: np.ndarray) -> np.ndarray:
    """`(n, n)` Shapley interaction indices (Grabisch and Roubens 1999) of the `2^n` values, zero on the diagonal.

    sum over S without i, j of |S|! (n-2-|S|)! / (n-1)! * [v(S+i+j) - v(S+i) - v(S+j) + v(S)].
    """
    count = len(game).bit_length() - 1
    if count < 2:
        return np.zeros((count, count))
    holds, neither, one, both = _terms(game, 2)
    either = holds.T @ (-one - neither)
    out = holds.T @ ((both + 2 * one + neither)[:, None] * holds) + either[:, None] + either + neither.sum()
    np.fill_diagonal(out, 0)
    return out


def _terms(game: np.ndarray, players: int) -> tuple[np.ndarray, ...]:
    """`(2^n, n)` the parts that each subset holds, and `(2^n,)` what it adds where it holds 0, 1, .. of the players.

    A subset's value counts with its share |S|! (n-p-|S|)! / (n-p+1)! where S are its parts that are no players, and
    counts once for all players that it meets in the same way: sums over subsets become products of matrices.
    """
    count = len(game).bit_length() - 1
    holds = subsets(count).astype(np.float64)
    size, others = holds.sum(axis=1).astype(int), count - players
    share = np.array([1 / ((others + 1) * comb(others, k)) for k in range(others + 1)])
    moved = game - game[0]  # so that a game that never moves gives exactly zero
    return holds, *(np.where((size >= met) & (size - met <= others),
                             share[np.clip(size - met, 0, others)] * moved, 0) for met in range(players + 1))


def _check_cost(games: list[int], what: str) -> None:
    if max(games) > LARGEST:
        raise InputError(
            f"exact Shapley values need 2^n evaluations and {what} are n = {max(games)}: "
            f"{sum(2**n for n in games):.2g} passes; ask for fewer segments, or for the method 'permutation' (sampled "
            "Shapley values) or 'lime'")
