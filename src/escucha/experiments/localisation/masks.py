"""Is what the map lets through the stem? Energy through the mask, against the whole mixture and against other masks.

A source's share is its energy over that of all sources, each through the same mask (the pointing game, of energies).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escucha.audio.bands import frame_length
from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.audio.separation_quality import improvement
from escucha.concepts.activations import Readable
from escucha.concepts.locating.truth import Truth
from escucha.corpora.corpus import Track
from escucha.experiments.localisation.laying import ConceptMap, Laying
from escucha.experiments.localisation.summary import Summary
from escucha.explain.maps import heard, mask

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench

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
    """Through the same mask at other times, on average."""
    others: float
    """Through the masks of the other ideas, on average; NaN where there are none."""
    gain: float
    """dB by which the sound through the mask is nearer to the stem than the mixture is (SI-SDR)."""


def masks_of(found: Summary, tracks: Sequence[Track], laying: Laying, truth: Mapping[str, Truth],
             workbench: "Workbench", classifier: Readable) -> tuple[Masked, ...]:
    """Every idea of a source, in every clip in which its stem sounds; nothing where stems are not known."""
    sources = {name: truth[name].source for name in found.concepts if name in truth and truth[name].source}
    if not sources:
        return ()
    layers = {at: found.chosen[name] for at, name in enumerate(found.concepts)}
    made: list[Masked] = []
    for track, clip in zip(tracks, workbench.clips([track.source for track in tracks], rate=classifier.rate,
                                                   doing="masks")):
        there = [name for name in sources if any(one.clip == track.name and one.present
                                                 for one in found.rows(name, found.chosen[name]))]
        stems = {name: resample(stem, clip.rate) for name, stem in track.source.stems().items()} if there else {}
        maps = laying.maps(clip, layers) if stems else {}
        made += [_masked(name, track, clip, stems, found, maps, sources[name]) for name in there
                 if sources[name] in stems]
    return tuple(made)


def _masked(name: str, track: Track, clip: Clip, stems: Mapping[str, Clip], found: Summary,
            maps: Mapping[int, ConceptMap], source: str) -> Masked:
    powers = {stem: _power(wave) for stem, wave in stems.items()}
    at = found.concepts.index(name)
    own, frames = maps[at], len(maps[at].times)

    def share(taken: ConceptMap) -> float:
        through = _mask(taken, clip, next(iter(powers.values())).shape)
        energies = {stem: float((np.square(through) * power).sum()) for stem, power in powers.items()}
        return energies[source] / sum(energies.values()) if sum(energies.values()) else float("nan")

    turned = [share(own.shifted(round(turn * frames / TURNS))) for turn in range(1, TURNS)]
    others = [share(one) for number, one in maps.items() if number != at]
    total = sum(float(power.sum()) for power in powers.values())
    return Masked(name, track.name, track.group, share(own), float(powers[source].sum()) / total, _finite_mean(turned),
                  _finite_mean(others), improvement(heard(own.attribution(clip.rate), clip), stems[source], clip))


def _finite_mean(values: Sequence[float]) -> float:
    kept = [value for value in values if np.isfinite(value)]
    return float(np.mean(kept)) if kept else float("nan")


def _power(clip: Clip) -> np.ndarray:
    """`(bin, frame)` of the spectrum that `maps.heard` masks."""
    import librosa

    frame = frame_length(clip.rate)
    return np.square(np.abs(librosa.stft(np.pad(clip.wave, (0, max(0, frame - len(clip.wave)))), n_fft=frame)))


def _mask(taken: ConceptMap, clip: Clip, shape: tuple[int, ...]) -> np.ndarray:
    frame = frame_length(clip.rate)
    return mask(taken.attribution(clip.rate), np.arange(shape[1]) * (frame // 4) / clip.rate,
                np.arange(shape[0]) * clip.rate / frame)
