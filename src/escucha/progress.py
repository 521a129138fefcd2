"""How far a long work is: a bar on stderr, and in a log file, or whatever else is no terminal, a line now and then."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tqdm import tqdm

T = TypeVar("T")

SELDOM = 10.0
"""Seconds between the lines of a log, and before the first."""


def bar(items: Iterable[T], *, doing: str, shown: bool, total: int | None = None) -> "tqdm[T]":
    """The items, one by one, with a bar that is gone when they are; `total` where they have no length."""
    from tqdm import tqdm

    if sys.stderr.isatty():
        return tqdm(items, total=total, desc=doing, disable=not shown, leave=False)
    return tqdm(items, total=total, desc=doing, disable=not shown, leave=False, mininterval=SELDOM, delay=SELDOM,
                file=_Lines())


class _Lines:
    """What a bar writes, as lines on stderr: without its returns, its blanks and the moves of its cursor."""

    def write(self, text: str) -> None:
        line = text.strip()
        if line and "\x1b" not in line:
            print(line, file=sys.stderr)

    def flush(self) -> None:
        sys.stderr.flush()
