"""Concepts erased from layers of a model, and what the clips under test then are to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.design import Design
from escucha.concepts.erasing.effect import check_steerable, corrected, erased_effects, values_when
from escucha.concepts.erasing.leace import Eraser, Space, space_of
from escucha.concepts.erasing.reading import kept_apart, read
from escucha.concepts.erasing.table import Erasures
from escucha.models.classifier import Classifier, label_index


def erased(classifier: Classifier, clips: Callable[[], Iterable[Clip]], layers: Sequence[str],
           designs: Sequence[Design], rows: Mapping[str, np.ndarray], *, labels: Sequence[str], having: np.ndarray,
           groups: Sequence[str], controls: int, correction: str, seed: int) -> Erasures:
    """Every design's concept erased at every one of the layers, beside `controls` meaningless ones.

    `clips` gives the clips under test, asked once a layer; `having` `(clip, label)` and `groups` are theirs; `rows`
    are what the designs' rows are in each layer. InputError for a classifier whose layers cannot be changed.
    """
    steered = check_steerable(classifier)
    columns = [label_index(classifier, label) for label in labels]
    readings, effects = [], []
    for layer in layers:
        space = space_of(rows[layer])
        kept = [kept_apart(made, seed=seed) for made in designs]
        own = [space.erasers(made.own[None, ~apart], made.signs[~apart])[0] for made, apart in zip(designs, kept)]
        readings += [read(rows[layer], eraser, made, apart, layer=layer, seed=seed)
                     for eraser, made, apart in zip(own, designs, kept)]
        spare, places = _meaningless(space, designs, kept, controls)
        said = values_when(steered, clips(), layer, [np.copy, *own, *spare])[:, :, columns]
        moved = said[1:] - said[0]
        for at, (made, place) in enumerate(zip(designs, places)):
            first = len(designs) + place * controls
            effects += erased_effects(moved[[at, *range(first, first + controls)]], concept=made.concept.name,
                                      layer=layer, labels=labels, having=having, groups=groups, seed=seed)
    return Erasures(tuple(readings), corrected(effects, correction), controls)


def _meaningless(space: Space, designs: Sequence[Design], kept: Sequence[np.ndarray],
                 controls: int) -> tuple[list[Eraser], list[int]]:
    """Erasers of meaningless concepts, `controls` for each design, and which of these each design has.

    Cards of one design share theirs, as they share their meaningless concepts.
    """
    known: dict[bytes, int] = {}
    made: list[Eraser] = []
    places = []
    for one, apart in zip(designs, kept):
        signs = np.sign(one.signs)
        name = one.nulls[:controls].tobytes() + signs.tobytes() + apart.tobytes()
        if name not in known:
            known[name] = len(known)
            made += space.erasers(one.nulls[:controls, ~apart], signs[~apart])
        places.append(known[name])
    return made, places
