"""Analytic classifiers whose reasons are known, and clips made for them: the truth is planted, then asked for.

Sources are sines whose periods divide a segment, so they are orthogonal to the last bit that matters; strengths are
amplitudes, so a listener's score is linear in what it listens for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from escucha.audio.clip import Clip
from escucha.explain.factorization import Factorization, of_sources
from escucha.models.classifier import Link

RATE = 4000
"""Low, to be quick; K-weighting, and so loudness, needs about this much."""
TONES = {"guitar": 200.0, "palmas": 400.0, "voice": 600.0, "castanets": 800.0, "bass": 1000.0, "cajon": 1200.0}
"""Hz; each makes whole periods in a tenth of a second."""


def stems(seconds: float = 4.0, sources: Sequence[str] = ("guitar", "palmas", "voice"), *,
          seed: int = 0) -> dict[str, Clip]:
    """Sines of `TONES`, each with its own amplitude (.1 to .3) in each second."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    level = rng.uniform(0.1, 0.3, (len(sources), int(np.ceil(seconds))))
    return {name: Clip(level[at][time.astype(int)] * np.sin(2 * np.pi * TONES[name] * time), RATE)
            for at, name in enumerate(sources)}


def mix(sources: dict[str, Clip]) -> Clip:
    """Their float32 sum in order."""
    total = np.zeros_like(next(iter(sources.values())).wave)
    for source in sources.values():
        total = total + source.wave
    return Clip(total, RATE)


def factorization(sources: dict[str, Clip], *, segments="windows", window: int = RATE) -> Factorization:
    """Sources times segments of their mix."""
    return of_sources(mix(sources), sources, segments=segments, window=window)


def amplitude(waves: np.ndarray, tone: float, first: int = 0, last: int | None = None) -> np.ndarray:
    """`(batch,)` amplitude of a sine of `tone` Hz between two samples of each wave."""
    piece = np.asarray(waves, dtype=np.float64)[:, first:last]
    turn = np.exp(-2j * np.pi * tone * np.arange(piece.shape[1]) / RATE)
    return np.abs(piece @ turn) * 2 / piece.shape[1]


@dataclass(frozen=True)
class StemListener:
    """Hears one source between two samples of its window, and nothing else; says `yes` by how loud it is."""

    source: str = "palmas"
    first: int = 0
    last: int | None = None
    window: int = RATE
    gain: float = 10.0
    labels: tuple[str, ...] = ("yes", "no")
    rate: int = RATE
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`: the loudness for the first label, 0 for the others."""
        out = np.zeros((len(waves), len(self.labels)))
        out[:, 0] = self.gain * amplitude(waves, TONES[self.source], self.first, self.last)
        return out


@dataclass(frozen=True)
class Deaf:
    """Says the same whatever it hears."""

    window: int = RATE
    labels: tuple[str, ...] = ("yes", "no", "perhaps")
    rate: int = RATE
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`, every row alike."""
        return np.tile(np.linspace(1.3, -0.4, len(self.labels)), (len(waves), 1))


@dataclass(frozen=True)
class Additive:
    """Adds up what it hears of several sources, each with its own weight (in logits per unit of amplitude)."""

    weights: tuple[tuple[str, float], ...] = (("guitar", 5.0), ("palmas", -3.0))
    window: int = RATE
    labels: tuple[str, ...] = ("yes", "no")
    rate: int = RATE
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`: the weighted amplitudes for the first label, their opposite for the second."""
        heard = sum(weight * amplitude(waves, TONES[name]) for name, weight in self.weights)
        return np.stack([heard, -heard], axis=1)


@dataclass(frozen=True)
class Pair:
    """Answers only where two sources sound together: interaction without effect of either alone."""

    sources: tuple[str, str] = ("guitar", "palmas")
    window: int = RATE
    gain: float = 2.0
    labels: tuple[str, ...] = ("yes", "no")
    rate: int = RATE
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`: the gain where both are there, else 0."""
        both = np.all([amplitude(waves, TONES[name]) > 0.02 for name in self.sources], axis=0)
        return np.stack([self.gain * both, np.zeros(len(waves))], axis=1)


@dataclass(frozen=True)
class Tangled:
    """A fixed random two-layer network on 16 band levels: no truth known, everything interacts."""

    window: int = RATE
    seed: int = 0
    gain: float = 8.0
    """The higher, the more everything depends on everything."""
    labels: tuple[str, ...] = ("yes", "no", "perhaps")
    rate: int = RATE
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`."""
        rng = np.random.default_rng(self.seed)
        turns = np.exp(-2j * np.pi / RATE * np.outer(np.arange(self.window), np.linspace(100, 1600, 16)))
        bands = np.abs(waves @ turns) * 2 / self.window
        hidden = np.tanh(self.gain * bands @ rng.normal(size=(16, 32)) + rng.normal(size=32))
        return hidden @ rng.normal(size=(32, len(self.labels)))


@dataclass(frozen=True)
class Counting:
    """Another classifier, with a list of how many windows each call asked about."""

    inner: StemListener | Deaf | Additive | Pair | Tangled
    batches: list[int] = field(default_factory=list)

    labels = property(lambda self: self.inner.labels)
    rate = property(lambda self: self.inner.rate)
    window = property(lambda self: self.inner.window)
    link = property(lambda self: self.inner.link)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)` of the inner classifier."""
        self.batches.append(len(waves))
        return self.inner.scores(waves)
