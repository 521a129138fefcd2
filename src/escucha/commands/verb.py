"""What the verbs of the command line share: a parser, a workbench, and the way from a question to its page."""

import argparse
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escucha.terminal import print_json

if TYPE_CHECKING:
    from escucha.experiments.run import Asked
    from escucha.experiments.workbench import Workbench

GROUP = "for a folder: file, parent, or a regular expression with one bracket"


def verb(verbs: Any, name: str, verb: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
    """A parser of `escucha NAME`, which calls `verb` with what it read."""
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(verb=verb)
    parser.add_argument("--home", type=Path, help="the folder with the shelves (default: the nearest above)")
    return parser


def asking(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that makes a finding."""
    parser.add_argument("--out", type=Path, help="put the finding here (default: reports/NAME/FINGERPRINT)")
    parser.add_argument("--force", action="store_true", help="compute again what is already answered")
    parser.add_argument("--json", action="store_true", help="print the numbers alone on stdout")
    parser.add_argument("--wandb", metavar="PROJECT", help="upload the finding to W&B (WANDB_MODE=online to send it)")


def one_card(parser: argparse.ArgumentParser) -> None:
    """The card that a verb asks, and the weights for it where they were published by others."""
    parser.add_argument("card", help="a card, or FILE.py:NAME, a function of yours that returns a classifier")
    weights_option(parser)


def weights_option(parser: argparse.ArgumentParser) -> None:
    """`--weights`."""
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a published card's weights, for this command")


def card_of(chosen: argparse.Namespace) -> str:
    """The card that `one_card` read, with `--weights` where they are given."""
    return weights_for(chosen, chosen.card)


def weights_for(chosen: argparse.Namespace, card: str) -> str:
    """`card`, with `--weights` where they are given."""
    if chosen.weights is None:
        return card
    from escucha.models.weights.fetch import use_weights

    return use_weights(card, chosen.weights, workbench(chosen).home)


def workbench(chosen: argparse.Namespace) -> "Workbench":
    """The shelves and the cache; bars on stderr unless only numbers are wanted."""
    from escucha.experiments.workbench import Workbench

    return Workbench.here(chosen.home, progress=sys.stderr.isatty() or not getattr(chosen, "json", False))


def answer(chosen: argparse.Namespace, table: dict[str, Any], name: str, title: str) -> None:
    """Run the experiment that a command line describes."""
    from escucha.experiments.run import Asked, experiment_of

    kept = {key: value for key, value in table.items() if value is not None}
    run_asked(chosen, Asked(name, title, experiment_of(kept, "the command line")))


def run_asked(chosen: argparse.Namespace, asked: "Asked") -> None:
    """Answer, upload where asked to, and print words or numbers."""
    from escucha import answering
    from escucha.finding import load

    with redirect_stdout(sys.stderr):  # a model of the user's own may print; stdout is for what was asked
        folder = answering.answer(asked, workbench(chosen), command=chosen.command, out=chosen.out, force=chosen.force)
    if chosen.wandb:
        from escucha.tracking import to_wandb

        print(f"W&B: {to_wandb(folder, project=chosen.wandb)}", file=sys.stderr)
    saved = load(folder)
    if chosen.json:
        print_json(saved.numbers)
    else:
        print("\n".join([*saved.words, "", str(folder / "index.html")]))


def read(chosen: argparse.Namespace) -> "Asked":
    """The experiment that the command names."""
    from escucha.experiments.run import read_experiment

    return read_experiment(chosen.experiment, workbench(chosen).home)
