"""Small torch listeners on a log-mel of 16 bands whose reasons are known."""

import numpy as np
import torch
from torch import nn

from escucha.audio.spectrum import LogMel
from escucha.explain.factorization import Factorization
from escucha.models.networks.short_cnn import Apart
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.windows import cut
from tests.worlds import RATE

FRAMES = 1 + RATE // 64
LABELS = ("yes", "no", "perhaps")


def front() -> LogMel:
    return LogMel(RATE, n_fft=256, hop=64, mels=16)


def listening_with(network: nn.Module, *, link="softmax", labels=LABELS) -> TorchClassifier:
    """The network behind the log-mel; a window is a second."""
    return TorchClassifier.of(network, labels=labels, rate=RATE, window=RATE, link=link, front_end=front())


def linear(weight: torch.Tensor) -> nn.Sequential:
    """`(label, 16, FRAMES)`: a network that is a straight line."""
    layer = nn.Linear(16 * FRAMES, len(weight))
    with torch.no_grad():
        layer.weight.copy_(weight.flatten(1))
    return nn.Sequential(nn.Flatten(), layer)


def drawn(labels: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(labels, 16, FRAMES, generator=torch.Generator().manual_seed(seed)) / 1000


def bent(seed: int = 0) -> nn.Sequential:
    """A small convolutional network with two bends and a pooling, hookable by DeepLift."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.MaxPool2d(2), Apart(), nn.ReLU(),
                            nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Flatten(),
                            nn.Linear(6 * 4 * 16, 8), nn.ELU(), nn.Linear(8, 3))
    with torch.no_grad():
        net[0].weight /= 20
    return net


def pictures(parts: Factorization) -> tuple[torch.Tensor, torch.Tensor]:
    """`(window, 1, 16, FRAMES)` of the clip, and the picture of silence."""
    return front()(torch.from_numpy(cut(parts.clip.wave, RATE))), front()(torch.zeros(1, RATE))


def by_source(parts: Factorization, weights: np.ndarray) -> dict[str, float]:
    return {source: float(sum(weight for part, weight in zip(parts.parts, weights) if part.source == source))
            for source in parts.sources}
