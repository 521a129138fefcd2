"""`escucha train`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, answer, asking, read, run_asked, verb, workbench
from escucha.errors import InputError, unknown

QUICK = ("corpus", "card", "meaning", "epochs", "window", "group", "link", "tags", "labels", "start", "freeze")
"""Options of a training that has no experiment file."""

MAKER = "escucha train"
"""What a card of the command line records as its maker: it may be trained anew, and never replaces an experiment's."""


def add_train(verbs: Any) -> None:
    parser = verb(verbs, "train", _train, "train a classifier: an experiment of kind training, a network or head on a "
                                          "corpus, or a card of the shelf further")
    parser.add_argument("what", nargs="?", help="a stem in experiments/, a TOML, or the name of a network or a head")
    parser.add_argument("--corpus", help="a folder, a CSV, a TOML, or a kind; split by group 60/20/20 if it has no "
                                         "splits")
    parser.add_argument("--card", help="what it will be called in models/ (default: CORPUS-NETWORK)")
    parser.add_argument("--meaning", help="one sentence for the card")
    parser.add_argument("--epochs", type=int, help="at most")
    parser.add_argument("--window", type=float, help="seconds it hears at once")
    parser.add_argument("--group", help=GROUP)
    parser.add_argument("--link", choices=("softmax", "sigmoid"), help="sigmoid: each label by itself")
    parser.add_argument("--tags", metavar="ANNOTATION", help="what says which labels each track has (sources)")
    parser.add_argument("--labels", metavar="A,B,...", help="those that are learned (default: all)")
    parser.add_argument("--from", dest="start", metavar="CARD", help="train the network of this card further")
    parser.add_argument("--freeze", metavar="LAYERS", help="layers of --from that stay as they are: network.block1, "
                                                           "'network.block*'")
    asking(parser)


def _train(chosen: argparse.Namespace) -> None:
    given = [f"--{'from' if name == 'start' else name}" for name in QUICK if getattr(chosen, name) is not None]
    if chosen.start is None and chosen.what is None:
        raise InputError("name an experiment, a network or a head to train, or a card with --from")
    if chosen.what is not None and _is_experiment(chosen):
        _of_experiment(chosen, given)
    elif chosen.corpus is None:
        raise InputError(f"{chosen.what or '--from ' + chosen.start} needs a corpus to learn from; give --corpus")
    else:
        _quickly(chosen)


def _is_experiment(chosen: argparse.Namespace) -> bool:
    """Does the first word name an experiment? InputError where it is no network and no head either."""
    from escucha.models.heads import HEADS
    from escucha.models.networks import NETWORKS

    home = workbench(chosen).home
    if chosen.what.endswith(".toml") or (home / "experiments" / f"{chosen.what}.toml").is_file():
        if chosen.what in {**NETWORKS, **HEADS}:
            print(f"{chosen.what} is an experiment and also a network or head; the experiment is run", file=sys.stderr)
        return True
    if chosen.what not in {**NETWORKS, **HEADS}:
        shelf = [file.stem for file in (home / "experiments").glob("*.toml")]
        raise unknown("experiment, network or head", chosen.what, [*shelf, *NETWORKS, *HEADS])
    return False


def _of_experiment(chosen: argparse.Namespace, given: list[str]) -> None:
    """The record: everything is in the file."""
    if given:
        raise InputError(f"the experiment {chosen.what} says itself what it learns from; leave out {', '.join(given)}")
    chosen.experiment = chosen.what
    asked = read(chosen)
    if getattr(asked.experiment, "asked", asked.experiment.kind) != "training":
        raise InputError(f"{chosen.what} is of kind {asked.experiment.kind!r}; use: escucha run")
    run_asked(chosen, asked)


def _quickly(chosen: argparse.Namespace) -> None:
    """A training that the command line describes."""
    from escucha.corpora.naming import slug
    from escucha.corpora.shelf import corpus_table

    what, corpus = chosen.what or chosen.start, _called(Path(chosen.corpus))
    card = chosen.card or "-".join(filter(None, (slug(corpus), slug(Path(what).stem))))
    table = {"kind": "training", "card": card, "corpus": corpus_table(chosen.corpus, group=chosen.group or ""),
             "meaning": chosen.meaning or f"{what}, trained on {corpus} by the command line.", "window": chosen.window,
             "link": chosen.link, "tags": chosen.tags, "labels": _listed(chosen.labels), "start": chosen.start,
             "freeze": _listed(chosen.freeze), "experiment": MAKER, **_learner(chosen)}
    answer(chosen, table, f"train-{card}", f"What does {what} learn from {corpus}?")


def _called(corpus: Path) -> str:
    """What a corpus is called: every `corpus make` and `corpus cut` writes a manifest.csv, so the folder says which."""
    return corpus.absolute().parent.name if corpus.name == "manifest.csv" else corpus.stem


def _learner(chosen: argparse.Namespace) -> dict[str, Any]:
    """The settings that name the network, the head, or neither where another card's network is taken."""
    from escucha.models.heads import HEADS

    if chosen.start is not None and chosen.what is not None:
        raise InputError(f"--from {chosen.start} has a network; leave out {chosen.what}")
    if chosen.what in HEADS:
        if chosen.epochs is not None:
            raise InputError(f"{chosen.what} does not learn in epochs; leave out --epochs")
        return {"learner": "features", "head": {"name": chosen.what}}
    recipe = {} if chosen.epochs is None else {"recipe": {"epochs": chosen.epochs}}
    return recipe if chosen.what is None else {**recipe, "network": {"name": chosen.what}}


def _listed(words: str | None) -> list[str] | None:
    return None if words is None else [word.strip() for word in words.split(",") if word.strip()]
