"""Is what the map lets through the stem? Energy through the mask, against the whole mixture and against other masks.

A source's share is its energy over that of all sources, each through the same mask (the pointing game, of energies).
What sounds together partly cancels or adds up in the mixture; that is nobody's, and left out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.audio.separation_quality import improvement
from escucha.corpora.corpus import Source, Track
from escucha.experiments.localisation.asked import Asked
from escucha.experiments.localisation.laying import ConceptMap, Laying
from escucha.explain.maps import heard, mask, spectrum_of

TURNS = 8
"""Equal steps by which the map is moved on in a circle: as much of it, at other times."""


@dataclass(frozen=True)
class Masked:
    """One clip through the mask of one idea, in its chosen layer."""

    concept: str
    clip: str
    group: str
    share: float
    """Of the stem, through the mask."""
    mixture: float
    """Of the stem, in the whole mixture: what a mask that lets everything through has."""
    shifted: float
    """Through the same mask at other times, on average: what its frequencies alone let through."""
    others: float
    """Through the masks of the other ideas, on average; NaN where there are none."""
    gain: float
    """dB by which the sound through the mask is nearer to the stem than the mixture is (SI-SDR)."""


def energies(asked: Asked, track: Track, source: Source, clip: Clip, present: Collection[str], laying: Laying,
             chosen: Mapping[str, str]) -> list[Masked]:
    """Every idea that is `present` in a track, and whose stem is known, through the maps of the chosen layers."""
    told = {name: asked.truth[name].source for name in present}
    stems = {name: resample(stem, clip.rate) for name, stem in source.stems().items()} if any(told.values()) else {}
    sources = {name: stem for name, stem in told.items() if stem in stems}
    if not sources:
        return []
    names = [concept.name for concept in asked.concepts]
    maps = laying.maps(clip, {at: chosen[name] for at, name in enumerate(names)})
    return masked(track, clip, stems, sources, {names[at]: found for at, found in maps.items()})


def masked(track: Track, clip: Clip, stems: Mapping[str, Clip], sources: Mapping[str, str],
           maps: Mapping[str, ConceptMap]) -> list[Masked]:
    """One an idea whose stem is known; `sources` are ideas to their stems, `maps` all ideas to their maps."""
    _, times, hertz = spectrum_of(clip)
    powers = {name: np.square(np.abs(spectrum_of(stem)[0])) for name, stem in stems.items()}
    total = np.sum(list(powers.values()), axis=0)

    def through(taken: ConceptMap) -> np.ndarray:
        return np.square(mask(taken.attribution(clip.rate), times, hertz)).astype(np.float32)

    passed, made = {concept: through(found) for concept, found in maps.items()}, []
    for concept, source in sources.items():
        own, share = maps[concept], _share(powers[source], total)
        turned = (own.shifted(round(turn * len(own.times) / TURNS)) for turn in range(1, TURNS))
        made.append(Masked(
            concept, track.name, track.group, share(passed[concept]), share(np.ones_like(total)),
            _finite_mean([share(through(one)) for one in turned]),
            _finite_mean([share(other) for name, other in passed.items() if name != concept]),
            improvement(heard(own.attribution(clip.rate), clip), stems[source], clip)))
    return made


def _share(power: np.ndarray, total: np.ndarray) -> Callable[[np.ndarray], float]:
    """Of what a mask of energies lets through, how much is the stem's; NaN where nothing is."""
    def share(through: np.ndarray) -> float:
        whole = float(np.vdot(through, total))
        return float(np.vdot(through, power)) / whole if whole else float("nan")

    return share


def _finite_mean(values: Sequence[float]) -> float:
    kept = [value for value in values if np.isfinite(value)]
    return float(np.mean(kept)) if kept else float("nan")
