"""From clips to ideas: how well each is found, layer by layer, with chance and simpler localisers beside it.

Conventions: areas are under ROC, 0.5 is chance; intervals are over groups of clips; one number a clip in which the
idea sounds, and the mean over these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from escucha.concepts.cav import Cav
from escucha.concepts.correction import holm
from escucha.concepts.locating import judging
from escucha.experiments.clips.few_groups import told
from escucha.experiments.localisation.clips import Judged
from escucha.models.resampling import NOTHING, Interval, mean_interval, share_interval, sign_flip

ALPHA = 0.05
NONE = Interval(float("nan"), float("nan"), float("nan"), 0, NOTHING)


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
    area_p: float
    """One-sided sign flips over groups of the area above 0.5: whatever the rhythms of a curve and of the music, by luck
    they meet in one group as they miss each other in the next."""
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
    silent: int | None
    """Clips in which it does not; None where that is known of no clip."""


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
        """Concept to p at its chosen layer, after Holm: do so many groups lie above chance by luck?"""
        return self._corrected("area_p")

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
        """The clip in which the chosen layer finds the idea best; where nothing is known of any clip, that of the
        highest mean curve; None where it is known to sound in none."""
        rows = self.rows(concept, self.chosen[concept])
        if all(one.present is None for one in rows):
            return max((one for one in rows if np.isfinite(one.level)), key=lambda one: one.level, default=None)
        return max((one for one in rows if np.isfinite(one.area)), key=lambda one: one.area, default=None)

    def _cell(self, concept: str, layer: str) -> Cell:
        rows = self.rows(concept, layer)
        there = _There([one for one in rows if np.isfinite(one.area)], self.seed)
        accuracy = next(cav.accuracy for cav in self.cavs[layer] if cav.concept == concept)
        area, above = there.mean("area"), there.column("area") - 0.5
        beyond = there.column("area") - there.column("strength")
        shifted, null = there.luck("shifted"), there.luck("null")
        known = [one for one in rows if one.present is not None]
        present = np.array([one.present for one in known], dtype=bool)
        levels = np.array([[one.level for one in known]])
        return Cell(
            concept, layer, self.chosen[concept] == layer, accuracy, clips=len(there.rows), area=area,
            area_p=there.flipped(above, "above"), sounding=there.mean("sounding"), hit=there.share("hit"),
            hits=there.mean("hits"), chance=there.mean("chance").value, shifted=_below(shifted), null=_below(null),
            null_p=_rank(area.value, null), strength=there.mean("strength"), loudness=there.mean("loudness"),
            beyond=there.interval(beyond), beyond_p=there.flipped(beyond, "both"),
            detection=float(judging.areas(levels, present)[0]) if known else float("nan"),
            silent=int((~present).sum()) if known else None)


@dataclass(frozen=True, eq=False)
class _There:
    """Clips in which something can be found, and what their numbers come to; NaN where there are none."""

    rows: Sequence[Judged]
    seed: int

    def column(self, name: str) -> np.ndarray:
        return np.array([getattr(one, name) for one in self.rows])

    def mean(self, name: str) -> Interval:
        return self.interval(self.column(name))

    def interval(self, values: np.ndarray) -> Interval:
        """Of the finite ones."""
        kept = np.isfinite(values)
        return told(mean_interval(values[kept], self._groups(kept), seed=self.seed)) if kept.any() else NONE

    def share(self, name: str) -> Interval:
        """Of truths written as 1 and 0."""
        kept = np.isfinite(values := self.column(name))
        return told(share_interval(values[kept], self._groups(kept), seed=self.seed)) if kept.any() else NONE

    def flipped(self, values: np.ndarray, tail: Literal["both", "above"]) -> float:
        """p of a mean of zero; NaN of one group, whose only other flip tells nothing."""
        if len(set(self._groups())) < 2:
            return float("nan")
        return sign_flip(values, self._groups(), seed=self.seed, tail=tail)

    def luck(self, name: str) -> np.ndarray:
        """`(draw,)`: what each draw's areas come to over all clips."""
        return np.mean([getattr(one, name) for one in self.rows], axis=0) if self.rows else np.empty(0)

    def _groups(self, kept: np.ndarray | None = None) -> list[str]:
        return [one.group for one, there in zip(self.rows, np.ones(len(self.rows)) if kept is None else kept) if there]


def _below(luck: np.ndarray) -> float:
    return float(np.quantile(luck, 0.95)) if len(luck) else float("nan")


def _rank(found: float, luck: np.ndarray) -> float:
    """One-sided: 1 in so many, the idea's own among them."""
    return float((1 + np.sum(luck >= found)) / (1 + len(luck))) if len(luck) else float("nan")
