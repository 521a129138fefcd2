"""How far a long work is: a bar on stderr."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tqdm import tqdm

T = TypeVar("T")


def bar(items: Iterable[T], *, doing: str, shown: bool, total: int | None = None) -> "tqdm[T]":
    """The items, one by one, with a bar that is gone when they are; `total` where they have no length."""
    from tqdm import tqdm

    every = 0.1 if sys.stderr.isatty() else 10.0  # seconds: a log file is no place for a moving bar
    return tqdm(items, total=total, desc=doing, disable=not shown, leave=False, mininterval=every)
