"""Concepts erased from layers of a model, and what the clips under test then are to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.design import Design
from escucha.concepts.erasing.effect import check_steerable, corrected, erased_effects, values_when
from escucha.concepts.erasing.leace import Eraser, Space, space_of
from escucha.concepts.erasing.reading import kept_apart, read
from escucha.concepts.erasing.table import Erasures
from escucha.concepts.redraws import redrawn_weights
from escucha.errors import InputError
from escucha.models.classifier import Classifier, label_index

DRAWS = 100
"""Erasers of each idea's groups drawn anew, behind an interval."""


def erased(classifier: Classifier, clips: Callable[[], Iterable[Clip]], layers: Sequence[str],
           designs: Sequence[Design], rows: Mapping[str, np.ndarray], *, labels: Sequence[str], having: np.ndarray,
           groups: Sequence[str], known: Sequence[bool], controls: int, correction: str, seed: int) -> Erasures:
    """Every design's concept erased at every one of the layers, beside `controls` meaningless ones.

    `clips` gives the clips under test, asked once a layer; `having` `(clip, label)` and `groups` are theirs; `rows`
    are what the designs' rows are in each layer, in the layer's own units; labels that are not `known` to the
    classifier are not tested. InputError for a classifier whose layers cannot be changed, and for too few groups.
    """
    steered = check_steerable(classifier)
    columns = [label_index(classifier, label) for label in labels]
    kept = [kept_apart(made.concept, seed=seed) for made in designs]
    readings, effects = [], []
    for layer in layers:
        space = space_of(rows[layer])
        spare, shared = _meaningless(space, designs, kept, controls)
        own = [_own(space, made, apart, seed) for made, apart in zip(designs, kept)]
        readings += [read(rows[layer], erasers[0], made, apart, layer=layer, seed=seed)
                     for erasers, made, apart in zip(own, designs, kept)]
        said = values_when(steered, clips(), layer, [np.copy, *spare, *(one for some in own for one in some)])
        plain, others, mine = np.split(said[:, :, columns], [1, 1 + len(spare)])
        for made, place, found, apart in zip(designs, shared, np.split(mine - plain, len(designs)), kept):
            effects += erased_effects(
                found[0], found[1:], (others - plain)[place * controls:(place + 1) * controls],
                concept=made.concept.name, layer=layer, labels=labels, having=having, groups=groups, known=known,
                sides=len(np.unique(made.groups[~apart])), seed=seed)
    return Erasures(tuple(readings), corrected(effects, correction), controls)


def _own(space: Space, design: Design, kept: np.ndarray, seed: int) -> list[Eraser]:
    """The idea's eraser, fitted to the groups that were not kept, then DRAWS fitted to these drawn anew."""
    fitted = replace(design, own=design.own[~kept], signs=np.sign(design.signs[~kept]), groups=design.groups[~kept],
                     folds=design.folds[~kept], estimator="mean-difference")
    weights = redrawn_weights(np.zeros((len(fitted.own),) * 2), fitted, seed=seed, draws=DRAWS)
    found = space.differences(fitted.own[None], fitted.signs)
    return space.erasers(np.concatenate([found, weights @ space.rows[fitted.own]]))


def _meaningless(space: Space, designs: Sequence[Design], kept: Sequence[np.ndarray],
                 controls: int) -> tuple[list[Eraser], list[int]]:
    """Erasers of meaningless concepts, `controls` for each design, and which of these each design has.

    Cards of one design share theirs, as they share their meaningless concepts.
    """
    known: dict[bytes, int] = {}
    made: list[Eraser] = []
    places = []
    for one, apart in zip(designs, kept):
        if len(one.nulls) < controls:
            raise InputError(f"concept {one.concept.name!r} has {len(one.nulls)} meaningless concepts beside it and "
                             f"erasing needs {controls}; raise nulls, or erase at fewer layers")
        signs = np.sign(one.signs)
        name = one.nulls[:controls].tobytes() + signs.tobytes() + apart.tobytes()
        if name not in known:
            known[name] = len(known)
            made += space.erasers(space.differences(one.nulls[:controls, ~apart], signs[~apart]))
        places.append(known[name])
    return made, places
