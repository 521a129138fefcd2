"""One sound that is explained: a file or a track of a corpus, a part of it, and what is known of it beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import digest, read, resample
from escucha.audio.separate import read_stems
from escucha.corpora.contents import stem_keys
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import STEMS
from escucha.errors import InputError, unknown
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier

ROUNDED = 2
"""Samples by which a stem may be longer or shorter than its mix: resampling rounds either."""
SHORTEST = 0.05
"""Seconds; less holds no music to explain."""
FOREIGN = -6.0
"""dB of the clip: stems that leave over more are hardly its own."""
LOUD = -30.0
"""dB of the clip: what stems leave over and is louder is said, for then they are not all of it."""


@dataclass(frozen=True)
class Recording:
    """From `start` on, `duration` seconds long (to its end when None)."""

    path: Path | None = None
    """A file; or else a `track`."""
    name: str = ""
    stems_folder: Path | None = None
    """Of a file: one audio file a source; when None the folder `song.stems` beside `song.wav`, where there is one."""
    track: Track | None = None
    start: float = 0.0
    duration: float | None = None

    def clip(self, rate: int) -> Clip:
        """Its sound at `rate`."""
        if self.path is not None:
            return read(self.path, rate=rate, start=self.start, duration=self.duration)
        return self._cut(self._track.source.clip(), rate)

    def stems(self, clip: Clip) -> dict[str, Clip]:
        """Its sources, by name, as long as its `clip` and at its rate; empty where they are not known."""
        return {name: _as_long(stem, clip) for name, stem in self._stems(clip.rate).items()}

    def annotations(self) -> Mapping[str, Any]:
        """What is known of all of the track, from its beginning on; nothing of a file."""
        return {} if self.track is None else self.track.source.annotations()

    @property
    def has_stems(self) -> bool:
        """Is there a folder of them? (A track's are known when they are made.)"""
        return self.path is None or self._folder() is not None

    def keys(self, *, stems: bool) -> list[str]:
        """Hashes of what its sound, and on request its sources, are made of."""
        if self.path is None:
            return [self._track.source.key()]
        folder = self._folder() if stems else None
        return [digest(self.path), *([] if folder is None else stem_keys(folder))]

    def _stems(self, rate: int) -> dict[str, Clip]:
        if self.path is None:
            return {name: self._cut(stem, rate) for name, stem in self._track.source.stems().items()}
        folder = self._folder()
        return {} if folder is None else read_stems(folder, rate=rate, start=self.start, duration=self.duration)

    def _folder(self) -> Path | None:
        if self.stems_folder is not None or self.path is None:
            return self.stems_folder
        beside = self.path.with_suffix(STEMS)
        return beside if beside.is_dir() else None

    def _cut(self, clip: Clip, rate: int) -> Clip:
        whole = self.start == 0 and self.duration is None
        return resample(clip if whole else clip.cut(self.start, self.duration), rate)

    @property
    def _track(self) -> Track:
        if self.track is None:
            raise InputError("a recording is of a file or of a track; give one")
        return self.track


def check_sound(name: str, clip: Clip) -> None:
    """Raise InputError for a clip in which there is nothing to explain."""
    if not clip.wave.any():
        raise InputError(f"{name} is digitally silent: there is nothing to explain; check the file, or its start and "
                         "duration")
    if clip.duration < SHORTEST:
        raise InputError(f"{name} lasts {clip.duration:.3f} s, too short to explain; give at least {SHORTEST:g} s")


def far(card: str, workbench: Workbench, classifier: Classifier, clip: Clip) -> tuple[str, ...]:
    """A sentence where the clip is far from the music that the model of a card was trained on."""
    from escucha.models.shelf import load_domain

    domain = load_domain(card, workbench.home)
    report = None if domain is None else domain.report(clip, classifier)
    if report is None or not report.far:
        return ()
    return (f"this clip sounds unlike the music {Path(card).stem} was trained on (distance {report.distance:.2f}, "
            f"where up to {report.threshold:g} is usual; a codec's low-pass alone can do that): trust its answer less",)


def track_of(corpus: Corpus, name: str) -> Track:
    """The track of this name; the first where it is empty. InputError where there is none."""
    if not name:
        return corpus.tracks[0]
    for track in corpus:
        if track.name == name:
            return track
    raise unknown("track", name, (track.name for track in corpus), corpus.origin)


def another(corpus: Corpus, track: Track, name: str, seed: int) -> Track:
    """A track of another group than `track`: the one of this name, or one drawn by `seed` where it is empty."""
    others = [other for other in corpus if other.group != track.group]
    if name:
        chosen = track_of(corpus, name)
        if chosen.group == track.group:
            raise InputError(f"track {name!r} is of the group {track.group!r}, like {track.name!r} itself: what stands "
                             "for its parts would be too like them; name a track of another group")
        return chosen
    if not others:
        raise InputError(f"every track of {corpus.origin} is of the group {track.group!r}, and what stands for its "
                         "parts should come from another; give a larger corpus, or absent = 'noise'")
    return others[int(np.random.default_rng(seed).integers(len(others)))]


def left_over(clip: Clip, sources: Mapping[str, Clip]) -> float:
    """dB of what the sources leave over of the clip, in power below the clip's own; -inf where they sum to it."""
    rest = clip.wave - np.sum([source.wave for source in sources.values()], axis=0, dtype=np.float64)
    power, whole = float(np.mean(rest**2)), float(np.mean(clip.wave.astype(np.float64) ** 2))
    return 10 * np.log10(power / whole) if power and whole else -np.inf


def _as_long(stem: Clip, clip: Clip) -> Clip:
    """The stem, a sample or two cut or added where resampling rounded it otherwise than its mix."""
    off = len(clip.wave) - len(stem.wave)
    if not off or abs(off) > ROUNDED:
        return stem
    return replace(stem, wave=np.pad(stem.wave, (0, max(0, off)))[: len(clip.wave)])
