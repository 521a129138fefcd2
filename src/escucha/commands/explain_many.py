"""`escucha explain` of a folder, of several files, or of a quoted pattern: one table of many clips."""

import argparse
from collections.abc import Mapping, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, answer


def many_options(parser: argparse.ArgumentParser) -> None:
    """What only many clips have."""
    parser.add_argument("--group", help=f"{GROUP} (default: file)")
    parser.add_argument("--limit", type=int, help="of many clips so many at most, taken evenly")


def are_many(words: Sequence[str | Path]) -> bool:
    """Do the words name more than one file?

    >>> are_many(["song.mp3"]), are_many(["one.mp3", "two.mp3"]), are_many(["songs/*.mp3"])
    (False, True, True)
    """
    first = Path(words[0])
    return len(words) > 1 or first.is_dir() or (has_magic(str(first)) and not first.exists())


def explain_many(chosen: argparse.Namespace, words: Sequence[str | Path], settings: Mapping[str, Any]) -> None:
    """Answer with a study of kind `source-study`; what was explained before is not asked again.

    `settings` are those of the kind `explanation` that both have (`model`, `parts`, `segments`, ...), those left out
    being None; its `label` is explained for every clip.
    """
    label = settings.get("label")
    table = {key: value for key, value in settings.items() if key != "label"}
    name = Path(words[0]).resolve().name if Path(words[0]).is_dir() else Path(words[0]).stem
    more = f"-and-{len(words) - 1}-more" if len(words) > 1 else ""
    answer(chosen, {**table, "kind": "source-study", "paths": [str(word) for word in words], "group": chosen.group,
                    "limit": chosen.limit, "labels": None if label is None else [label]},
           f"explain-{name.replace('*', 'any')}{more}",
           f"What did {Path(str(settings['model'])).stem} hear in {words[0]}{more.replace('-', ' ')}?")
