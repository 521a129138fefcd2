"""Several sounds of one source each, mixed into one whose sources are known.

What is done, in this order, to each source by itself: slices of its clip one after the other (never on top of each
other), time-stretching, a frequency range of its own, a level. Then the sources are summed and noise is added. Stems
are the sources under their labels and the noise as `rest`; added in this order they are the clip, sample by sample.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import permutations
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.config import to_toml
from escucha.corpora.corpus import Source
from escucha.errors import InputError

REVISION = 1
"""Raised when the same settings sound different; part of every key."""

LEVEL = -23.0
"""dB RMS re full scale of a source whose gain is 0 dB."""
LOWEST = 100.0
"""Hz; frequency ranges are equally wide in octaves from here to half the rate, and the lowest begins at 0."""
NOISE = "rest"
"""The stem of the noise."""

_FADE = 0.005  # seconds at both ends of a slice, so that a joint does not click
_SPECTRUM = 0.09  # seconds that a phase vocoder looks at: tones are told apart, and strokes not smeared for long
_DRAWN = 4  # places of which a slice is the loudest: sources pause


@dataclass(frozen=True)
class Sound:
    """What is done to every mix of a corpus."""

    seconds: float = 6.0
    rate: int = 22050
    slices: int = 1
    """A source is this many slices of its clip one after the other, equally long; each is the loudest of four places
    drawn, with 5 ms of fade at its ends. A clip shorter than a slice is repeated."""
    bands: bool = True
    """Each source keeps a frequency range of its own: as many as there are sources, equally wide in octaves, without a
    bin in common; they are dealt so that the source that loses most keeps as much of its power as it can."""
    snr: float | None = None
    """dB by which the sum of the sources is above the white noise, in power over the whole clip; none without it."""


@dataclass(frozen=True)
class Part:
    """One source of a mix."""

    label: str
    name: str
    """Of the track it comes from."""
    group: str
    source: Source
    gain: float
    """dB; its level is LEVEL and this."""
    stretch: float
    """It lasts this many times as long, at the same pitch."""


@dataclass(frozen=True)
class MixSource:
    """A mix, made anew at each call, the same samples every time."""

    parts: tuple[Part, ...]
    sound: Sound
    seed: int

    def clip(self) -> Clip:
        """The sum of the stems; InputError naming a track that cannot be read or is silent."""
        return _sum(self.stems().values())

    def stems(self) -> dict[str, Clip]:
        """Label to source, `(time,)` each, and the noise as `rest` where there is any."""
        rng = np.random.default_rng(self.seed)
        sources = [_slices(part, self.sound, rng) for part in self.parts]
        if self.sound.bands:
            sources = _in_bands(sources, self.sound.rate)
        stems = {part.label: _levelled(wave, part, self.sound.rate) for part, wave in zip(self.parts, sources)}
        if self.sound.snr is not None:
            stems[NOISE] = _noise(_sum(stems.values()), self.sound.snr, rng)
        return stems

    def annotations(self) -> Mapping[str, Any]:
        """What was mixed: track, group, gain in dB and stretch by label; the signal-to-noise ratio where it has one."""
        mixed = {part.label: {"track": part.name, "group": part.group, "gain": part.gain, "stretch": part.stretch}
                 for part in self.parts}
        return {"parts": mixed} | ({} if self.sound.snr is None else {"snr": self.sound.snr})

    def key(self) -> str:
        """A hash of everything above and of the sources' keys."""
        parts = "".join(f"{part.label} {part.gain!r} {part.stretch!r} {part.source.key()}\n" for part in self.parts)
        return hashlib.sha256(f"{REVISION} {self.seed}\n{to_toml(asdict(self.sound))}\n{parts}".encode()
                              ).hexdigest()[:16]


def _sum(clips: Iterable[Clip]) -> Clip:
    first, *others = clips
    wave = first.wave
    for other in others:
        wave = wave + other.wave
    return Clip(wave, first.rate)


def _slices(part: Part, sound: Sound, rng: np.random.Generator) -> np.ndarray:
    """`(time,)` of exactly the mix's length."""
    wave = resample(part.source.clip(), sound.rate).wave
    if not wave.any():
        raise InputError(f"track {part.name!r} is silent and cannot be a source; leave it out")
    count = round(sound.seconds * sound.rate)
    borders = np.round(np.linspace(0, count, sound.slices + 1)).astype(int)
    fade = round(_FADE * sound.rate)
    pieces = []
    for length in np.diff(borders):
        piece = _slice(wave, max(1, round(length / part.stretch)), rng)
        pieces.append(_faded(_stretched(piece, int(length), sound.rate), fade))
    return np.concatenate(pieces)


def _slice(wave: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    wave = np.tile(wave, -(-length // len(wave)))
    places = rng.integers(0, len(wave) - length + 1, _DRAWN)
    return max((wave[place:place + length] for place in places), key=lambda piece: float(np.square(piece).sum()))


def _stretched(piece: np.ndarray, length: int, rate: int) -> np.ndarray:
    """The piece over `length` samples, at its own pitch (a phase vocoder)."""
    if len(piece) == length:
        return piece
    from librosa.effects import time_stretch

    spectrum = 2 ** round(np.log2(_SPECTRUM * rate))
    wave = time_stretch(piece, rate=len(piece) / length, n_fft=spectrum)[:length]
    return np.pad(wave, (0, length - len(wave)))


def _faded(wave: np.ndarray, length: int) -> np.ndarray:
    length = min(length, len(wave) // 2)
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(length, 1))).astype(np.float32)
    wave = wave.copy()
    wave[:length] *= rise
    wave[len(wave) - length:] *= rise[::-1]
    return wave


def _in_bands(sources: Sequence[np.ndarray], rate: int) -> list[np.ndarray]:
    """Each source in a frequency range of its own."""
    spectra = np.fft.rfft(np.stack(sources).astype(np.float64))
    hertz = np.fft.rfftfreq(len(sources[0]), 1 / rate)
    inner = np.geomspace(min(LOWEST, rate / 4), rate / 2, len(sources) + 1)[1:-1]
    band = np.searchsorted(inner, hertz, side="right")
    masks = band == np.arange(len(sources))[:, None]
    power = np.square(np.abs(spectra))
    kept = power @ masks.T / np.maximum(power.sum(axis=1, keepdims=True), 1e-30)
    rows = np.arange(len(sources))
    dealt = max(permutations(rows), key=lambda order: float(kept[rows, list(order)].min()))
    return list(np.fft.irfft(spectra * masks[list(dealt)], len(sources[0])))


def _levelled(wave: np.ndarray, part: Part, rate: int) -> Clip:
    level = np.sqrt(np.square(wave, dtype=np.float64).mean())
    if level < 1e-7:
        raise InputError(f"nothing of track {part.name!r} is left in its frequency range; mix without bands, or leave "
                         "it out")
    return Clip(wave * (10 ** ((LEVEL + part.gain) / 20) / level), rate)


def _noise(mix: Clip, snr: float, rng: np.random.Generator) -> Clip:
    noise = rng.normal(size=len(mix.wave))
    power = np.square(mix.wave, dtype=np.float64).mean() / 10 ** (snr / 10)
    return Clip(noise * np.sqrt(power / np.square(noise).mean()), mix.rate)
