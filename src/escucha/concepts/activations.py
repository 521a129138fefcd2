"""What every layer of a classifier says of a clip, and how a label's value changes with it: each in one pass.

A clip longer than the classifier's window is heard as its windows; its row is their mean, as its value is the mean of
theirs. Convolutional maps are pooled to their mean over time and frequency (a direction is then one number a channel),
or flattened (it then also says *where*), and a finding says which.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown
from escucha.models import windows
from escucha.models.classifier import Classifier, FeatureClassifier, LayeredClassifier, values

Maps = Literal["pooled", "flattened"]
"""`pooled`: the mean over time and frequency; `flattened`: every position by itself."""

FEATURES = "features"
"""The one layer of a FeatureClassifier: its features, in their own units."""

Readable = LayeredClassifier | FeatureClassifier
"""What concepts and probes can be asked of."""

Ask = Callable[[np.ndarray], dict[str, np.ndarray]]
"""From waves `(window, time)` to a name's rows, one a window."""


@dataclass(frozen=True, eq=False)
class Heard:
    """Clips as the layers of a classifier hear them."""

    rows: dict[str, np.ndarray]
    """Layer to activations `(clip, unit)` float32."""
    values: np.ndarray
    """`(clip, label)`: each label's value, see `escucha.models.classifier.values`; no columns if not asked for."""


@dataclass(frozen=True, eq=False)
class Slopes:
    """How each label's value changes with each layer, clip by clip."""

    rows: dict[str, np.ndarray]
    """Layer to gradients `(clip, label, unit)` float32, of the value with respect to a unit's (pooled) activation."""
    values: np.ndarray
    """`(clip, label)`."""


def hear(classifier: Readable, clips: Iterable[Clip], layers: Sequence[str], *,
         maps: Maps = "pooled", with_values: bool = False) -> Heard:
    """Activations of all `layers`; clips are at the classifier's rate. Values take a second forward pass."""
    readable(classifier, layers)

    def ask(waves: np.ndarray) -> dict[str, np.ndarray]:
        inside = ({FEATURES: classifier.features(waves)} if isinstance(classifier, FeatureClassifier)
                  else classifier.activations(waves, layers))
        rows = {layer: _laid_out(inside[layer], 1, maps, np.mean) for layer in layers}
        return {**rows, "": values(classifier.scores(waves), classifier.link)} if with_values else rows

    rows = _clip_means(classifier, clips, ask)
    said = rows.pop("").astype(np.float64) if with_values else np.empty((len(rows[layers[0]]), 0))
    return Heard(rows, said)


def slopes(classifier: LayeredClassifier, clips: Iterable[Clip], layers: Sequence[str], *,
           maps: Maps = "pooled") -> Slopes:
    """Gradients of all labels' values at all `layers`.

    Where maps are pooled, a unit's gradient is the sum over its positions: the change of the value when the unit's
    activation rises by the same amount everywhere.
    """
    layered(classifier, layers)

    def ask(waves: np.ndarray) -> dict[str, np.ndarray]:
        inside = classifier.gradients(waves, layers, classifier.labels)
        rows = {layer: _laid_out(inside[layer], 2, maps, np.sum) for layer in layers}
        return {**rows, "": values(classifier.scores(waves), classifier.link)}

    rows = _clip_means(classifier, clips, ask)
    return Slopes(values=rows.pop("").astype(np.float64), rows=rows)


def gram(rows: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """`(row, other)` float64 of `(row, unit)` and `(other, unit)`, rows by default: `rows @ others'`.

    A few thousand columns at a time, so that wide layers need no second copy.
    """
    others = rows if others is None else others
    total = np.zeros((len(rows), len(others)))
    for at in range(0, rows.shape[1], 4096):
        total += rows[:, at:at + 4096].astype(np.float64) @ others[:, at:at + 4096].astype(np.float64).T
    return total


def layers_of(classifier: Readable) -> tuple[str, ...]:
    """Names, from sound to answer."""
    return (FEATURES,) if isinstance(classifier, FeatureClassifier) else tuple(classifier.layers)


def readable(classifier: Classifier, layers: Sequence[str] = ()) -> Readable:
    """The classifier, as one whose layers or features can be read; InputError where neither can, or for an unknown one.
    """
    if not isinstance(classifier, FeatureClassifier):
        return layered(classifier, layers)
    for layer in layers:
        if layer != FEATURES:
            raise unknown("layer", layer, layers_of(classifier))
    return classifier


def layered(classifier: Classifier, layers: Sequence[str] = ()) -> LayeredClassifier:
    """The classifier, as one whose `layers` can be read; InputError where they cannot, or for an unknown one."""
    if not isinstance(classifier, LayeredClassifier):
        raise InputError("concepts need a model whose layers can be read, and this one only gives scores; "
                         "take a network (an entry of models/ with weights in .safetensors)")
    for layer in layers:
        if layer not in classifier.layers:
            raise unknown("layer", layer, classifier.layers)
    return classifier


def _laid_out(inside: np.ndarray, lead: int, maps: Maps, pool: Callable[..., np.ndarray]) -> np.ndarray:
    """`(*lead, channel, *position)` to `(*lead, unit)`, `lead` axes staying; `pool` is over positions."""
    if maps == "pooled" and inside.ndim > lead + 1:
        return pool(inside, axis=tuple(range(lead + 1, inside.ndim)))
    return inside.reshape(*inside.shape[:lead], -1)


def _clip_means(classifier: Classifier, clips: Iterable[Clip], ask: Ask) -> dict[str, np.ndarray]:
    """What `ask` says of windows, averaged over the windows of each clip."""
    pieces: dict[str, list[np.ndarray]] = {}
    heard: list[list[int]] = []
    for waves in _batches(classifier, clips, heard):
        for name, rows in ask(waves).items():
            pieces.setdefault(name, []).append(rows.astype(np.float32))
    if not heard:
        raise InputError("there are no clips to hear")
    first = np.cumsum([0, *map(len, heard)])[:-1]
    which, counts = np.concatenate(heard), np.array([len(of) for of in heard])
    made: dict[str, np.ndarray] = {}
    for name in list(pieces):
        rows = np.concatenate(pieces.pop(name))[which]
        share = counts.reshape(-1, *[1] * (rows.ndim - 1))
        made[name] = rows if counts.max() == 1 else np.add.reduceat(rows, first, axis=0) / share
    return made


def _batches(classifier: Classifier, clips: Iterable[Clip], heard: list[list[int]]) -> Iterator[np.ndarray]:
    """Windows of all clips, a batch at a time, the same sound once; `heard` gets the numbers of each clip's windows.

    Pairs of one score share a member as often as not: what a change leaves alone sounds the same to the last bit.
    """
    seen: dict[bytes, int] = {}
    fresh: list[np.ndarray] = []
    for clip in clips:
        if clip.rate != classifier.rate:
            raise InputError(f"the classifier hears {classifier.rate} Hz and a clip is at {clip.rate} Hz; resample it")
        heard.append([])
        for batch in windows.batches(clip.wave, classifier.window):
            for wave in batch:
                name = hashlib.blake2b(wave.tobytes(), digest_size=16).digest()
                if name not in seen:
                    seen[name] = len(seen)
                    fresh.append(wave)
                heard[-1].append(seen[name])
        while len(fresh) >= windows.BATCH:
            yield np.stack(fresh[:windows.BATCH])
            fresh = fresh[windows.BATCH:]
    if fresh:
        yield np.stack(fresh)
