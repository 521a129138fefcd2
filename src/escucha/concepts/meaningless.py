"""Meaningless concepts of the same design as a real one: what its push is compared with.

A meaningless concept has as many examples as the real one, on each side as many of each label, and the same pattern of
groups: it is the real card moved to other clips. Against sets of another composition a real concept can go undetected
and an inert one light up, because then the two differ in more than the idea.

Conventions: a set is a row of indices into the null examples `(set, example)`; positions `0 .. with - 1` hold the
examples that play the part of the idea, the rest those without it, and position `j` of every set corresponds to
position `j` of the concept, so signs and folds are shared.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import comb, log

import numpy as np

from escucha.concepts.concept import Concept, Example, halves
from escucha.errors import InputError

TRIES = 200
"""Random placements of one meaningless concept before it is said that the pool cannot hold it."""


def order(concept: Concept) -> np.ndarray:
    """`(example,)`: the concept's examples in the order of a set, those with the idea first."""
    return np.concatenate(halves(concept.examples))


def draw(concept: Concept, *, count: int, seed: int) -> np.ndarray:
    """`count` meaningless concepts, `(set, example)` indices into `concept.null`.

    InputError where there are fewer than SPARE times as many null examples as a set uses, where the null examples
    lack a composition like the concept's, or where fewer different sets than asked for can be made of them.
    """
    concept.check_spare()
    rng = np.random.default_rng(seed)
    return draw_pairs(concept, count, rng) if concept.paired else draw_clips(concept, count, rng)


