"""A network that listens to one tone, and clips of tones: what each concept does to it is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.concepts.concept import Concept, Example
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.corpora.reading import read_cached
from escucha.errors import unknown
from escucha.experiments.workbench import Workbench
from escucha.models.torch_classifier import TorchClassifier

RATE = 800
TONES = {"guitar": 40.0, "palmas": 80.0, "voice": 120.0, "castanets": 160.0, "bass": 200.0}
LABELS = ("bulerias", "alegrias")


@dataclass(frozen=True)
class Tones:
    """A second of tones at these levels, and a little noise."""

    levels: tuple[float, ...]
    seed: int = 0

    def clip(self) -> Clip:
        time = np.arange(RATE) / RATE
        waves = [level * np.sin(2 * np.pi * tone * time) for level, tone in zip(self.levels, TONES.values())]
        return Clip(np.sum(waves, axis=0) + 0.02 * np.random.default_rng(self.seed).normal(size=RATE), RATE)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        return {"tempo": 100 + 300 * self.levels[1], "tonic": self.seed // 10 % 4, "program": 24 + self.seed // 10 % 3,
                "sources": [name for name, level in zip(TONES, self.levels) if level > 0.15]}

    def key(self) -> str:
        return f"{self.levels}-{self.seed}"

    def changed(self, name: str, level: float, seed: int = 0) -> "Tones":
        place = list(TONES).index(name)
        return Tones((*self.levels[:place], level, *self.levels[place + 1:]), self.seed + seed)


class Ears(nn.Module):
    """Amplitudes of the tones."""

    def __init__(self):
        super().__init__()
        turn = np.exp(-2j * np.pi * np.outer(np.arange(RATE) / RATE, list(TONES.values()))) * 2 / RATE
        self.real = nn.Buffer(torch.tensor(turn.real, dtype=torch.float32))
        self.imaginary = nn.Buffer(torch.tensor(turn.imag, dtype=torch.float32))

    def forward(self, waves):
        return torch.sqrt((waves @ self.real) ** 2 + (waves @ self.imaginary) ** 2 + 1e-8)


def listener(source: str = "palmas") -> TorchClassifier:
    """Says bulerias by how loud one source is, and hears nothing else; `turned` mixes the tones before the answer."""
    turn = nn.Linear(len(TONES), len(TONES), bias=False)
    nn.init.orthogonal_(turn.weight, generator=torch.Generator().manual_seed(0))
    head = nn.Linear(len(TONES), 2)
    with torch.no_grad():
        wanted = torch.zeros(2, len(TONES))
        wanted[0, list(TONES).index(source)] = 10.0
        head.weight.copy_(wanted @ turn.weight.T)
        head.bias.copy_(torch.tensor([-2.0, 0.0]))
    module = nn.Sequential()
    for name, part in (("ears", Ears()), ("turned", turn), ("head", head)):
        module.add_module(name, part)
    return TorchClassifier(module, LABELS, RATE, RATE, "softmax", ("ears", "turned"))


def tagger(tags: Sequence[str] = ("palmas", "castanets")) -> TorchClassifier:
    """Gives each tone it knows as a tag, by how loud that tone is, whatever else sounds."""
    head = nn.Linear(len(TONES), len(tags))
    with torch.no_grad():
        head.weight.copy_(10.0 * torch.eye(len(TONES))[[list(TONES).index(tag) for tag in tags]])
        head.bias.fill_(-1.5)
    module = nn.Sequential()
    for name, part in (("ears", Ears()), ("head", head)):
        module.add_module(name, part)
    return TorchClassifier(module, tuple(tags), RATE, RATE, "sigmoid", ("ears",))


def base(seed: int) -> Tones:
    return Tones(tuple(np.random.default_rng(seed).uniform(0.05, 0.3, len(TONES)).round(4).tolist()), seed * 10)


def pairs(name: str, *, seed: int = 0, count: int = 24) -> Concept:
    """The tone on or off; null pairs change the other tones' levels and the noise, by chance."""
    rng = np.random.default_rng(seed)
    examples: list[Example] = []
    null: list[Example] = []
    for number in range(count):
        score, group, label = base(seed * 1000 + number), f"family-{number}", LABELS[number % 2]
        examples += [Example(score.changed(name, level), level > 0, group, label) for level in (0.3, 0.0)]
        for _ in range(4):
            other = score
            for moved in TONES:
                other = other.changed(moved, round(float(rng.uniform(0.05, 0.3)), 4), seed=1)
            null += [Example(source, there, group, label) for source, there in ((other, True), (score, False))]
    return Concept(name, f"The tone called {name}.", tuple(examples), tuple(null), paired=True)


def clips(count: int = 120) -> Corpus:
    """Clips of 30 singers; bulerias have palmas, more or less."""
    tracks = []
    for number in range(count):
        source = base(5000 + number)
        label = LABELS[int(source.levels[1] < 0.175)]
        tracks.append(Track(f"clip-{number:03d}", (label,), f"singer-{number % 30}", source))
    return Corpus(tuple(tracks), "tones")


@dataclass(frozen=True)
class ToneBench(Workbench):
    """A workbench whose model, concepts and corpus are tones."""

    known: dict[str, Any] = field(default_factory=dict)

    def digest(self, card: str) -> str:
        """Its own name: each bench has a cache of its own."""
        return card

    def model(self, card: str) -> Any:
        return self.known.get(card) or listener()

    def concept(self, card: str) -> Concept:
        if card not in TONES:
            raise unknown("concept", card, TONES)
        return pairs(card)

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        return clips(**table)

    def clips(self, sources: Sequence[Source], *, rate: int, doing: str = "clips") -> Iterator[Clip]:
        """Here: a worker would take longer to start than all tones to sound."""
        return (read_cached(source, rate, self.cache) for source in sources)
