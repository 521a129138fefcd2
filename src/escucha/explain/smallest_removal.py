"""The smallest removal that changes an answer, exactly, where every part lives in one window.

Whatever the aggregation, an answer compares sums over windows: of logits, of probabilities, of votes. The margin by
which a rival wins is a sum too. So for each window, each number of parts off and each rival the best margin is kept;
windows are joined one by one, the best margin of so many parts off in all being a maximum over how many of them are
this window's. That is dynamic programming over windows x parts off, from 2^(parts heard) evaluations a window, which
exact Shapley values need too.

Conventions: levels are `(..., label)`, what an aggregation averages over windows; margins `(..., rival)`, above zero
where the rival wins.
"""

from dataclasses import dataclass

import numpy as np

from escucha.explain.remix import Game
from escucha.explain.shapley import LARGEST, subsets
from escucha.models.classifier import Link, probabilities
from escucha.models.windows import VOTES

ASKED = 4096
"""Windows at most that the classifier is asked about beyond what the game knows: after exact Shapley values none."""
ROUNDING = 1e-9
"""A margin this far below zero may be a tie; the whole clip is asked then."""


@dataclass(frozen=True)
class Change:
    """What would be another answer."""

    column: int
    """The label asked about."""
    lost: bool
    """The label is answered, and shall not be; otherwise it shall be."""
    line: float
    """The level a label must reach where it stands by itself (sigmoid): its threshold, as a logit or a probability."""
    threshold: float
    link: Link
    logit: bool
    """Levels are logits; otherwise probabilities, or shares of votes."""

    @classmethod
    def of(cls, game: Game, column: int, threshold: float) -> "Change":
        """The change of what the game's clip is answered now."""
        logit = game.aggregation == "mean-logit"
        line = float(np.log(threshold / (1 - threshold))) if logit else threshold
        same = cls(column, False, line, threshold, game.classifier.link, logit)
        everything = game.score(np.ones(len(game.factorization.parts), dtype=bool)).logits()
        return cls(column, bool(same.happens(everything)[0]), line, threshold, game.classifier.link, logit)

    def happens(self, logits: np.ndarray) -> np.ndarray:
        """`(remix,)` bool from clips' logits: is the answer another? Of equal labels the first is answered."""
        given = (logits.argmax(axis=1) == self.column if self.link == "softmax"
                 else probabilities(logits, self.link)[:, self.column] >= self.threshold)
        return given != self.lost

    def rivals(self, levels: np.ndarray) -> np.ndarray:
        """`(..., rival)` margins: above zero where a rival wins (lost), or where the label beats that rival (gained).

        Where each label stands by itself its only rival is the line.
        """
        own = levels[..., [self.column]]
        others = np.delete(levels, self.column, axis=-1) if self.link == "softmax" else np.full_like(own, self.line)
        return others - own if self.lost else own - others

    def margin(self, logits: np.ndarray) -> np.ndarray:
        """`(remix,)`: how far beyond the change clips are; below zero where it is not reached."""
        margins = self.rivals(logits if self.logit else probabilities(logits, self.link))
        if not margins.shape[1]:
            return np.full(len(logits), -np.inf)
        return margins.max(axis=1) if self.lost else margins.min(axis=1)

    def separable(self, game: Game) -> bool:
        """Does each window add to one rival's margin, and does each part live in one window, few in each?"""
        heard = [window.parts for window in game.grid]
        several = not self.lost and self.link == "softmax" and len(game.classifier.labels) > 2
        most = max(map(len, heard))
        alone = sum(map(len, heard)) == len(game.sounding)
        if most > LARGEST or several or not alone:
            return False
        return sum(2 ** len(window.parts) - len(window.said) for window in game.grid) <= ASKED


@dataclass(frozen=True, eq=False)
class _Table:
    """The best of one window."""

    best: np.ndarray
    """`(parts off, rival)` margins."""
    subset: np.ndarray
    """`(parts off, rival)`: the set of parts on that does it, as the bits of a number."""


def smallest_by_window(game: Game, change: Change) -> tuple[np.ndarray, bool] | None:
    """What is kept, `(part,)` bool, with the largest margin of the smallest sets; None where none changes the answer.

    The bool beside it says that it is the smallest, for certain. Every set found is asked about as a whole.
    """
    tables = _tables(game, change)
    if not tables[0].best.shape[1]:
        return None
    total, taken = _join(tables)
    for off in range(1, len(total)):
        near = [rival for rival in np.argsort(-total[off]) if total[off, rival] >= -ROUNDING]
        if not near:
            continue
        masks = np.stack([_kept(game, tables, taken, off, rival) for rival in near])
        changed = np.flatnonzero(change.happens(game.score(masks).logits()))
        if len(changed):
            return masks[changed[0]], True
    return None


def _tables(game: Game, change: Change) -> list[_Table]:
    """Each window's own, from every subset of the parts that it hears."""
    asked = [(window, subsets(len(window.parts))) for window in game.grid]
    game.ask(asked)
    return [_table(change.rivals(_levels(window.cast(rows), game.aggregation, change))) for window, rows in asked]


def _levels(cast: np.ndarray, aggregation: str, change: Change) -> np.ndarray:
    """`(row, label)` from `(row, view, label)` logits of one window: what it adds to the clip, times all windows."""
    if aggregation not in VOTES:
        mean = cast.mean(axis=1)
        return mean if change.logit else probabilities(mean, change.link)
    votes = cast > 0 if change.link == "sigmoid" else np.eye(cast.shape[2])[cast.argmax(axis=2)]
    return np.asarray(votes, dtype=np.float64).mean(axis=1)


def _table(margins: np.ndarray) -> _Table:
    """From the margins `(2^n, rival)` of one window in subset order."""
    count = len(margins).bit_length() - 1
    off = count - subsets(count).sum(axis=1)
    rows = [np.flatnonzero(off == number) for number in range(count + 1)]
    subset = np.stack([each[margins[each].argmax(axis=0)] for each in rows])
    return _Table(np.take_along_axis(margins, subset, axis=0), subset)


def _join(tables: list[_Table]) -> tuple[np.ndarray, list[np.ndarray]]:
    """`(parts off, rival)` best mean margins of the clip, and for each window how many of them are its own."""
    total, taken = np.zeros((1, tables[0].best.shape[1])), []
    for table in tables:
        joined = np.full((len(total) + len(table.best) - 1, total.shape[1]), -np.inf)
        own = np.zeros(joined.shape, dtype=int)
        for number, best in enumerate(table.best):
            reached = slice(number, number + len(total))
            better = total + best > joined[reached]
            joined[reached] = np.where(better, total + best, joined[reached])
            own[reached] = np.where(better, number, own[reached])
        total = joined
        taken.append(own)
    return total / len(tables), taken


def _kept(game: Game, tables: list[_Table], taken: list[np.ndarray], off: int, rival: int) -> np.ndarray:
    """`(part,)` bool: what is on in the best set of so many parts off, read backwards from the last window."""
    keep = np.ones(len(game.factorization.parts), dtype=bool)
    for window, table, own in zip(reversed(game.grid), reversed(tables), reversed(taken)):
        here = int(own[off, rival])
        keep[window.parts] = int(table.subset[here, rival]) >> np.arange(len(window.parts)) & 1 == 1
        off -= here
    return keep
