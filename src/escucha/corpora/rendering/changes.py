"""What may be set by hand in a recipe: one check a key, and changes as sorted pairs."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, ClassVar, Self

from escucha.corpora.rendering.synth import RATE
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


class Changeable:
    """What recipes have in common: frozen dataclasses with a duration and with changes."""

    kind: ClassVar[str]
    """The corpus' kind."""
    known: ClassVar[Mapping[str, Check]]
    """What may be changed."""
    revision: ClassVar[list[Any]]
    """What the key covers beside the recipe: raised when the same recipe starts to mean another sound."""
    duration: float
    changes: Changes

    def _check(self) -> None:
        if not 0.1 <= self.duration <= 600:
            raise InputError(f"a rendered clip lasts from 0.1 to 600 seconds, got duration = {self.duration!r}")
        object.__setattr__(self, "changes", checked(self.changes, self.known, self.kind))

    def change(self, key: str, value: Any) -> Self:
        """This recipe with one thing set (replacing an earlier setting of the same key)."""
        kept = tuple(pair for pair in self.changes if pair[0] != key)
        return replace(self, changes=(*kept, (key, value)))  # type: ignore[type-var]

    def get(self, key: str, default: Any) -> Any:
        """The value a change gives to `key`, else `default`."""
        return dict(self.changes).get(key, default)

    def key(self) -> str:
        """A hash of the recipe and of the renderer's revision (not of the soundfont)."""
        plain = asdict(self)  # type: ignore[call-overload]
        return hashlib.sha256(json.dumps([*self.revision, RATE, plain], sort_keys=True).encode()).hexdigest()[:16]
