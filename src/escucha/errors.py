"""The one exception that means: the input is wrong, here is where and what to do."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path


class InputError(ValueError):
    """A mistake in what was handed over: one line naming the value, the place and the way out.

    The command line prints it without a traceback and exits with 2; anything else is a bug and exits with 1.
    """


def unknown(what: str, name: str, known: Iterable[str], where: str = "") -> InputError:
    """The error for a name that is not in a list, with the nearest one that is.

    >>> str(unknown("label", "bulería", ["alegrias", "bulerias"]))
    "unknown label 'bulería'; did you mean 'bulerias'? (available: alegrias, bulerias)"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    place = f" in {where}" if where else ""
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    listed = f"available: {', '.join(names) or 'none'}"
    return InputError(f"unknown {what} {name!r}{place}{hint} ({listed})" if near
                      else f"unknown {what} {name!r}{place}{hint} {listed}")


def check_name(path: Path) -> None:
    """Raise InputError for a path that is not text: what is written of it could not be read again."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"the name of {str(path)!r} is not UTF-8; rename it") from None


def check_once(names: Sequence[str], key: str) -> None:
    """Raise InputError where the setting `key` names something twice: its rows would count double."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InputError(f"{key!r} names {name!r} twice; name it once")
