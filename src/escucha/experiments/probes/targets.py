"""What probes are asked to read: annotations of clips, their labels, sources that sound, and measures of the sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from escucha.concepts.probes.ends import ends_split
from escucha.concepts.probes.scores import Task, score
from escucha.concepts.probes.splits import Split
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.measures import FEATURES_OF_CLIPS, measured
from escucha.errors import InputError, unknown

Notes = Sequence[Mapping[str, Any]]
"""Of every clip what is known of it; its `label` too."""


@dataclass(frozen=True, eq=False)
class Target:
    """A property of every clip."""

    values: np.ndarray
    """`(clip,)` classes or numbers."""
    task: Task
    spread: bool = False
    """A number with clips enough beyond the middle of its range."""


def notes_of(corpus: Corpus) -> Notes:
    """What is known of every clip."""
    return [_known(track) for track in corpus]


def _known(track: Track) -> dict[str, Any]:
    return {**track.source.annotations(), "label": ";".join(track.labels)}


def check_properties(names: Sequence[str], notes: Notes, corpus: Corpus) -> None:
    """Raise InputError for one that is neither annotated in every clip nor can be measured, or the same in all."""
    for name in names:
        if _annotated(name, notes):
            _target(name, [_value(name, note) for note in notes], (), corpus)
        elif name not in FEATURES_OF_CLIPS:
            simple = {key for note in notes for key, value in note.items() if isinstance(value, str | int | float)}
            raise unknown("property", name, simple | _sources(notes) | set(FEATURES_OF_CLIPS), corpus.origin)


def check_parts(asked: Mapping[str, Target], split: Split) -> None:
    """Raise InputError for a property that is the same in every clip to learn from, to choose on or to be asked about.
    """
    for name, target in asked.items():
        for part, there in (("train", split.train), ("valid", split.valid), ("test", split.test)):
            values = np.unique(target.values[there])
            if len(values) < 2:
                raise InputError(f"{name!r} is {str(values[0])!r} in every clip of {part}, so no probe can be "
                                 f"{'fitted' if part == 'train' else 'judged'} there; give more groups, another seed, "
                                 "or splits of your own")


def targets_of(names: Sequence[str], notes: Notes, corpus: Corpus, *, amounts: Sequence[str],
               cache: Path) -> dict[str, Target]:
    """Property to what it is in every clip. Whole numbers are names of classes, but of those in `amounts`.

    What is not annotated is measured (`corpora.measures`); InputError for a clip that cannot be, such as silence.
    """
    found = {}
    for name in names:
        values = ([_value(name, note) for note in notes] if _annotated(name, notes)
                  else _measures(name, corpus, cache))
        found[name] = _target(name, values, amounts, corpus)
    return found


def real_truths(targets: Mapping[str, Target], notes: Notes, corpus: Corpus, cache: Path,
                ) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], list[str]]:
    """Property to the places of real clips of which it is known, and its values; and what does not fit, in sentences.
    """
    found, said = {}, []
    for name, target in targets.items():
        values = _of_real(name, target, notes, corpus, cache)
        numbers = target.task == "number"
        known = set() if numbers else set(target.values.tolist())
        kept = [(at, value) for at, value in enumerate(values) if value is not None
                and (_is_number(value) if numbers else str(value) in known)]
        lost = sorted({str(value) for value in values if value is not None} - {str(value) for _, value in kept})
        if lost:
            said.append(f"the probe of {name} knows {'numbers' if numbers else _some(sorted(known))}, and real clips "
                        f"are also {_some(lost)}: those are left out")
        if len({str(value) for _, value in kept}) < 2:
            said.append(f"{name} is not known of real clips, or the same in all of them")
        else:
            found[name] = (np.array([at for at, _ in kept]),
                           np.array([float(value) if numbers else str(value) for _, value in kept]))
    return found, said


def _of_real(name: str, target: Target, notes: Notes, corpus: Corpus, cache: Path) -> Sequence[Any]:
    """`(clip,)` values, None where it is not known."""
    if name in FEATURES_OF_CLIPS and not any(name in note for note in notes):
        return _measures(name, corpus, cache)
    sounding = set(target.values.tolist()) == {"yes", "no"} and not any(name in note for note in notes)
    if sounding:
        return [_value(name, note) if "sources" in note else None for note in notes]
    return [note.get(name) for note in notes]


def _annotated(name: str, notes: Notes) -> bool:
    return all(name in note for note in notes) or name in _sources(notes)


def _sources(notes: Notes) -> set[str]:
    return {source for note in notes for source in note.get("sources", ())}


def _value(name: str, note: Mapping[str, Any]) -> Any:
    """An annotation, or whether a source of this name sounds."""
    return note[name] if name in note else "yes" if name in note.get("sources", ()) else "no"


def _measures(name: str, corpus: Corpus, cache: Path) -> list[float]:
    values = measured([track.source for track in corpus], name, cache=cache)
    for track, value in zip(corpus, values):
        if isinstance(value, str):
            raise InputError(f"{name} of {track.name!r} in {corpus.origin} cannot be measured: {value}; leave the clip "
                             "out")
    return [float(value) for value in values]


def _target(name: str, values: Sequence[Any], amounts: Sequence[str], corpus: Corpus) -> Target:
    if len(set(map(str, values))) < 2:
        raise InputError(f"{name!r} is {values[0]!r} in every clip of {corpus.origin}; there is nothing to tell apart")
    numbers = all(map(_is_number, values))
    if name in amounts and not numbers:
        raise InputError(f"{name!r} is named in amounts, and not all of its values in {corpus.origin} are numbers")
    if numbers and (name in amounts or any(isinstance(value, float) for value in values)):
        return Target(np.array(values, dtype=np.float64), "number")
    return Target(np.array([str(value) for value in values]), "classes")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_spread(target: Target, split: Split) -> tuple[Target, str]:
    """The target, knowing whether its range has a middle and ends; and why not."""
    try:
        ends_split(target.values, split)
    except InputError as error:
        return target, str(error)
    return Target(target.values, target.task, spread=True), ""


def types_of(names: Sequence[str], notes: Notes) -> np.ndarray | None:
    """`(clip,)` types; None where a clip lacks one of the annotations."""
    if not names or not all(name in note for note in notes for name in names):
        return None
    return np.array(["/".join(str(note[name]) for name in names) for note in notes])


def from_label(labels: np.ndarray, target: Target, split: Split) -> float:
    """How well a clip's label alone tells the property: by each label's usual value in train.

    Of a label that train lacks it tells nothing: then it is the usual value of all.
    """
    said = np.full_like(target.values, _usual(target, split.train))
    for label in np.unique(labels[split.train]):
        said[labels == label] = _usual(target, split.train & (labels == label))
    return score(said[split.test], target.values[split.test], task=target.task)


def _usual(target: Target, clips: np.ndarray) -> Any:
    """The mean of a number, the most common class."""
    values = target.values[clips]
    if target.task == "number":
        return values.mean()
    names, counts = np.unique(values, return_counts=True)
    return names[counts.argmax()]


def _some(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
