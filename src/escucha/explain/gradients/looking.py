"""One look of a gradient method at every window of a clip: what each cell did, and each part.

The clip's value is the mean of its windows' values, so what a window's cells did counts one in so many windows. The
baseline is what is heard when all parts are off: silence in the *waveform*, through the front end, unless the game puts
something else in their place.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from escucha.explain.factorization import Factorization
from escucha.explain.gradients.attribution import Valued, Window, attribute
from escucha.explain.gradients.cells import Cells, cells
from escucha.explain.gradients.halves import halves
from escucha.explain.remix import Game, Heard
from escucha.explain.weights import Sampling
from escucha.models.classifier import label_index
from escucha.models.taps import listening

NOTHING = 1e-9
"""Attributions below this share of the window's change are nothing: the network is saturated."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found in one window."""

    cells: np.ndarray
    """`(row, frame)`: its share in the clip's value."""
    weights: np.ndarray
    """`(draw, part)`, for every part of the factorization."""
    times: np.ndarray
    """`(frame,)` samples of the clip."""
    blind: bool
    """Nothing was found although the window's value changes when its parts are switched off."""


@dataclass(frozen=True, eq=False)
class Look:
    """What was found in all windows, in time order."""

    seen: tuple[Seen, ...]
    hertz: np.ndarray
    """`(row,)`."""
    asked: int
    """Windows that went through the network."""

    @property
    def weights(self) -> np.ndarray:
        """`(draw, part)`, over all windows."""
        return np.sum([seen.weights for seen in self.seen], axis=0)

    @property
    def blind(self) -> int:
        """In how many windows nothing was found."""
        return sum(seen.blind for seen in self.seen)


@dataclass(frozen=True, eq=False)
class _Looking:
    """What every window is looked at with."""

    name: str
    game: Game
    label: str
    where: Cells
    net: Valued
    sampling: Sampling

    def seen(self, at: int) -> Seen:
        window, count = self.game.grid[at], len(self.game.grid)
        length = self.game.classifier.window
        shape = self.where.power(np.zeros((1, length), np.float32)).shape[1:]
        found = self.where.fold(attribute(self.name, self._window(at)), shape) / count
        weights = self.where.share(found, self.game.factorization, window, length)
        ends = np.tile(np.array([[True], [False]]), len(window.parts))[: 1 + (len(window.parts) > 0)]
        change = float(np.ptp(self.game.window_values(window, ends, self.label))) / count
        return Seen(found.mean(axis=0), weights, self.where.times(shape[1], window.start),
                    bool(change > 0 and np.abs(found).max() <= NOTHING * change))

    def _window(self, at: int) -> Window:
        classifier, (everything, nothing) = self.game.classifier, self.game.ends(self.label)
        device = next(self.net.parameters(), torch.empty(0)).device
        waves = on_and_off(self.game.factorization, self.game.grid[at], classifier.window)
        with torch.no_grad():
            heard: Tensor = self.where.front_end(torch.tensor(waves, device=device))
        return Window(self.net, heard[:1].detach(), heard[1:].detach(), label_index(classifier, self.label),
                      everything - nothing, self._own(at))

    def _own(self, at: int) -> Sampling:
        """A window's share of the draws, from a seed of its own: what one draw misses, others do not."""
        seed = int(np.random.SeedSequence((self.sampling.seed, at)).generate_state(1)[0])
        return replace(self.sampling, samples=self.sampling.samples // len(self.game.grid), seed=seed)


def look(name: str, game: Game, label: str, sampling: Sampling) -> Look:
    """By the method of this name, in evaluation mode; the module is as it was afterwards."""
    front_end, network = halves(game.classifier, name)
    net = Valued(network, game.classifier.link)
    looking = _Looking(name, game, label, cells(front_end, name), net, sampling)
    with listening(front_end), listening(network):
        seen = tuple(looking.seen(at) for at in range(len(game.grid)))
    return Look(seen, np.asarray(looking.where.spectral.hertz), net.asked)


def on_and_off(factorization: Factorization, window: Heard, length: int) -> np.ndarray:
    """`(2, length)`: the window of the clip itself, and what is heard there when all parts are off."""
    waves = np.zeros((2, length), dtype=np.float32)
    piece = factorization.clip.wave[window.start : window.start + length]
    waves[0, : len(piece)] = piece
    for index in window.parts:
        factorization.parts[index].add(waves[1:], np.zeros(1, dtype=np.float32), window.start)
    return waves
