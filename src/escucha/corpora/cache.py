"""The cache's files: named by what they were made from, written whole or not at all, the oldest trimmed away.

Safe to delete at any time, and for several processes at once: who misses a file makes it again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

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
