"""The command line: each verb is a few lines over a function that anyone can call.

Exit 0: done. 2: the input is wrong, said in one line. 1: a bug, with its traceback.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from escucha import __version__
from escucha.config import SHELVES
from escucha.errors import InputError
from escucha.terminal import polite, print_json

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench

GROUP = "for a folder: file, parent, or a regular expression with one bracket"
LISTED = (*SHELVES, "findings")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a name that the terminal cannot show is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        chosen = _parser().parse_args(words)
        chosen.command = shlex.join(["escucha", *words])
        with polite():
            chosen.verb(chosen)
        print(end="", flush=True)
    except InputError as error:
        return _wrong(str(error))
    except BrokenPipeError:  # the reader of stdout has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.errno is None:
            raise
        return _wrong(f"{error.filename or 'cannot write'}: {error.strerror}")
    except KeyboardInterrupt:
        print("stopped; nothing half-written was left", file=sys.stderr)
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, like every other."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see {self.prog} --help")


def _wrong(message: str) -> int:
    print("escucha: " + " ".join(message.split()), file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="escucha", description="What did this music classifier hear?")
    parser.add_argument("--version", action="version", version=f"escucha {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_add_demo, _add_corpus, _add_train, _add_evaluate, _add_predict, _add_explain, _add_run, _add_report,
                _add_list):
        add(verbs)
    return parser


def _verb(verbs: Any, name: str, verb: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(verb=verb)
    parser.add_argument("--home", type=Path, help="the folder with the shelves (default: the nearest above)")
    return parser


def _asking(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that makes a finding."""
    parser.add_argument("--out", type=Path, help="put the finding here (default: reports/NAME/FINGERPRINT)")
    parser.add_argument("--force", action="store_true", help="compute again what is already answered")
    parser.add_argument("--json", action="store_true", help="print the numbers alone on stdout")
    parser.add_argument("--wandb", metavar="PROJECT", help="upload the finding to W&B (WANDB_MODE=online to send it)")


def _workbench(chosen: argparse.Namespace) -> "Workbench":
    from escucha.experiments.workbench import Workbench

    return Workbench.here(chosen.home, progress=sys.stderr.isatty() or not getattr(chosen, "json", False))


def _answer(chosen: argparse.Namespace, table: dict[str, Any], name: str, title: str) -> None:
    """Run the experiment that a command line describes."""
    from escucha.experiments.run import Asked, experiment_of

    kept = {key: value for key, value in table.items() if value is not None}
    _run_asked(chosen, Asked(name, title, experiment_of(kept, "the command line")))


def _run_asked(chosen: argparse.Namespace, asked: Any) -> None:
    from escucha.answering import answer
    from escucha.finding import load

    folder = answer(asked, _workbench(chosen), command=chosen.command, out=chosen.out, force=chosen.force)
    if chosen.wandb:
        from escucha.tracking import to_wandb

        print(f"W&B: {to_wandb(folder, project=chosen.wandb)}", file=sys.stderr)
    saved = load(folder)
    if chosen.json:
        print_json(saved.numbers)
    else:
        print("\n".join([*saved.words, "", str(folder / "index.html")]))


def _add_demo(verbs: Any) -> None:
    parser = _verb(verbs, "demo", _demo, "the main job on rendered and on your own music; ends with a page")
    parser.add_argument("--clip", type=Path, help="explain this file too")
    parser.add_argument("--size", default="full", help="full (under three minutes) or tiny")


def _demo(chosen: argparse.Namespace) -> None:
    from escucha.answering import demo

    print(demo(_workbench(chosen), size=chosen.size, clip=chosen.clip))


def _add_corpus(verbs: Any) -> None:
    parser = verbs.add_parser("corpus", help="make or describe a corpus")
    inner = parser.add_subparsers(metavar="make|describe", required=True)
    make = _verb(inner, "make", _corpus_make, "render palos into a folder with a manifest")
    make.add_argument("folder", type=Path)
    make.add_argument("--corpus", default="palos", help="a TOML with a [corpus] table, or palos")
    make.add_argument("--clips", type=int, help="how many (default: what the TOML says, else 60)")
    make.add_argument("--seed", type=int)
    make.add_argument("--stems", action="store_true", help="write each source too")
    describe = _verb(inner, "describe", _corpus_describe, "counts, durations, groups, unreadable files")
    describe.add_argument("corpus", help="a folder, a CSV, a TOML, or palos")
    describe.add_argument("--group", default="", help=GROUP)
    describe.add_argument("--json", action="store_true")


def _corpus_make(chosen: argparse.Namespace) -> None:
    from escucha.corpora.export import export
    from escucha.corpora.shelf import corpus_table, open_corpus

    given = {key: value for key in ("clips", "seed") if (value := getattr(chosen, key)) is not None}
    corpus = open_corpus({**corpus_table(chosen.corpus), **given}, where=chosen.corpus, base=Path())
    print(export(corpus, chosen.folder, stems=chosen.stems))


def _corpus_describe(chosen: argparse.Namespace) -> None:
    from escucha.corpora.describe import describe
    from escucha.corpora.shelf import corpus_table, open_corpus

    summary = describe(open_corpus(corpus_table(chosen.corpus, group=chosen.group), where=chosen.corpus, base=Path()))
    if chosen.json:
        print_json(summary)
    else:
        print("\n".join(f"{key}: {value}" for key, value in summary.items()))


