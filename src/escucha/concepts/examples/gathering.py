"""What a kind of `[examples]` is: frozen settings that find a concept's clips.

Relative paths are from the home. An example's group and label are known, or said to be unknown; they are never guessed.
"""

from pathlib import Path
from typing import ClassVar, Protocol

from escucha.concepts.concept import Example

Gathered = tuple[tuple[Example, ...], tuple[Example, ...]]
"""Examples, and null examples."""


class Examples(Protocol):
    """Settings of one kind."""

    paired: ClassVar[bool]

    def gather(self, home: Path, where: str) -> Gathered:
        """Examples and null examples; InputError, naming `where`, for what cannot be found."""
