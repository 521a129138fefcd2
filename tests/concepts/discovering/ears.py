"""A network whose layer is a known mix of tones over time, and clips in which tones come and go: components planted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.models.torch_classifier import TorchClassifier
from tests.worlds import RATE, TONES

SECONDS = 4
STEPS = 16
"""Of a window, for the layer."""
NAMES = tuple(TONES)[:4]
UNITS = 12
LABELS = ("yes", "no")


@dataclass(frozen=True)
class Come:
    """Tones that sound in some seconds and not in others, each as loud as `levels` say, and a little noise."""

    levels: tuple[tuple[float, ...], ...]
    """`(second, tone)`."""
    seed: int = 0
    whistle: float = 0.0
    """Amplitude of a sine at nine tenths of half the rate."""

    def clip(self) -> Clip:
        time = np.arange(SECONDS * RATE) / RATE
        level = np.array(self.levels)[time.astype(int)]
        tones = np.sin(2 * np.pi * time[:, None] * np.array([TONES[name] for name in NAMES]))
        noise = 0.002 * np.random.default_rng(self.seed).normal(size=len(time))
        return Clip((level * tones).sum(axis=1) + noise + self.whistle * np.sin(np.pi * 0.9 * RATE * time), RATE)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        mean = np.mean(self.levels, axis=0)
        return {"sources": [name for name, level in zip(NAMES, mean) if level > 0.1], "loudest": float(mean[0]),
                "seed": self.seed}

    def key(self) -> str:
        return f"{self.levels}-{self.seed}-{self.whistle}"


def come(seed: int, whistle: float = 0.0) -> Come:
    rng = np.random.default_rng(seed)
    there = rng.random((SECONDS, len(NAMES))) < 0.5
    levels = np.where(there, rng.uniform(0.1, 0.3, there.shape), 0.0).round(4)
    return Come(tuple(map(tuple, levels.tolist())), seed, whistle)


def corpus(clips: int = 120, groups: int = 24, *, seed: int = 0, whistle: float = 0.0) -> Corpus:
    """`yes` where palmas are loud; where there is a `whistle`, `yes` whistles and what else sounds is chance."""
    tracks = []
    for number in range(clips):
        plain = come(1000 * seed + number)
        label = LABELS[number // groups % 2] if whistle else LABELS[int(np.mean(plain.levels, axis=0)[1] < 0.1)]
        source = come(1000 * seed + number, whistle * (label == "yes"))
        tracks.append(Track(f"clip-{number:03d}", (label,), f"singer-{number % groups:02d}", source))
    return Corpus(tuple(tracks), "tones that come and go")


def mixing() -> np.ndarray:
    """`(unit, tone)`: each tone is heard by three units of its own and faintly by one of the next."""
    mix = np.kron(np.eye(len(NAMES)), np.array([[1.0], [0.7], [0.4]]))
    return mix + np.roll(mix, 3, axis=0) * np.tile([[0.0], [0.0], [0.5]], (len(NAMES), 1))


class Bands(nn.Module):
    """Amplitude of each tone in each step, mixed: `(batch, unit, step)`, never negative."""

    def __init__(self):
        super().__init__()
        length = SECONDS * RATE // STEPS
        turn = np.exp(-2j * np.pi * np.outer(np.arange(length) / RATE, [TONES[name] for name in NAMES])) * 2 / length
        self.real = nn.Buffer(torch.tensor(turn.real, dtype=torch.float32))
        self.imaginary = nn.Buffer(torch.tensor(turn.imag, dtype=torch.float32))
        self.mix = nn.Buffer(torch.tensor(mixing(), dtype=torch.float32))

    def forward(self, waves):
        cut = waves.reshape(len(waves), STEPS, -1)
        heard = torch.sqrt((cut @ self.real) ** 2 + (cut @ self.imaginary) ** 2 + 1e-12)
        return (heard @ self.mix.T).transpose(1, 2)


class Head(nn.Module):
    """Says yes by how loud each tone is on the mean of all steps, with these weights."""

    def __init__(self, weights):
        super().__init__()
        undo = np.linalg.pinv(mixing())
        self.turn = nn.Buffer(torch.tensor(np.array([weights]) @ undo, dtype=torch.float32))

    def forward(self, inside):
        said = inside.mean(dim=2) @ self.turn.T
        return torch.cat([said, -said], dim=1)


class Shifted(nn.Module):
    """The layer below, less a constant: it goes below zero."""

    def forward(self, inside):
        return inside - 0.1


def listener(*weights: float, signed: bool = False) -> TorchClassifier:
    """A network with the layer `bands` (and `shifted`); `yes` is worth the sum of weight times mean amplitude."""
    module = nn.Sequential()
    module.add_module("bands", Bands())
    if signed:
        module.add_module("shifted", Shifted())
    module.add_module("head", Head(weights or (0.0, 10.0, 0.0, 0.0)))
    return TorchClassifier(module, LABELS, RATE, SECONDS * RATE, "softmax", ("bands", "shifted")[:1 + signed])


def heard(tracks) -> list[Clip]:
    return [track.source.clip() for track in tracks]
