"""A classifier hears `window` samples; a clip is longer or shorter. The only place where a clip is cut for a model.

Conventions: window scores are `(window, label)` logits in time order; starts are in samples.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown
from escucha.models.classifier import Classifier, Link, ViewedClassifier, probabilities, values

BATCH = 32
"""Windows scored at once: bounds memory however long the clip is."""


def starts(length: int, window: int, hop: int | None = None) -> np.ndarray:
    """First samples of the windows that together hear all `length` samples; the hop is the window by default.

    >>> starts(5, 5).tolist(), starts(6, 5).tolist(), starts(3, 5).tolist(), starts(10, 4, hop=2).tolist()
    ([0], [0, 5], [0], [0, 2, 4, 6])
    """
    hop = window if hop is None else hop
    if not 0 < hop <= window:
        raise InputError(f"a hop is between one sample and the window ({window}), got {hop}: sound would be skipped")
    return np.arange(1 - (-max(length - window, 0) // hop)) * hop


def cut(wave: np.ndarray, window: int, hop: int | None = None) -> np.ndarray:
    """`(window count, window)` from `(time,)`; the tail is padded with zeros."""
    return np.stack([_window(wave, start, window) for start in starts(len(wave), window, hop)])


def _window(wave: np.ndarray, start: int, window: int) -> np.ndarray:
    piece = wave[start : start + window]
    return np.pad(piece, (0, window - len(piece)))


def batches(wave: np.ndarray, window: int, hop: int | None = None) -> Iterator[np.ndarray]:
    """The windows of `cut`, at most BATCH at a time."""
    first = starts(len(wave), window, hop)
    for at in range(0, len(first), BATCH):
        yield np.stack([_window(wave, start, window) for start in first[at : at + BATCH]])


def _mean_logit(scores: np.ndarray, link: Link) -> np.ndarray:
    return scores.mean(axis=0)


def _mean_probability(scores: np.ndarray, link: Link) -> np.ndarray:
    mean = np.clip(probabilities(scores, link).mean(axis=0), 1e-7, 1 - 1e-7)
    return np.log(mean) if link == "softmax" else np.log(mean / (1 - mean))


def _majority(scores: np.ndarray, link: Link) -> np.ndarray:
    votes = (scores > 0).mean(axis=0) if link == "sigmoid" else vote_shares(scores)
    share = np.clip(votes, 1e-7, 1 - 1e-7)
    return np.log(share) if link == "softmax" else np.log(share / (1 - share))


AGGREGATES: dict[str, Callable[[np.ndarray, Link], np.ndarray]] = {
    "mean-logit": _mean_logit,
    "mean-probability": _mean_probability,
    "majority-vote": _majority,
}
"""From window scores `(window, label)` to a clip's logits `(label,)`."""
VOTES = ("majority-vote",)
"""Of these: those in which each view of a window has a vote of its own."""


def ballots(classifier: Classifier, waves: np.ndarray) -> np.ndarray:
    """`(batch, view, label)` logits, whose mean over views is the window's score; one view where it has no several.

    InputError where the classifier answers with something else than so many finite numbers.
    """
    viewed = isinstance(classifier, ViewedClassifier)
    given = classifier.view_scores(waves) if isinstance(classifier, ViewedClassifier) else classifier.scores(waves)
    try:
        cast = np.asarray(given) if viewed else np.asarray(given)[None]
    except (RuntimeError, TypeError, ValueError) as error:  # rows of different lengths, a tensor with its graph
        raise InputError(f"the model's scores are no array ({error}); they should be one of numpy") from None
    wanted = (len(waves), len(classifier.labels))
    if cast.ndim != 3 or cast.shape[1:] != wanted or cast.dtype.kind not in "fiu":
        raise InputError(f"the model gives scores of type {cast.dtype} and shape {cast.shape[1:]} for {wanted[0]} "
                         f"windows and {wanted[1]} labels; they should be numbers {wanted}, (batch, label)")
    if not np.isfinite(cast).all():
        raise InputError("the model's scores are not finite; its weights are damaged: restore them, or train it again; "
                         "or it cannot hear silence or another sound that it was asked about")
    return np.moveaxis(cast, 0, 1)


def aggregate(cast: np.ndarray, link: Link, aggregation: str) -> np.ndarray:
    """A clip's logits `(label,)` from `ballots` of its windows `(window, view, label)`."""
    heard = cast.reshape(-1, cast.shape[-1]) if aggregation in VOTES else cast.mean(axis=1)
    return AGGREGATES[aggregation](heard, link)


def vote_shares(scores: np.ndarray) -> np.ndarray:
    """Share of windows whose strongest label is each label, `(label,)`."""
    return np.bincount(scores.argmax(axis=1), minlength=scores.shape[1]) / len(scores)


@dataclass(frozen=True, eq=False)
class ClipScore:
    """What a classifier says of a whole clip, and of each window of it."""

    labels: tuple[str, ...]
    link: Link
    spans: np.ndarray
    """`(window, 2)` seconds; the last end is the clip's, not the padding's."""
    windows: np.ndarray
    """`(window, label)` logits."""
    logits: np.ndarray
    """`(label,)`: the aggregate."""
    aggregation: str
    cast: np.ndarray
    """`(window, view, label)` logits: what votes (see `ballots`); their means over views are `windows`."""

    @property
    def label(self) -> str:
        """The strongest label: the argmax of the aggregate."""
        return self.labels[int(self.logits.argmax())]

    @property
    def probabilities(self) -> dict[str, float]:
        """Label to probability of the aggregate."""
        return dict(zip(self.labels, probabilities(self.logits, self.link).tolist()))

    def value(self, label: str) -> float:
        """What explanations explain: the aggregate's logit, minus the mean logit where the link is softmax."""
        return float(values(self.logits, self.link)[self.labels.index(label)])


def score_clip(classifier: Classifier, clip: Clip, *, aggregation: str = "mean-logit",
               hop: int | None = None) -> ClipScore:
    """Score a clip of any length, already at the classifier's rate (InputError otherwise)."""
    if clip.rate != classifier.rate:
        raise InputError(f"the classifier hears {classifier.rate} Hz and the clip is at {clip.rate} Hz; resample it")
    if aggregation not in AGGREGATES:
        raise unknown("aggregation", aggregation, AGGREGATES)
    window = classifier.window
    cast = np.concatenate([ballots(classifier, batch) for batch in batches(clip.wave, window, hop)])
    first = starts(len(clip.wave), window, hop)
    spans = np.stack([first, np.minimum(first + window, len(clip.wave))], axis=1) / clip.rate
    logits = aggregate(cast, classifier.link, aggregation)
    return ClipScore(tuple(classifier.labels), classifier.link, spans, cast.mean(axis=1), logits, aggregation,
                     cast)
