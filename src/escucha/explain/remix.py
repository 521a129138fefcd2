"""What a classifier says of remixes: the engine under every method that switches parts on and off.

A window hears only the parts that sound inside it, so of a thousand remixes it hears few different things. For each
window the *distinct* rows of the masks, restricted to its parts, are rendered and scored, and scattered back: the
result of scoring every remix at a fraction of the passes. Batches cross windows, and so are full. A game remembers
what it was told: a second method on the same parts asks only for what is new. Memory is bounded by one batch of
windows and the scores, whatever the number of parts and remixes.

Conventions: masks are `(remix, part)` bool; window scores are logits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import get_args

import numpy as np

from escucha.errors import InputError, unknown
from escucha.explain.factorization import Factorization
from escucha.explain.rendering import rendered
from escucha.models.classifier import VALUES, Classifier, Value, label_index, log_odds, values
from escucha.models.windows import AGGREGATES, BATCH, aggregate, ballots, starts

ROWS = 1024
"""Remixes aggregated at once: bounds memory when many labels meet many windows."""


@dataclass(frozen=True, eq=False)
class Heard:
    """One window, and what sounds in it."""

    start: int
    """Its first sample."""
    parts: np.ndarray
    """`(sounding,)` indices of the parts that are not silent inside it."""
    said: dict[bytes, np.ndarray] = field(default_factory=dict)
    """Packed row of a mask to what was said of it, `(view, label)` logits."""

    def cast(self, rows: np.ndarray) -> np.ndarray:
        """`(row, view, label)` logits that were said of masks `(row, sounding part)`."""
        return np.stack([self.said[key] for key in packed(rows)])


@dataclass(frozen=True, eq=False)
class Game:
    """A clip's value as a function of the parts that are on: a cooperative game whose players are the parts."""

    classifier: Classifier
    factorization: Factorization
    aggregation: str = "mean-logit"
    """How windows become a clip (models/windows.py)."""
    value: Value = "logit"
    """`logit`: what `models.classifier.values` are; `log-odds`: log p/(1-p) of the clip's probability."""

    def __post_init__(self):
        if self.aggregation not in AGGREGATES:
            raise unknown("aggregation", self.aggregation, AGGREGATES)
        if self.value not in get_args(Value):
            raise unknown("value", self.value, get_args(Value))
        if self.factorization.clip.rate != self.classifier.rate:
            raise InputError(f"the classifier hears {self.classifier.rate} Hz and the clip is at "
                             f"{self.factorization.clip.rate} Hz; resample it")

    @property
    def unit(self) -> str:
        """What its values are, in words."""
        return unit_of(self.classifier, self.value)

    @property
    def additive(self) -> bool:
        """Is the clip's value the mean of the windows' own? Then it is a sum of games, one a window."""
        return self.aggregation == "mean-logit" and (self.value == "logit" or self.classifier.link == "sigmoid")

    @cached_property
    def grid(self) -> tuple[Heard, ...]:
        """Each window of the scoring grid with the parts that sound in it."""
        return heard(self.factorization, self.classifier.window)

    @cached_property
    def sounding(self) -> np.ndarray:
        """`(sounding,)` indices of the parts that are not silent: the others are no players."""
        return np.flatnonzero([not part.silent for part in self.factorization.parts])

    @property
    def asked(self) -> int:
        """Windows that the classifier was asked about so far, each different input once."""
        return sum(len(window.said) for window in self.grid)

    def score(self, masks: np.ndarray) -> "RemixScores":
        """Score the remixes `masks` (remix, part) window by window, each distinct window input once.

        The remix with everything on is the clip itself. InputError where the masks do not fit.
        """
        masks = np.atleast_2d(np.asarray(masks, dtype=bool))
        if masks.shape[1] != len(self.factorization.parts):
            raise InputError(f"a mask has one column a part: expected {len(self.factorization.parts)}, got "
                             f"{masks.shape[1]}")
        asked = [(window, *different(masks[:, window.parts])) for window in self.grid]
        self.ask((window, rows) for window, rows, _ in asked)
        return RemixScores(self, tuple(window.cast(rows) for window, rows, _ in asked),
                           np.stack([index for _, _, index in asked], axis=1))

    def values(self, masks: np.ndarray, label: str) -> np.ndarray:
        """`(remix,)`: what is explained, of each remix; InputError for an unknown label."""
        return self.score(masks).values(label)

    def ends(self, label: str) -> tuple[float, float]:
        """The value of everything and of nothing."""
        count = len(self.factorization.parts)
        everything, nothing = self.values(np.array([[True] * count, [False] * count]), label)
        return float(everything), float(nothing)

    def window_values(self, window: Heard, rows: np.ndarray, label: str) -> np.ndarray:
        """`(row,)`: the label's value in one window under masks `(row, sounding part)`, each row once.

        In an additive game the clip's value is their mean over the grid.
        """
        self.ask([(window, rows)])
        scores = window.cast(rows).mean(axis=1)
        return values(scores, self.classifier.link)[:, label_index(self.classifier, label)]

    def ask(self, questions: Iterable[tuple[Heard, np.ndarray]]) -> None:
        """Have the classifier say what it was not asked before of windows under masks `(row, sounding part)`.

        One call for many windows fills the batches; the rows of one window are different.
        """
        waves = self._waves(questions)
        while batch := list(islice(waves, BATCH)):
            cast = ballots(self.classifier, np.stack([wave for _, _, wave in batch]))
            for (window, key, _), said in zip(batch, np.asarray(cast, dtype=np.float64)):
                window.said[key] = said

    def _waves(self, questions: Iterable[tuple[Heard, np.ndarray]]) -> Iterator[tuple[Heard, bytes, np.ndarray]]:
        """What is new in the questions: the window, the packed mask, and how that sounds."""
        for window, rows in questions:
            keys = packed(rows)
            new = [at for at, key in enumerate(keys) if key not in window.said]
            if new:
                waves = rendered(self.factorization, window.parts, rows[new], start=window.start,
                                 window=self.classifier.window, batch=BATCH)
                yield from ((window, keys[at], wave) for at, wave in zip(new, waves))


