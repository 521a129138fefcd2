"""Bands of tones whose stems are known, and listeners that hear some of them: what each source weighs is planted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.explaining import Explainer, How
from escucha.experiments.workbench import Workbench
from tests.worlds import RATE, TONES, mix

SECONDS = 2
LABELS = ("yes", "no")


@dataclass(frozen=True)
class Band:
    """Two seconds of sines of `TONES` at these amplitudes; a source of amplitude 0 does not play."""

    levels: tuple[tuple[str, float], ...]

    def clip(self) -> Clip:
        return mix(self.stems())

    def stems(self) -> dict[str, Clip]:
        time = np.arange(SECONDS * RATE) / RATE
        return {name: Clip(level * np.sin(2 * np.pi * TONES[name] * time), RATE) for name, level in self.levels}

    def annotations(self) -> Mapping[str, Any]:
        return {}

    def key(self) -> str:
        return repr(self.levels)


def band(seed: int, **fixed: float) -> Band:
    """Guitar, palmas and voice at random levels, and what is `fixed`."""
    drawn = np.random.default_rng(seed).uniform(0.05, 0.2, 3).round(4).tolist()
    return Band(tuple({**dict(zip(("guitar", "palmas", "voice"), drawn)), **fixed}.items()))


def tracks(count: int, *, groups: int = 24, **fixed: float) -> tuple[Track, ...]:
    """Clips called after their label: `yes` have palmas and `no` none, in turn."""
    made = []
    for at in range(count):
        label = LABELS[at % 2]
        source = band(at, **({} if label == "yes" else {"palmas": 0.0}), **fixed)
        made.append(Track(f"{label}-{at:03d}", (label,), f"family-{at // 2 % groups:02d}", source))
    return tuple(made)


@dataclass(frozen=True)
class BandBench(Workbench):
    """A workbench whose corpora are bands."""

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        return Corpus(tracks(**table), "bands")


def explainer(classifier: Any, cache: Path, **how: Any) -> Explainer:
    """Of stems in windows, unless something else is asked."""
    apart = how.pop("apart", Apart("stems"))
    return Explainer(classifier, "mark", BandBench(cache, cache), How(apart, **how))
