"""Do the clips tell what a truth names? A slip of the pen would cost a whole run, in which nothing is then known."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from escucha.concepts.locating.truth import Truth
from escucha.errors import InputError, unknown

WHERE = "[truth]"


def check_told(truth: Truth, notes: Sequence[Mapping[str, Any]]) -> None:
    """Raise InputError where clips are annotated and none has the source, or the annotation with this value.

    Likewise where a clip has the annotation and it is no rows `[start, value, ...]`: it does not change in time. A stem
    is not asked for where no onsets are annotated: it may lie beside the clip.
    """
    notes = [note for note in notes if note]
    if not notes:
        return
    if truth.source:
        sources = _sources(notes)
        if truth.source not in sources and (sources or not truth.by_stem):
            raise unknown("source", truth.source, sources, WHERE)
        return
    told = [note[truth.annotation] for note in notes if truth.annotation in note]
    if not told:
        raise unknown("annotation", truth.annotation, _changing(notes), WHERE)
    if not all(_in_time(one) for one in told):
        raise _unchanging(truth, notes)
    values = {str(row[1]) for rows in told for row in rows}
    if truth.value not in values:
        raise unknown("value", truth.value, values, f"{truth.annotation!r} of {WHERE}")


def _sources(notes: Sequence[Mapping[str, Any]]) -> set[str]:
    """Whose onsets are known in any clip."""
    return {source for note in notes if isinstance(note.get("onsets"), Mapping) for source in note["onsets"]}


def _changing(notes: Sequence[Mapping[str, Any]]) -> set[str]:
    """Annotations that have spans in any clip."""
    return {name for note in notes for name, told in note.items() if told and _in_time(told)}


def _in_time(told: Any) -> bool:
    """Is it rows `[start, value, ...]`?"""
    return isinstance(told, list | tuple) and all(
        isinstance(row, list | tuple) and len(row) > 1 and isinstance(row[0], int | float) for row in told)


def _unchanging(truth: Truth, notes: Sequence[Mapping[str, Any]]) -> InputError:
    """The nearest that does change; of a source that is known, its name alone."""
    changing = sorted(_changing(notes))
    alone = [truth.value] if truth.value in _sources(notes) else []
    near = alone or difflib.get_close_matches(truth.annotation, changing, n=1)
    way = f"did you mean {near[0]!r}?" if near else f"those that do: {', '.join(changing) or 'none'}"
    return InputError(f"annotation {truth.annotation!r} does not change in time; {way}")
