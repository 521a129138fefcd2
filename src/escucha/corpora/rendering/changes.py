"""What may be set by hand in a recipe: one check a key, and changes as sorted pairs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from escucha.errors import InputError, unknown

Check = Callable[[str, Any], None]
"""Called with what is set (such as `palos change 'tempo'`) and its value; raises InputError."""
Changes = tuple[tuple[str, Any], ...]


def one_of(known: Sequence[Any]) -> Check:
    """A value of a list."""
    def check(what: str, value: Any) -> None:
        if isinstance(value, bool) or value not in known:
            raise unknown(f"value of {what}", str(value), map(str, known))
    return check


def switch(what: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise InputError(f"{what} is true or false, got {value!r}")


def between(low: float, high: float) -> Check:
    """A number from `low` to `high`."""
    def check(what: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InputError(f"{what} is a number from {low:g} to {high:g}, got {value!r}")
    return check


def checked(changes: Mapping[str, Any] | Sequence[Sequence[Any]], known: Mapping[str, Check], kind: str) -> Changes:
    """Changes as sorted pairs, each key once; accepts a TOML table or a list of pairs. `kind` is the corpus' kind."""
    pairs = list(changes.items()) if isinstance(changes, Mapping) else list(changes)
    seen: dict[str, Any] = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise InputError(f"a {kind} change is a pair (key, value), got {pair!r}")
        key, value = pair
        if not isinstance(key, str) or key not in known:
            raise unknown(f"{kind} change", str(key), known)
        if key in seen:
            raise InputError(f"{kind} change {key!r} is given twice; keep one")
        known[key](f"{kind} change {key!r}", value)
        seen[key] = value
    return tuple(sorted(seen.items()))
