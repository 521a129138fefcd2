"""`escucha corpus`: make, describe."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, verb
from escucha.terminal import print_json


def add_corpus(verbs: Any) -> None:
    parser = verbs.add_parser("corpus", help="make or describe a corpus")
    inner = parser.add_subparsers(metavar="make|describe", required=True)
    make = verb(inner, "make", _corpus_make, "render palos into a folder with a manifest")
    make.add_argument("folder", type=Path)
    make.add_argument("--corpus", default="palos", help="a TOML with a [corpus] table, or palos")
    make.add_argument("--clips", type=int, help="how many (default: what the TOML says, else 60)")
    make.add_argument("--seed", type=int)
    make.add_argument("--stems", action="store_true", help="write each source too")
    describe = verb(inner, "describe", _corpus_describe, "counts, durations, groups, unreadable files")
    describe.add_argument("corpus", help="a folder, a CSV, a TOML, or palos")
    describe.add_argument("--group", default="", help=GROUP)
    describe.add_argument("--json", action="store_true")


def _corpus_make(chosen: argparse.Namespace) -> None:
    from escucha.corpora.export import export
    from escucha.corpora.shelf import corpus_table, open_corpus

    given = {key: value for key in ("clips", "seed") if (value := getattr(chosen, key)) is not None}
    corpus = open_corpus({**corpus_table(chosen.corpus), **given}, where=chosen.corpus, base=Path())
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