def draw_pairs(concept: Concept, count: int, rng: np.random.Generator) -> np.ndarray:
    """`(set, example)`: nuisance pairs of the concept's groups and labels, of one kind, those of a group turned as one.

    Of one kind, because a real card changes one thing in all its pairs: mixed with rooms and guitars, what noises have
    in common would not show, and an inert card about noise would look like an idea. By group, as a
    group's pairs are no independent draws. That keeps how they lie to each other, which kinds of examples leave to a
    coin a score: so where a group has several pairs (`pairs` gives each its own family, up to forty) what they share,
    such as their family's room, cancels in part, and does so less in a real card. Errors as `draw`.
    """
    wanted, offered = _strata(concept.examples), _strata(concept.null)
    kinds = sorted({example.kind for example in concept.null})
    played = rng.integers(len(kinds), size=count)
    first = np.empty((count, len(concept.examples) // 2), dtype=np.int64)
    sets = log(len(kinds))
    for (_, group, label), places in wanted.items():
        choices = []
        for at, kind in enumerate(kinds):
            found = np.array(offered.get((kind, group, label), ()), dtype=np.int64)
            if len(found) < len(places):
                raise InputError(f"concept {concept.name!r} has {len(places)} pairs of {_named(group, label)} and "
                                 f"{len(found)} {kind or 'nuisance'} pairs of it; make some of the same scores")
            chosen = rng.random((int((played == at).sum()), len(found))).argsort(axis=1)[:, :len(places)]
            first[np.ix_(played == at, places)] = 2 * found[chosen]
            choices.append(comb(len(found), len(places)))
        sets += log(min(choices))
    groups, which = np.unique([example.group for example in concept.examples[::2]], return_inverse=True)
    _check_sets(concept, sets + (len(groups) - 1) * log(2), count)
    turned = rng.integers(2, size=(count, len(groups)))[:, which]
    return np.concatenate([first + turned, first + 1 - turned], axis=1)


def draw_clips(concept: Concept, count: int, rng: np.random.Generator) -> np.ndarray:
    """`(set, example)`: the card moved to other groups, each of its groups played by a random group of the pool.

    So the sizes, the labels on each side and the way the idea clusters in groups are those of the concept. Labels hold
    what is matched: where that tells the group, as `program` does in a corpus grouped by instrument, only the same
    group can play, and the card moves to other clips of it. Errors as `draw`.
    """
    needs, pool = _needs(concept), _pool(concept.null)
    able = {group: [name for name, clips in pool.items() if _holds(clips, need)] for group, need in needs.items()}
    for group, names in able.items():
        if not names:
            raise InputError(f"concept {concept.name!r}: no group of the pool has clips of the same labels as group "
                             f"{group!r}; give it a larger pool, or fewer examples of one group")
    made = np.array([_placed(concept, needs, pool, able=able, rng=rng) for _ in range(count)])
    different = len(np.unique(made, axis=0))
    if different < 0.9 * count:  # a few repeats are chance, many mean that there are hardly more sets than these
        _check_sets(concept, log(different), count)
    return made


def permuted_pairs(groups: np.ndarray, *, count: int, rng: np.random.Generator) -> np.ndarray:
    """A paired concept with whole groups turned round, `(set, example)` positions into itself: is the idea there?

    `groups` are those of the pairs, `(pair,)`. For accuracy only: as a null for the push this would merely flip the
    direction.
    """
    pairs = len(groups)
    names, which = np.unique(groups, return_inverse=True)
    turned = rng.integers(2, size=(count, len(names)))[:, which]
    place = np.arange(pairs)
    return np.concatenate([place + turned * pairs, place + (1 - turned) * pairs], axis=1)


def _strata(examples: Sequence[Example]) -> dict[tuple[str, str, str], list[int]]:
    """(kind, group, label) to the numbers of the pairs that have it."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, example in enumerate(examples[::2]):
        found[example.kind, example.group, example.label].append(number)
    return found


def _needs(concept: Concept) -> dict[str, Counter]:
    """Group to how many clips of each label its places take, both sides together."""
    needs: dict[str, Counter] = defaultdict(Counter)
    for example in concept.examples:
        needs[example.group][example.label] += 1
    return dict(sorted(needs.items(), key=lambda item: -sum(item[1].values())))


def _pool(null: Sequence[Example]) -> dict[str, dict[str, list[int]]]:
    """Group to label to indices of the null examples."""
    pool: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, example in enumerate(null):
        pool[example.group][example.label].append(index)
    return pool


def _holds(clips: dict[str, list[int]], need: Counter) -> bool:
    return all(len(clips.get(label, ())) >= amount for label, amount in need.items())


def _placed(concept: Concept, needs: dict[str, Counter], pool: dict[str, dict[str, list[int]]], *,
            able: dict[str, list[str]], rng: np.random.Generator) -> np.ndarray:
    """One set: places of the concept, in set order, to indices of the null examples."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, index in enumerate(order(concept)):
        places[concept.examples[index].group, concept.examples[index].label].append(position)
    found = np.empty(len(concept.examples), dtype=np.int64)
    for group, played in _cast(concept, needs, able, rng).items():
        for label in needs[group]:
            spots = places[group, label]
            found[spots] = rng.permutation(pool[played][label])[:len(spots)]
    return found


def _cast(concept: Concept, needs: dict[str, Counter], able: dict[str, list[str]],
          rng: np.random.Generator) -> dict[str, str]:
    """Each group of the concept to a different group of the pool, at random, the most demanding first."""
    for _ in range(TRIES):
        cast: dict[str, str] = {}
        taken: set[str] = set()
        for group in needs:
            free = [name for name in able[group] if name not in taken]
            if not free:
                break
            cast[group] = free[int(rng.integers(len(free)))]
            taken.add(cast[group])
        if len(cast) == len(needs):
            return cast
    raise InputError(f"concept {concept.name!r}: the pool has too few groups for a meaningless concept with the "
                     f"concept's {len(needs)} groups; give it a larger pool")


def _check_sets(concept: Concept, logarithm: float, count: int) -> None:
    if logarithm < log(count):
        raise InputError(f"concept {concept.name!r}: only {round(np.exp(logarithm))} different meaningless concepts "
                         f"can be made of its null examples and {count} are needed; give it more groups")


def _named(group: str, label: str) -> str:
    return f"group {group!r}, label {label!r}" if label else f"group {group!r}"
