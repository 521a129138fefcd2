"""What files hold, by hash: of one file, and of the stems beside it."""

from functools import lru_cache
from pathlib import Path

from escucha.audio import io


def content(file: Path) -> str:
    """`io.digest`, remembered while the file is as it was: a recording may be cut into hundreds of parts."""
    try:
        now = file.stat()
    except OSError:
        return io.digest(file)  # which says what is wrong
    return _content(file, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)


@lru_cache(maxsize=4096)
def _content(file: Path, *_state: int) -> str:
    return io.digest(file)


def stem_keys(folder: Path) -> list[str]:
    """Name and hash of every file in a folder of stems: they lie beside their mix, and its own key leaves them out.

    Empty where there is no such folder; InputError for a file that cannot be read.
    """
    return [f"{file.name} {content(file)}" for file in sorted(folder.glob("*")) if file.is_file()]
