"""Weights of others in the cache: `weights/<content>/` holds the files, `weights/<card>-<table>.json` says which are a
card's. Safe to delete at any time, safe for two processes: files are named by their content, notes are replaced whole.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from escucha.config import cache_folder, fingerprint
from escucha.errors import InputError
from escucha.models.weights.kernels import Kernels
from escucha.whole import beside, whole


@dataclass(frozen=True)
class Kept:
    """A card's files in the cache."""

    folder: Path
    files: Mapping[str, str]
    """Name to SHA-256; the first is the one to read, the others lie beside it."""
    kernels: Kernels
    verified: bool
    """They are files that the card knows."""

    @property
    def first(self) -> Path:
        """The file to read."""
        return self.folder / next(iter(self.files))

    @property
    def digest(self) -> str:
        """Sixteen hex digits that change with the files or how they are read."""
        return fingerprint(self.files, self.kernels)


def shelf() -> Path:
    """Where weights of others are kept."""
    return cache_folder() / "weights"


def keep(files: Sequence[Path], card: str, table: Mapping[str, Any], *, kernels: Kernels, verified: bool) -> Kept:
    """Copy files to the cache and note that they are those of `card`, whose `[published]` table is `table`."""
    marks = {file.name: sha256(file) for file in files}
    folder = shelf() / fingerprint(marks)
    if not all((folder / name).is_file() and sha256(folder / name) == mark for name, mark in marks.items()):
        _copy(files, folder)
    kept = Kept(folder, marks, kernels, verified)
    with whole(_note(card, table)) as partial:
        partial.write_text(json.dumps({**asdict(kept), "folder": folder.name}), encoding="utf-8")
    return kept


def _copy(files: Sequence[Path], folder: Path) -> None:
    """Put copies of `files` in `folder`, which is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = beside(folder)
    try:
        partial.mkdir()
        for file in files:
            shutil.copyfile(file, partial / file.name)
        if folder.exists():  # one that was changed since it was kept
            shutil.rmtree(folder)
        os.replace(partial, folder)
    except OSError as error:
        if not folder.is_dir():  # another process was not faster either
            raise InputError(f"cannot keep weights in {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def find(card: str, table: Mapping[str, Any]) -> Kept:
    """The files of a card; InputError, with the way out, where there are none or they are not what they were."""
    note, ways = _note(card, table), f"fetch them with `escucha fetch {card}`, or give a file with --weights FILE"
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        kept = Kept(shelf() / Path(told["folder"]).name, told["files"], told["kernels"], told["verified"])
    except FileNotFoundError:
        raise InputError(f"the weights of {card!r} are not here yet; {ways}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{note} is damaged; remove it, and {ways}") from None
    for name, mark in kept.files.items():
        if not (kept.folder / name).is_file() or sha256(kept.folder / name) != mark:
            raise InputError(f"{kept.folder / name} is missing or was changed since it was kept; {ways}")
    return kept


def sha256(path: Path) -> str:
    """All 64 hex digits of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note(card: str, table: Mapping[str, Any]) -> Path:
    return shelf() / f"{card}-{fingerprint(table)}.json"
