"""An explanation's numbers as rows: parts, interactions, sounds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.explain.counterfactual import Counterfactual
from escucha.explain.factorization import Factorization
from escucha.explain.listening import Sound
from escucha.explain.weights import Weights

if TYPE_CHECKING:
    from pandas import DataFrame

PAIRS = 20
"""Rows of the table of interactions."""


def part_rows(factorization: Factorization, found: Weights) -> list[dict[str, Any]]:
    """Name, source, band where there is one, span in seconds, weight and its interval of each part, in their order."""
    return [_part(factorization, found, index) for index in range(len(found.weights))]


def _part(factorization: Factorization, found: Weights, index: int) -> dict[str, Any]:
    part = factorization.parts[index]
    start, end = factorization.span(index)
    band = {} if part.band is None else {"low_hz": part.band[0], "high_hz": part.band[1]}
    return {"name": part.name, "source": part.source, **band, "start": start, "end": end,
            "weight": float(found.weights[index]), "low": float(found.low[index]), "high": float(found.high[index])}


def pair_rows(factorization: Factorization, found: Weights) -> list[dict[str, Any]]:
    """The strongest interactions, by size; none where they are not known."""
    if found.interactions is None:
        return []
    first, second = np.triu_indices(len(found.interactions), k=1)
    strength = found.interactions[first, second]
    order = np.argsort(-np.abs(strength), kind="stable")[:PAIRS]
    names = [part.name for part in factorization.parts]
    return [{"first": names[first[at]], "second": names[second[at]], "interaction": float(strength[at])}
            for at in order if abs(strength[at]) > found.floor]


def source_interactions(factorization: Factorization, interactions: np.ndarray) -> np.ndarray:
    """`(source, source)`: summed over the pairs of their parts; on the diagonal over the pairs within a source."""
    member = np.array([[part.source == source for part in factorization.parts] for source in factorization.sources])
    summed = member.astype(float) @ interactions @ member.T
    summed[np.diag_indices(len(summed))] /= 2  # each pair within a source was met twice
    return summed


def sound_table(heard: Sequence[Sound]) -> "DataFrame":
    """Name, caption, value and gain of each sound that is played: a finding's table `sounds`."""
    from pandas import DataFrame

    return DataFrame([(sound.name, sound.caption, sound.value, sound.gain_db) for sound in heard if sound.clip],
                     columns=["name", "caption", "value", "gain_db"])


def otherwise_row(factorization: Factorization, found: Counterfactual | None) -> dict[str, Any] | None:
    """What would have to be missing for another answer; None where nothing was found."""
    if found is None:
        return None
    gone = [part.name for part, off in zip(factorization.parts, found.removed) if off]
    return {"without": gone, "answer": found.becomes, "probability": found.probability, "left": found.left,
            "smallest": found.smallest}
