"""How names, numbers and settings are written for people."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WARNING = "Warning:"
"""How a sentence that warns begins."""
ITEMS = 8
"""A longer list is a table's business, not a headline's."""


def plain(words: Sequence[str]) -> list[str]:
    """The sentences that do not warn, the headline first."""
    return [line for line in words if not line.startswith(WARNING)]


def heading(name: str) -> str:
    """A slug as a heading.

    >>> heading("source-weights")
    'Source weights'
    """
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def number(value: Any) -> str:
    """A value as text: four significant digits, a real minus sign, a dash for what is not there.

    >>> number(-0.123456), number(12000), number(True), number(None), number(1e-7)
    ('−0.1235', '12,000', 'yes', '–', '1e−07')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, float):
        return (f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}").replace("-", "−")
    return str(value)


def facts(numbers: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every scalar, short list and nested scalar of a finding's numbers; rows are left to tables.

    What is None is left out: there is nothing to read.
    """
    for name, value in numbers.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from facts(value, f"{label}: ")
        elif value is not None and not isinstance(value, (list, tuple)):
            yield label, number(value)
        elif value and len(value) <= ITEMS and not any(isinstance(item, (list, tuple, Mapping)) for item in value):
            yield label, ", ".join(number(item) for item in value)
