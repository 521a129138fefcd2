"""How much of an idea each moment (and frequency) of a clip has, to a layer: channels along the idea's direction.

At each position of a layer stands a vector of channels. Its length along a CAV, above the mean of clips without the
idea and in their standard deviations, is the map; its mean over frequency the curve. A layer without positions (dense,
pooled; the features of a forest) is asked about pieces of the clip, each amid silence.

Conventions: maps are `(row, frame)`, rows and frames rising in Hz and in s from the clip's start; `directions` are
`(direction, unit)`, a unit being a channel.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import FEATURES, Readable, check_rate
from escucha.concepts.locating.places import Places, find_places
from escucha.errors import InputError
from escucha.models import windows
from escucha.models.classifier import FeatureClassifier


@dataclass(frozen=True, eq=False)
class Laid:
    """Directions of one layer laid over one clip, in the layer's own units."""

    values: np.ndarray
    """`(direction, row, frame)`; one row where the layer does not tell frequencies apart."""
    times: np.ndarray
    """`(frame,)` seconds, inside the clip."""
    hertz: np.ndarray | None
    """`(row,)` Hz, None where the row is no frequency."""

    @property
    def curves(self) -> np.ndarray:
        """`(direction, frame)`: the mean over frequency."""
        return self.values.mean(axis=1)


@dataclass(frozen=True)
class Pieces:
    """How a clip is asked about where a layer has no positions."""

    hop: float = 0.1
    """Seconds from the middle of a piece to that of the next."""
    length: float = 0.5
    """Seconds heard at once, in the middle of a window that is silent beside; 0: the whole window, of the clip."""


@dataclass(frozen=True, eq=False)
class Locator:
    """A classifier that says where; made once, for it measures where the positions of its layers lie."""

    classifier: Readable
    places: Mapping[str, Places | None]
    """Layer to where its positions lie; None for those that are asked about pieces."""
    pieces: Pieces = Pieces()

    @classmethod
    def of(cls, classifier: Readable, layers: Sequence[str], pieces: Pieces = Pieces()) -> "Locator":
        """The locator of these layers; InputError for pieces that no window holds."""
        window = classifier.window / classifier.rate
        if not (pieces.hop > 0 and 0 <= pieces.length <= window):
            raise InputError(f"pieces of {pieces.length:g} s, {pieces.hop:g} s apart, do not fit a window of "
                             f"{window:g} s; give a hop above 0 and a length within the window")
        known = {} if isinstance(classifier, FeatureClassifier) else find_places(classifier, layers)
        return cls(classifier, {layer: known.get(layer) for layer in layers}, pieces)

    def lay(self, clip: Clip, directions: Mapping[str, np.ndarray], *, curves: bool = False) -> dict[str, Laid]:
        """The directions of each layer over a clip at the classifier's rate; InputError at another rate.

        `curves`: only these are asked for, and maps are of one row; of hundreds of directions they would be large.
        """
        check_rate(self.classifier, clip)
        placed = {layer: found for layer in directions if (found := self.places[layer]) is not None}
        loose = [layer for layer in directions if layer not in placed]
        return {**(self._by_position(clip, directions, placed, curves) if placed else {}),
                **(self._by_piece(clip, directions, loose) if loose else {})}

    def _by_position(self, clip: Clip, directions: Mapping[str, np.ndarray], placed: Mapping[str, Places],
                     curves: bool) -> dict[str, Laid]:
        """Window after window, the last of them ending with the clip; what pads a short clip is left out."""
        pieces: dict[str, list[Laid]] = {layer: [] for layer in placed}
        for waves, starts in _windows(clip, self.classifier.window):
            told = _told(self.classifier, waves, list(placed))
            for layer, found in placed.items():
                heard = found.laid(told[layer])
                heard = heard.mean(axis=2, keepdims=True) if curves or found.hertz is None else heard
                values = np.einsum("du,burf->drbf", directions[layer], heard, optimize=True)
                times = (starts[:, None] + found.times).ravel()
                known = max((one.times.max(initial=-1) for one in pieces[layer]), default=-1)
                fresh = (times > known) & (times <= clip.duration)
                if known < 0 and not fresh.any():  # a clip that ends before the middle of the first frame has that one
                    times, fresh = np.minimum(times, clip.duration), np.arange(len(times)) == 0
                pieces[layer].append(Laid(values.reshape(*values.shape[:2], -1)[:, :, fresh], times[fresh],
                                          None if curves else found.hertz))
        return {layer: Laid(np.concatenate([one.values for one in laid], axis=2),
                            np.concatenate([one.times for one in laid]), laid[0].hertz)
                for layer, laid in pieces.items()}

    def _by_piece(self, clip: Clip, directions: Mapping[str, np.ndarray], layers: Sequence[str]) -> dict[str, Laid]:
        times = np.arange(min(self.pieces.hop, clip.duration) / 2, clip.duration, self.pieces.hop)
        values: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
        for at in range(0, len(times), windows.BATCH):
            waves = np.stack([self._piece(clip, time) for time in times[at : at + windows.BATCH]])
            told = _told(self.classifier, waves, layers)
            for layer in layers:
                units = told[layer].reshape(*told[layer].shape[:2], -1).mean(axis=2)
                values[layer].append(directions[layer] @ units.T)
        return {layer: Laid(np.concatenate(found, axis=1)[:, None], times, None) for layer, found in values.items()}

    def _piece(self, clip: Clip, time: float) -> np.ndarray:
        """`(window,)`: what sounds around a moment stands in the middle, the rest is silent."""
        window = self.classifier.window
        length = round(self.pieces.length * clip.rate) or window
        first, put = round(time * clip.rate) - length // 2, (window - length) // 2
        wave = np.zeros(window, dtype=np.float32)
        low, high = max(first, 0), min(first + length, len(clip.wave))
        wave[put + low - first : put + high - first] = clip.wave[low:high]
        return wave


