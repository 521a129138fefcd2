"""`escucha explain` of a folder, of several files, or of a quoted pattern: one table of many clips."""

import argparse
from collections.abc import Mapping, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from escucha.commands.verb import GROUP, answer
from escucha.errors import InputError

ALONE = {
    "stems": "; put the stems of song.wav into song.stems beside it, and give --parts stems",
    "absent_from": "", "absent_stems": ""}
"""Settings that only one clip can have, and what there is instead."""


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


def check_one(chosen: argparse.Namespace) -> None:
    """Raise InputError for options that one clip has no use for."""
    for name in ("group", "limit"):
        if getattr(chosen, name) is not None:
            raise InputError(f"--{name} is for many clips, and {chosen.files[0]} is one; leave it out, or give "
                             "a folder")


def explain_many(chosen: argparse.Namespace, settings: Mapping[str, Any]) -> None:
    """Answer with a study of kind `source-study`; what was explained before is not asked again.

    `settings` are those of the kind `explanation`, None where nothing is said; its `label` is explained for every clip.
    InputError for those that only one clip can have.
    """
    from escucha.explain.sounds import slug
    from escucha.models.own import short_name

    words = [str(file) for file in chosen.files]
    for name in ALONE:
        if settings.get(name) is not None:
            raise InputError(f"--{name.replace('_', '-')} goes with one file, not with many{ALONE[name]}")
    label = settings.get("label")
    table = {key: value for key, value in settings.items() if key not in ("label", *ALONE)}
    first = Path(words[0])
    named = (first.resolve() if first.is_dir() else first.with_suffix("")).name
    more = f" and {len(words) - 1} more" if len(words) > 1 else ""
    answer(chosen, {**table, "kind": "source-study", "paths": words, "group": chosen.group, "limit": chosen.limit,
                    "labels": None if label is None else [label]},
           f"explain-{slug(named + more)}",
           f"What did {short_name(str(settings['model']))} hear in {named}{more}?")
