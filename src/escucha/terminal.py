"""How a command behaves in its terminal: JSON that any of them can show, warnings of one line, stops that are clean."""

import json
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

STOPS = (signal.SIGINT, signal.SIGTERM)


def print_json(value: Any) -> None:
    """`value` on stdout, its letters as they are where stdout can hold them."""
    able = "utf" in str(getattr(sys.stdout, "encoding", "")).lower()  # elsewhere an "í" is written "\\u00ed"
    print(json.dumps(value, indent=2, ensure_ascii=not able))


def printable(text: str) -> str:
    """On one line, without what a terminal would obey instead of showing it: escapes, and turns of the direction.

    >>> printable("red \\x1b[31m and\\nback\\u202e")
    'red [31m and back'
    """
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def aligned(rows: Sequence[Mapping[str, str]], columns: Sequence[str], width: int) -> list[str]:
    """A `printable` line a row, columns two spaces apart; the last is cut short, with "…", where it would be too long.

    >>> aligned([{"a": "x", "b": "one two three"}, {"a": "yz", "b": ""}], ("a", "b"), 12)
    ['x   one two…', 'yz']
    """
    cells = [[printable(row[column]) for column in columns] for row in rows]
    widths = [max((len(row[place]) for row in cells), default=0) for place in range(len(columns) - 1)]
    lines = []
    for row in cells:
        line = "  ".join([*(cell.ljust(size) for cell, size in zip(row, widths)), row[-1]]).rstrip()
        lines.append(line if len(line) <= width else f"{line[:width - 1].rstrip()}…")
    return lines


@contextmanager
def polite() -> Iterator[None]:
    """While the block runs a warning is one line on stderr, and `kill` stops it as Ctrl-C does: KeyboardInterrupt.

    So what is half-written is removed and helper processes end with the command, whichever stopped it.
    """
    main = threading.current_thread() is threading.main_thread()  # only there may signals be handled
    before = {number: signal.signal(number, _stop) for number in STOPS} if main else {}
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn  # type: ignore[assignment]
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: object) -> None:
    # joblib's manager thread stumbles over the jobs that a stop takes from it, and says so in a traceback
    threading.excepthook = lambda _: None
    raise KeyboardInterrupt


def _warn(message: Warning | str, *_where: object) -> None:
    print(f"Warning: {' '.join(str(message).split())}", file=sys.stderr)
