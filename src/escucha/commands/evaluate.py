"""`escucha evaluate`."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, answer, asking, verb


def add_evaluate(verbs: Any) -> None:
    parser = verb(verbs, "evaluate", _evaluate, "accuracy that can be believed, on a corpus")
    parser.add_argument("card")
    parser.add_argument("--corpus", required=True, help="a folder, a CSV, a TOML, or palos")
    parser.add_argument("--split", default="", help="only this split")
    parser.add_argument("--group", default="", help=GROUP)
    asking(parser)


def _evaluate(chosen: argparse.Namespace) -> None:
    from escucha.corpora.shelf import corpus_table

    table, name = corpus_table(chosen.corpus, split=chosen.split, group=chosen.group), Path(chosen.card).stem
    answer(chosen, {"kind": "accuracy", "model": chosen.card, "corpus": table}, f"accuracy-{name}",
            f"How often is {name} right?")
