"""Modules that stand around a network: a front end before it, a logarithm behind it.

Conventions: waves are `(batch, time)` float32, logits `(batch, label)`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from escucha.models.classifier import Link

M = TypeVar("M", bound=nn.Module)

TINY = 1e-6
"""Probabilities are clipped this far from 0 and 1 before their logarithm is taken."""


class Listener(nn.Module):
    """A front end (`(batch, time)` waves to `(batch, 1, mel, frame)`) and a network (to logits `(batch, label)`)."""

    def __init__(self, front_end: nn.Module, network: nn.Module):
        super().__init__()
        self.front_end = front_end
        self.network = network

    def forward(self, waves: Tensor) -> Tensor:
        """Logits `(batch, label)` of waves `(batch, time)`."""
        return self.network(self.front_end(waves))


class Called(nn.Module):
    """A function of waves `(batch, time)` as a front end, another library's spectrogram for one.

    What it gives is taken as a constant: gradients reach the network's layers, not the wave.
    """

    def __init__(self, function: Callable[[Tensor], Any]):
        super().__init__()
        self.function = function

    def forward(self, waves: Tensor) -> Tensor:
        """What the function makes of them, an array of numpy made a float32 tensor on the waves' device."""
        with torch.no_grad():
            return torch.as_tensor(self.function(waves), device=waves.device).float()


class Logits(nn.Module):
    """A module that gives probabilities, made to give logits: their clipped logarithm, or log-odds for `sigmoid`."""

    def __init__(self, module: nn.Module, link: Link):
        super().__init__()
        self.module = module
        self.link = link

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits `(batch, label)`."""
        probability = self.module(inputs).clamp(TINY, 1 - TINY)
        return probability.log() if self.link == "softmax" else torch.logit(probability)


def quick(module: M) -> M:
    """The same module with its convolutions' weights laid out channels last: several times as fast on a CPU."""
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
