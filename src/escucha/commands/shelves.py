"""`escucha demo`, `run`, `report` and `list`: what stands on the shelves is asked and shown."""

import argparse
from pathlib import Path
from typing import Any

from escucha.commands.verb import asking, read, run_asked, verb, workbench
from escucha.config import SHELVES
from escucha.terminal import aligned, print_json, printable

LISTED = (*SHELVES, "findings")
WIDE = 120
"""Letters in a line of a list of concepts, at most; `--json` has everything."""


def add_demo(verbs: Any) -> None:
    parser = verb(verbs, "demo", _demo, "the main job on rendered and on your own music; ends with a page")
    parser.add_argument("--clip", type=Path, help="explain this file too")
    parser.add_argument("--size", default="full", help="full (under three minutes) or tiny")


def _demo(chosen: argparse.Namespace) -> None:
    from escucha.answering import demo

    print(demo(workbench(chosen), size=chosen.size, clip=chosen.clip))


def add_run(verbs: Any) -> None:
    parser = verb(verbs, "run", _run, "answer the question of an experiment")
    parser.add_argument("experiment", help="a stem in experiments/, or a TOML")
    asking(parser)


def _run(chosen: argparse.Namespace) -> None:
    run_asked(chosen, read(chosen))


def add_report(verbs: Any) -> None:
    parser = verb(verbs, "report", _report, "make the pages over saved findings afresh")
    parser.add_argument("folder", type=Path, nargs="?", help="one finding (default: the index over reports/)")


def _report(chosen: argparse.Namespace) -> None:
    from escucha.reports.gallery import gallery
    from escucha.reports.page import page

    print(page(chosen.folder) if chosen.folder else gallery(workbench(chosen).home / "reports", afresh=True))


def add_list(verbs: Any) -> None:
    parser = verb(verbs, "list", _list, "what stands on a shelf")
    parser.add_argument("shelf", choices=LISTED)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")


def _list(chosen: argparse.Namespace) -> None:
    from escucha.answering import concept_rows, shelf_rows

    home = workbench(chosen).home
    if chosen.shelf == "concepts":
        rows = list(concept_rows(home))
    else:
        rows = [{"name": name, "meaning": meaning} for name, meaning in shelf_rows(home, chosen.shelf)]
    if chosen.json:
        print_json(rows)
    elif chosen.shelf == "concepts":
        print("".join(f"{line}\n" for line in aligned(rows, ("name", "kind", "examples", "meaning"), WIDE)), end="")
    else:
        print("".join(f"{printable(row['name']):32} {printable(row['meaning'])}\n" for row in rows), end="")
