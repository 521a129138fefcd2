"""The cache's files: named by what they were made from, written whole or not at all, the oldest trimmed away.

Safe to delete at any time, and for several processes at once: who misses a file makes it again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from escucha.config import fingerprint
from escucha.errors import InputError
from escucha.whole import PARTIAL, whole

CACHE_BYTES = 8 * 2**30
"""The cache is trimmed, oldest first, when it outgrows this."""


class CacheError(InputError):
    """The cache is at fault, not the sound: nothing is skipped for it."""


def store(place: Path, write: Callable[[BinaryIO], None]) -> None:
    """What `write` writes, as the file `place`; CacheError where there is no room or no permission."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with whole(place) as half, half.open("wb") as file:
            write(file)
    except OSError as error:
        raise CacheError(f"cannot write the cache {place.parent}: {error.strerror or error}; make room, or set "
                         "ESCUCHA_CACHE to another folder") from None


def remembered(folder: Path, made_from: Sequence[object], make: Callable[[], Sequence[float]]) -> list[float]:
    """A few numbers that are slow to find, from `folder` where they are there and whole, else made and kept there.

    `made_from` is all that they depend on; another value of it is another file. CacheError as `store`.
    """
    name = fingerprint(*made_from)
    place = folder / name[:2] / f"{name}.npy"
    try:
        kept = np.load(place, allow_pickle=False)
        if kept.ndim == 1 and kept.dtype == np.float64:
            return kept.tolist()
    except (OSError, ValueError, EOFError):  # absent, or damaged
        pass
    made = [float(one) for one in make()]
    store(place, lambda file: np.save(file, np.array(made)))
    return made


def trim(cache: Path, limit: int) -> None:
    """Delete the oldest files below `cache` until at most `limit` bytes are left."""
    files = []
    for path in cache.rglob("*"):
        if path.suffix not in (".npy", ".npz") and not path.name.startswith(PARTIAL):  # what killed processes left
            continue
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
