"""An idea's map over a clip in the unit in which it is read: standard deviations above clips without the idea."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.locating.maps import Ground, Locator
from escucha.explain.maps import AttributionMap

UNIT = "standard deviations above clips without it"


@dataclass(frozen=True, eq=False)
class ConceptMap:
    """Where one idea is in one clip, to one layer."""

    values: np.ndarray
    """`(row, frame)`, see UNIT."""
    curve: np.ndarray
    """`(frame,)`: the mean over frequency, in the same unit of its own."""
    times: np.ndarray
    """`(frame,)` seconds."""
    hertz: np.ndarray | None
    """`(row,)` Hz; None where the layer tells no frequencies apart."""

    def attribution(self, rate: int) -> AttributionMap:
        """As the maps that sounds are masked with; a curve holds for all frequencies, and what is below zero for none.
        """
        values, hertz = np.maximum(self.values, 0), self.hertz
        if hertz is None:
            values, hertz = np.repeat(np.maximum(self.curve, 0)[None], 2, axis=0), np.array([0.0, rate / 2])
        return AttributionMap(values, self.times, hertz, UNIT, signed=False, complete=False)

    def shifted(self, frames: int) -> "ConceptMap":
        """The same map moved on in a circle: as much of it, at other times."""
        return ConceptMap(np.roll(self.values, frames, axis=1), np.roll(self.curve, frames), self.times, self.hertz)


@dataclass(frozen=True, eq=False)
class Laying:
    """What lays every idea of a study over a clip."""

    locator: Locator
    directions: Mapping[str, np.ndarray]
    """Layer to `(concept, channel)`."""
    zero: Sequence[Mapping[str, Ground]]
    """For each concept, layer to the zero and unit of its maps."""

    def maps(self, clip: Clip, layers: Mapping[int, str]) -> dict[int, ConceptMap]:
        """The map of each concept (by number) in the layer named for it."""
        laid = self.locator.lay(clip, {layer: self.directions[layer] for layer in dict.fromkeys(layers.values())})
        made = {}
        for at, layer in layers.items():
            found, zero = laid[layer], self.zero[at][layer]
            made[at] = ConceptMap(zero.map(found.values[at]), zero.curve(found.curves[at]), found.times, found.hertz)
        return made
