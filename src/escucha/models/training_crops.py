"""What a network is trained on: crops of whole-clip log-mels, or of waves that are changed and then heard.

Conventions: a row is a clip; every epoch draws from (seed, epoch) alone, and every crop of waves from its number too,
so a run that was killed and resumed ends with the very weights of one that was not. Hidden cells are True.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from escucha.models.augmentation import Changer, changer, fit_length
from escucha.models.training_recipe import Augment, Recipe

QUIET = -100.0
"""dB of silence: what a band of a log-mel is hidden with."""
MIXING = 2**31
"""Keeps the streams of mixup apart from those of single crops."""


class Batch(NamedTuple):
    """Crops and how they are to be heard."""

    sounds: Tensor
    """`(batch, 1, mel, frame)` dB, or waves `(batch, time)` for the front end."""
    targets: Tensor
    """`(batch,)` integers, or `(batch, label)` of zeros and ones."""
    tilts: Tensor
    """`(batch,)` dB, still to be put on what the front end makes of waves."""
    hidden: Tensor
    """`(batch, row, column)` of what the front end makes of waves; empty for spectrograms, which come hidden."""
    partners: Tensor
    """`(batch,)`: the crop that each is mixed with; empty where nothing is mixed."""
    shares: Tensor
    """`(batch,)`: how much of each mixture is the crop itself."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Clips to learn from, as spectrograms: the quick way."""

    spectrograms: Sequence[Tensor]
    """Each `(mel, frame)` dB: whole clips to crop from."""
    targets: np.ndarray
    """`(clip,)` integers, or booleans `(clip, label)` where a clip may have several labels."""


@dataclass(frozen=True, eq=False)
class Waves:
    """Clips to learn from, as waves: for every front end, and for changes of the sound."""

    waves: Sequence[np.ndarray]
    """Each `(time,)`, at least a window long."""
    targets: np.ndarray
    """As of `Examples`."""
    rate: int


@dataclass(frozen=True)
class Turn:
    """Which part of the work this is."""

    epoch: int
    rank: int = 0
    """Of this process among those that train together: it has every `world`-th crop of a batch."""
    world: int = 1


Drawn = tuple[list[Tensor], list[float], list[Tensor]]
"""Sounds, and for waves tilts and what is hidden."""


