"""Strict TOML into frozen settings, hashes of settings, and the places where things live."""

import dataclasses
import hashlib
import inspect
import json
import os
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from escucha.errors import InputError, unknown

T = typing.TypeVar("T")

SHELVES = ("concepts", "models", "experiments")


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file; InputError names the file and, for bad syntax, the line."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"no file {path}; check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def build(make: Callable[..., T], table: Mapping[str, Any], where: str) -> T:
    """What the dataclass or function `make` makes of a TOML table: unknown, missing and wrong keys are errors.

    Nested dataclasses are built from nested tables, lists become tuples, an int may stand for a float.
    """
    wanted, hints = inspect.signature(make).parameters, typing.get_type_hints(make)
    for key in table:
        if key not in wanted:
            raise unknown("key", key, wanted, where)
    for name, parameter in wanted.items():
        if parameter.default is inspect.Parameter.empty and name not in table:
            raise InputError(f"{where} lacks the key {name!r}; add it")
    return make(**{key: _fit(value, hints[key], f"{key!r} in {where}") for key, value in table.items()})


def _fit(value: Any, hint: Any, where: str) -> Any:
    """`value` as the type `hint` says, or InputError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
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
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    expected = getattr(hint, "__name__", str(hint))
    raise InputError(f"{where} should be {expected}, got {value!r}")


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


def home(given: Path | None = None) -> Path:
    """The folder that holds the shelves: `given`, else $ESCUCHA_HOME, else the nearest parent that holds them."""
    named = given or (Path(os.environ["ESCUCHA_HOME"]) if os.environ.get("ESCUCHA_HOME") else None)
    if named is not None:
        if not named.is_dir():
            raise InputError(f"the home {named} is not a folder; point --home or ESCUCHA_HOME at one with "
                             f"{', '.join(SHELVES)}")
        return named.resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if all((folder / shelf).is_dir() for shelf in SHELVES):
            return folder
    raise InputError(f"no folder with {', '.join(SHELVES)} at or above {here}; go there, or give --home FOLDER")


def cache_folder() -> Path:
    """$ESCUCHA_CACHE, else the user's cache folder. Safe to delete at any time."""
    return Path(os.environ.get("ESCUCHA_CACHE") or platformdirs.user_cache_dir("escucha"))
