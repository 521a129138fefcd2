"""What another answer would be: a label lost that is answered, or one gained that is not.

Conventions: levels are `(..., label)`, what an aggregation averages over windows (logits, probabilities, votes);
margins `(..., rival)`, above zero where a rival wins (lost), or where the label beats that rival (gained).
"""

from dataclasses import dataclass, replace

import numpy as np

from escucha.explain.remix import Game
from escucha.models.classifier import Link, probabilities
from escucha.models.windows import VOTES


@dataclass(frozen=True)
class Change:
    """What would be another answer."""

    column: int
    """The label asked about."""
    lost: bool
    """The label is answered, and shall not be; otherwise it shall be."""
    against_all: bool
    """It has to be made against several rivals at once: a label is gained that has to beat all others."""
    line: float
    """The level a label must reach where it stands by itself (sigmoid): its threshold, as a logit or a probability."""
    threshold: float
    link: Link
    logit: bool
    """Levels are logits; otherwise probabilities, or shares of votes."""

    @classmethod
    def of(cls, game: Game, column: int, threshold: float) -> "Change":
        """The change of what the game's clip is answered now; `threshold` is of a label that stands by itself."""
        logit, link = game.aggregation == "mean-logit", game.classifier.link
        line = float(np.log(threshold / (1 - threshold))) if logit else threshold
        gained = cls(column, False, link == "softmax" and len(game.classifier.labels) > 2, line, threshold, link, logit)
        everything = game.score(np.ones(len(game.factorization.parts), dtype=bool)).logits()
        return replace(gained, lost=True, against_all=False) if gained.happens(everything)[0] else gained

    def happens(self, logits: np.ndarray) -> np.ndarray:
        """`(remix,)` bool from clips' logits: is the answer another? Of equal labels the first is answered."""
        given = (logits.argmax(axis=1) == self.column if self.link == "softmax"
                 else probabilities(logits, self.link)[:, self.column] >= self.threshold)
        return given != self.lost

    def levels(self, cast: np.ndarray, aggregation: str) -> np.ndarray:
        """`(row, label)` from `(row, view, label)` logits of one window: their mean over windows is the clip's."""
        if aggregation not in VOTES:
            mean = cast.mean(axis=1)
            return mean if self.logit else probabilities(mean, self.link)
        votes = cast > 0 if self.link == "sigmoid" else np.eye(cast.shape[2])[cast.argmax(axis=2)]
        return np.asarray(votes, dtype=np.float64).mean(axis=1)

    def rivals(self, levels: np.ndarray) -> np.ndarray:
        """`(..., rival)` margins: above zero where a rival wins (lost), or where the label beats that rival (gained).

        Where each label stands by itself its only rival is the line.
        """
        own = levels[..., [self.column]]
        others = np.delete(levels, self.column, axis=-1) if self.link == "softmax" else np.full_like(own, self.line)
        return others - own if self.lost else own - others

    def against(self, logits: np.ndarray) -> np.ndarray:
        """`(remix, rival)` margins from clips' logits."""
        return self.rivals(logits if self.logit else probabilities(logits, self.link))

    def margin(self, logits: np.ndarray) -> np.ndarray:
        """`(remix,)`: how far beyond the change clips are; below zero where it is not reached."""
        margins = self.against(logits)
        if not margins.shape[1]:
            return np.full(len(logits), -np.inf)
        return margins.max(axis=1) if self.lost else margins.min(axis=1)