def _windows(clip: Clip, window: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Waves `(batch, window)`, and where they begin in seconds.

    Where the clip is no whole number of windows the last one begins before the end of the one before: padded with
    silence it would end with a click that is not in the music, and that the idea may be taken for.
    """
    whole = max(len(clip.wave) // window, 1) * window
    at = 0
    for waves in windows.batches(clip.wave[:whole], window):
        yield waves, (at + np.arange(len(waves))) * window / clip.rate
        at += len(waves)
    if len(clip.wave) > whole:
        start = len(clip.wave) - window
        yield next(windows.batches(clip.wave[start:], window)), np.array([start / clip.rate])


def _told(classifier: Readable, waves: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
    if isinstance(classifier, FeatureClassifier):
        return {FEATURES: classifier.features(waves)}
    return classifier.activations(waves, layers)


@dataclass(frozen=True, eq=False)
class Ground:
    """What a direction reads where the idea is not: the zero and the unit of its maps."""

    row_mean: np.ndarray
    """`(row,)`, over all frames of all clips without the idea."""
    row_spread: np.ndarray
    """`(row,)` standard deviations."""
    mean: float
    """Of the curve."""
    spread: float

    def map(self, values: np.ndarray) -> np.ndarray:
        """`(row, frame)` standard deviations above clips without the idea."""
        return (values - self.row_mean[:, None]) / self.row_spread[:, None]

    def curve(self, curve: np.ndarray) -> np.ndarray:
        """`(..., frame)`, likewise."""
        return (curve - self.mean) / self.spread


def grounds(laid: Sequence[Laid]) -> tuple[Ground, ...]:
    """The ground of each direction, from one layer laid over clips without the idea."""
    values = np.concatenate([one.values for one in laid], axis=2).astype(np.float64)
    curves = values.mean(axis=1)
    return tuple(Ground(rows.mean(axis=1), above_zero(rows.std(axis=1)), float(curve.mean()),
                        float(above_zero(curve.std()))) for rows, curve in zip(values, curves))


def above_zero(spread: np.ndarray) -> np.ndarray:
    """Spreads of any shape: a row that never moves has no unit of its own; it then stays at zero."""
    return np.where(spread > 0, spread, 1.0)
