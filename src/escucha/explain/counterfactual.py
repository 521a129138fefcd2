"""What would have to be missing for the answer to change: the smallest set of parts whose removal changes it.

An answer is the label that `predict` gives a clip (softmax), or whether a label is at or above its threshold (sigmoid).
A label that is answered shall be lost, one that is not shall be gained.

Where every part lives in one window the smallest set for a label to be lost is found exactly, and for one to be gained
nearly always (explain/smallest_removal.py). Otherwise sets are tried in order of size as long as `REMIXES` suffice;
then parts are removed by weight until the answer changes, and every one that can be spared is put back.

Conventions: masks are `(part,)` or `(remix, part)` bool, true where a part is *on*; `removed` is their opposite.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from escucha.errors import InputError
from escucha.explain.change import Change
from escucha.explain.remix import Game
from escucha.explain.smallest_removal import Answer, separable, smallest_by_window
from escucha.explain.weights import Weights
from escucha.models.classifier import label_index, probabilities

REMIXES = 1024
"""Sets of parts that are tried one by one: all those of 10 parts, all pairs of 44."""


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A set of parts without which the classifier answers otherwise; no part of it can be spared."""

    removed: np.ndarray
    """`(part,)` bool: what has to go."""
    becomes: str
    """What is answered without them (softmax); where each label stands by itself (sigmoid), the label asked about."""
    probability: float
    """The clip's probability of what it becomes, without them."""
    left: float
    """The clip's probability of the label asked about, without them."""
    smallest: bool
    """No smaller set changes the answer: known, because all were weighed. False: there may be one."""
    passes: int
    """Windows the classifier was asked about, beyond those whose answers the game knew before."""


def counterfactual(game: Game, label: str, weights: Weights | None = None, *,
                   threshold: float = 0.5) -> Counterfactual | None:
    """The smallest set of parts whose removal makes the clip lose `label`, or gain it where it is not answered.

    Of several equally small ones that with the largest margin, where all are weighed. `weights` of the label say in
    which order parts are removed where not all sets can be; without them, what each removal does alone. `threshold` is
    the label's own, of a sigmoid model. None where no removal was found to change the answer (that of everything is
    always tried): beyond what can be weighed there may be one. InputError for an unknown label or threshold.
    """
    if not 0 < threshold < 1:
        raise InputError(f"a threshold is a probability between 0 and 1, got {threshold:g}")
    before, change = game.asked, Change.of(game, label_index(game.classifier, label), threshold)
    exact = separable(game) and not change.against_all
    found = smallest_by_window(game, change) if exact else _searched(game, change, weights)
    if found.keep is None:
        return None
    logits = game.score(found.keep).logits()
    share = probabilities(logits[0], game.classifier.link)
    becomes = int(logits[0].argmax()) if game.classifier.link == "softmax" else change.column
    return Counterfactual(~found.keep, game.classifier.labels[becomes], float(share[becomes]),
                          float(share[change.column]), found.certain, game.asked - before)


def _searched(game: Game, change: Change, weights: Weights | None) -> Answer:
    """A set by size, or else by weight."""
    alone, tried = np.zeros(0), 0
    for size, masks in _by_size(game):
        logits = game.score(masks).logits()
        margins = change.margin(logits)
        alone = margins if size == 1 else alone
        changed = np.flatnonzero(change.happens(logits))
        if len(changed):
            return Answer(masks[changed[margins[changed].argmax()]], certain=True)
        tried = size
    if tried == len(game.sounding):
        return Answer(None, certain=True)
    found = smallest_by_window(game, change) if separable(game) else Answer(None, certain=False)
    if found.certain:
        return found
    helps = alone if weights is None else _removal(weights.weights[game.sounding], change)
    enough = _greedy(game, change, helps) if found.keep is None else found.keep
    keep = None if enough is None else _pruned(game, change, enough)
    return Answer(keep, certain=keep is not None and int((~keep).sum()) == tried + 1)


def _by_size(game: Game) -> Iterator[tuple[int, np.ndarray]]:
    """All sets of one part off, of two, and so on, for as long as they are REMIXES at most (single ones always)."""
    count, done = len(game.sounding), 0
    for size in range(1, count + 1):
        done += comb(count, size)
        if size > 1 and done > REMIXES:
            return
        chosen = np.array(list(combinations(game.sounding, size)))
        masks = np.ones((len(chosen), len(game.factorization.parts)), dtype=bool)
        np.put_along_axis(masks, chosen, False, axis=1)
        yield size, masks


def _removal(weights: np.ndarray, change: Change) -> np.ndarray:
    """What a removal does for the change by the weights: what speaks for the label keeps it from being lost."""
    return weights if change.lost else -weights


def _greedy(game: Game, change: Change, helps: np.ndarray) -> np.ndarray | None:
    """Parts off, those that help most first, until the answer changes."""
    order = game.sounding[np.argsort(-helps, kind="stable")]
    masks = np.ones((len(order), len(game.factorization.parts)), dtype=bool)
    for step, part in enumerate(order):
        masks[step:, part] = False
    changed = np.flatnonzero(change.happens(game.score(masks).logits()))
    return masks[changed[0]] if len(changed) else None


def _pruned(game: Game, change: Change, keep: np.ndarray) -> np.ndarray:
    """Parts on again, one at a time, as long as the answer stays changed: none of those that go can be spared."""
    while True:
        off = np.flatnonzero(~keep)
        fuller = np.tile(keep, (len(off), 1))
        fuller[np.arange(len(off)), off] = True
        logits = game.score(fuller).logits()
        spared = np.flatnonzero(change.happens(logits))
        if not len(spared):
            return keep
        keep = fuller[spared[change.margin(logits)[spared].argmax()]]
