"""Many sounds, one after the other: rendered or decoded on all cores, kept in a cache, memory bounded."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.cache import CACHE_BYTES, CacheError, store, trim
from escucha.corpora.corpus import Corpus, Source
from escucha.errors import InputError
from escucha.progress import bar

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Unreadable:
    """A track that has no sound: it is named and left out, and never taken for silence."""

    name: str
    reason: str
    """One line that names the file and the way out."""


def clips(sources: Sequence[Source], *, rate: int, cache: Path | None = None, progress: str = "") -> Iterator[Clip]:
    """The sources' clips in their order, at `rate`; a few are in memory at a time.

    `cache` is a folder for decoded audio, keyed by content; `progress` names the bar on stderr, none when empty.
    Raises InputError at the first that cannot be read: take the `readable` ones first.
    """
    missing = sum(cache is None or not _stored(cache, source, rate).exists() for source in sources)
    yield from each(partial(read_cached, rate=rate, cache=cache), sources, slow=missing, progress=progress)
    if cache is not None and missing:
        trim(cache, CACHE_BYTES)


def readable(corpus: Corpus, *, rate: int, cache: Path | None = None,
             progress: str = "") -> tuple[Corpus, list[Unreadable]]:
    """The tracks that can be read, and those that cannot with their reasons, both in the corpus's order.

    Every track is decoded once, on all cores; with a `cache` its sound at `rate` is there for `clips` afterwards. One
    warning says how many are left out. Raises InputError where no track can be read, or the cache not written.
    """
    sources = [track.source for track in corpus]
    reasons = list(each(partial(complaint, rate=rate, cache=cache), sources, slow=len(sources), progress=progress))
    left_out = [Unreadable(track.name, reason) for track, reason in zip(corpus, reasons) if reason]
    say_left_out([one.reason for one in left_out], corpus)
    return Corpus(tuple(track for track, reason in zip(corpus, reasons) if not reason), corpus.origin), left_out


def say_left_out(reasons: Sequence[str], corpus: Corpus) -> None:
    """Warn that so many clips of a corpus cannot be read; InputError where that is all of them."""
    said = f"{len(reasons)} of {len(corpus)} clips of {corpus.origin} cannot be read"
    if reasons and len(reasons) == len(corpus):
        raise InputError(f"{said}; the first: {reasons[0]}")
    if reasons:
        warnings.warn(f"{said} and are left out: {reasons[0]}" + (" (and others)" if reasons[1:] else ""), stacklevel=3)


def complaint(source: Source, rate: int, cache: Path | None) -> str:
    """Why the source cannot be read, in one line; empty where it can, its sound then being in the cache."""
    try:
        read_cached(source, rate, cache)
    except CacheError:
        raise
    except (InputError, OSError) as error:
        return str(error) or type(error).__name__
    return ""


def each(do: Callable[[S], T], sources: Sequence[S], *, slow: int, progress: str = "") -> Iterator[T]:
    """`do(source)` for each source, in order; on all cores where many are `slow` (to be rendered or decoded)."""
    from joblib import Parallel, cpu_count, delayed

    jobs, here = cpu_count(), Path.cwd()
    workers = jobs if slow >= 8 * jobs else 1  # starting a worker costs about a second
    made = Parallel(n_jobs=workers, return_as="generator", pre_dispatch="4*n_jobs")(
        delayed(_there)(here, do, source) for source in sources)
    yield from bar(made, doing=progress, shown=bool(progress), total=len(sources))


def _there(folder: Path, do: Callable[[S], T], source: S) -> T:
    """`do(source)` in `folder`: a worker began in whatever folder it was first needed, and paths may be relative."""
    if Path.cwd() != folder:
        os.chdir(folder)
    return do(source)


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
    store(stored, lambda file: np.save(file, clip.wave))
    return clip


def _stored(cache: Path, source: Source, rate: int) -> Path:
    key = source.key()
    return cache / "audio" / key[:2] / f"{key}-{rate}.npy"
