"""`escucha fetch`: weights that others published, from the web or from a file that is already here."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from escucha.commands.verb import verb, workbench


def add_fetch(verbs: Any) -> None:
    parser = verb(verbs, "fetch", _fetch, "the weights of a card that others published, from the web or from a file")
    parser.add_argument("card")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="take this file; of a checkpoint, its .index")


def _fetch(chosen: argparse.Namespace) -> None:
    from escucha.models.weights.fetch import fetch, install

    home = workbench(chosen).home
    if chosen.weights:
        kept = install(chosen.card, chosen.weights, home)
    else:
        with _bar() as told:
            kept = fetch(chosen.card, home, told=told)
    for name, mark in kept.files.items():
        print(f"{kept.folder / name}\n  sha256 {mark}")
    known = "known to the card" if kept.verified else "unverified: the card does not know it; its kernels were checked"
    print(f"kernels = \"{kept.kernels}\"; {known}")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, in a terminal: call what it gives with the bytes that are here and those there are."""
    from tqdm import tqdm

    with tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty(), desc="weights") as bar:
        def told(done: int, whole: int) -> None:
            bar.total = whole or None
            bar.update(done - bar.n)

        yield told
