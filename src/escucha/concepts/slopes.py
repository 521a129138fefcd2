"""How labels' values change with the layers: gradients clip by clip, and what tests need of them in bounded memory.

The gradients of a wide layer for many clips and labels are far larger than its activations, and nobody needs them
whole: a clip's gradient counts by its product with every row of activations, and by its length.

Conventions: gradients are `(clip, label, unit)` float32, rows `(row, unit)`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import Maps, check_rate, laid_out, layered
from escucha.concepts.rows import Pile, gram
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import LayeredClassifier, label_index, values

AT_ONCE = 64 * 2**20
"""Bytes of gradients, at every position of every layer, that one batch of windows may take."""


@dataclass(frozen=True, eq=False)
class Slopes:
    """How each label's value changes with each layer, clip by clip."""

    rows: dict[str, np.ndarray]
    """Layer to gradients `(clip, label, unit)` float32, of the value with respect to a unit's (pooled) activation."""
    values: np.ndarray
    """`(clip, label)`."""


@dataclass(frozen=True, eq=False)
class Pulled:
    """The gradients of clips as tests need them: nothing in it has a layer's size."""

    pulls: dict[str, np.ndarray]
    """Layer to `(clip, label, row)` float64: gradient times row, rows less their mean; a memory map where large."""
    steepness: dict[str, np.ndarray]
    """Layer to `(clip, label)`: |gradient|."""
    values: np.ndarray
    """`(clip, label)`."""


def slopes(classifier: LayeredClassifier, clips: Iterable[Clip], layers: Sequence[str], *,
           maps: Maps = "pooled") -> Slopes:
    """Gradients of all labels' values at all `layers`, whole in memory: for small layers, or a few clips.

    InputError for no clips.
    """
    pieces = list(bent(classifier, clips, layers, maps=maps))
    if not pieces:
        raise InputError("there are no clips to hear")
    return Slopes({layer: np.concatenate([piece.rows[layer] for piece in pieces]) for layer in layers},
                  np.concatenate([piece.values for piece in pieces]))


def pulled(classifier: LayeredClassifier, clips: Iterable[Clip], rows: Mapping[str, np.ndarray], *,
           maps: Maps = "pooled", labels: Sequence[str] | None = None) -> Pulled:
    """What gradients of the labels' values (all labels' by default) make of `rows`, layer to `(row, unit)`.

    InputError for no clips.
    """
    piles = {layer: Pile() for layer in rows}
    steepness: dict[str, list[np.ndarray]] = {layer: [] for layer in rows}
    said = []
    for piece in bent(classifier, clips, list(rows), maps=maps, labels=labels):
        for layer, gradients in piece.rows.items():
            pulls = pulls_of(gradients, rows[layer])
            piles[layer].add(pulls)
            steepness[layer].append(lengths_of(gradients))
        said.append(piece.values)
    if not said:
        raise InputError("there are no clips to hear")
    return Pulled({layer: pile.rows() for layer, pile in piles.items()},
                  {layer: np.concatenate(lengths) for layer, lengths in steepness.items()}, np.concatenate(said))


def pulls_of(gradients: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`(clip, label, row)` float64: gradient times row, rows less their mean."""
    products = gram(gradients.reshape(-1, gradients.shape[-1]), rows)
    return (products - products.mean(axis=1, keepdims=True)).reshape(*gradients.shape[:2], -1)


def lengths_of(gradients: np.ndarray) -> np.ndarray:
    """`(clip, label)`: |gradient|."""
    return np.sqrt(np.einsum("clu,clu->cl", gradients, gradients, dtype=np.float64))


def bent(classifier: LayeredClassifier, clips: Iterable[Clip], layers: Sequence[str], *, maps: Maps = "pooled",
         labels: Sequence[str] | None = None) -> Iterator[Slopes]:
    """Gradients of the labels' values (all labels' by default) at all `layers`, a few clips at a time, in order.

    Where maps are pooled, a unit's gradient is the sum over its positions: the change of the value when the unit's
    activation rises by the same amount everywhere.
    """
    layered(classifier, layers)
    asked = _Asked(classifier, tuple(layers), tuple(classifier.labels if labels is None else labels), maps)
    columns = [label_index(classifier, label) for label in asked.labels]
    group: list[np.ndarray] = []
    batch = 1  # the first clip tells how much memory a window's gradients take
    for clip in clips:
        check_rate(classifier, clip)
        group.append(windows.cut(clip.wave, classifier.window))
        if sum(map(len, group)) >= batch:
            piece, batch = _of_group(asked, group, columns, batch)
            yield piece
            group = []
    if group:
        yield _of_group(asked, group, columns, batch)[0]


@dataclass(frozen=True)
class _Asked:
    classifier: LayeredClassifier
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    maps: Maps


def _of_group(asked: _Asked, group: Sequence[np.ndarray], columns: list[int], batch: int) -> tuple[Slopes, int]:
    """Gradients of a few clips, each given as its windows `(window, time)`, and how many windows AT_ONCE can hold."""
    clip_of = np.repeat(np.arange(len(group)), [len(waves) for waves in group])
    waves = np.concatenate(group)
    sums: dict[str, np.ndarray] = {}
    weight = 1
    for at in range(0, len(waves), batch):
        piece = waves[at:at + batch]
        inside = asked.classifier.gradients(piece, asked.layers, asked.labels)
        weight = sum(gradients.nbytes for gradients in inside.values()) // len(piece)
        said = {layer: laid_out(inside[layer], 2, asked.maps, np.sum) for layer in asked.layers}
        said[""] = values(asked.classifier.scores(piece), asked.classifier.link)[:, columns]
        for name, found in said.items():
            whole = sums.setdefault(name, np.zeros((len(group), *found.shape[1:]), np.float32))
            for clip, row in zip(clip_of[at:at + batch], found):
                whole[clip] += row
    counts = np.bincount(clip_of).astype(np.float32)
    means = {name: whole / counts.reshape(-1, *[1] * (whole.ndim - 1)) for name, whole in sums.items()}
    return (Slopes(values=means.pop("").astype(np.float64), rows=means),
            int(np.clip(AT_ONCE // max(weight, 1), 1, windows.BATCH)))
