"""The smallest removal that changes an answer, exactly, where every part lives in one window.

Whatever the aggregation, an answer compares sums over windows: of logits, of probabilities, of votes. The margin by
which a rival wins is a sum too. So for each window, each number of parts off and each rival the best margin is kept;
windows are joined one by one, the best margin of so many parts off in all being a maximum over how many of them are
this window's. That is dynamic programming over windows x parts off, from 2^(parts heard) evaluations a window, which
exact Shapley values need too.

A label that is to be gained has to overtake *every* rival, and the best set against one may not do for another. For any
weights of the rivals the best weighted margin is found as above. It is a set that may do; and where it is below zero no
set of that size does, for all margins would be above zero (Lagrange's dual of the problem). Rivals that are not yet
overtaken gain weight, step by step, until the smallest size that is not ruled out is one that does.

Conventions: as in explain/change.py; `off` counts parts that are off.
"""

from dataclasses import dataclass

import numpy as np

from escucha.explain.change import Change
from escucha.explain.remix import Game
from escucha.explain.shapley import LARGEST, subsets

ASKED = 4096
"""Windows at most that the classifier is asked about beyond what the game knows: after exact Shapley values none."""
ROUNDING = 1e-9
"""A margin this far below zero may be a tie; the whole clip is asked then."""
STEPS = 64
"""Weights of the rivals that are tried for a label that is to be gained."""
SIZES = 64
"""Sets, at most, that are asked about for each of them."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found."""

    keep: np.ndarray | None
    """`(part,)` bool: what is on; None where nothing was found."""
    certain: bool
    """No smaller set does; or there is none at all."""


def separable(game: Game) -> bool:
    """Does each part live in one window, are they few in each, and is little asked for beyond what is known?"""
    heard = [window.parts for window in game.grid]
    if max(map(len, heard)) > LARGEST or sum(map(len, heard)) != len(game.sounding):
        return False
    return sum(2 ** len(window.parts) - len(window.said) for window in game.grid) <= ASKED


def smallest_by_window(game: Game, change: Change) -> Answer:
    """The smallest removal; of equally small ones that with the largest margin, unless it has to be against all rivals.

    Every set found is asked about as a whole.
    """
    asked = [(window, subsets(len(window.parts))) for window in game.grid]
    game.ask(asked)
    margins = [change.rivals(change.levels(window.cast(rows), game.aggregation)) for window, rows in asked]
    rivals = margins[0].shape[1]
    if not rivals:
        return Answer(None, certain=True)
    return _all(game, change, margins) if change.against_all else _any(game, change, margins)


def _any(game: Game, change: Change, margins: list[np.ndarray]) -> Answer:
    """One rival has to win, whichever."""
    best = _Best.of(game, margins)
    for off in range(1, len(best.total)):
        near = [rival for rival in np.argsort(-best.total[off]) if best.total[off, rival] >= -ROUNDING]
        if near:
            masks = np.stack([best.kept(off, rival) for rival in near])
            changed = np.flatnonzero(change.happens(game.score(masks).logits()))
            if len(changed):
                return Answer(masks[changed[0]], certain=True)
    return Answer(None, certain=True)


def _all(game: Game, change: Change, margins: list[np.ndarray]) -> Answer:
    """The label has to beat every rival."""
    weight = np.full(margins[0].shape[1], 1 / margins[0].shape[1])
    possible = np.ones(len(game.sounding) + 1, dtype=bool)  # sizes that are not ruled out
    possible[0], found = False, None
    for step in range(STEPS):
        best = _Best.of(game, [each @ weight[:, None] for each in margins])
        possible &= best.total[:, 0] >= -ROUNDING
        sizes = np.flatnonzero(possible)
        if not len(sizes):
            return Answer(None, certain=True)
        masks = np.stack([best.kept(off, 0) for off in _some(sizes)])
        logits = game.score(masks).logits()
        done = masks[change.happens(logits)]
        if len(done) and (found is None or (~done[0]).sum() < (~found).sum()):
            found = done[0]
        if found is not None and (~found).sum() == sizes[0]:
            return Answer(found, certain=True)
        behind = change.against(logits[:1])[0]
        weight = weight * np.exp(-behind / max(np.abs(behind).max(), ROUNDING) / np.sqrt(1 + step))
        weight /= weight.sum()
    return Answer(found, certain=False)


def _some(sizes: np.ndarray) -> np.ndarray:
    """The smallest of them, and ever fewer of the larger."""
    return sizes[np.unique(np.geomspace(1, len(sizes), min(SIZES, len(sizes))).round().astype(int) - 1)]


@dataclass(frozen=True, eq=False)
class _Best:
    """The best margin of each number of parts off, and which parts those are."""

    game: Game
    total: np.ndarray
    """`(off, rival)` margins of the clip."""
    subset: list[np.ndarray]
    """For each window `(off, rival)`: the set of its parts on that is best, as the bits of a number."""
    own: list[np.ndarray]
    """For each window `(off, rival)`: how many of so many parts off in it and the windows before it are its own."""

    @classmethod
    def of(cls, game: Game, margins: list[np.ndarray]) -> "_Best":
        """From each window's margins `(2^n, rival)` in subset order."""
        best, subset = zip(*(_best_of_window(each) for each in margins))
        total, own = np.zeros((1, margins[0].shape[1])), []
        for each in best:
            total, taken = _joined(total, each)
            own.append(taken)
        return cls(game, total / len(margins), list(subset), own)

    def kept(self, off: int, rival: int) -> np.ndarray:
        """`(part,)` bool: what is on in the best set of so many parts off, read backwards from the last window."""
        keep = np.ones(len(self.game.factorization.parts), dtype=bool)
        for window, subset, own in zip(reversed(self.game.grid), reversed(self.subset), reversed(self.own)):
            here = int(own[off, rival])
            keep[window.parts] = int(subset[here, rival]) >> np.arange(len(window.parts)) & 1 == 1
            off -= here
        return keep


def _best_of_window(margins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`(off, rival)`: the best margins of one window, and the subsets that have them."""
    count = len(margins).bit_length() - 1
    off = count - subsets(count).sum(axis=1)
    rows = [np.flatnonzero(off == number) for number in range(count + 1)]
    subset = np.stack([each[margins[each].argmax(axis=0)] for each in rows])
    return np.take_along_axis(margins, subset, axis=0), subset


def _joined(total: np.ndarray, best: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`(off, rival)`: the best sums of what was joined before and one window, and how many parts off are its own."""
    joined = np.full((len(total) + len(best) - 1, total.shape[1]), -np.inf)
    own = np.zeros(joined.shape, dtype=int)
    for number, each in enumerate(best):
        reached = slice(number, number + len(total))
        better = total + each > joined[reached]
        joined[reached] = np.where(better, total + each, joined[reached])
        own[reached] = np.where(better, number, own[reached])
    return joined, own