@dataclass(frozen=True, eq=False)
class RemixScores:
    """The window scores of many remixes, each distinct one kept once."""

    game: Game
    distinct: tuple[np.ndarray, ...]
    """For each window `(different input, view, label)` logits (`windows.ballots`)."""
    index: np.ndarray
    """`(remix, window)`: which of a window's different inputs each remix is."""

    def windows(self, rows: slice = slice(None)) -> np.ndarray:
        """`(remix, window, label)` logits of the chosen remixes."""
        return self._cast(rows).mean(axis=2)

    def _cast(self, rows: slice) -> np.ndarray:
        """`(remix, window, view, label)`."""
        return np.stack([scores[at] for scores, at in zip(self.distinct, self.index[rows].T)], axis=1)

    def logits(self) -> np.ndarray:
        """`(remix, label)`: each clip score, as by `windows.score_clip`."""
        link, aggregation = self.game.classifier.link, self.game.aggregation
        return np.concatenate([
            [aggregate(cast, link, aggregation) for cast in self._cast(slice(at, at + ROWS))]
            for at in range(0, len(self.index), ROWS)
        ])

    def values(self, label: str) -> np.ndarray:
        """`(remix,)`: what is explained, of each remix; InputError for an unknown label."""
        column = label_index(self.game.classifier, label)
        of = values if self.game.value == "logit" else log_odds
        return of(self.logits(), self.game.classifier.link)[:, column]


def unit_of(classifier: Classifier, value: Value) -> str:
    """What the values of a game are, in words: `logit minus mean logit`."""
    return VALUES[classifier.link] if value == "logit" else "log-odds"


def heard(factorization: Factorization, window: int) -> tuple[Heard, ...]:
    """Each window of the scoring grid with the parts that sound in it. A silent part is heard by none."""
    return tuple(
        Heard(int(start), np.array([index for index, part in enumerate(factorization.parts)
                                    if part.sounds(start, start + window)], dtype=int))
        for start in starts(len(factorization.clip.wave), window)
    )


def packed(masks: np.ndarray) -> list[bytes]:
    """Each row's bits, as a key."""
    return [row.tobytes() for row in np.packbits(masks, axis=1)]


def different(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`(different, part)` distinct rows of masks, and `(row,)` which of them each is: `unique` over packed bits."""
    bits = np.packbits(masks, axis=1)
    if not bits.shape[1]:
        return masks[:1], np.zeros(len(masks), dtype=int)
    items = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1]))).ravel()
    _, first, index = np.unique(items, return_index=True, return_inverse=True)
    return masks[first], index