@dataclass(frozen=True)
class Crops:
    """The batches of one epoch."""

    recipe: Recipe
    window: int
    """Frames of a spectrogram, or samples of a wave."""
    turn: Callable[[], Turn]
    """Asked when an epoch begins."""
    train: Examples | Waves

    def __len__(self) -> int:
        return -(-len(self.train.targets) * self.recipe.crops // self.recipe.batch)

    def __iter__(self) -> Iterator[Batch]:
        turn = self.turn()
        rng = np.random.default_rng((self.recipe.seed, turn.epoch))
        order = rng.permutation(np.repeat(np.arange(len(self.train.targets)), self.recipe.crops))
        own, first = slice(turn.rank, None, turn.world), 0
        for rows in np.array_split(order, len(self)):
            sounds, tilts, hidden = self.drawn(rows, first, own, rng=rng, epoch=turn.epoch)
            targets = self.train.targets[rows[own]]
            yield Batch(torch.stack(sounds),
                        torch.as_tensor(targets, dtype=torch.long if targets.ndim == 1 else torch.float32),
                        torch.tensor(tilts), torch.stack(hidden) if hidden else torch.empty(0),
                        *mixed(len(sounds), self.recipe, (turn.epoch, MIXING + first, turn.rank)))
            first += len(rows)

    def drawn(self, rows: np.ndarray, first: int, own: slice, *, rng: np.random.Generator, epoch: int) -> Drawn:
        """The crops of a batch's `rows`, the first of them the epoch's `first`-th; only `own` of them are wanted."""
        raise NotImplementedError


@dataclass(frozen=True)
class SpectrogramCrops(Crops):
    """Crops of log-mels, changed as far as log-mels can be."""

    train: Examples

    def drawn(self, rows: np.ndarray, first: int, own: slice, *, rng: np.random.Generator, epoch: int) -> Drawn:
        """Of one stream, which every process draws to its end: the crops are the same however many there are."""
        made = [crop(self.train.spectrograms[row], self.window, self.recipe, rng) for row in rows]
        return [piece[None] for piece in made[own]], [], []


@dataclass(frozen=True)
class WaveCrops(Crops):
    """Crops of waves, each with a stream of its own."""

    train: Waves
    picture: tuple[int, int] | None = None
    """Rows and columns of what the front end makes of a wave; None where it makes no picture."""

    def drawn(self, rows: np.ndarray, first: int, own: slice, *, rng: np.random.Generator, epoch: int) -> Drawn:
        """Only the crops that are wanted are made."""
        change = changer(self.recipe.augment, self.train.rate)
        sounds, tilts, hidden = [], [], []
        for row, number in list(zip(rows, range(first, first + len(rows))))[own]:
            own_rng = np.random.default_rng((self.recipe.seed, epoch, number))
            wave, tilt = self._wave(self.train.waves[row], change, own_rng)
            sounds.append(torch.from_numpy(wave))
            tilts.append(tilt)
            if self.picture:
                hidden.append(band(self.picture, self.recipe.bands, own_rng)
                              | hide(self.picture, self.recipe.augment, own_rng))
        return sounds, tilts, hidden

    def _wave(self, wave: np.ndarray, change: Changer, rng: np.random.Generator) -> tuple[np.ndarray, float]:
        """`(window,)`: a random moment, changed, at another level; and how far its treble is to be tilted."""
        longest = self.recipe.augment.longest(self.window)
        start = int(rng.integers(max(len(wave) - longest, 0) + 1))
        gain, tilt = (rng.uniform(-most, most) for most in (self.recipe.gain, self.recipe.tilt))
        piece = fit_length(change(wave[start : start + longest], rng), self.window)
        return piece * np.float32(10 ** (gain / 20)), float(tilt)


def crop(spectrogram: Tensor, frames: int, recipe: Recipe, rng: np.random.Generator) -> Tensor:
    """`(mel, frames)` dB: a random moment of a clip, at another level, with another tilt, and cells hidden."""
    mels, length = spectrogram.shape
    start = int(rng.integers(length - frames + 1))
    piece = spectrogram[:, start : start + frames] + (rng.uniform(-recipe.gain, recipe.gain)
                                                      + rng.uniform(-recipe.tilt, recipe.tilt) * ramp(mels))
    piece[band((mels, frames), recipe.bands, rng) | hide((mels, frames), recipe.augment, rng)] = QUIET
    return piece.clamp(min=QUIET).float()


def ramp(rows: int) -> Tensor:
    """`(row, 1)`: from minus a half at the lowest band to a half at the highest, what a tilt of 1 dB adds."""
    return torch.linspace(-.5, .5, rows)[:, None]


def band(size: tuple[int, int], widest: int, rng: np.random.Generator) -> Tensor:
    """`size` booleans: some neighbouring rows, at most `widest` of them, at random."""
    hidden = torch.zeros(size, dtype=torch.bool)
    width = int(rng.integers(min(widest, size[0]) + 1))
    low = int(rng.integers(size[0] - width + 1))
    hidden[low : low + width] = True
    return hidden


def hide(size: tuple[int, int], augment: Augment, rng: np.random.Generator) -> Tensor:
    """`size` booleans: what `masks` and `edges` hide; nothing is drawn where there are none."""
    hidden = torch.zeros(size, dtype=torch.bool)
    masks, edges = augment.masks, augment.edges
    if masks and rng.random() < masks.probability:
        for _ in range(masks.bands):
            hidden |= band(size, masks.mels, rng)
        for _ in range(masks.moments):
            hidden |= band((size[1], size[0]), masks.frames, rng).T
    if edges and rng.random() < edges.probability:
        low, high = (int(rng.integers(min(most, size[0] // 2) + 1)) for most in (edges.low, edges.high))
        hidden[:low] = True
        hidden[size[0] - high:] = True
    return hidden


def mixed(count: int, recipe: Recipe, stream: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Partners `(count,)` and shares `(count,)` of a batch; both empty without mixup."""
    mixup = recipe.augment.mixup
    if not mixup:
        return torch.empty(0, dtype=torch.long), torch.empty(0)
    rng = np.random.default_rng((recipe.seed, *stream))
    partners, shares = rng.permutation(count), rng.beta(mixup.alpha, mixup.alpha, count)
    shares[rng.random(count) >= mixup.probability] = 1.0
    return torch.as_tensor(partners), torch.as_tensor(shares, dtype=torch.float32)
