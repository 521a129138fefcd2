"""Can an idea still be read once it is erased? Asked of groups that the eraser has not heard.

Conventions: rows are `(example, unit)` in the order of a set (see `meaningless`); answers are +1 with the idea and -1
without it, `(example,)`, or `(set, example)` of which the first are the true ones.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept
from escucha.concepts.design import Design
from escucha.concepts.dual import folds_of, penalties
from escucha.concepts.erasing.leace import Eraser, scales
from escucha.concepts.meaningless import order, permuted_pairs
from escucha.concepts.shuffling import shuffles
from escucha.errors import InputError

HELD_OUT = 3
"""One group in so many is kept from the eraser."""
SHUFFLED = 200
"""Shufflings that a probe's accuracy is compared with."""


@dataclass(frozen=True)
class Reading:
    """How well a straight line reads an idea off a layer, before and after it was erased there.

    Judged on groups that neither the eraser nor the line was fitted on; 0.5 is chance.
    """

    concept: str
    layer: str
    before: float
    before_p: float
    """Share of shufflings of the groups' answers that are read as well."""
    after: float
    """A line fitted to the very examples that the eraser was fitted to, once it is erased: chance, by construction.

    LEACE leaves them nothing to fit; another number would be a fault of the eraser.
    """
    after_null: float
    """What 95 % of shufflings stay below."""
    after_p: float
    fresh: float
    """A line fitted, after erasing, to other groups than the eraser: above `fresh_null` the eraser did not know all."""
    fresh_null: float
    fresh_p: float
    groups: int
    """That the eraser was not fitted on."""


def kept_apart(concept: Concept, *, seed: int) -> np.ndarray:
    """`(example,)` in the order of a set: is it of a group that the eraser does not hear?

    One in HELD_OUT of the groups that have the idea, of those that lack it and of those with both, labels in turn, and
    at least two. InputError where that leaves the eraser, or the line that reads, less than two groups of either side.
    """
    examples = [concept.examples[place] for place in order(concept)]
    groups, present = np.array([one.group for one in examples]), np.array([one.present for one in examples])
    sides: dict[float, dict[str, list[str]]] = {}
    for name in np.unique(groups):
        mine = groups == name
        label = examples[int(np.flatnonzero(mine)[0])].label
        sides.setdefault(float(np.sign(present[mine].mean() - 0.5)) if present[mine].mean() in (0, 1) else 0.0,
                         {}).setdefault(label, []).append(str(name))
    rng = np.random.default_rng(seed)
    kept = np.isin(groups, [name for side in sides.values() for name in _third(side, rng)])
    for part in (kept, ~kept):
        for there in (True, False):
            if len(np.unique(groups[part & (present == there)])) < 2:
                raise InputError(f"concept {concept.name!r} has too few groups to be erased: a third is kept to see "
                                 "whether it can still be read, and either part needs two groups with the idea and two "
                                 "without; give it more groups, or leave 'erase' out")
    return kept


def _third(side: dict[str, list[str]], rng: np.random.Generator) -> list[str]:
    """One group in HELD_OUT, at least two, labels in turn."""
    decks = [rng.permutation(names).tolist() for names in side.values()]
    turns = [deck[turn] for turn in range(max(map(len, decks))) for deck in decks if turn < len(deck)]
    return turns[:max(2, round(len(turns) / HELD_OUT))]


def read(rows: np.ndarray, eraser: Eraser, design: Design, kept: np.ndarray, *, layer: str, seed: int) -> Reading:
    """The idea read off the groups that were `kept` (`kept_apart`), from the layer's rows `(row, unit)`."""
    signs, groups, paired = np.sign(design.signs), design.groups, design.concept.paired
    labels = np.array([example.label for example in design.concept.examples])[order(design.concept)]
    rng = np.random.default_rng(seed)
    told = np.stack([signs, *shuffled_answers(signs, groups, labels, paired=paired, count=SHUFFLED, rng=rng)])
    plain, once = rows[design.own].astype(np.float64), np.where(kept, 0, -1)
    erased = eraser(plain)
    before, _, before_p = _read(plain, told, once, paired=paired)
    after, null, after_p = _read(erased, told, once, paired=paired)
    fresh, fresh_null, fresh_p = _read(erased[kept], told[:, kept], folds_of(groups[kept], signs[kept]), paired=paired)
    return Reading(design.concept.name, layer, before, before_p, after, null, after_p, fresh, fresh_null, fresh_p,
                   len(np.unique(groups[kept])))


def shuffled_answers(signs: np.ndarray, groups: np.ndarray, labels: np.ndarray, *, paired: bool, count: int,
                     rng: np.random.Generator) -> np.ndarray:
    """`(count, example)`: of pairs whole groups turned round, of clips each group with the answers of another.

    Of clips label by label, so that an idea that some labels have oftener is not read by the label.
    """
    if paired:
        half = len(signs) // 2
        turned = permuted_pairs(groups[:half], count=count, rng=rng)
        return np.where(turned[:, :half] < half, 1, -1)[:, np.tile(np.arange(half), 2)] * signs
    return shuffles(signs, groups, draws=count, rng=rng, within=labels)


def _read(rows: np.ndarray, answers: np.ndarray, folds: np.ndarray, *, paired: bool) -> tuple[float, float, float]:
    """Accuracy of the first of the answers `(set, example)`, what 95 % of the others stay below, and their share above.

    Folds `(example,)` are judged one after the other by a line fitted to all others; those of fold -1 are never judged.
    """
    margins = np.zeros(answers.shape)
    for fold in np.unique(folds[folds >= 0]):
        margins[:, folds == fold] = _margins(rows, answers, folds == fold)
    judged = folds >= 0
    read = _accuracies(margins[:, judged], answers[:, judged], paired=paired)
    found, null = float(read[0]), read[1:][np.isfinite(read[1:])]
    return found, float(np.quantile(null, 0.95)), float((1 + np.sum(null >= found - 1e-9)) / (len(null) + 1))


def _margins(rows: np.ndarray, answers: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """`(set, judged example)`: ridge regression on the other examples, all answers at once (they share the solve)."""
    rows = rows / scales(rows)
    middle, target = rows[~judged].mean(axis=0), answers[:, ~judged]
    known = rows[~judged] - middle
    gram = known @ known.T
    system = gram + penalties(gram[None])[0] * np.eye(len(gram))
    level = target.mean(axis=1, keepdims=True)
    weights = np.linalg.solve(system, (target - level).T)
    return ((rows[judged] - middle) @ (known.T @ weights)).T + level


def _accuracies(margins: np.ndarray, answers: np.ndarray, *, paired: bool) -> np.ndarray:
    """`(set,)`: of pairs how often the member with the idea lies further, else balanced accuracy; ties count half."""
    rounding = 1e-9 * np.abs(margins).max(initial=0.0)
    if paired:
        half = margins.shape[1] // 2
        margins, answers = margins[:, :half] - margins[:, half:], answers[:, :half]
    right = np.where(np.abs(margins) <= rounding, 0.5, margins * answers > 0)
    sides = [np.where(answers > 0, right, np.nan), np.where(answers < 0, right, np.nan)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a side may be empty after shuffling: NaN, and left out
        return np.nanmean(right, axis=1) if paired else sum(np.nanmean(side, axis=1) for side in sides) / 2
