"""What a page shows is what runs: its blocks of Python, the files it names, its commands.

Conventions: a block fenced as `python` is run; one fenced as `python NAME.py` or `toml FOLDER/NAME.toml` is a file of
that name; in one fenced as `sh` the lines that begin with `escucha` are commands. Blocks of other fences are not run.
The blocks of a page run in order and share their names, in a folder that holds `song.mp3` (four seconds of noise) and
what the page's own preparation puts there.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from escucha.cli import main

FENCE = re.compile(r"^```(python|sh|toml(?= ))(?: (\S+))?\n(.*?)^```$", re.S | re.M)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(`python`, `sh` or `toml`, file name or nothing, text) of each block of a page."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def noise(path: Path, seconds: float = 4.0, *, rate: int = 22050, seed: int = 1) -> Path:
    """A file of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(size=round(seconds * rate)) * 0.1, rate)
    return path


def show(kind: str, name: str, text: str, names: dict[str, Any]) -> None:
    """Run one block in the current folder; what its Python names is added to `names`."""
    if name:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    elif kind == "python":
        exec(compile(text, f"a block of a page: {text[:40]!r}", "exec"), names)
    else:
        for words in commands(text):
            assert main(words) == 0, " ".join(words)


def commands(text: str) -> Iterator[list[str]]:
    """The words after `escucha` of each command; a line that ends in a backslash goes on, a remark is left out."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["escucha"]:
            yield words[1:]
