"""What is known of clips, as numbers: annotations that a component may follow.

A number stands for itself; a name, a small whole number or a list of names becomes one fact a value, 1 where it holds
(of two values, one fact).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

MOST_VALUES = 8
"""Whole numbers and names with more values than this are no kinds of anything: they number or name the clips."""

RATHER = " rather than "


def facts_of(notes: Sequence[Mapping[str, Any]], groups: Sequence[str],
             labels: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Name to `(clip,)` numbers, of every annotation that all clips have and in which they differ.

    What only repeats the group (a family's number), names a label, or says the same as a fact before it (of two metres
    the second) is left out: as one more test it would only make the others weaker.
    """
    facts: dict[str, np.ndarray] = {}
    for name in notes[0] if notes else ():
        if all(name in note for note in notes):
            facts |= _facts(name, [note[name] for note in notes], groups)
    every = {name for one in labels for name in one}
    kept: dict[str, np.ndarray] = {}
    for name, column in facts.items():
        if np.ptp(column) > 0 and name.rpartition(" ")[2] not in every and not any(
                _alike(column, other) for other in kept.values()):
            kept[name] = column
    return kept


def told_upwards(name: str, r: float) -> tuple[str, float]:
    """A fact and a correlation with it; of two values the one that goes with more, named first.

    >>> told_upwards("metre: ternary rather than twelve", -0.8), told_upwards("tempo", -0.8)
    (('metre: twelve rather than ternary', 0.8), ('tempo', -0.8))
    """
    head, _, values = name.partition(": ")
    first, rather, second = values.partition(RATHER)
    return (f"{head}: {second}{RATHER}{first}", -r) if rather and r < 0 else (name, r)


def _alike(column: np.ndarray, other: np.ndarray) -> bool:
    """Does the one follow from the other, being the same or its opposite?"""
    return bool(np.array_equal(column, other) or np.array_equal(column, column.max() + column.min() - other))


def _facts(name: str, told: Sequence[Any], groups: Sequence[str]) -> dict[str, np.ndarray]:
    if all(isinstance(value, bool) for value in told):
        return {name: np.array(told, dtype=float)}
    if all(isinstance(value, float) for value in told):
        return {name: np.array(told)}
    if all(isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) for value in told):
        kinds = sorted({one for value in told for one in value})
        return {kind: np.array([kind in value for value in told], dtype=float) for kind in kinds[:MOST_VALUES]}
    if not all(isinstance(value, str | int) for value in told):
        return {}
    kinds = sorted({str(value) for value in told})
    if not 1 < len(kinds) <= MOST_VALUES or len(set(zip(map(str, told), groups))) == len(set(groups)) == len(kinds):
        return {}
    head = name.replace("_", " ")
    said = [f"{head} {kind}" for kind in kinds] if len(kinds) > 2 else [f"{head}: {RATHER.join(kinds)}"]
    return {text: np.array([str(value) == kind for value in told], dtype=float) for text, kind in zip(said, kinds)}
