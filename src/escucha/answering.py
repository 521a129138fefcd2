"""From a question to a page: run, save, draw the page, keep the index; and the demo, which asks five questions."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from escucha.config import read_toml
from escucha.errors import InputError, unknown
from escucha.experiments.run import Asked, experiment_of, read_experiment, run
from escucha.experiments.workbench import Workbench
from escucha.finding import load
from escucha.reports.gallery import findings, gallery
from escucha.reports.page import page
from escucha.reports.text import WARNING

DEMOS: dict[str, tuple[str, ...]] = {
    "full": ("palos-cnn-accuracy", "explain-a-rendered-buleria", "explain-without-its-stems", "what-makes-a-buleria",
             "palos-probes"),
    "tiny": ("tiny/accuracy", "tiny/explanation", "tiny/explanation-hpss", "tiny/concepts", "tiny/probes"),
}
"""Size to the experiments asked, in order."""


def answer(asked: Asked, workbench: Workbench, *, command: str = "", out: Path | None = None,
           force: bool = False) -> Path:
    """The folder of the saved finding, with its page; the index over `reports/` is made afresh."""
    folder = run(asked.experiment, workbench, name=asked.name, title=asked.question, command=command, out=out,
                 force=force)
    if not (folder / "index.html").is_file():
        page(folder)
    if out is None:
        gallery(workbench.home / "reports")
    return folder


def demo(workbench: Workbench, *, size: str = "full", clip: Path | None = None) -> Path:
    """Ask the demo's questions, and one of the user's own file when given; return the index page."""
    if size not in DEMOS:
        raise unknown("size", size, DEMOS)
    asked = [(read_experiment(name, workbench.home), f"escucha run {shlex.quote(name)}") for name in DEMOS[size]]
    if clip is not None:
        asked.append((_about_file(clip), f"escucha explain palos-cnn {shlex.quote(str(clip))} --parts hpss"))
    for number, (question, command) in enumerate(asked, 1):
        print(f"[{number}/{len(asked)}] {question.question}", file=sys.stderr, flush=True)
        words = load(answer(question, workbench, command=command)).words
        for line in (*words[:3], *(word for word in words[3:] if word.startswith(WARNING))):
            print(f"      {line}", file=sys.stderr, flush=True)
    return gallery(workbench.home / "reports")


def _about_file(clip: Path) -> Asked:
    if not clip.is_file():
        raise InputError(f"no file {clip} to explain; check the path")
    table = {"kind": "explanation", "model": "palos-cnn", "path": str(clip), "parts": "hpss"}
    return Asked(f"explain-{clip.stem}", f"What did palos-cnn hear in {clip.name}?", experiment_of(table, "the demo"))


def shelf_rows(home: Path, shelf: str) -> Iterator[tuple[str, str]]:
    """Name and meaning of everything on a shelf (`models`, `concepts`, `experiments`), or of every saved finding.

    What cannot be read says why in its meaning's place.
    """
    if shelf == "findings":
        yield from ((str(saved.folder.relative_to(home)), saved.about.title) for saved in findings(home / "reports"))
        return
    for path in sorted((home / shelf).rglob("*.toml")):
        yield path.relative_to(home / shelf).with_suffix("").as_posix(), _meaning(path)


def concept_rows(home: Path) -> Iterator[dict[str, Any]]:
    """Every concept card: `name`, `kind` of examples, `examples` (how many with and without, and of how many groups,
    where that is cheap to say), `meaning`. What cannot be read says why in its meaning's place.
    """
    from escucha.concepts.shelf import list_concepts, read_card

    for name in list_concepts(home):
        try:
            card, settings = read_card(name, home)
            size = settings.size(home, f"concepts/{name}.toml")
            yield {"name": name, "kind": str(card.examples["kind"]), "examples": str(size), "with": size.having,
                   "without": size.without, "groups": size.groups, "meaning": card.meaning}
        except InputError as error:
            yield {"name": name, "kind": "", "examples": "", "meaning": f"(cannot be read: {error})"}


def _meaning(card: Path) -> str:
    """The sentence of a card."""
    try:
        table = read_toml(card)
    except InputError as error:
        return f"(cannot be read: {error})"
    return str(table.get("meaning") or table.get("question") or table.get("kind", ""))
