"""The kinds of corpus, and how a table in a TOML or a word on the command line becomes one."""

import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from escucha.config import build, read_toml
from escucha.corpora.corpus import Corpus, check_groups
from escucha.errors import InputError, unknown

CORPORA: dict[str, str] = {
    "palos": "escucha.corpora.palos:palos_corpus",
    "folder": "escucha.corpora.folder:folder_corpus",
    "manifest": "escucha.corpora.manifest:manifest_corpus",
}
"""Kind to the function that makes it; the rest of a `[corpus]` table is that function's keywords."""


def open_corpus(table: Mapping[str, Any], *, where: str, base: Path) -> Corpus:
    """The corpus a table describes; a relative `path` is looked for from `base`, the folder of its TOML."""
    settings = dict(table)
    kind = settings.pop("kind", None)
    if kind is None:
        raise InputError(f"the corpus in {where} lacks the key 'kind'; one of {', '.join(CORPORA)}")
    if kind not in CORPORA:
        raise unknown("corpus kind", str(kind), CORPORA, where)
    if isinstance(settings.get("path"), str):
        settings["path"] = base / settings["path"]
    corpus = build(pkgutil.resolve_name(CORPORA[kind]), settings, f"the corpus in {where}")
    if not len(corpus):
        raise InputError(f"the corpus in {where} has no tracks")
    check_groups(corpus)
    return corpus


def corpus_table(word: str, *, split: str = "", group: str = "") -> tuple[dict[str, Any], Path]:
    """The table that a `--corpus` word stands for (a folder, a CSV, a TOML, or a kind's name), and its base folder."""
    path = Path(word)
    extra = {key: value for key, value in (("split", split), ("group", group)) if value}
    if path.suffix == ".toml":
        table = read_toml(path)
        return {**table.get("corpus", table), **extra}, path.parent
    if path.is_dir():
        return {"kind": "folder", "path": str(path.resolve()), **extra}, Path()
    if path.suffix == ".csv":
        return {"kind": "manifest", "path": str(path.resolve()), **extra}, Path()
    if word in CORPORA:
        return {"kind": word, **extra}, Path()
    raise InputError(f"no corpus {word!r}: it is neither a folder, a .csv, a .toml nor one of {', '.join(CORPORA)}")
