"""What every layer of a classifier says of a clip, in one pass and in bounded memory.

A clip longer than the classifier's window is heard as its windows; its row is their mean, as its value is the mean of
theirs. Convolutional maps are pooled to their mean over time and frequency (a direction is then one number a channel),
or flattened (it then also says *where*), and a finding says which.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.rows import SMALL, Pile, let_go, read, write
from escucha.errors import InputError, unknown
from escucha.models import windows
from escucha.models.classifier import Classifier, FeatureClassifier, LayeredClassifier, check_valued, values

REVISION = 1
"""Raised when the meaning of kept rows changes: those in the cache are then not read any more."""

Maps = Literal["pooled", "flattened"]
"""`pooled`: the mean over time and frequency; `flattened`: every position by itself."""

FEATURES = "features"
"""The one layer of a FeatureClassifier: its features, in their own units."""

Readable = LayeredClassifier | FeatureClassifier
"""What concepts and probes can be asked of."""

_VALUES = ""
"""Stands for the values among the names of layers."""


@dataclass(frozen=True, eq=False)
class Heard:
    """Clips as the layers of a classifier hear them."""

    rows: dict[str, np.ndarray]
    """Layer to activations `(clip, unit)` float32; a memory map of a file where they are many."""
    values: np.ndarray
    """`(clip, label)`: each label's value, see `escucha.models.classifier.values`; no columns if not asked for."""


def hear(classifier: Readable, clips: Iterable[Clip], layers: Sequence[str], *, maps: Maps = "pooled",
         with_values: bool | int = False, keep: Path | None = None, count: int | None = None) -> Heard:
    """Activations of all `layers`; clips are at the classifier's rate.

    Values take a second forward pass: `with_values` of all clips, or of the first so many. Whatever the number of clips
    and units, memory holds no more than a few megabytes a layer: larger rows lie in files. `keep` is a folder for the
    rows, named by what the classifier, the clips and `maps` are (`experiments.workbench.Workbench.hear` names it): what
    is there is not heard again, and where nothing is lacking no clip is asked for. `count` is the number of clips,
    where it is known: what is kept of another number is damaged, and heard again.
    """
    readable(classifier, layers)
    if with_values:
        check_valued(classifier)
    names = [*dict.fromkeys(layers), *([_VALUES] if with_values else [])]
    small = SMALL // len(names)
    places = {name: _place(keep, name, with_values) for name in names} if keep else {}
    known = {name: found for name, place in places.items()
             if (found := read(place, small=small, count=_rows_of(name, count, with_values))) is not None}
    lacking = [name for name in names if name not in known]
    if lacking:
        valued = 0 if _VALUES not in lacking else sys.maxsize if with_values is True else int(with_values)
        piles = {name: Pile(keep, small=small) for name in lacking}
        heard = _piled(classifier, clips, piles, maps=maps, valued=valued)
        for name in lacking:
            known[name] = _of_clips(piles.pop(name), heard[:valued] if name == _VALUES else heard, places.get(name))
    rows = {layer: known[layer] for layer in names if layer != _VALUES}
    none = np.empty((len(rows[layers[0]]), 0))
    return Heard(rows, known[_VALUES].astype(np.float64) if with_values else none)


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


def check_rate(classifier: Classifier, clip: Clip) -> None:
    """Raise InputError for a clip at another rate than the classifier's."""
    if clip.rate != classifier.rate:
        raise InputError(f"the classifier hears {classifier.rate} Hz and a clip is at {clip.rate} Hz; resample it")


def laid_out(inside: np.ndarray, lead: int, maps: Maps, pool: Callable[..., np.ndarray]) -> np.ndarray:
    """`(*lead, channel, *position)` to `(*lead, unit)`, `lead` axes staying; `pool` is over positions."""
    if maps == "pooled" and inside.ndim > lead + 1:
        return pool(inside, axis=tuple(range(lead + 1, inside.ndim)))
    return inside.reshape(*inside.shape[:lead], -1)


def _place(keep: Path, name: str, with_values: bool | int) -> Path:
    return keep / (f"values-{with_values}.npy" if name == _VALUES else f"layer-{quote(name, safe='')}.npy")


def _rows_of(name: str, count: int | None, with_values: bool | int) -> int | None:
    """How many rows are kept of so many clips."""
    first = count if with_values is True or name != _VALUES else int(with_values)
    return first if count is None or first is None else min(first, count)


def _piled(classifier: Readable, clips: Iterable[Clip], piles: Mapping[str, Pile], *, maps: Maps,
           valued: int) -> list[list[int]]:
    """The numbers of each clip's windows, whose rows are piled up, the same sound once; values for `valued` clips."""
    layers = [name for name in piles if name != _VALUES]
    heard: list[list[int]] = []
    done = 0
    for waves in _batches(classifier, clips, heard):
        said = _asked(classifier, waves, layers, maps)
        if valued and (len(heard) <= valued or done <= max(map(max, heard[:valued]))):
            said[_VALUES] = values(classifier.scores(waves), classifier.link)
        for name, rows in said.items():
            piles[name].add(rows.astype(np.float32))
        done += len(waves)
    if not heard:
        raise InputError("there are no clips to hear")
    return heard


def _asked(classifier: Readable, waves: np.ndarray, layers: Sequence[str], maps: Maps) -> dict[str, np.ndarray]:
    """Layer to `(window, unit)`."""
    if not layers:
        return {}
    inside = ({FEATURES: classifier.features(waves)} if isinstance(classifier, FeatureClassifier)
              else classifier.activations(waves, layers))
    return {layer: laid_out(inside[layer], 1, maps, np.mean) for layer in layers}


def _of_clips(pile: Pile, heard: Sequence[Sequence[int]], place: Path | None) -> np.ndarray:
    """`(clip, unit)` means of piled rows `(window, unit)`, from the numbers of each clip's windows; kept in `place`."""
    rows = pile.rows()
    if place is not None:
        write(place, _means(rows, heard), len(heard), rows.shape[1])
        if (kept := read(place, small=pile.small)) is not None:  # None where another process has trimmed it already
            return kept
    if [list(of) for of in heard] == [[number] for number in range(len(rows))]:
        return rows
    again = Pile(pile.folder, small=pile.small)
    for row in _means(rows, heard):
        again.add(row[None].astype(np.float32))
    return again.rows()


def _means(rows: np.ndarray, heard: Iterable[Sequence[int]]) -> Iterator[np.ndarray]:
    """`(unit,)` of every clip, a few windows at a time."""
    for numbers in heard:
        total = np.zeros(rows.shape[1])
        for at in range(0, len(numbers), windows.BATCH):
            total += rows[numbers[at:at + windows.BATCH]].sum(axis=0, dtype=np.float64)
        let_go(rows)
        yield total / len(numbers)


def _batches(classifier: Classifier, clips: Iterable[Clip], heard: list[list[int]]) -> Iterator[np.ndarray]:
    """Windows of all clips, a batch at a time, the same sound once; `heard` gets the numbers of each clip's windows.

    Pairs of one score share a member as often as not: what a change leaves alone sounds the same to the last bit.
    """
    seen: dict[bytes, int] = {}
    fresh: list[np.ndarray] = []
    for clip in clips:
        check_rate(classifier, clip)
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
