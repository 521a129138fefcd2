"""What a classifier says of remixes: the engine under LIME and Shapley.

A window hears only the parts that sound inside it, so of a thousand remixes it hears few different things. For each
window the *distinct* rows of the masks, restricted to its parts, are rendered and scored, and scattered back: the
result of scoring every remix at a fraction of the passes. Memory is bounded by one batch of windows, whatever the
number of parts and remixes.

Conventions: masks are `(remix, part)` bool; window scores are logits.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError, unknown
from escucha.explain.factorization import Factorization
from escucha.models.classifier import Classifier, Link, values
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


@dataclass(frozen=True, eq=False)
class RemixScores:
    """The window scores of many remixes, each distinct one kept once."""

    labels: tuple[str, ...]
    link: Link
    distinct: tuple[np.ndarray, ...]
    """For each window `(different input, view, label)` logits (`windows.ballots`)."""
    index: np.ndarray
    """`(remix, window)`: which of a window's different inputs each remix is."""
    passes: int
    """Windows the classifier was asked about."""

    def windows(self, rows: slice = slice(None)) -> np.ndarray:
        """`(remix, window, label)` logits of the chosen remixes."""
        return self._cast(rows).mean(axis=2)

    def _cast(self, rows: slice) -> np.ndarray:
        """`(remix, window, view, label)`."""
        return np.stack([scores[at] for scores, at in zip(self.distinct, self.index[rows].T)], axis=1)

    def logits(self, aggregation: str = "mean-logit") -> np.ndarray:
        """`(remix, label)`: each clip score, as by `windows.score_clip`; InputError for an unknown aggregation."""
        if aggregation not in AGGREGATES:
            raise unknown("aggregation", aggregation, AGGREGATES)
        return np.concatenate([
            [aggregate(cast, self.link, aggregation) for cast in self._cast(slice(at, at + ROWS))]
            for at in range(0, len(self.index), ROWS)
        ])

    def values(self, label: str, aggregation: str = "mean-logit") -> np.ndarray:
        """`(remix,)`: what is explained, of each remix (`models.classifier.values`); InputError for an unknown one."""
        if label not in self.labels:
            raise unknown("label", label, self.labels)
        return values(self.logits(aggregation), self.link)[:, self.labels.index(label)]


def heard(factorization: Factorization, window: int) -> tuple[Heard, ...]:
    """Each window of the scoring grid with the parts that sound in it. A silent part is heard by none."""
    grid = starts(len(factorization.clip.wave), window)
    return tuple(
        Heard(int(start), np.array([
            index for index, part in enumerate(factorization.parts)
            if part.wave[max(start - part.start, 0) : max(start + window - part.start, 0)].any()
        ], dtype=int))
        for start in grid
    )


def window_values(classifier: Classifier, factorization: Factorization, masks: np.ndarray) -> RemixScores:
    """Score the remixes `masks` (remix, part) window by window, each distinct window input once.

    The remix with everything on is the clip itself. InputError where the masks or the rate do not fit.
    """
    masks = np.atleast_2d(np.asarray(masks, dtype=bool))
    if masks.shape[1] != len(factorization.parts):
        raise InputError(f"a mask has one column a part: expected {len(factorization.parts)}, got {masks.shape[1]}")
    distinct, index = [], []
    for window in heard(factorization, classifier.window):
        rows, at = different(masks[:, window.parts])
        distinct.append(_cast_rows(classifier, factorization, window, rows))
        index.append(at)
    return RemixScores(tuple(classifier.labels), classifier.link, tuple(distinct), np.stack(index, axis=1),
                       sum(map(len, distinct)))


def score_rows(classifier: Classifier, factorization: Factorization, window: Heard, rows: np.ndarray) -> np.ndarray:
    """Logits `(row, label)` of one window under masks `(row, sounding part)`, a batch at a time.

    InputError where the clip is at another rate than the classifier hears.
    """
    return _cast_rows(classifier, factorization, window, rows).mean(axis=1)


def _cast_rows(classifier: Classifier, factorization: Factorization, window: Heard, rows: np.ndarray) -> np.ndarray:
    """The same view by view, `(row, view, label)`."""
    if factorization.clip.rate != classifier.rate:
        raise InputError(f"the classifier hears {classifier.rate} Hz and the clip is at {factorization.clip.rate} Hz; "
                         "resample it")
    return np.concatenate([
        np.asarray(ballots(classifier, waves), dtype=np.float64)
        for waves in _rendered(factorization, window, rows, classifier.window)
    ])


def different(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`(different, part)` distinct rows of masks, and `(row,)` which of them each is: `unique` over packed bits."""
    packed = np.packbits(masks, axis=1)
    if not packed.shape[1]:
        return masks[:1], np.zeros(len(masks), dtype=int)
    items = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, index = np.unique(items, return_index=True, return_inverse=True)
    return masks[first], index


def _rendered(factorization: Factorization, window: Heard, rows: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """Batches `(at most BATCH, length)` of the window's remixes; with everything on, the clip's own samples.

    Separated sources sum to the clip to a millionth only, and `predict` hears the clip: so does the explanation.
    """
    for at in range(0, len(rows), BATCH):
        keep = rows[at : at + BATCH]
        waves = np.zeros((len(keep), length), dtype=np.float32)
        for gains, index in zip(keep.T, window.parts):
            part = factorization.parts[index]
            piece = part.wave[max(window.start - part.start, 0) : max(window.start + length - part.start, 0)]
            first = max(part.start - window.start, 0)
            waves[:, first : first + len(piece)] += gains[:, None] * piece
        whole = keep.all(axis=1)
        if whole.any():
            clip = factorization.clip.wave[window.start : window.start + length]
            waves[whole] = np.pad(clip, (0, length - len(clip)))
        yield waves
