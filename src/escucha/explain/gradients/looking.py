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


def look(name: str, game: Game, label: str, sampling: Sampling) -> Look:
    """By the method of this name, in evaluation mode; the module is as it was afterwards."""
    front_end, network = halves(game.classifier, name)
    where, net = cells(front_end, name), Valued(network, game.classifier.link)
    with listening(front_end), listening(network):
        seen = tuple(_seen(name, game, label, _window(game, window, net, label, _seeded(sampling, at)), where, window)
                     for at, window in enumerate(game.grid))
    return Look(seen, np.asarray(where.spectral.hertz), net.asked)


def _seen(name: str, game: Game, label: str, heard: Window, where: Cells, window: Heard) -> Seen:
    length, count = game.classifier.window, len(game.grid)
    shape = where.power(np.zeros((1, length), np.float32)).shape[1:]
    found = where.fold(attribute(name, heard), shape) / count
    weights = where.share(found, game.factorization, window, length)
    ends = np.tile(np.array([[True], [False]]), len(window.parts))[: 1 + (len(window.parts) > 0)]
    change = float(np.ptp(game.window_values(window, ends, label))) / count
    return Seen(found.mean(axis=0), weights, where.times(shape[1], window.start),
                bool(change > 0 and np.abs(found).max() <= NOTHING * change))


def _window(game: Game, window: Heard, net: Valued, label: str, sampling: Sampling) -> Window:
    front_end, network = halves(game.classifier, "")
    device = next(network.parameters(), torch.empty(0)).device
    waves = torch.tensor(on_and_off(game.factorization, window, game.classifier.window), device=device)
    with torch.no_grad():
        heard: Tensor = front_end(waves)
    everything, nothing = game.ends(label)
    return Window(net, heard[:1].detach(), heard[1:].detach(), label_index(game.classifier, label),
                  everything - nothing, sampling)


def on_and_off(factorization: Factorization, window: Heard, length: int) -> np.ndarray:
    """`(2, length)`: the window of the clip itself, and what is heard there when all parts are off."""
    waves = np.zeros((2, length), dtype=np.float32)
    piece = factorization.clip.wave[window.start : window.start + length]
    waves[0, : len(piece)] = piece
    for index in window.parts:
        factorization.parts[index].add(waves[1:], np.zeros(1, dtype=np.float32), window.start)
    return waves


def _seeded(sampling: Sampling, window: int) -> Sampling:
    """Draws of each window for themselves."""
    return replace(sampling, seed=int(np.random.SeedSequence((sampling.seed, window)).generate_state(1)[0]))
