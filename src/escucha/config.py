"""Strict TOML into frozen settings, hashes of settings, and the places where things live."""

import dataclasses
import hashlib
import inspect
import json
import math
import os
import tomllib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import platformdirs

from escucha.errors import InputError, unknown

T = typing.TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Within:
    """What a setting may be: `rate: Annotated[int, Within(1, 768_000)]`; `build` refuses anything else."""

    low: float
    high: float

    def check(self, value: Any, where: str) -> Any:
        """`value`, or InputError naming `where`."""
        if not self.low <= value <= self.high:
            raise InputError(f"{where} should be from {self.low:.16g} to {self.high:.16g}, got {value!r}")
        return value


NAMES: dict[Any, str] = {tuple: "a list", dict: "a table", Mapping: "a table"}
"""What a type is called in TOML, where that is not its own name."""

SHELVES = ("concepts", "models", "experiments")

CLONE = Path(__file__).resolve().parents[2]
"""Where the shelves stand beside `src/`, when escucha was installed from its repository."""

SEEDS = 2**63
"""A seed is below this: what numpy and torch both take."""


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file; InputError names the file and, for bad syntax, the line."""
    try:
        if not Path(path).is_file():  # reading a named pipe would wait for ever
            raise InputError(f"no file {path}; check the path")
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except InputError:
        raise
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8, or of a path with a null in it
        raise InputError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def build(make: Callable[..., T], table: Mapping[str, Any], where: str) -> T:
    """What the dataclass or function `make` makes of a TOML table: unknown, missing and wrong keys are errors.

    Nested dataclasses are built from nested tables, lists become tuples, an int may stand for a float. No setting is
    NaN or infinite, and no `seed` is below zero.
    """
    wanted, hints = inspect.signature(make).parameters, typing.get_type_hints(make, include_extras=True)
    for key in table:
        if key not in wanted:
            raise unknown("key", key, wanted, where)
    for name, parameter in wanted.items():
        if parameter.default is inspect.Parameter.empty and name not in table:
            raise InputError(f"{where} lacks the key {name!r}; add it")
    made = {key: _fit(value, hints[key], f"{key!r} in {where}") for key, value in table.items()}
    if not 0 <= made.get("seed", 0) < SEEDS:
        raise InputError(f"'seed' in {where} should be a number from 0 to 2^63 - 1, got {made['seed']}")
    return make(**made)


def take_kind(settings: dict[str, Any], known: Iterable[str], *, what: str, where: str, key: str = "kind") -> str:
    """Take `key` out of `settings`; InputError where it is missing or not one of `known`."""
    kind = settings.pop(key, None)
    if kind is None:
        raise InputError(f"{where} lacks the key {key!r}; one of {', '.join(known)}")
    if not isinstance(kind, str) or kind not in known:
        raise unknown(what, str(kind), known, where)
    return kind


def _fit(value: Any, hint: Any, where: str) -> Any:
    """`value` as the type `hint` says, or InputError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin is Annotated:
        return arguments[1].check(_fit(value, arguments[0], where), where)
    if origin in (typing.Union, types.UnionType):
        options = [option for option in arguments if option is not type(None)]
        return None if value is None else _fit_one_of(value, options, where)
    if origin is typing.Literal:
        if value not in arguments:
            raise unknown("value", str(value), map(str, arguments), where)
        return value
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_fit(item, arguments[0], where) for item in value)
    if origin in (dict, Mapping) and isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return build(hint, value, where)  # type: ignore[arg-type]
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _finite(value, where)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    expected = NAMES.get(origin or hint, getattr(hint, "__name__", str(hint)))
    raise InputError(f"{where} should be {expected}, got {value!r}")


def _finite(value: int | float, where: str) -> float:
    try:
        number = float(value)
    except OverflowError:  # an int of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise InputError(f"{where} should be a finite number, got {number}")
    return number


def _fit_one_of(value: Any, options: list[Any], where: str) -> Any:
    for option in options[:-1]:
        try:
            return _fit(value, option, where)
        except InputError:
            continue
    return _fit(value, options[-1], where)


def fingerprint(*values: Any) -> str:
    """Sixteen hex digits that name the values: dataclasses, mappings, sequences, paths, numbers and strings.

    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    text = json.dumps([jsonable(value) for value in values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def jsonable(value: Any) -> Any:
    """`value` in JSON's types: dataclasses as tables, tuples as lists, paths as text, numpy scalars and arrays too."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"cannot turn {type(value).__name__} into JSON")


def to_toml(settings: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """Settings as TOML, tables last; what is None is left out, as TOML has no word for it.

    >>> print(to_toml({"seed": 0, "corpus": {"kind": "palos"}}))
    seed = 0
    <BLANKLINE>
    [corpus]
    kind = "palos"
    """
    plain = {key: value for key, value in settings.items() if value is not None and not isinstance(value, Mapping)}
    tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lines = [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in plain.items()]
    head = [f"[{'.'.join(map(_toml_key, path))}]"] if path and (lines or not tables) else []
    blocks = ["\n".join(head + lines)] if head or lines else []
    blocks += [to_toml(table, (*path, key)) for key, table in tables.items()]
    return "\n\n".join(filter(None, blocks))


def _toml_key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _toml_value(value: Any) -> str:
    if isinstance(value, Mapping):
        items = (f"{_toml_key(key)} = {_toml_value(item)}" for key, item in value.items() if item is not None)
        return f"{{ {', '.join(items)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml_value(item) for item in value if item is not None)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    # JSON's strings are TOML's, but for the delete character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def home(given: Path | None = None) -> Path:
    """The folder that holds the shelves: `given`, else $ESCUCHA_HOME, else the nearest parent that holds them.

    Where none does it is the clone that escucha runs from, so that a command works in any folder.
    """
    named = given or (Path(os.environ["ESCUCHA_HOME"]) if os.environ.get("ESCUCHA_HOME") else None)
    if named is not None:
        if not named.is_dir():
            raise InputError(f"the home {named} is not a folder; point --home or ESCUCHA_HOME at one with "
                             f"{', '.join(SHELVES)}")
        if not any((named / shelf).is_dir() for shelf in (*SHELVES, "reports")):
            raise InputError(f"the home {named} has no shelves; point --home or ESCUCHA_HOME at a folder with "
                             f"{', '.join(SHELVES)}")
        return named.resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, CLONE):
        if all((folder / shelf).is_dir() for shelf in SHELVES):
            return folder
    raise InputError(f"no folder with {', '.join(SHELVES)} at or above {here}; go there, or give --home FOLDER")


def cache_folder() -> Path:
    """$ESCUCHA_CACHE, else the user's cache folder. Safe to delete at any time."""
    return Path(os.environ.get("ESCUCHA_CACHE") or platformdirs.user_cache_dir("escucha"))
