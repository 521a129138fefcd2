"""`escucha evaluate`."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, answer, asking, verb, weights_for, weights_option
from escucha.errors import InputError


def add_evaluate(verbs: Any) -> None:
    parser = verb(verbs, "evaluate", _evaluate, "accuracy that can be believed, on a corpus; of several models, which "
                                                "is right more often")
    parser.add_argument("card", nargs="+")
    weights_option(parser)
    parser.add_argument("--corpus", required=True, help="a folder, a CSV, a TOML, or palos")
    parser.add_argument("--split", help="only this split (default: test where there are several)")
    parser.add_argument("--group", default="", help=GROUP)
    parser.add_argument("--tags", default="", metavar="ANNOTATION",
                        help="for models of tags: the annotation that says which labels each track has (sources)")
    parser.add_argument("--robustness", action="store_true",
                        help="also ask about the same clips shifted, louder, softer, with noise, through an mp3")
    asking(parser)


def _evaluate(chosen: argparse.Namespace) -> None:
    from escucha.corpora.shelf import corpus_table

    table = {"corpus": corpus_table(chosen.corpus, group=chosen.group), "split": chosen.split, "tags": chosen.tags}
    if chosen.weights is not None and len(chosen.card) > 1:
        raise InputError("--weights are of one card; keep them with `escucha fetch CARD --weights FILE`, then compare")
    chosen.card = [weights_for(chosen, card) for card in chosen.card]
    names = [Path(card).stem for card in chosen.card]
    if len(names) == 1:
        answer(chosen, {**table, "kind": "accuracy", "model": chosen.card[0],
                        "robustness": {} if chosen.robustness else None}, f"accuracy-{names[0]}",
               f"How often is {names[0]} right?")
        return
    if chosen.robustness:
        raise InputError(f"--robustness is asked of one model, got {', '.join(names)}; evaluate each by itself")
    listed = f"{', '.join(names[:-1])} or {names[-1]}"
    answer(chosen, {**table, "kind": "comparison", "models": chosen.card}, f"comparison-{'-'.join(names)}"[:80],
           f"Which is right more often, {listed}?")
