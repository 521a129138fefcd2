"""Predictions written down as they come: a row a file, a row a window, one JSON document, a picture a file.

Conventions: a table is written beside its place and renamed when the last file is done: whoever reads it, or stops the
run, meets a whole table or none. Nothing but the row at hand is kept.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from escucha.errors import InputError
from escucha.models.prediction import Failure, Prediction
from escucha.whole import whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Write = Callable[[Prediction | Failure], None]
"""Takes each answer as it comes."""

DRAWN = 8
"""At most so many labels are drawn, those that are likeliest in any window."""


def file_columns(labels: Sequence[str]) -> list[str]:
    """The header of a table with one row a file; `p LABEL` are probabilities of the aggregate."""
    return ["path", "duration", "answer", "label", "confidence", "tags", "vote", "vote_share", "mean", "mass", "peak",
            "far", "distance", "error", *(f"p {label}" for label in labels)]


def file_rows(answer: Prediction | Failure) -> list[dict[str, Any]]:
    """One row; of a failure its path and `error`."""
    if isinstance(answer, Failure):
        return [{"path": answer.path, "error": answer.reason}]
    found = answer.domain
    far = {} if found is None else {"far": int(found.far), "distance": found.distance}
    return [{"path": answer.path, "duration": answer.duration, "answer": answer.answer, "label": answer.label,
             "confidence": answer.confidence, "tags": "; ".join(answer.tags), "vote": answer.vote,
             "vote_share": answer.votes[answer.vote], "mean": answer.mean, "mass": answer.mass, "peak": answer.peak,
             **far, **{f"p {label}": share for label, share in answer.probabilities.items()}}]


def window_columns(labels: Sequence[str]) -> list[str]:
    """The header of a table with one row a window."""
    return ["path", "start", "end", "label", "mass", *(f"p {label}" for label in labels),
            *(f"logit {label}" for label in labels)]


def window_rows(answer: Prediction | Failure) -> list[dict[str, Any]]:
    """One row a window, in time order; of a failure none."""
    if isinstance(answer, Failure):
        return []
    return [{"path": answer.path, "start": window["start"], "end": window["end"], "mass": window["mass"],
             "label": max(window["scores"], key=window["scores"].__getitem__),
             **{f"p {label}": share for label, share in window["probabilities"].items()},
             **{f"logit {label}": logit for label, logit in window["scores"].items()}}
            for window in answer.numbers()["windows"]]


@contextmanager
def table(path: Path, columns: Sequence[str],
          rows: Callable[[Prediction | Failure], list[dict[str, Any]]]) -> Iterator[Write]:
    """A CSV of what is written while the block runs; InputError where it cannot be, and nothing is then left."""
    if not path.parent.is_dir() or path.is_dir():
        raise InputError(f"cannot write {path}: " + ("it is a folder" if path.is_dir() else "there is no such folder")
                         + "; name a file in a folder that is there")
    with whole(path) as partial:
        file = _opened(path, partial)
        writer = csv.DictWriter(file, columns)
        writer.writeheader()

        def write(answer: Prediction | Failure) -> None:
            with _writing(path):
                writer.writerows(rows(answer))

        try:
            yield write
        finally:
            with _writing(path):  # a disk may be full as late as this
                file.close()


def _opened(path: Path, partial: Path) -> TextIO:
    with _writing(path):
        return partial.open("w", encoding="utf-8", newline="")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}; name another place") from error


@contextmanager
def document(stream: TextIO, about: dict[str, Any]) -> Iterator[Write]:
    """One JSON document on `stream`: `about`, the `clips` as they come, and what `failed` with its reason."""
    able = "utf" in str(getattr(stream, "encoding", "")).lower()  # elsewhere an "í" is written "\\u00ed"
    failed: list[dict[str, str]] = []
    comma = ""

    def write(answer: Prediction | Failure) -> None:
        nonlocal comma
        if isinstance(answer, Failure):
            failed.append({"path": answer.path, "reason": answer.reason})
            return
        stream.write(f"{comma}\n{json.dumps(answer.numbers(), ensure_ascii=not able)}")
        comma = ","

    stream.write(f"{json.dumps(about, ensure_ascii=not able)[:-1]}, \"clips\": [")
    yield write
    stream.write(f"\n], \"failed\": {json.dumps(failed, ensure_ascii=not able)}}}\n")


@contextmanager
def pictures(folder: Path) -> Iterator[Write]:
    """One PNG a file in `folder`, named after the file; `-2` and so on where two files have one name."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()

    def write(answer: Prediction | Failure) -> None:
        if isinstance(answer, Failure):
            return
        stem = Path(answer.path).stem or "clip"
        name = next(name for name in (stem, *(f"{stem}-{count}" for count in range(2, len(taken) + 3)))
                    if name not in taken)
        taken.add(name)
        with _writing(folder), whole(folder / f"{name}.png") as partial:
            timeline(answer).savefig(partial, format="png", dpi=110)

    yield write


def timeline(answer: Prediction) -> "Figure":
    """The labels' probabilities over time, windows as steps; the clip's answer stands in the title."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.2), layout="constrained")
    axes = figure.subplots()
    chosen = np.sort(np.argsort(-answer.windows.max(axis=0), kind="stable")[:DRAWN])
    edges = np.append(answer.score.spans[:, 0], answer.score.spans[-1, 1])
    for at in chosen:
        axes.stairs(answer.windows[:, at], edges, baseline=None, label=answer.score.labels[at], linewidth=1.8)
    if answer.unsure_below:
        axes.axhline(answer.unsure_below, color="0.5", linestyle="--", linewidth=1, label="unsure below")
    axes.set(xlim=(edges[0], edges[-1]), ylim=(-0.03, 1.03), xlabel="time (s)", ylabel="probability")
    # a name may hold a dollar sign, which matplotlib would read as the beginning of a formula
    axes.set_title(_title(answer).replace("$", r"\$"), loc="left", fontsize=10)
    count = len(answer.score.labels)
    title = f"the likeliest of {count}" if count > DRAWN else None
    figure.legend(loc="outside right upper", frameon=False, fontsize=8, title=title)
    return figure


def _title(answer: Prediction) -> str:
    said = f"{answer.answer} ({answer.label} {answer.confidence:.2f})"
    name = Path(answer.path).name
    tags = f"; tags: {', '.join(answer.tags) or 'none'}" if answer.score.link == "sigmoid" else ""
    return f"{name}: {said}{tags}" if name else said + tags
