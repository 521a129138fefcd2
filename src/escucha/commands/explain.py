"""`escucha explain`."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import answer, asking, card_of, one_card, verb


def add_explain(verbs: Any) -> None:
    parser = verb(verbs, "explain", _explain, "which source, at which moment, made the model decide; and its sound")
    one_card(parser)
    parser.add_argument("file", type=Path)
    parser.add_argument("--parts", default="hpss", help="hpss, repet, stems (with --stems DIR), or none")
    parser.add_argument("--stems", type=Path, metavar="DIR", help="a folder with one audio file a source")
    parser.add_argument("--segments", default="windows", help="windows, windows/N, or a number of equal segments")
    parser.add_argument("--method", default="shapley", help="shapley (exact), permutation or lime")
    parser.add_argument("--samples", type=int, help="remixes that a sampling method scores")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--label", help="explain this label (default: the answer)")
    parser.add_argument("--start", type=float, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    parser.add_argument("--aggregation")
    asking(parser)


def _explain(chosen: argparse.Namespace) -> None:
    names = ("parts", "method", "samples", "seed", "label", "start", "duration", "aggregation")
    table, card = {name: getattr(chosen, name) for name in names}, card_of(chosen)
    segments = int(chosen.segments) if chosen.segments.isdecimal() else chosen.segments
    stems = None if chosen.stems is None else str(chosen.stems.absolute())
    if stems is not None:
        table["parts"] = "stems"
    answer(chosen, {**table, "kind": "explanation", "model": card, "path": str(chosen.file),
                     "segments": segments, "stems": stems}, f"explain-{chosen.file.stem}",
            f"What did {Path(card).stem} hear in {chosen.file.name}?")
