"""What a layer says of short stretches of clips: the rows that components are made of (Fel et al. 2023, CRAFT).

CRAFT cuts crops out of pictures and hears each alone. Sound is heard a window at a time, so here the layer's answer is
cut and not the sound: its steps in time, averaged over frequency and over the steps of an excerpt. A deep layer hears
more than an excerpt's seconds; the excerpt is where it looks.

Conventions: activations are `(window, unit, *position)`, time being the last position (convolutional maps, recurrent
steps, tokens in the order of time); a layer without positions has one excerpt a window.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import Readable, check_rate
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import Classifier, FeatureClassifier


@dataclass(frozen=True, eq=False)
class Batch:
    """Windows that are heard together."""

    waves: np.ndarray
    """`(window, time)`."""
    clip: np.ndarray
    """`(window,)` numbers of the clips they are from."""
    start: np.ndarray
    """`(window,)` seconds from the clip's start."""
    sounds: np.ndarray
    """`(window,)` seconds of it that are the clip's and no padding."""


@dataclass(frozen=True, eq=False)
class Excerpts:
    """Stretches of clips as a layer hears them."""

    rows: np.ndarray
    """`(excerpt, unit)` float64."""
    clip: np.ndarray
    """`(excerpt,)` numbers of the clips."""
    start: np.ndarray
    """`(excerpt,)` seconds."""
    seconds: float
    """How long each is."""


def batches(classifier: Classifier, clips: Iterable[Clip], hop: int | None = None) -> Iterator[Batch]:
    """Windows of clips at the classifier's rate, a few at a time; InputError for a clip at another rate."""
    held: list[tuple[np.ndarray, int, float, float]] = []
    for number, clip in enumerate(clips):
        check_rate(classifier, clip)
        starts = windows.starts(len(clip.wave), classifier.window, hop) / clip.rate
        cut = np.concatenate(list(windows.batches(clip.wave, classifier.window, hop)))
        whole = classifier.window / clip.rate
        held += [(wave, number, start, min(whole, clip.duration - start)) for wave, start in zip(cut, starts)]
        while len(held) >= windows.BATCH:
            yield _batch(held[:windows.BATCH])
            held = held[windows.BATCH:]
    if held:
        yield _batch(held)


def hear_excerpts(classifier: Readable, clips: Iterable[Clip], layer: str, seconds: float) -> Excerpts:
    """Every excerpt of about `seconds` of the clips; those that are mostly padding are left out.

    Their real length is the window's over a whole number. Where a layer has fewer than two steps an excerpt, each step
    is one. InputError for no clips, and for a clip at another rate than the classifier's.
    """
    rows, clip, start, length = [], [], [], 0.0
    for batch in batches(classifier, clips):
        inside = insides(classifier, batch.waves, layer)
        count = pieces_of(inside.shape, classifier.window / classifier.rate, seconds)
        length = classifier.window / classifier.rate / count
        first = np.arange(count) * length
        there = first + length / 2 <= batch.sounds[:, None]
        there[:, 0] = True  # of a clip shorter than half an excerpt there is nothing else
        rows.append(pieces(inside, count)[there])
        clip.append(np.broadcast_to(batch.clip[:, None], there.shape)[there])
        start.append((batch.start[:, None] + first)[there])
    if not rows:
        raise InputError("there are no clips to hear")
    return Excerpts(np.concatenate(rows), np.concatenate(clip), np.concatenate(start), length)


def insides(classifier: Readable, waves: np.ndarray, layer: str) -> np.ndarray:
    """`(window, unit, *position)`: what the layer (of a FeatureClassifier, its features) says of waves."""
    if isinstance(classifier, FeatureClassifier):
        return classifier.features(waves)
    return classifier.activations(waves, [layer])[layer]


def pieces_of(shape: tuple[int, ...], window: float, seconds: float) -> int:
    """How many excerpts a window of so many seconds has, from the shape of its activations.

    >>> pieces_of((1, 128, 2, 8), 6.0, 1.5), pieces_of((1, 128, 2, 8), 6.0, 1.0), pieces_of((1, 256), 6.0, 1.0)
    (4, 8, 1)
    """
    if len(shape) < 3:
        return 1
    steps, wanted = shape[-1], max(1, round(window / seconds))
    return wanted if steps >= 2 * wanted or wanted == 1 else steps


def pieces(inside: np.ndarray, count: int) -> np.ndarray:
    """`(window, excerpt, unit)` float64: means over everything but time, then over the steps of each excerpt."""
    if inside.ndim < 3:
        return inside[:, None].astype(np.float64)
    steps = inside.mean(axis=tuple(range(2, inside.ndim - 1)), dtype=np.float64)
    owner = owners(steps.shape[-1], count)
    first = np.searchsorted(owner, np.arange(count))
    return np.moveaxis(np.add.reduceat(steps, first, axis=-1) / np.bincount(owner), -1, 1)


def owners(steps: int, count: int) -> np.ndarray:
    """`(step,)`: the excerpt that each step's middle lies in.

    >>> owners(8, 4).tolist()
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    return ((np.arange(steps) + 0.5) * count // steps).astype(int)


def clip_means(of: np.ndarray, clip: np.ndarray) -> np.ndarray:
    """`(clip, ...)`: means over the rows of each clip of `(row, ...)` numbers, from the rows' clips `(row,)`."""
    total = np.zeros((int(clip.max()) + 1, *of.shape[1:]))
    np.add.at(total, clip, of)
    return total / np.bincount(clip).reshape(-1, *[1] * (of.ndim - 1))


def _batch(held: list[tuple[np.ndarray, int, float, float]]) -> Batch:
    waves, clip, start, sounds = zip(*held)
    return Batch(np.stack(waves), np.array(clip), np.array(start), np.array(sounds))
