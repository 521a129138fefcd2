"""Many sounds, one after the other: rendered or decoded on all cores, kept in a cache, memory bounded."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Source
from escucha.errors import InputError

CACHE_BYTES = 8 * 2**30
"""The audio cache is trimmed, oldest first, when it outgrows this."""


def clips(sources: Sequence[Source], *, rate: int, cache: Path | None = None, progress: str = "") -> Iterator[Clip]:
    """The sources' clips in their order, at `rate`; a few are in memory at a time.

    `cache` is a folder for decoded audio, keyed by content; `progress` names the bar on stderr, none when empty.
    """
    from joblib import Parallel, cpu_count, delayed
    from tqdm import tqdm

    jobs = cpu_count()
    missing = sum(cache is None or not _stored(cache, source, rate).exists() for source in sources)
    workers = jobs if missing >= 8 * jobs else 1  # starting a worker costs about a second
    made = Parallel(n_jobs=workers, return_as="generator", pre_dispatch="4*n_jobs")(
        delayed(read_cached)(source, rate, cache) for source in sources)
    every = 0.1 if sys.stderr.isatty() else 10.0  # seconds: a log file is no place for a moving bar
    yield from tqdm(made, total=len(sources), desc=progress, disable=not progress, leave=False, mininterval=every)
    if cache is not None and missing:
        trim(cache, CACHE_BYTES)


def read_cached(source: Source, rate: int, cache: Path | None) -> Clip:
    """A source's clip at `rate`, from the cache where it is there and whole."""
    from escucha.audio.io import resample

    if cache is None:
        return resample(source.clip(), rate)
    stored = _stored(cache, source, rate)
    try:
        return Clip(np.load(stored, allow_pickle=False), rate)
    except (OSError, ValueError, EOFError):  # absent, or cut short by a crash before renames were atomic on this disk
        clip = resample(source.clip(), rate)
    _store(stored, clip.wave)
    return clip


def _store(place: Path, wave: np.ndarray) -> None:
    partial = place.with_suffix(f".{os.getpid()}.partial")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.save(file, wave)
        partial.replace(place)
    except OSError as error:
        raise InputError(f"cannot write the cache {place.parent}: {error.strerror or error}; make room, or set "
                         "ESCUCHA_CACHE to another folder") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def trim(cache: Path, limit: int) -> None:
    """Delete the oldest files below `cache` until at most `limit` bytes are left."""
    files = []
    for path in (*cache.rglob("*.npy"), *cache.rglob("*.partial")):  # the latter: what killed processes left
        try:
            files.append((path.stat().st_mtime, path.stat().st_size, path))
        except FileNotFoundError:  # another process trims too
            continue
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= limit:
            break
        path.unlink(missing_ok=True)
        total -= size


def _stored(cache: Path, source: Source, rate: int) -> Path:
    key = source.key()
    return cache / "audio" / key[:2] / f"{key}-{rate}.npy"
