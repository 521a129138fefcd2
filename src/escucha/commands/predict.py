"""`escucha predict`."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escucha.commands.verb import card_of, one_card, verb, workbench
from escucha.errors import InputError
from escucha.progress import bar

if TYPE_CHECKING:
    from escucha.models.classifier import Classifier
    from escucha.models.prediction import Failure, Prediction
    from escucha.models.prediction_output import Write

LISTED = 20
"""At most so many failures are listed, and so many far clips warned of."""
SHOWN = 5
"""At most so many probabilities are printed a file; the tables have all."""


def add_predict(verbs: Any) -> None:
    parser = verb(verbs, "predict", _predict, "label or unsure, tags, vote, probabilities of files, window by window")
    one_card(parser)
    parser.add_argument("paths", nargs="+", help="files, folders, and quoted patterns ('songs/**/*.mp3')")
    parser.add_argument("--start", type=float, default=0.0, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    parser.add_argument("--aggregation", default="mean-logit", help="mean-logit, mean-probability or majority-vote")
    parser.add_argument("--unsure-below", type=float, default=0.0, metavar="P",
                        help="answer 'unsure' where the strongest label is less likely (default: 0, never)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="one row a file, written whole when all are done")
    parser.add_argument("--windows-csv", type=Path, metavar="FILE", help="one row a window")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="one picture a file: probabilities over time")
    parser.add_argument("--json", action="store_true", help="print everything as JSON on stdout")


def _predict(chosen: argparse.Namespace) -> None:
    from escucha.corpora.listing import find_audio
    from escucha.models.prediction import Failure, predict_files

    bench, chosen.card = workbench(chosen), card_of(chosen)
    paths = find_audio(chosen.paths)
    model = bench.model(chosen.card)
    failures: list[Failure] = []
    _check_tables(chosen, paths)
    with _outputs(chosen, model) as writes, warnings.catch_warnings():
        warnings.simplefilter("always")
        answers = predict_files(_asker(chosen, model, bench.home), paths)
        # lines on a terminal show how far it is; a bar would run through them
        shown = bench.progress and len(paths) > 1 and (chosen.json or not sys.stdout.isatty())
        for answer in bar(answers, doing="files", shown=shown, total=len(paths)):
            if isinstance(answer, Failure):
                failures.append(answer)
            for write in writes:
                write(answer)
    if failures:
        raise _some_failed(failures, len(paths), chosen)


def _asker(chosen: argparse.Namespace, model: "Classifier", home: Path) -> "Callable[[Path], Prediction]":
    from escucha.models.prediction import check_asked, predict_file
    from escucha.models.shelf import load_domain, load_thresholds

    check_asked(chosen.aggregation, chosen.unsure_below)
    thresholds = load_thresholds(chosen.card, home) if model.link == "sigmoid" else {}
    return partial(predict_file, model, start=chosen.start, duration=chosen.duration, aggregation=chosen.aggregation,
                   unsure_below=chosen.unsure_below, thresholds=thresholds, domain=load_domain(chosen.card, home))


def _check_tables(chosen: argparse.Namespace, paths: list[Path]) -> None:
    """Raise InputError where a table would replace the other one, or a file that is asked about."""
    tables = [path for path in (chosen.csv, chosen.windows_csv) if path is not None]
    if len(tables) == 2 and tables[0].resolve() == tables[1].resolve():
        raise InputError(f"--csv and --windows-csv both name {chosen.csv}; give each its own file")
    for path in tables:
        if path.is_file() and any(asked.is_file() and asked.samefile(path) for asked in paths):
            raise InputError(f"{path} is a file to be heard, which the table would replace; name another")


@contextmanager
def _outputs(chosen: argparse.Namespace, model: "Classifier") -> "Iterator[list[Write]]":
    """What each answer is handed to; tables appear when the block has ended."""
    from escucha.models import prediction_output as output
    from escucha.models.prediction import MASS

    about = {"model": Path(chosen.card).stem, "aggregation": chosen.aggregation, "unsure_below": chosen.unsure_below,
             "mass": MASS[model.link]}
    with ExitStack() as stack:
        writes: list[Write] = []
        for path, columns, rows in ((chosen.csv, output.file_columns, output.file_rows),
                                    (chosen.windows_csv, output.window_columns, output.window_rows)):
            if path is not None:
                writes.append(stack.enter_context(output.table(path, columns(model.labels), rows)))
        if chosen.plot is not None:
            writes.append(stack.enter_context(output.pictures(chosen.plot)))
        lines = partial(_print, needed=len(writes) == 0)
        writes.append(_far_warner())
        writes.append(stack.enter_context(output.document(sys.stdout, about)) if chosen.json else lines)
        if chosen.json:  # what a model of the user's own prints would stand in the middle of it
            stack.enter_context(redirect_stdout(sys.stderr))
        yield writes


def _print(answer: "Prediction | Failure", *, needed: bool) -> None:
    """A line for an answer; where its reader has seen enough (`| head`) tables are still made, if lines are not needed.
    """
    try:
        _say(answer)
    except BrokenPipeError:
        if needed:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(answer: "Prediction | Failure") -> None:
    from escucha.models.prediction import UNSURE, Failure

    if isinstance(answer, Failure):
        return
    strongest = sorted(answer.probabilities.items(), key=lambda pair: -pair[1])[:SHOWN]
    said = answer.answer
    if said == UNSURE:
        said += f" ({answer.label} {answer.confidence:.3f}, below {answer.unsure_below:g})"
    vote, mean = answer.vote, answer.mean
    windows = f"vote {vote} {answer.votes[vote]:.2f}, mean {mean} {answer.means[mean]:.2f}, "
    if answer.score.link == "sigmoid":  # of tags none is the answer
        said, windows = ", ".join(answer.tags) or "no tag reaches its threshold", ""
    print(f"{answer.path} ({answer.duration:.1f} s): {said}  "
          f"[{', '.join(f'{label} {share:.3f}' for label, share in strongest)}]  {windows}mass {answer.mass:.2f}",
          flush=True)


def _far_warner() -> "Write":
    """Warns of clips far from the training music, LISTED times at most."""
    count = 0

    def warn(answer: "Prediction | Failure") -> None:
        nonlocal count
        if getattr(answer, "domain", None) is None or not answer.domain.far:  # type: ignore[union-attr]
            return
        count += 1
        more = "; of more such clips only the tables will tell" if count == LISTED else ""
        if count <= LISTED:
            warnings.warn(f"{answer.path} sounds unlike the music the model was trained on (a codec's low-pass alone "
                          f"can do that): trust its label less{more}",
                          stacklevel=2)

    return warn


def _some_failed(failures: "list[Failure]", count: int, chosen: argparse.Namespace) -> InputError:
    """The one line of the end; the failures themselves are listed before it where there were several files."""
    if count == 1:
        return InputError(failures[0].reason)
    for failure in failures[:LISTED]:
        print(f"not read: {' '.join(failure.reason.split())}", file=sys.stderr)
    all_of_them = (f"all are in the column 'error' of {chosen.csv}" if chosen.csv else
                   "all are under 'failed' in the JSON" if chosen.json else
                   "--csv FILE lists all" if len(failures) > LISTED else "they are listed above")
    others = "the others are answered" if len(failures) < count else "none is answered"
    return InputError(f"{len(failures)} of {count} files cannot be read, {others}; {all_of_them}; the first: "
                      f"{failures[0].reason}")
