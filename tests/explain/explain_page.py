"""The files that docs/explain.md talks of: a few songs."""

from pathlib import Path
from typing import Any

from tests.showing import noise


def prepare(folder: Path) -> dict[str, Any]:
    """Two songs of six seconds."""
    for seed, name in enumerate(("uno", "dos")):
        noise(folder / "songs" / f"{name}.mp3", 6.0, seed=seed)
    return {}
