"""The command line: its verbs are in `commands/`.

Exit 0: done. 2: the input is wrong, said in one line. 1: a bug, with its traceback.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from escucha import __version__
from escucha.commands.corpus import add_corpus
from escucha.commands.evaluate import add_evaluate
from escucha.commands.explain import add_explain
from escucha.commands.fetch import add_fetch
from escucha.commands.predict import add_predict
from escucha.commands.shelves import add_demo, add_list, add_report, add_run
from escucha.commands.train import add_train
from escucha.errors import InputError
from escucha.terminal import polite


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
        _forget_stdout()
    except OSError as error:
        if error.errno is None:
            raise
        if error.filename is None:
            _forget_stdout()
        return _wrong(f"{error.filename or 'cannot write'}: {error.strerror}")
    except (Exception, SystemExit) as error:
        if (told := _of_own_file(error)) is None:
            raise
        return _wrong(str(told))
    except KeyboardInterrupt:
        print("stopped; nothing half-written was left", file=sys.stderr)
        return 130
    return 0


def _forget_stdout() -> None:
    """What is still held for a stdout that takes nothing is dropped, or the interpreter ends with a status of its own.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, like every other."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see {self.prog} --help")


def _wrong(message: str) -> int:
    print("escucha: " + " ".join(message.split()), file=sys.stderr)
    return 2


def _of_own_file(error: BaseException) -> InputError | None:
    """What to say of an error in a model of the user's own (models/own.py), where one is in use."""
    own = sys.modules.get("escucha.models.own")
    return None if own is None else own.fault(error)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="escucha", description="What did this music classifier hear?")
    parser.add_argument("--version", action="version", version=f"escucha {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (add_demo, add_corpus, add_train, add_evaluate, add_predict, add_explain, add_run, add_report, add_list,
                add_fetch):
        add(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
