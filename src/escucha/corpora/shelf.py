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
    "genres": "escucha.corpora.genres:genres_corpus",
    "theory": "escucha.corpora.theory:theory_corpus",
    "folder": "escucha.corpora.folder:folder_corpus",
    "manifest": "escucha.corpora.manifest:manifest_corpus",
    "public-palos": "escucha.corpora.conventions:public_palos",
    "vocalset": "escucha.corpora.vocalset:vocalset",
    "irmas-folder": "escucha.corpora.irmas:irmas_folder",
    "mirdata": "escucha.corpora.public:mirdata_corpus",
    "mix": "escucha.corpora.mixer:mix_corpus",
}
"""Kind to the function that makes it; the rest of a `[corpus]` table is that function's keywords."""


PLACES = ("path", "filtered", "index")
"""Keys of a `[corpus]` table that name a file or folder: from the folder of the TOML, where they are relative."""


def open_corpus(table: Mapping[str, Any], *, where: str, base: Path) -> Corpus:
    """The corpus a table describes; a relative `path` is looked for from `base`, the folder of its TOML."""
    settings = placed(table, base)
    kind = take_kind(settings, CORPORA, what="corpus kind", where=f"the corpus in {where}")
    corpus = build(pkgutil.resolve_name(CORPORA[kind]), settings, f"the corpus in {where}")
    if not len(corpus):
        raise InputError(f"the corpus in {where} ({corpus.origin}) has no tracks; add some")
    check_groups(corpus)
    return corpus


def corpus_table(word: str, *, split: str = "", group: str = "") -> dict[str, Any]:
    """The table that a `--corpus` word stands for (a folder, a CSV, a TOML, or a kind's name); its path is absolute.

    A folder that holds a `manifest.csv`, as `corpus make` and `corpus cut` leave one, is what that says, unless a
    `group` asks for the files.
    """
    path = Path(word)
    extra = {key: value for key, value in (("split", split), ("group", group)) if value}
    if path.suffix == ".toml":
        return {**_table_in(path), **extra}
    if path.is_dir() and not group and (path / "manifest.csv").is_file():
        path = path / "manifest.csv"
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
    return placed(table, file.parent.absolute())


def placed(table: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The table with its places from `base`, those of a table within it too."""
    def put(key: str, value: Any) -> Any:
        if isinstance(value, Mapping) and key == "sources":
            return placed(value, base)
        return str(base / value) if key in PLACES and isinstance(value, str) and value else value

    return {key: put(key, value) for key, value in table.items()}
