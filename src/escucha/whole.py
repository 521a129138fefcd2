"""A file is written whole or not at all: beside its place first, then renamed."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from escucha.errors import InputError

PARTIAL = ".partial-"
"""How the name of what is half-written begins; the number of the process that writes it follows."""


def beside(path: Path) -> Path:
    """A hidden name in the folder of `path` that no other writer has, and that no search by suffix finds."""
    return path.with_name(f"{PARTIAL}{os.getpid()}-{uuid.uuid4().hex[:8]}")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to; it is renamed to `path` where the block ends without an error, and removed otherwise.

    InputError where a device or a folder is there: renaming would put a file in its place (of /dev/null, for root).
    """
    if path.exists() and (not path.is_file() or path.absolute().parent == Path("/dev")):
        raise InputError(f"cannot write {path}: it is no plain file; name another place")
    partial = beside(path)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
