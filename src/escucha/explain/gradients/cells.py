"""What sounds in which cell of time and frequency: how an attribution is shared among parts.

What a method finds in a cell belongs to the parts that sound there, in proportion to each one's own power in that cell
of the same spectrogram. What it finds where no part sounds is nobody's.

Conventions: cells are `(row, frame)`, waves `(batch, time)` tensors, frequencies Hz, frames in samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.explain.factorization import Factorization
from escucha.explain.remix import Heard
from escucha.models.front_ends.palo_image import CANVAS, DRAWN, PaloImage, points
from escucha.models.listener import Called

BATCH = 32
"""Parts whose power is taken at once: bounds memory however many a window hears."""


@runtime_checkable
class Spectral(Protocol):
    """A front end that says where the numbers it gives lie; your own may do so too."""

    hop: int
    """Samples from frame to frame."""
    first: int
    """The sample in the middle of the first frame."""

    @property
    def hertz(self) -> np.ndarray:
        """`(row,)`: the middle of each band."""

    def powers(self, waves: Tensor) -> Tensor:
        """`(batch, time)` to `(batch, row, frame)`: power in each cell, 0 where nothing sounds."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a front end's spectrogram."""

    front_end: nn.Module
    spectral: Spectral

    def fold(self, found: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """`(draw, row, frame)` of what was found at the network's input `(draw, *shape)`; sums stay the same."""
        if isinstance(self.front_end, PaloImage):
            return _undrawn(found.sum(axis=1), shape)
        cells = found.reshape(len(found), -1, *found.shape[-2:]).sum(axis=1)
        if cells.shape[1:] != shape:
            raise InputError(f"the front end gives pictures of {cells.shape[1:]} points and powers of {shape} cells; "
                             "its method powers should answer (batch, row, frame) of the same size")
        return cells

    def share(self, found: np.ndarray, factorization: Factorization, window: Heard, length: int) -> np.ndarray:
        """`(draw, part)`: cells' attributions `(draw, row, frame)` shared among all parts of the factorization."""
        total = np.zeros(found.shape[1:])
        for _, power in self._powers(factorization, window, length):
            total += power.sum(axis=0)
        each = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
        weights = np.zeros((len(found), len(factorization.parts)))
        for chosen, power in self._powers(factorization, window, length):
            weights[:, chosen] = np.einsum("drf,prf->dp", each, power, optimize=True)
        return weights

    def power(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, row, frame)` float64 of waves `(batch, time)`."""
        device = next(self.front_end.parameters(), torch.empty(0)).device
        with torch.no_grad():
            return self.spectral.powers(torch.tensor(waves, device=device)).cpu().numpy().astype(np.float64)

    def times(self, frames: int, start: int) -> np.ndarray:
        """`(frame,)` samples: the middles of a window's frames."""
        return start + self.spectral.first + self.spectral.hop * np.arange(frames)

    def _powers(self, factorization: Factorization, window: Heard,
                length: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Some parts at a time and their power `(part, row, frame)`: of what is heard when they are on, and when off.

        What stands for an absent part is silence in most games, and adds nothing.
        """
        for at in range(0, len(window.parts), BATCH):
            chosen = window.parts[at : at + BATCH]
            power = self.power(_waves(factorization, chosen, window.start, length, on=True))
            if any(factorization.parts[index].absent is not None for index in chosen):
                power = power + self.power(_waves(factorization, chosen, window.start, length, on=False))
            yield chosen, power


def cells(front_end: nn.Module, method: str) -> Cells:
    """The cells of a front end; InputError where it does not say what of its answer lies where."""
    for told in (front_end, getattr(front_end, "mel", None)):  # pictures and squared powers are made of a log-mel
        if isinstance(told, Spectral):
            return Cells(front_end, told)
    raise InputError(f"{method} shares each cell of a spectrogram among the parts sounding in it, and the front end "
                     f"{_called(front_end)} does not say what sounds where; use escucha.audio.spectrum.LogMel, or give "
                     "a module with powers(waves), hertz, hop and first (docs/bring-your-own.md)")


def _called(front_end: nn.Module) -> str:
    """The name of the user's own function, or of the module's class."""
    function = front_end.function if isinstance(front_end, Called) else front_end
    return str(getattr(function, "__name__", type(function).__name__))


def _waves(factorization: Factorization, chosen: np.ndarray, start: int, length: int, *, on: bool) -> np.ndarray:
    """`(part, length)`: each part by itself in a window, or what stands in its place."""
    waves = np.zeros((len(chosen), length), dtype=np.float32)
    for at, index in enumerate(chosen):
        part = factorization.parts[index]
        if on or part.absent is not None:
            part.add(waves[at : at + 1], np.array([float(on)], dtype=np.float32), start)
    return waves


def _undrawn(found: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """`(draw, mel, frame)` sums over the points `(draw, height, width)` that show each cell; margins show none."""
    shown = [points(*place, count=count) for place, count in zip(zip(found.shape[1:], CANVAS, DRAWN), shape)]
    rows, columns = ((where[:, None] == np.arange(count)).astype(np.float64) for where, count in zip(shown, shape))
    return np.einsum("dhw,hr,wf->drf", found, rows, columns, optimize=True)