def _add_train(verbs: Any) -> None:
    parser = _verb(verbs, "train", _train, "train the network of an experiment of kind training")
    parser.add_argument("experiment", help="a stem in experiments/, or a TOML")
    _asking(parser)


def _train(chosen: argparse.Namespace) -> None:
    asked = _read(chosen)
    if asked.experiment.kind != "training":
        raise InputError(f"{chosen.experiment} is of kind {asked.experiment.kind!r}; use: escucha run")
    _run_asked(chosen, asked)


def _add_run(verbs: Any) -> None:
    parser = _verb(verbs, "run", _run, "answer the question of an experiment")
    parser.add_argument("experiment", help="a stem in experiments/, or a TOML")
    _asking(parser)


def _run(chosen: argparse.Namespace) -> None:
    _run_asked(chosen, _read(chosen))


def _read(chosen: argparse.Namespace) -> Any:
    from escucha.experiments.run import read_experiment

    return read_experiment(chosen.experiment, _workbench(chosen).home)


def _add_evaluate(verbs: Any) -> None:
    parser = _verb(verbs, "evaluate", _evaluate, "accuracy that can be believed, on a corpus")
    parser.add_argument("card")
    parser.add_argument("--corpus", required=True, help="a folder, a CSV, a TOML, or palos")
    parser.add_argument("--split", default="", help="only this split")
    parser.add_argument("--group", default="", help=GROUP)
    _asking(parser)


def _evaluate(chosen: argparse.Namespace) -> None:
    from escucha.corpora.shelf import corpus_table

    table, name = corpus_table(chosen.corpus, split=chosen.split, group=chosen.group), Path(chosen.card).stem
    _answer(chosen, {"kind": "accuracy", "model": chosen.card, "corpus": table}, f"accuracy-{name}",
            f"How often is {name} right?")


def _add_predict(verbs: Any) -> None:
    parser = _verb(verbs, "predict", _predict, "label, vote and probabilities of files, window by window")
    parser.add_argument("card")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--start", type=float, default=0.0, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    parser.add_argument("--aggregation", default="mean-logit")
    parser.add_argument("--json", action="store_true", help="print everything as JSON on stdout")


def _predict(chosen: argparse.Namespace) -> None:
    from escucha.models.prediction import predict_file, report
    from escucha.models.shelf import load_domain

    workbench = _workbench(chosen)
    model, domain = workbench.model(chosen.card), load_domain(chosen.card, workbench.home)
    rows = [(str(path), *predict_file(model, path, start=chosen.start, duration=chosen.duration,
                                      aggregation=chosen.aggregation, domain=domain)) for path in chosen.files]
    if chosen.json:
        print_json(report(Path(chosen.card).stem, rows))
        return
    for path, duration, score in rows:
        strengths = ", ".join(f"{label} {share:.3f}" for label, share in score.probabilities.items())
        print(f"{path} ({duration:.1f} s): {score.label}  [{strengths}]")


def _add_explain(verbs: Any) -> None:
    parser = _verb(verbs, "explain", _explain, "which source, at which moment, made the model decide; and its sound")
    parser.add_argument("card")
    parser.add_argument("file", type=Path)
    parser.add_argument("--parts", default="hpss", help="hpss, repet, stems (with --stems DIR), or none")
    parser.add_argument("--stems", type=Path, metavar="DIR", help="a folder with one audio file a source")
    parser.add_argument("--segments", default="windows", help="windows, windows/N, or a number of equal segments")
    parser.add_argument("--method", default="shapley", help="shapley (exact), permutation or lime")
    parser.add_argument("--samples", type=int, help="remixes that a sampling method scores")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--label", help="explain this label (default: the answer)")
    parser.add_argument("--start", type=float, help="seconds")
    parser.add_argument("--duration", type=float, help="seconds")
    parser.add_argument("--aggregation")
    _asking(parser)


def _explain(chosen: argparse.Namespace) -> None:
    names = ("parts", "method", "samples", "seed", "label", "start", "duration", "aggregation")
    table = {name: getattr(chosen, name) for name in names}
    segments = int(chosen.segments) if chosen.segments.isdecimal() else chosen.segments
    stems = None if chosen.stems is None else str(chosen.stems.absolute())
    if stems is not None:
        table["parts"] = "stems"
    _answer(chosen, {**table, "kind": "explanation", "model": chosen.card, "path": str(chosen.file),
                     "segments": segments, "stems": stems}, f"explain-{chosen.file.stem}",
            f"What did {Path(chosen.card).stem} hear in {chosen.file.name}?")


def _add_report(verbs: Any) -> None:
    parser = _verb(verbs, "report", _report, "make the pages over saved findings afresh")
    parser.add_argument("folder", type=Path, nargs="?", help="one finding (default: the index over reports/)")


def _report(chosen: argparse.Namespace) -> None:
    from escucha.reports.gallery import gallery
    from escucha.reports.page import page

    print(page(chosen.folder) if chosen.folder else gallery(_workbench(chosen).home / "reports", afresh=True))


def _add_list(verbs: Any) -> None:
    parser = _verb(verbs, "list", _list, "what stands on a shelf")
    parser.add_argument("shelf", choices=LISTED)


def _list(chosen: argparse.Namespace) -> None:
    from escucha.answering import shelf_rows

    for name, meaning in shelf_rows(_workbench(chosen).home, chosen.shelf):
        print(f"{name:32} {meaning}")


if __name__ == "__main__":
    sys.exit(main())
