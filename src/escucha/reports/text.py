"""How names, numbers and settings are written for people."""

import json
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


def toml(settings: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """Settings as TOML, tables last; what is None is left out, as TOML has no word for it.

    >>> print(toml({"seed": 0, "corpus": {"kind": "palos"}}))
    seed = 0
    <BLANKLINE>
    [corpus]
    kind = "palos"
    """
    plain = {key: value for key, value in settings.items() if value is not None and not isinstance(value, Mapping)}
    tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    head = [f"[{'.'.join(map(_key, path))}]"] if path and (lines or not tables) else []
    blocks = ["\n".join(head + lines)] if head or lines else []
    blocks += [toml(table, (*path, key)) for key, table in tables.items()]
    return "\n\n".join(filter(None, blocks))


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        items = (f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{ {', '.join(items)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value if item is not None)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    # JSON's strings are TOML's, but for the delete character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
