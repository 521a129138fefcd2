"""Many small networks in one: each with a hidden layer of its own, all listening to the same rows.

A probe of one setting on one target takes no time; a study needs thousands (settings, control tasks, blocks of a code),
so as many as share their rows are learned side by side, by Adam over all clips at once.

Conventions: rows `(clip, column)` standardised; `(net, clip)` targets, weights and losses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

HIDDEN = (8, 32)
"""Sizes of the hidden layer to choose from."""
DECAYS = (0.001, 0.03)
"""Weight decays to choose from: half the squared weights count so much beside the mean loss."""
CHECKPOINTS = (5, 10, 15, 20, 30, 40, 50)
"""Steps after which a network may stop."""
PACE = 0.3
"""A step's length, over the square root of the columns: wide rows add up faster."""
STEADY = 0.03
"""A step's length in the weights behind the hidden layer."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """What all nets say after so many steps."""

    said: np.ndarray
    """`(net, clip)`: the number of a class, or a standardised number."""
    losses: np.ndarray
    """`(net, clip)`: -log p(target) in nats, or squared error."""
    steps: int


def at_checkpoints(rows: np.ndarray, wanted: np.ndarray, weights: np.ndarray, *, hidden: int, classes: int,
                   decays: np.ndarray, seed: int) -> Iterator[Outputs]:
    """Outputs at each of CHECKPOINTS; `classes` 0 is a number. Every net begins with the same weights.

    `weights` are of the training clips, 0 elsewhere, summing to 1 a net.
    """
    heard, mask = (torch.from_numpy(np.asarray(each, dtype=np.float32)) for each in (rows, weights))
    truth = torch.from_numpy(wanted if classes else wanted.astype(np.float32))
    used = mask.any(dim=0)
    learned, asked, mask = heard[used], truth[:, used], mask[:, used]
    parts = _begin(heard.shape[1], len(wanted), hidden, max(classes, 1), seed)
    decay = torch.from_numpy(decays.astype(np.float32))[:, None, None]
    pace = min(STEADY, PACE / np.sqrt(heard.shape[1]))
    adam = torch.optim.Adam([{"params": parts[:2], "lr": pace}, {"params": parts[2:], "lr": STEADY}])
    for step in range(1, CHECKPOINTS[-1] + 1):
        with torch.enable_grad():
            losses, _ = _losses(learned, asked, parts, classes)
            heavy = sum((decay * part.square()).sum() / 2 for part in parts[::2])
            adam.zero_grad()
            ((mask * losses).sum() + heavy).backward()  # type: ignore[no-untyped-call]
        adam.step()
        if step in CHECKPOINTS:
            with torch.no_grad():
                losses, said = _losses(heard, truth, parts, classes)
            yield Outputs(said.numpy(), losses.numpy(), step)


def _begin(columns: int, nets: int, hidden: int, outputs: int, seed: int) -> list[Tensor]:
    """Weights and offsets of the two layers, as He et al. (2015) draw them, the same for every net."""
    chance = torch.Generator().manual_seed(seed)
    first = torch.randn(1, columns, hidden, generator=chance) * (2 / columns) ** 0.5
    second = torch.randn(1, hidden, outputs, generator=chance) * (1 / hidden) ** 0.5
    drawn = (first, torch.zeros(1, 1, hidden), second, torch.zeros(1, 1, outputs))
    return [part.repeat(nets, 1, 1).requires_grad_() for part in drawn]


def _losses(heard: Tensor, truth: Tensor, parts: list[Tensor], classes: int) -> tuple[Tensor, Tensor]:
    """`(net, clip)` losses and answers."""
    first, shift, second, offset = parts
    between = torch.relu(torch.matmul(heard, first) + shift)
    outputs = torch.baddbmm(offset, between, second)
    if not classes:
        return (outputs[..., 0] - truth).square(), outputs[..., 0]
    costs = torch.logsumexp(outputs, dim=-1) - outputs.gather(2, truth[..., None])[..., 0]
    return costs, outputs.argmax(dim=-1)
