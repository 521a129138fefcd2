"""A part of a track where one of its stems is heard, the same part without that stem, and either one disturbed.

Conventions: seconds; a stem is the track's own, or what a separator finds. Nothing is made louder or softer.
"""

import hashlib
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.config import cache_folder
from escucha.corpora.cache import CacheError, remembered
from escucha.corpora.corpus import Source
from escucha.corpora.folder import STEMS, FileSource
from escucha.corpora.nuisances import NUISANCES
from escucha.corpora.nuisances import REVISION as NUISANCE_REVISION
from escucha.corpora.reading import Unreadable
from escucha.errors import InputError

REVISION = 1
"""Raised when the same settings sound different; part of every key."""
STEP = 0.25
"""Seconds between the places of which a stem is loudest in one."""
HEARD = -30.0
"""dB of the excerpt, at least, that a stem comes to where it counts as heard, and so does what is left without it."""
SILENT = -70.0
"""dB of full scale: below it nothing is heard, whatever it is a part of (the absolute gate of ITU-R BS.1770)."""


class NoStem(InputError):
    """A track that can be read, and lacks the stem."""


class Altered:
    """A sound made of another: what was known of that need not hold here."""

    def stems(self) -> dict[str, Clip]:
        """Not known."""
        return {}

    def annotations(self) -> dict[str, Any]:
        """Nothing."""
        return {}


@dataclass(frozen=True)
class Excerpt(Altered):
    """`duration` seconds of a track from `start` on, or to its end."""

    source: Source
    start: float
    duration: float

    def clip(self) -> Clip:
        """At the track's own rate; of a file only this part is decoded. InputError where it cannot be read."""
        if not isinstance(self.source, FileSource):
            return self.cut(self.source.clip())
        left = np.inf if self.source.duration is None else self.source.duration - self.start
        return replace(self.source, start=self.source.start + self.start, duration=min(self.duration, left)).clip()

    def cut(self, clip: Clip) -> Clip:
        """The same part of another clip of the track."""
        return clip.cut(self.start, min(self.duration, clip.duration - self.start))

    def stems(self) -> dict[str, Clip]:
        """The same part of the track's own stems."""
        return {name: self.cut(stem) for name, stem in self.source.stems().items()}

    def key(self) -> str:
        """A hash of the track's key and of the part."""
        return _hashed(self.source.key(), self.start, self.duration)


@dataclass(frozen=True)
class Stem:
    """Which stem is meant."""

    name: str
    separator: str = ""
    """Of `audio.separate`; empty: the track's own stems."""

    def of(self, source: Source, clip: Clip) -> Clip:
        """The stem, as long as the clip; NoStem where there is none of that name, naming those there are."""
        from escucha.corpora.stems import separated

        found = separated(clip, self.separator, cache_folder()) if self.separator else source.stems()
        if self.name not in found:
            raise NoStem(f"a track has no stem {self.name!r}; its stems: {', '.join(found) or 'none'}")
        wave = io.resample(found[self.name], clip.rate).wave[:len(clip.wave)]
        return Clip(np.pad(wave, (0, len(clip.wave) - len(wave))), clip.rate)

    def content(self, source: Source) -> str:
        """What the stem's sound depends on beyond the track's: a separator, or the files of the stems."""
        from escucha.audio.separate import content

        if self.separator:
            return content(self.separator)
        folder = source.path.with_suffix(STEMS) if isinstance(source, FileSource) else None
        files = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
        return " ".join(f"{file.name} {io.digest(file)}" for file in files if file.suffix.lower() in io.SUFFIXES)


@dataclass(frozen=True)
class Without(Altered):
    """An excerpt of which one stem is taken out."""

    excerpt: Excerpt
    stem: Stem

    def clip(self) -> Clip:
        """The excerpt minus the stem, sample by sample."""
        whole = self.excerpt.source.clip()
        stem = self.excerpt.cut(self.stem.of(self.excerpt.source, whole))
        return Clip(self.excerpt.cut(whole).wave - stem.wave, whole.rate)

    def key(self) -> str:
        """A hash of the excerpt's key and of what the stem is."""
        return _hashed(self.excerpt.key(), self.stem, self.stem.content(self.excerpt.source))


@dataclass(frozen=True)
class Disturbed(Altered):
    """A sound with a nuisance of NUISANCES."""

    source: Source
    kind: str
    number: int
    seed: int

    def clip(self) -> Clip:
        """At the sound's own rate and gain."""
        return NUISANCES[self.kind][0](self.source.clip(), self.number, self.seed)

    def key(self) -> str:
        """A hash of the sound's key and of the nuisance."""
        return _hashed(self.source.key(), *astuple(self)[1:], NUISANCE_REVISION)


def excerpt_with(source: Source, stem: Stem, duration: float) -> Excerpt | NoStem | Unreadable:
    """The part of a track in which its stem is loudest, or why there is none; kept in the cache by content."""
    try:
        start, level, rest = _found(source, stem, duration)
    except CacheError:
        raise
    except NoStem as error:
        return error
    except (InputError, OSError) as error:
        return Unreadable("", str(error) or type(error).__name__)
    if min(level, rest) < HEARD:
        silent = f"stem {stem.name!r}" if level < HEARD else f"what is left without stem {stem.name!r}"
        return NoStem(f"{silent} is not heard in a track")
    return Excerpt(source, start, duration)


def _found(source: Source, stem: Stem, duration: float) -> tuple[float, float, float]:
    """Start, and the levels of the stem and of the rest there, dB of the excerpt; -inf for silence."""
    made_from = (REVISION, SILENT, source.key(), stem, stem.content(source), duration)
    start, level, rest = remembered(cache_folder() / "places", made_from, lambda: _loudest(source, stem, duration))
    return start, level, rest


def _loudest(source: Source, stem: Stem, duration: float) -> tuple[float, float, float]:
    clip = source.clip()
    alone = stem.of(source, clip)
    length = min(round(duration * clip.rate), len(clip.wave))
    energy = np.concatenate([[0.0], np.cumsum(np.square(alone.wave, dtype=np.float64))])
    starts = np.arange(0, len(clip.wave) - length + 1, max(1, round(STEP * clip.rate)))
    first = int(starts[np.argmax(energy[starts + length] - energy[starts])])
    part, mix = alone.wave[first:first + length], clip.wave[first:first + length]
    whole, *levels = (_level(wave) for wave in (mix, part, mix - part))
    level, rest = (-np.inf if one < SILENT else one - max(whole, SILENT) for one in levels)
    return first / clip.rate, level, rest


def _level(wave: np.ndarray) -> float:
    """dB of full scale."""
    return float(10 * np.log10(max(np.mean(np.square(wave, dtype=np.float64)), 1e-20)))


def _hashed(*told: object) -> str:
    return hashlib.sha256(repr((REVISION, *told)).encode()).hexdigest()[:16]
