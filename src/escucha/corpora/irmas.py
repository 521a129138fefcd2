"""IRMAS: what instrument is predominant in a piece of music (Bosch et al. 2012)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from escucha.corpora.conventions import Facts, named_corpus
from escucha.corpora.corpus import Corpus
from escucha.errors import unknown

INSTRUMENTS = ("cel", "cla", "flu", "gac", "gel", "org", "pia", "sax", "tru", "vio", "voi")
"""Cello, clarinet, flute, acoustic and electric guitar, organ, piano, saxophone, trumpet, violin, voice."""
GENRES = ("cou_fol", "cla", "pop_roc", "lat_sou", "jaz_blu")

_TRAINING = re.compile(r"((?:\[[a-z_]+\])+)(\d+)__\d+$")


def irmas_folder(*, path: str | Path, label: Literal["instrument", "genre"] = "instrument", split: str = "",
                 labels: Mapping[str, str] | None = None) -> Corpus:
    """IRMAS (Bosch et al. 2012) as it is unpacked: `gel/[gel][dru][pop_roc]0829__1.wav`, and tests beside their .txt.

    In the training part the folder is the instrument, the brackets are instrument, drums (dru, nod) and genre, and the
    number before `__` is the recording, the group: its excerpts count on behind. In the test part a .txt of the same
    name has an instrument a line (so clips have several labels), and the group is the name without the number that
    ends it: `02 - And The Body Will Die-8.wav`. Splits are train and test. What says no `label` is left out, with a
    warning (the test part has no genres).
    """
    def read(file: Path) -> Facts | None:
        facts = irmas_facts(file)
        if facts is None or label == "instrument":
            return facts
        genre = facts.notes.get("genre")
        return replace(facts, labels=(genre,)) if genre else None

    return named_corpus(Path(path), read, f"says no {label}", split=split, labels=labels)


def irmas_facts(file: Path) -> Facts | None:
    """What the name of an IRMAS file says, and in the test part the .txt beside it; None where they say nothing."""
    found = _TRAINING.search(file.stem)
    if not found:
        return _annotated(file)
    tags = found[1][1:-1].split("][")
    if file.parent.name not in INSTRUMENTS:
        return None
    genre = next((tag for tag in tags[1:] if tag in GENRES), "")
    notes: dict[str, Any] = {"genre": genre} if genre else {}
    if {"dru", "nod"} & set(tags):
        notes["drums"] = "dru" in tags
    return Facts((file.parent.name,), f"recording-{found[2]}", "train", notes)


def _annotated(file: Path) -> Facts | None:
    text = file.with_suffix(".txt")
    codes = text.read_text(encoding="utf-8", errors="replace").split() if text.is_file() else []
    for code in codes:
        if code not in INSTRUMENTS:
            raise unknown("instrument", code, INSTRUMENTS, str(text))
    return Facts(tuple(dict.fromkeys(codes)), "test-" + re.sub(r"-\d+$", "", file.stem), "test") if codes else None
