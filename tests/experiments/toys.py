"""A corpus with a known answer: clips that beat slowly or fast, in any tone colour, with or without a whistle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError, unknown
from escucha.experiments.workbench import Workbench

RATE = 4000
SECONDS = 3.0
BEATS = {"fast": 8.0, "slow": 2.0}
SPLITS = ("train", "train", "valid", "test")


@dataclass(frozen=True)
class Toy:
    """Noise bursts at `beat` a second; the whistle is the same in both labels and means nothing."""

    beat: str
    seed: int
    whistle: bool

    def clip(self) -> Clip:
        rng = np.random.default_rng(self.seed)
        time = np.arange(round(SECONDS * RATE)) / RATE
        gate = ((time * BEATS[self.beat] + rng.random()) % 1) < 0.4
        tone = 0.05 * np.sin(2 * np.pi * 1500 * time) if self.whistle else 0
        return Clip(gate * rng.normal(0, 10 ** rng.uniform(-1.5, -0.5), len(time)) + tone, RATE)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        return {"beat": self.beat, "whistle": self.whistle, "tempo": 100.0 + self.seed % 7,
                "heard": ["fast"] * (self.beat == "fast") + ["whistle"] * self.whistle}

    def key(self) -> str:
        return f"{self.beat}-{self.seed}-{self.whistle}"


@dataclass(frozen=True)
class Broken:
    """A file that cannot be decoded."""

    said: str = "broken.wav cannot be decoded"

    def clip(self) -> Clip:
        raise InputError(self.said)

    def stems(self) -> dict[str, Clip]:
        return {}

    def annotations(self) -> Mapping[str, Any]:
        return {}

    def key(self) -> str:
        return "broken"


def toy_corpus(clips: int = 96, changes: Mapping[str, Any] | None = None, leak: bool = False) -> Corpus:
    changes = changes or {}
    for key in changes:
        if key not in ("beat", "whistle"):
            raise unknown("change", key, ("beat", "whistle"))
    tracks = []
    for at in range(clips):
        beat, block = sorted(BEATS)[at % 2], at // 2
        seed = 0 if leak and at % 6 == 0 else at
        source = Toy(changes.get("beat", beat), seed, changes.get("whistle", block % 3 == 0))
        tracks.append(Track(f"{beat}-{at:03d}", (beat,), f"family-{block % 24}", source, SPLITS[block % 24 % 4]))
    return Corpus(tuple(tracks), f"toy(clips={clips})")


@dataclass(frozen=True)
class ToyBench(Workbench):
    """A workbench whose corpora are toys."""

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        return toy_corpus(**table)
