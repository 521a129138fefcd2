"""Sources that a separator found, kept in the cache: a separator is slow, and is asked about a sound once."""

import hashlib
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.separate import content, separate
from escucha.corpora.cache import CACHE_BYTES, store, trim
from escucha.errors import InputError


def separated(clip: Clip, how: str, cache: Path | None = None) -> dict[str, Clip]:
    """The clip's sources by a separator (`audio.separate`), from the cache where they are there and whole.

    Found again by the clip's samples and rate, the separator with its argument (of local weights their bytes) and its
    revision, whatever the clip is called; kept as they are, in float32. `cache` is a folder, trimmed together with the
    audio in it. InputError as `separate`, and where the cache cannot be written.
    """
    if cache is None:
        return separate(clip, how)
    stored = _stored(cache, clip, how)
    try:
        return _read(stored, clip)
    except Exception:  # absent, or damaged in whatever way: found anew
        sources = separate(clip, how)
    _write(stored, sources)
    trim(cache, CACHE_BYTES)
    return sources


def _read(stored: Path, clip: Clip) -> dict[str, Clip]:
    with np.load(stored, allow_pickle=False) as kept:
        names, waves = kept["names"], kept["waves"]
    if waves.shape != (len(names), len(clip.wave)) or waves.dtype != np.float32:
        raise InputError(f"{stored} does not hold the sources of this clip; delete it")
    return {str(name): Clip(wave, clip.rate) for name, wave in zip(names, waves)}


def _write(stored: Path, sources: dict[str, Clip]) -> None:
    waves = np.stack([source.wave for source in sources.values()])
    store(stored, lambda file: np.savez(file, names=np.array(list(sources)), waves=waves))


def _stored(cache: Path, clip: Clip, how: str) -> Path:
    told = hashlib.sha256(f"{content(how)} {clip.rate} ".encode() + clip.wave.tobytes()).hexdigest()[:32]
    return cache / "stems" / told[:2] / f"{told}.npz"
