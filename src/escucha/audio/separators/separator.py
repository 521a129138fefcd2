"""What a separator is, and what it may be told: `nmf/8` a number, `demucs:weights.safetensors` a file or a name."""

from collections.abc import Callable
from dataclasses import dataclass

from escucha.audio.clip import Clip
from escucha.errors import InputError

Sources = dict[str, Clip]
"""By name; linear waveforms about as long as the clip, which need not sum to it."""


@dataclass(frozen=True)
class Argument:
    """What may follow a separator's name."""

    mark: str
    """`/` before a number, `:` before a file or a name."""
    usual: str
    """What is meant where nothing follows."""
    check: Callable[[str], None]
    """Raises InputError for what can be told to be wrong without a clip."""
    content: Callable[[str], str] = str
    """What the answer depends on: the argument itself, or a hash of the file that it names."""


@dataclass(frozen=True)
class Separator:
    """One way to take a clip apart."""

    description: str
    """One line for a musician: what comes out."""
    run: Callable[..., Sources]
    """`(clip)`, or `(clip, argument)` for one that takes an argument; InputError for what it cannot do."""
    argument: Argument | None = None


def between(least: int, most: int) -> Callable[[str], None]:
    """A check for whole numbers, both ends included."""
    def check(argument: str) -> None:
        if not (argument.isdecimal() and least <= int(argument) <= most):
            raise InputError(f"a number from {least} to {most} belongs there, got {argument!r}")

    return check
