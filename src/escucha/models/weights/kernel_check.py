"""Does a network with published weights listen the right way round?

A kernel taken for another library's is turned by 180 degrees: every shape fits and answers come, so only sound tells.
Three signs, measured on the built-in sounds of weights/probes.py (or any others):

- *agreement*: batch norms remember how much each channel varied when the network was trained. Behind turned kernels the
  channels vary otherwise. The correlation over channels of log variances, heard and remembered, is compared between the
  two ways the kernels can be read; the right one agrees more. This is the sign that decides.
- *unsteadiness*: how far answers move when the sound is shifted by 12 ms, against how far apart they are for different
  sounds.
- *mass*: the sum of raw sigmoid outputs; a model that hears nothing it knows gives next to none, and dividing by it
  makes noise look sure.

Measured with Choi's tags and Lola's palos, on the probes, four real songs and rendered palos: agreement is .03 to .09
higher with the right kernels, in each of 12 comparisons. Unsteadiness is .03 to .45 with right kernels and .00 to .27
with turned ones, mass .7 to 1.7 with either: these two alone do not tell turned kernels in these files, and their
limits lie outside of what right ones gave.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from escucha.models.listener import Listener
from escucha.models.networks.keras_layers import LogSigmoidOf
from escucha.models.taps import listening
from escucha.models.weights.probes import probe_sounds

SHIFT = 0.012
"""Seconds."""
MARGIN = 0.01
"""By how much the other way must agree more before it is believed."""
UNSTEADY = 0.6
LEAST_MASS = 0.1


@dataclass(frozen=True)
class Hearing:
    """How a network hears some sounds."""

    agreement: float
    """-1 to 1: of the channels' variances with those of training; NaN without batch norms behind convolutions."""
    unsteadiness: float
    """0 is unmoved by 12 ms; at 1 the shift moves answers as far as another sound does."""
    mass: float
    """Median sum of the sigmoid outputs; NaN for a network that has none."""


def hearing(listener: Listener, rate: int, samples: int, *, sigmoid: bool, waves: np.ndarray | None = None) -> Hearing:
    """How a listener of `samples` at `rate` hears `waves` (sound, samples + 12 ms), the built-in probes by default.

    `sigmoid`: its logits are read label by label (the card's link).
    """
    shift = round(SHIFT * rate)
    waves = probe_sounds(rate, samples + shift) if waves is None else waves
    agreed, first = agreement(listener, waves[:, :samples])
    moved = _answers(listener, waves[:, shift:])
    before, after = (_probabilities(logits, sigmoid) for logits in (first, moved))
    apart = 2 * float(before.var(dim=0).sum())
    moves = float((after - before).square().sum(dim=1).mean())
    return Hearing(agreed, moves / apart if apart else 0.0, _mass(listener, first, sigmoid))


def agreement(listener: Listener, waves: np.ndarray) -> tuple[float, Tensor]:
    """The first sign of a `Hearing`, of waves (sound, time), and the answers to them (sound, label)."""
    with varying(listener.network) as norms:
        logits = _answers(listener, waves)
    return _agreement(norms), logits


def _answers(listener: Listener, waves: np.ndarray) -> Tensor:
    with listening(listener), torch.no_grad():
        return torch.cat([listener(wave[None]) for wave in torch.tensor(waves)])


def complaint(own: Hearing, other: float = float("nan")) -> str:
    """What speaks against the kernels as they were read; empty if nothing. `other`: the agreement with them turned."""
    if other > own.agreement + MARGIN:
        return (f"turned by 180 degrees, its kernels agree better with what its batch norms remember "
                f"({other:.2f} against {own.agreement:.2f})")
    if own.unsteadiness > UNSTEADY:
        return (f"its answers are unstable: a shift of {1000 * SHIFT:.0f} ms moves them {own.unsteadiness:.2f} times "
                "as far as another sound does")
    if own.mass < LEAST_MASS:
        return f"its raw outputs sum to {own.mass:.3g}, implausibly little"
    return ""


@contextmanager
def varying(network: nn.Module) -> Iterator[list[tuple[nn.BatchNorm2d, list[Tensor]]]]:
    """The batch norms behind the second and later convolutions, each with what it hears while the block runs.

    The first is left out: how much a single turned kernel lets through hardly depends on how it is turned.
    """
    norms = [module for module in network.modules() if type(module) is nn.BatchNorm2d][1:]
    heard: list[tuple[nn.BatchNorm2d, list[Tensor]]] = [(norm, []) for norm in norms]
    handles = [norm.register_forward_pre_hook(_keep(kept)) for norm, kept in heard]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def _keep(kept: list[Tensor]):  # type: ignore[no-untyped-def]
    def hook(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        maps = inputs[0].double()
        kept.append(torch.stack([maps.mean(dim=(0, 2, 3)), maps.square().mean(dim=(0, 2, 3))]))

    return hook


def _agreement(norms: list[tuple[nn.BatchNorm2d, list[Tensor]]]) -> float:
    found = []
    for norm, kept in norms:
        mean, square = torch.stack(kept).mean(dim=0)
        variance = (square - mean.square()).clamp(min=0) + norm.eps
        assert norm.running_var is not None  # of a batch norm as cards have them
        remembered = norm.running_var.double() + 1e-9
        found.append(float(torch.corrcoef(torch.stack([variance.log(), remembered.log()]))[0, 1]))
    return float(np.mean(found)) if found else float("nan")


def _probabilities(logits: Tensor, sigmoid: bool) -> Tensor:
    return (torch.sigmoid(logits) if sigmoid else torch.softmax(logits, dim=1)).double()


def _mass(listener: Listener, logits: Tensor, sigmoid: bool) -> float:
    if any(isinstance(module, LogSigmoidOf) for module in listener.modules()):
        return float(np.median(logits.exp().sum(dim=1).cpu()))
    return float(np.median(torch.sigmoid(logits).sum(dim=1).cpu())) if sigmoid else float("nan")
