"""Concepts erased from layers of a model, and what the clips under test then are to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.design import Design
from escucha.concepts.erasing.effect import check_steerable, corrected, erased_effects, values_when
from escucha.concepts.erasing.reading import erase
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
        found = [erase(rows[layer], made, layer=layer, controls=controls, seed=seed) for made in designs]
        changes = [change for one in found for change in (one.eraser, *one.controls)]
        said = values_when(steered, clips(), layer, [np.copy, *changes])[:, :, columns]
        for one, moved in zip(found, np.split(said[1:] - said[0], len(found))):
            readings.append(one.reading)
            effects += erased_effects(moved, concept=one.reading.concept, layer=layer, labels=labels, having=having,
                                      groups=groups, seed=seed)
    return Erasures(tuple(readings), corrected(effects, correction), controls)
