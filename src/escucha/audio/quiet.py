"""Silence for C libraries and subprocesses that write notes on stderr past Python's `sys.stderr`."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_kept = -1


def _enter() -> None:
    global _inside, _kept
    with _lock:
        if _inside == 0:
            _kept = os.dup(2)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            os.close(null)
        _inside += 1


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if _inside == 0:
            os.dup2(_kept, 2)
            os.close(_kept)


@contextmanager
def quiet() -> Iterator[None]:
    """Send file descriptor 2 to nowhere; nests and may be entered by several threads at once.

    For libmpg123's notes on damaged files and for nussl's on SoX: what they mean is said by an InputError or a
    warning of ours, in one line.
    """
    # Counted and not simply saved and restored: two threads that overlap would restore each other's silence for good.
    _enter()
    try:
        yield
    finally:
        _leave()
