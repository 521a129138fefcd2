"""From clips to ideas: how well each is found, layer by layer, with chance and simpler localisers beside it.

Conventions: areas are under ROC, 0.5 is chance; intervals are over groups of clips; one number a clip in which the
idea sounds, and the mean over these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escucha.concepts.cav import Cav
from escucha.concepts.correction import holm
from escucha.concepts.locating import judging
from escucha.experiments.localisation.clips import Judged
from escucha.models.resampling import Interval, mean_interval, sign_flip

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Cell:
    """One idea in one layer, over all clips in which it sounds."""

    concept: str
    layer: str
    chosen: bool
    """Is it the layer that was chosen on the examples?"""
    accuracy: float
    """Of the CAV, held out."""
    clips: int
    area: Interval
    sounding: Interval
    hit: Interval
    """Share of clips whose highest peak is on one of the idea's moments."""
    hits: Interval
    """Share of the highest peaks that are."""
    chance: float
    """What a peak put anywhere hits."""
    shifted: float
    """What 95 % of the same curves, moved on in a circle, stay below; means over clips, as the area."""
    shifted_p: float
    null: float
    """What 95 % of meaningless concepts stay below."""
    null_p: float
    strength: Interval
    """Area of the sound's own onset strength."""
    loudness: Interval
    beyond: Interval
    """Area minus that of onset strength, clip by clip."""
    beyond_p: float
    """Two-sided sign flips over groups of `beyond`."""
    detection: float
    """Area under ROC of the curve's mean: clips in which the idea sounds against clips in which it does not."""
    silent: int
    """Clips in which it does not."""


@dataclass(frozen=True, eq=False)
class Summary:
    """Every clip judged, and what it comes to."""

    judged: tuple[Judged, ...]
    concepts: tuple[str, ...]
    layers: tuple[str, ...]
    chosen: Mapping[str, str]
    """Concept to the layer that was chosen on its examples."""
    cavs: Mapping[str, Sequence[Cav]]
    """Layer to one CAV a concept."""
    seed: int = 0

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Concept x layer, in their order."""
        return tuple(self._cell(concept, layer) for concept in self.concepts for layer in self.layers)

    def cell(self, concept: str, layer: str = "") -> Cell:
        """One of `cells`; of the chosen layer where none is named."""
        layer = layer or self.chosen[concept]
        return next(cell for cell in self.cells if (cell.concept, cell.layer) == (concept, layer))

    @cached_property
    def timed(self) -> dict[str, float]:
        """Concept to p at its chosen layer, after Holm: would the same curve do as well at other times?"""
        return self._corrected("shifted_p")

    @cached_property
    def own(self) -> dict[str, float]:
        """Concept to p at its chosen layer, after Holm: do directions that mean nothing do as well?"""
        return self._corrected("null_p")

    def _corrected(self, name: str) -> dict[str, float]:
        known = [concept for concept in self.concepts if self.cell(concept).clips]
        found = holm(np.array([getattr(self.cell(concept), name) for concept in known]))
        return dict(zip(known, found.tolist()))

    def rows(self, concept: str, layer: str) -> list[Judged]:
        """The clips as this idea and layer has them."""
        return [one for one in self.judged if (one.concept, one.layer) == (concept, layer)]

    def best(self, concept: str) -> Judged | None:
        """The clip in which the chosen layer finds the idea best; None where it sounds in none, or nothing is known."""
        there = [one for one in self.rows(concept, self.chosen[concept]) if np.isfinite(one.area)]
        return max(there, key=lambda one: one.area, default=None)

    def _cell(self, concept: str, layer: str) -> Cell:
        rows = self.rows(concept, layer)
        there = [one for one in rows if np.isfinite(one.area)]
        cav = next(cav for cav in self.cavs[layer] if cav.concept == concept)
        groups = [one.group for one in there]

        def told(name: str) -> Interval:
            return _interval([getattr(one, name) for one in there], groups, self.seed)

        beyond = [one.area - one.strength for one in there]
        area = told("area")
        shifted, null = (_luck([getattr(one, name) for one in there]) for name in ("shifted", "null"))
        present = np.array([one.present for one in rows], dtype=bool)
        levels = np.array([[one.level for one in rows]])
        return Cell(concept, layer, self.chosen[concept] == layer, cav.accuracy, len(there), area, told("sounding"),
                    told("hit"), told("hits"), _mean([one.chance for one in there]), _below(shifted),
                    _rank(area.value, shifted), _below(null), _rank(area.value, null), told("strength"),
                    told("loudness"), _interval(beyond, groups, self.seed),
                    sign_flip(np.array(beyond), groups, seed=self.seed) if there else float("nan"),
                    float(judging.areas(levels, present)[0]), int((~present).sum()))


def _interval(values: Sequence[float], groups: Sequence[str], seed: int) -> Interval:
    """Of the finite ones; of none, NaN."""
    kept = [at for at, value in enumerate(values) if np.isfinite(value)]
    if not kept:
        return Interval(float("nan"), float("nan"), float("nan"), 0, "none: nothing to measure")
    return mean_interval(np.array([values[at] for at in kept]), [groups[at] for at in kept], seed=seed)


def _luck(rows: Sequence[np.ndarray]) -> np.ndarray:
    """`(draw,)`: what each draw's areas come to over all clips."""
    return np.mean(rows, axis=0) if len(rows) else np.empty(0)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _below(luck: np.ndarray) -> float:
    return float(np.quantile(luck, 0.95)) if len(luck) else float("nan")


def _rank(found: float, luck: np.ndarray) -> float:
    """One-sided: 1 in so many, the idea's own among them."""
    return float((1 + np.sum(luck >= found)) / (1 + len(luck))) if len(luck) else float("nan")
