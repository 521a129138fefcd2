"""`escucha train`."""

import argparse
from typing import Any

from escucha.commands.verb import asking, read, run_asked, verb
from escucha.errors import InputError


def add_train(verbs: Any) -> None:
    parser = verb(verbs, "train", _train, "train the network of an experiment of kind training")
    parser.add_argument("experiment", help="a stem in experiments/, or a TOML")
    asking(parser)


def _train(chosen: argparse.Namespace) -> None:
    asked = read(chosen)
    if asked.experiment.kind != "training":
        raise InputError(f"{chosen.experiment} is of kind {asked.experiment.kind!r}; use: escucha run")
    run_asked(chosen, asked)
