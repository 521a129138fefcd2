"""Which position of a layer hears which moment and which frequencies: asked of the classifier itself.

The same noise is heard with one short stretch of it played anew, or one band of it: the positions that change are those
that hear it. So padding, pooling, receptive fields, transposed pictures and grids of tokens need not be known, and a
level that everything shares hardly moves. What a recurrent layer tells late is placed where it was heard.

Conventions: activations are `(batch, channel, *position)`, positions counted in one row as numpy flattens them; times
are in seconds from the start of a window.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.models.classifier import LayeredClassifier

MOMENTS, BANDS = 24, 24
"""Stretches and bands that are played anew, one at a time."""
DRAWS = 2
"""Noises."""
LEVEL = 0.1
"""Standard deviation of the noise."""
FOLLOWS = 0.35
"""An axis is time (or frequency) where what changes moves along it with a weighted correlation above this."""
EXTRA = 2
"""Tokens, at most, that stand before those of the sound: of the class, of distillation."""
BETTER = 0.02
"""By how much an order with extra tokens must follow time more closely to be preferred to one without."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where the positions of a layer lie in what the classifier hears at once."""

    order: np.ndarray
    """`(row, frame)` numbers of positions; rows are bands of frequency, or whatever else a layer has beside time."""
    times: np.ndarray
    """`(frame,)` seconds, rising: the middle of what each frame hears."""
    hertz: np.ndarray | None
    """`(row,)` Hz, rising: the middle of what each row hears; None where rows are no frequencies."""

    def laid(self, inside: np.ndarray) -> np.ndarray:
        """`(batch, channel, row, frame)` of `(batch, channel, *position)`; positions that hear no moment are left out.
        """
        return inside.reshape(*inside.shape[:2], -1)[:, :, self.order]


def find_places(classifier: LayeredClassifier, layers: Sequence[str], *, seed: int = 0) -> dict[str, Places | None]:
    """The places of each layer; None where it has no positions, or none of its axes follows time."""
    moved: dict[str, list[np.ndarray]] = {layer: [] for layer in layers}
    shapes: dict[str, tuple[int, ...]] = {}
    for draw in range(DRAWS):
        told = classifier.activations(_played_anew(classifier, np.random.default_rng([seed, draw])), layers)
        for layer in layers:
            shapes[layer] = told[layer].shape[2:]
            flat = told[layer].reshape(*told[layer].shape[:2], -1)
            moved[layer].append(np.square(flat[1:] - flat[:1], dtype=np.float64).sum(axis=1))
    return {layer: _places(np.mean(moved[layer], axis=0), shapes[layer], classifier) for layer in layers}


