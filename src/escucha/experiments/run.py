"""From a TOML to a saved finding: the same question is not computed twice, and never half written."""

import datetime
import importlib.metadata
import pkgutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from escucha.config import build, fingerprint, jsonable, read_toml, take_kind
from escucha.errors import InputError, unknown
from escucha.experiments import KINDS
from escucha.experiments.workbench import Experiment, Workbench
from escucha.finding import About, check_place, is_finding, load, save, sweep

VERSIONS = ("escucha", "torch", "librosa", "scikit-learn", "captum", "numpy", "nussl", "demucs", "shap")


@dataclass(frozen=True)
class Asked:
    """An experiment as its TOML asks it."""

    name: str
    question: str
    """One sentence that heads the page; the name in words where the TOML has no `question`."""
    experiment: Experiment


def read_experiment(card: str, home: Path) -> Asked:
    """The experiment of a card: the stem of a file in `experiments/`, or a path to a TOML."""
    path = Path(card) if card.endswith(".toml") else home / "experiments" / f"{card}.toml"
    if not card.endswith(".toml") and not path.is_file():
        shelf = home / "experiments"
        known = (file.relative_to(shelf).with_suffix("").as_posix() for file in shelf.rglob("*.toml"))
        raise unknown("experiment", card, known, str(shelf))
    table = read_toml(path)
    name = path.stem if card.endswith(".toml") else card.replace("/", "-")
    question = str(table.pop("question", name.replace("-", " ")))
    return Asked(name, question, experiment_of(table, str(path)))


def experiment_of(table: Mapping[str, Any], where: str) -> Experiment:
    """The experiment a table describes: its `kind`, and that kind's settings; with a `[sweep]`, a grid of them."""
    settings = dict(table)
    if "sweep" in settings:
        from escucha.experiments.training.sweep import swept

        settings = swept(settings)
    kind = take_kind(settings, KINDS, what="kind", where=where)
    return build(pkgutil.resolve_name(KINDS[kind]), settings, where)


def run(experiment: Experiment, workbench: Workbench, *, name: str, title: str = "", command: str = "",
        out: Path | None = None, force: bool = False) -> Path:
    """Answer the question, or find the answer that is there, and return its folder.

    It goes to `reports/<name>/<fingerprint>/`, or to `out`, where an earlier finding is replaced. Two processes
    that ask the same question at once compute it once: the second waits, then finds the answer.
    """
    mark = fingerprint(experiment.kind, experiment.revision, experiment, experiment.inputs(workbench))
    folder = out or workbench.home / "reports" / name / mark
    check_place(folder)
    locks = workbench.cache / "locks"
    try:
        locks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write the cache {workbench.cache}: {error.strerror}; set ESCUCHA_CACHE") from None
    with FileLock(locks / f"{fingerprint(folder.absolute(), mark)}.lock"):
        if out is None and not force and is_finding(folder) and _stands(experiment, folder, workbench):
            return folder
        sweep(folder.parent)
        began = time.monotonic()
        finding = experiment.run(workbench)
        return save(finding, folder, About(
            kind=experiment.kind, title=title or name.replace("-", " "), command=command, fingerprint=mark,
            settings=jsonable(experiment), versions=versions(), seconds=round(time.monotonic() - began, 1),
            made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")))


def _stands(experiment: Experiment, folder: Path, workbench: Workbench) -> bool:
    """Is what the experiment makes beside its finding, such as a card, still the one that the finding tells of?"""
    check = getattr(experiment, "stands", None)
    return check is None or bool(check(workbench, load(folder).numbers))


def versions() -> dict[str, str]:
    """Versions of what a number may depend on."""
    return {name: importlib.metadata.version(name) for name in VERSIONS}
