"""`escucha predict`."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import verb, workbench
from escucha.terminal import print_json


def add_predict(verbs: Any) -> None:
    parser = verb(verbs, "predict", _predict, "label, vote and probabilities of files, window by window")
    parser.add_argument("card")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--start", type=float, default=0.0, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    parser.add_argument("--aggregation", default="mean-logit")
    parser.add_argument("--json", action="store_true", help="print everything as JSON on stdout")


def _predict(chosen: argparse.Namespace) -> None:
    from escucha.models.prediction import predict_file, report
    from escucha.models.shelf import load_domain

    bench = workbench(chosen)
    model, domain = bench.model(chosen.card), load_domain(chosen.card, bench.home)
    rows = [(str(path), *predict_file(model, path, start=chosen.start, duration=chosen.duration,
                                      aggregation=chosen.aggregation, domain=domain)) for path in chosen.files]
    if chosen.json:
        print_json(report(Path(chosen.card).stem, rows))
        return
    for path, duration, score in rows:
        strengths = ", ".join(f"{label} {share:.3f}" for label, share in score.probabilities.items())
        print(f"{path} ({duration:.1f} s): {score.label}  [{strengths}]")
