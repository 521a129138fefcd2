"""Is this a file of weights at all? What people most often have instead is said in one line."""

from pathlib import Path

from escucha.errors import InputError

POINTER = b"version https://git-lfs"
PAGES = (b"<!doctype html", b"<html")
LARGEST = 2**31
"""Bytes of one file of weights, and of what is read from it."""


def first_bytes(path: Path, count: int = 64, *, called: str = "") -> bytes:
    """The first bytes of a file of weights; InputError where there is none, or a stand-in: a pointer, a web page.

    Messages speak of the file as it is `called`, its path by default.
    """
    called = called or str(path)
    try:
        if not path.is_file():  # a named pipe would be waited for, a device read for ever
            raise InputError(f"no weights {path}; check the path")
        if path.stat().st_size > LARGEST:
            raise InputError(f"{called} is larger than {LARGEST >> 30} GiB; no network here has so many weights")
        with path.open("rb") as file:
            head = file.read(count)
    except OSError as error:
        raise InputError(f"cannot read weights {path}: {error.strerror}") from None
    if head.startswith(POINTER):
        raise InputError(f"{called} is a Git LFS pointer, not the weights; run `git lfs pull` where it was cloned, or "
                         "download the file itself")
    if head.lstrip().lower().startswith(PAGES):
        raise InputError(f"{called} is a web page, not the weights; download the raw file, not the page that shows it")
    return head
