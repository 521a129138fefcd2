"""The kinds of corpus, and how a table in a TOML or a word on the command line becomes one."""

import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from escucha.config import build, read_toml, take_kind
from escucha.corpora.corpus import Corpus, check_groups
from escucha.errors import InputError

CORPORA: dict[str, str] = {
    "palos": "escucha.corpora.palos:palos_corpus",
    "folder": "escucha.corpora.folder:folder_corpus",
    "manifest": "escucha.corpora.manifest:manifest_corpus",
}
"""Kind to the function that makes it; the rest of a `[corpus]` table is that function's keywords."""


def open_corpus(table: Mapping[str, Any], *, where: str, base: Path) -> Corpus:
    """The corpus a table describes; a relative `path` is looked for from `base`, the folder of its TOML."""
    settings = dict(table)
    kind = take_kind(settings, CORPORA, what="corpus kind", where=f"the corpus in {where}")
    if isinstance(settings.get("path"), str):
        settings["path"] = base / settings["path"]
    corpus = build(pkgutil.resolve_name(CORPORA[kind]), settings, f"the corpus in {where}")
    if not len(corpus):
        raise InputError(f"the corpus in {where} ({corpus.origin}) has no tracks; add some")
    check_groups(corpus)
    return corpus


def corpus_table(word: str, *, split: str = "", group: str = "") -> dict[str, Any]:
    """The table that a `--corpus` word stands for (a folder, a CSV, a TOML, or a kind's name); its path is absolute."""
    path = Path(word)
    extra = {key: value for key, value in (("split", split), ("group", group)) if value}
    if path.suffix == ".toml":
        return {**_table_in(path), **extra}
    if path.is_dir():
        return {"kind": "folder", "path": str(path.absolute()), **extra}
    if path.suffix == ".csv":
        return {"kind": "manifest", "path": str(path.absolute()), **extra}
    if word in CORPORA:
        return {"kind": word, **extra}
    raise InputError(f"no corpus {word!r}: it is neither a folder, a .csv, a .toml nor one of {', '.join(CORPORA)}")


def _table_in(file: Path) -> dict[str, Any]:
    """The `[corpus]` table of a TOML, or all of it."""
    whole = read_toml(file)
    table = whole.get("corpus", whole)
    if not isinstance(table, Mapping):
        raise InputError(f"'corpus' in {file} should be a table, got {table!r}")
    if isinstance(table.get("path"), str):
        table = {**table, "path": str((file.parent / table["path"]).absolute())}
    return dict(table)
