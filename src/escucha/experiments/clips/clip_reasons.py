"""One clip's explanation without its sound: small, frozen, and kept in the cache by content.

Conventions: starts and ends are seconds; weights are in units of the clip's value, one a part in the parts' order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from escucha.config import build, jsonable
from escucha.corpora.cache import store
from escucha.corpora.corpus import Track
from escucha.errors import InputError, unknown
from escucha.explain.caveats import POOR_FIT
from escucha.explain.factorization import Factorization
from escucha.explain.weights import Weights
from escucha.explain.words import CLOSE

FAR = "far from the music the model was trained on"
"""A doubt, and the only one that is of the sound and not of the weights."""


@dataclass(frozen=True)
class Place:
    """What a part is, without its wave."""

    name: str
    """`guitar@0-6s`."""
    source: str
    start: float
    end: float
    sounds: bool
    """False where it is digitally silent: its weight is then exactly zero."""


@dataclass(frozen=True)
class Reasons:
    """Why one label, or why not: one weight a part."""

    label: str
    probability: float
    everything: float
    """Value of the whole clip."""
    nothing: float
    weights: tuple[float, ...]
    low: tuple[float, ...] = ()
    """Lower ends of the 95 % intervals; empty where the weights are exact."""
    high: tuple[float, ...] = ()
    fit: float | None = None
    """R^2 of LIME's linear model; below .5 the weights mean little."""

    @classmethod
    def of(cls, label: str, probability: float, found: Weights) -> "Reasons":
        """What a method found, with bounds only where it is not exact; InputError where that is no number."""
        if not np.isfinite([*found.weights, found.everything, found.nothing]).all():
            raise InputError(f"the model's values for {label!r} of some remixes are not finite: it may divide by zero "
                             "in silence")
        exact = bool((found.low == found.high).all())
        low, high = ((), ()) if exact else (tuple(found.low.tolist()), tuple(found.high.tolist()))
        return cls(label, probability, found.everything, found.nothing, tuple(found.weights.tolist()), low, high,
                   found.fit)

    @property
    def gain(self) -> float:
        """What the whole clip adds to the value of nothing: Shapley weights sum to it."""
        return self.everything - self.nothing


@dataclass(frozen=True)
class ClipReasons:
    """Which parts of one clip spoke for and against each label asked."""

    name: str
    group: str
    labels: tuple[str, ...]
    """What it is, as the corpus says; empty where nothing is said."""
    answer: str
    """The model's strongest label."""
    confidence: float
    """Its probability."""
    duration: float
    passes: int
    """Windows the classifier was asked about."""
    parts: tuple[Place, ...]
    reasons: tuple[Reasons, ...]
    """One a label that was asked."""
    doubts: tuple[str, ...] = ()
    """Why its weights may mislead, a few words each."""
    distance: float | None = None
    """From the model's training music (models/domain.py), above 1 far; None where the model does not say."""

    @property
    def far(self) -> bool:
        """Is its sound far from the music the model was trained on? Its answer is then to be trusted less."""
        return FAR in self.doubts

    @property
    def sources(self) -> tuple[str, ...]:
        """Those of which some part sounds, in the order of the parts."""
        return tuple(dict.fromkeys(part.source for part in self.parts if part.sounds))

    def of(self, label: str) -> Reasons:
        """The reasons for one label; InputError where it was not asked."""
        for reasons in self.reasons:
            if reasons.label == label:
                return reasons
        raise unknown("label", label, (reasons.label for reasons in self.reasons), f"the explanation of {self.name}")

    def by_source(self, label: str) -> dict[str, float]:
        """The weights of each source that sounds, summed over its parts."""
        pairs = [(part, weight) for part, weight in zip(self.parts, self.of(label).weights) if part.sounds]
        return {source: float(sum(weight for part, weight in pairs if part.source == source))
                for source in self.sources}

    def strongest(self, label: str) -> tuple[str, float]:
        """Name and weight of the part that speaks most for the label."""
        weights = self.of(label).weights
        top = int(np.argmax(weights))
        return self.parts[top].name, weights[top]


def places(factorization: Factorization) -> tuple[Place, ...]:
    """The parts without their waves."""
    return tuple(Place(part.name, part.source, *factorization.span(at), sounds=not part.silent)
                 for at, part in enumerate(factorization.parts))


def keep(place: Path, found: ClipReasons) -> None:
    """Write what was found, whole or not at all; CacheError where the cache cannot be written."""
    def write(file: BinaryIO) -> None:
        file.write(json.dumps(jsonable(found), allow_nan=False).encode())

    store(place, write)


def kept(place: Path, track: Track) -> ClipReasons | None:
    """What is known of the track's sound, under the track's own name; None where nothing (whole) is there."""
    try:
        table = json.loads(place.read_text(encoding="utf-8"))
        told = {"name": track.name, "group": track.group, "labels": track.labels}
        return build(ClipReasons, {**table, **told}, str(place))
    except (OSError, ValueError, TypeError, InputError):  # absent, or not what this version writes: found anew
        return None


def doubts(reasons: Sequence[Reasons], shares: Mapping[str, float], *, one_label: bool, short: bool,
           far: bool = False) -> tuple[str, ...]:
    """Why the weights may mislead, in a few words each.

    `shares` are the labels' probabilities; `short` says that the clip is shorter than a window,
    `far` that it is far from the training music.
    """
    first, second = (*sorted(shares, key=lambda label: -shares[label]), "")[:2]
    close = one_label and bool(second) and shares[first] - shares[second] < CLOSE
    fits = [one.fit for one in reasons if one.fit is not None]
    said = {FAR: far,
            f"undecided between {first} and {second}": close,
            "shorter than what the model hears at once": short,
            "no part changes what the model says": not any(any(one.weights) for one in reasons),
            f"linear model with R² {min(fits, default=1.0):.2f} only": min(fits, default=1.0) < POOR_FIT}
    return tuple(doubt for doubt, there in said.items() if there)
