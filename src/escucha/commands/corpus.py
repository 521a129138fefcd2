"""`escucha corpus`: make, describe, cut."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escucha.commands.verb import GROUP, verb
from escucha.errors import InputError
from escucha.terminal import print_json

if TYPE_CHECKING:
    from escucha.corpora.corpus import Corpus


def add_corpus(verbs: Any) -> None:
    parser = verbs.add_parser("corpus", help="make, describe or cut a corpus")
    inner = parser.add_subparsers(metavar="make|describe|cut", required=True)
    make = verb(inner, "make", _corpus_make, "render or copy a corpus into a folder with a manifest")
    make.add_argument("folder", type=Path)
    make.add_argument("--corpus", default="palos", help="a TOML with a [corpus] table, palos or genres")
    make.add_argument("--clips", type=int, help="how many (default: what the TOML says, else 60)")
    make.add_argument("--duration", type=float, help="seconds of each clip")
    make.add_argument("--seed", type=int)
    make.add_argument("--stems", action="store_true", help="write each source too")
    describe = verb(inner, "describe", _corpus_describe, "counts, durations, groups, copies, unreadable files")
    describe.add_argument("corpus", help="a folder, a CSV, a TOML, palos or genres")
    describe.add_argument("--group", default="", help=GROUP)
    describe.add_argument("--json", action="store_true")
    _add_cut(inner)


def _add_cut(inner: Any) -> None:
    cut = verb(inner, "cut", _corpus_cut, "long recordings into overlapping clips, grouped by recording")
    cut.add_argument("source", help="recordings: a folder with one folder a label, a CSV, a TOML; or with --label a "
                                    "file or any folder")
    cut.add_argument("folder", type=Path, help="where manifest.csv goes")
    cut.add_argument("--seconds", type=float, default=12.0, help="length of a clip (default: 12)")
    cut.add_argument("--hop", type=float, default=6.0, help="from one start to the next (default: 6)")
    cut.add_argument("--skip-start", type=float, default=0.0, metavar="SECONDS", help="left out of each recording")
    cut.add_argument("--skip-end", type=float, default=0.0, metavar="SECONDS")
    cut.add_argument("--label", default="", help="all of SOURCE is this")
    cut.add_argument("--group", default="", help=GROUP + " (default: each recording)")
    cut.add_argument("--copy", action="store_true", help="write each clip as a wav (default: parts of the recordings)")


def _corpus_make(chosen: argparse.Namespace) -> None:
    from escucha.corpora.export import export
    from escucha.corpora.shelf import corpus_table, open_corpus

    given = {key: value for key in ("clips", "duration", "seed") if (value := getattr(chosen, key)) is not None}
    table = {**corpus_table(chosen.corpus), **given}
    _check_apart(chosen.folder, table.get("path"))
    corpus = open_corpus(table, where=chosen.corpus, base=Path())
    print(export(corpus, chosen.folder, stems=chosen.stems))


def _corpus_describe(chosen: argparse.Namespace) -> None:
    from escucha.corpora.describe import describe, words
    from escucha.corpora.shelf import corpus_table, open_corpus

    corpus = open_corpus(corpus_table(chosen.corpus, group=chosen.group), where=chosen.corpus, base=Path())
    summary = describe(corpus, progress="" if chosen.json else "describe")
    if chosen.json:
        print_json(summary)
    else:
        print("\n".join(words(summary)))


def _corpus_cut(chosen: argparse.Namespace) -> None:
    from escucha.corpora.cut import Cutting, cut
    from escucha.corpora.export import export
    from escucha.corpora.manifest import write_manifest

    how = Cutting(chosen.seconds, chosen.hop, chosen.skip_start, chosen.skip_end)
    manifest = chosen.folder / "manifest.csv"
    clips = cut(_recordings(chosen), how, progress="cut")
    _check_same(manifest, clips)
    if chosen.copy:
        print(export(clips, chosen.folder))
        return
    print(write_manifest(clips, manifest))


def _check_same(manifest: Path, clips: "Corpus") -> None:
    """Raise InputError where the rows of other clips would be replaced."""
    from escucha.corpora.manifest import manifest_corpus

    if manifest.is_file():
        others = sorted({track.name for track in manifest_corpus(path=manifest)} - {track.name for track in clips})
        if others:
            raise InputError(f"{manifest} has {len(others)} other clips, the first is {others[0]}; name a folder for "
                             "each label and join their rows, or cut one folder with a folder a label")


def _recordings(chosen: argparse.Namespace) -> "Corpus":
    from escucha.corpora.cut import recordings
    from escucha.corpora.shelf import corpus_table, open_corpus

    path = Path(chosen.source)
    _check_apart(chosen.folder, path)
    if chosen.label or (path.is_file() and path.suffix not in (".csv", ".toml")):
        return recordings(path, chosen.label)
    group = chosen.group or ("file" if path.is_dir() else "")
    table = corpus_table(chosen.source, group=group)
    _check_apart(chosen.folder, table.get("path"))
    return open_corpus(table, where=chosen.source, base=Path())


def _check_apart(folder: Path, source: object) -> None:
    """Raise InputError where clips would be put among the recordings they are made of, or their manifest replaced."""
    if not isinstance(source, (str, Path)) or not folder.exists():
        return
    for taken in (folder, folder / "manifest.csv"):
        if taken.exists() and Path(source).exists() and taken.samefile(source):
            raise InputError(f"{taken} is what is cut or copied; name another folder for the clips")