def _played_anew(classifier: LayeredClassifier, rng: np.random.Generator) -> np.ndarray:
    """`(1 + moment + band, window)`: noise, then the same with a stretch, or a band, of another noise."""
    size, (noise, other) = classifier.window, LEVEL * rng.normal(size=(2, classifier.window))
    waves = [noise]
    for middle in _moments(size):
        wave, reach = noise.copy(), max(size // (4 * MOMENTS), 1)
        here = slice(max(int(middle) - reach, 0), int(middle) + reach)
        wave[here] = other[here]
        waves.append(wave)
    spectra, hertz = np.fft.rfft([noise, other]), np.fft.rfftfreq(size, 1 / classifier.rate)
    for low, high in zip(edges := _band_edges(classifier.rate), edges[1:]):
        waves.append(np.fft.irfft(np.where((low <= hertz) & (hertz < high), spectra[1], spectra[0]), size))
    return np.stack(waves).astype(np.float32)


def _moments(size: int) -> np.ndarray:
    """`(moment,)` samples: the middles of the stretches."""
    return (np.arange(MOMENTS) + 0.5) * size / MOMENTS


def _band_edges(rate: int) -> np.ndarray:
    """`(band + 1,)` Hz, equally far apart on Slaney's mel scale."""
    import librosa

    return librosa.mel_frequencies(BANDS + 1, fmin=0.0, fmax=rate / 2)


def _places(moved: np.ndarray, shape: tuple[int, ...], classifier: LayeredClassifier) -> Places | None:
    """From how much each position `(moment + band, position)` changes."""
    in_time, in_band = np.split(moved, [MOMENTS])
    chosen, followed = None, FOLLOWS
    for order, extra in _orders(shape):
        follows = _correlation(_share(in_time[:, order].sum(axis=1)))
        if follows > followed + (BETTER if extra and chosen is not None else 0):
            chosen, followed = order, follows
    if chosen is None:
        return None
    times = _times(in_time[:, chosen].sum(axis=1), classifier)
    if times is None:
        return None
    within = (times >= 0) & (times <= classifier.window / classifier.rate)  # others hear what pads the window
    hertz, rows = _hertz(in_band[:, chosen[:, within]].sum(axis=2), classifier.rate)
    return Places(chosen[rows][:, within], times[within], hertz)


def _orders(shape: tuple[int, ...]) -> Iterator[tuple[np.ndarray, int]]:
    """Every way in which positions may stand in time, `(row, frame)`, and how many extra tokens each leaves out."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    if len(shape) > 1:
        for axis, length in enumerate(shape):
            if length > 1:
                yield np.moveaxis(places, axis, -1).reshape(-1, length), 0
        return
    for extra in range(EXTRA + 1 if shape else 0):
        tokens = places.ravel()[extra:]
        for frames in range(len(tokens), 1, -1):
            if len(tokens) % frames == 0:
                yield tokens.reshape(-1, frames), extra
                if frames < len(tokens):
                    yield tokens.reshape(frames, -1).T, extra


def _correlation(weight: np.ndarray) -> float:
    """Between a stretch's number and a position's, of weights `(stretch, position)`."""
    total = weight.sum()
    if not total:
        return 0.0
    rows, columns = np.arange(len(weight))[:, None], np.arange(weight.shape[1])[None, :]
    rows, columns = (axis - (weight * axis).sum() / total for axis in (rows, columns))
    spread = np.sqrt((weight * rows**2).sum() * (weight * columns**2).sum())
    return float((weight * rows * columns).sum() / spread) if spread else 0.0


def _share(moved: np.ndarray) -> np.ndarray:
    """Of `(stretch, position)` what is above the stretch's usual, which the whole layer shares; each adds up to one."""
    above = np.maximum(moved - np.median(moved, axis=1, keepdims=True), 0.0)
    total = above.sum(axis=1, keepdims=True)
    return np.divide(above, total, out=np.zeros_like(above), where=total > 0)


def _times(moved: np.ndarray, classifier: LayeredClassifier) -> np.ndarray | None:
    """`(frame,)` seconds: the straight line through the middles of what changes; None where that cannot be time.

    Of stretches well inside the window alone: near its ends what changes is cut off, and its middle lies too far in.
    Within a quarter of a frame of the window's ends, which is how exact this is, they are at its ends.
    """
    frames, window = moved.shape[1], classifier.window / classifier.rate
    middles = _share(moved**2) @ np.arange(frames)
    inner = np.arange(MOMENTS // 6, MOMENTS - MOMENTS // 6)
    slope, offset = np.polyfit(_moments(classifier.window)[inner] / classifier.rate, middles[inner], 1)
    if not frames / (2 * window) < slope < 2 * frames / window:
        return None
    times = (np.arange(frames) - offset) / slope
    ends = np.clip(times, 0, window)
    return np.where(np.abs(times - ends) < 0.25 / slope, ends, times)


def _hertz(moved: np.ndarray, rate: int) -> tuple[np.ndarray | None, np.ndarray]:
    """`(row,)` Hz and the rows from low to high, of `(band, row)`; no Hz where rows are no frequencies."""
    rows = np.arange(moved.shape[1])
    follows = _correlation(moved / np.maximum(moved.sum(axis=1, keepdims=True), 1e-30)) if len(rows) > 1 else 0.0
    if abs(follows) < FOLLOWS:
        return None, rows
    edges = _band_edges(rate)
    weight = moved / np.maximum(moved.sum(axis=0), 1e-30)
    band = np.arange(BANDS) @ weight  # the middle in bands: they are equally wide to the ear
    hertz = np.interp(band + 0.5, np.arange(BANDS + 1), edges)
    order = rows if follows > 0 else rows[::-1]
    return np.maximum.accumulate(hertz[order]) + 1e-3 * rows, order
