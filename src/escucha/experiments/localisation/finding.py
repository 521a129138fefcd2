"""What a localisation found: areas, hits and masks with chance beside them, and the ideas to see and to hear."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.clips.few_groups import told
from escucha.experiments.drawing import timeline
from escucha.experiments.localisation.masks import Masked
from escucha.experiments.localisation.sounds import Heard
from escucha.experiments.localisation.summary import Cell, Summary
from escucha.explain.rows import sound_table
from escucha.explain.sounds import slug
from escucha.models.resampling import Interval, mean_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

PLAIN = ("clip", "group", "concept", "layer", "present", "level", "area", "sounding", "hit", "hits", "chance",
         "strength", "loudness")
"""Of a judged clip, what its row tells."""
MASKS = ("share", "mixture", "shifted", "others", "gain")


@dataclass(frozen=True, eq=False)
class LocalisationFinding:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    origin: str
    """The corpus in one line."""
    settings: dict[str, Any]
    found: Summary
    meanings: Mapping[str, str]
    """Concept to what it means."""
    masked: tuple[Masked, ...] = ()
    heard: tuple[Heard, ...] = ()

    def numbers(self) -> dict[str, Any]:
        """Settings, and each idea in the layer that was chosen for it on its examples."""
        found = self.found
        return {"model": self.model, "corpus": self.origin, **self.settings, "layers": list(found.layers),
                "clips": len({one.clip for one in found.judged}),
                "groups": len({one.group for one in found.judged}),
                "concepts": {concept: self._told(concept) for concept in found.concepts}}

    def arrays(self) -> dict[str, np.ndarray]:
        """Of each sounding idea its map `(row, frame)`, its curve and its times, in the clip it is found best in."""
        out: dict[str, np.ndarray] = {}
        for one in self.heard:
            out |= {f"{one.concept}-map": one.found.values, f"{one.concept}-curve": one.found.curve,
                    f"{one.concept}-times": one.found.times, f"{one.concept}-onsets": np.array(one.onsets)}
            if one.found.hertz is not None:
                out[f"{one.concept}-hertz"] = one.found.hertz
        return out

    def tables(self) -> "dict[str, DataFrame]":
        """`layers` (concept x layer), `clips` (in the chosen layers), `masks`; captions and time axes."""
        from pandas import DataFrame

        chosen = [one for one in self.found.judged if one.layer == self.found.chosen[one.concept]]
        tables = {"layers": DataFrame([_flat(cell) for cell in self.found.cells]),
                  "clips": DataFrame([{name: getattr(one, name) for name in PLAIN} for one in chosen])}
        if self.masked:
            tables["masks"] = DataFrame([vars(one) for one in self.masked])
        sounds = [sound for one in self.heard for sound in one.sounds]
        return {**tables, "sounds": sound_table(sounds), "timelines": DataFrame(self._pictures[1])}

    def figures(self) -> "dict[str, Figure]":
        """Areas by layer; what masks let through; each idea over the clip in which it is found best."""
        from escucha.experiments.localisation import figures as drawing

        known = any(cell.clips for cell in self.found.cells)
        made = {"areas-by-layer": drawing.by_layer(self.found)} if known else {}
        if self.masked:
            made["energy-through-the-maps"] = drawing.shares(self.found, self.masked)
        return made | self._pictures[0]

    def sounds(self) -> dict[str, Clip]:
        """Of each idea the clip in which it is found best: whole, what is taken for it, the rest, the true stem."""
        return {sound.name: sound.clip for one in self.heard for sound in one.sounds if sound.clip is not None}

    def words(self) -> list[str]:
        """Where the ideas are found, against chance and simpler localisers; how to read it; warnings."""
        from escucha.experiments.localisation.words import sentences

        return sentences(self)

    def mask(self, concept: str) -> dict[str, Interval]:
        """Name of each measure of MASKS to its mean over clips with an interval over groups; empty where not known."""
        mine = [one for one in self.masked if one.concept == concept]
        out = {}
        for name in MASKS:
            kept = [one for one in mine if np.isfinite(getattr(one, name))]
            if kept:
                out[name] = told(mean_interval(np.array([getattr(one, name) for one in kept]),
                                               [one.group for one in kept], seed=self.found.seed))
        return out

    @cached_property
    def _pictures(self) -> "tuple[dict[str, Figure], list[dict[str, Any]]]":
        """Figures over time, and where their time axes lie: the table of these must not draw them once more."""
        from escucha.experiments.localisation import figures as drawing

        made, rows = {}, list[dict[str, Any]]()
        for one in self.heard:
            name = f"{slug(one.concept)}-over-time"
            made[name], axes = drawing.where(one)
            rows += timeline(name, made[name], axes, [sound.name for sound in one.sounds if sound.clip is not None])
        return made, rows

    def _told(self, concept: str) -> dict[str, Any]:
        cell = self.found.cell(concept)
        masks = {name: {"value": mean.value, "interval": mean.bounds} for name, mean in self.mask(concept).items()}
        return {**_flat(cell),
                "area_p_corrected": self.found.timed.get(concept),
                "null_p_corrected": self.found.own.get(concept), "meaning": self.meanings[concept],
                **({"mask": masks} if masks else {})}


def _flat(cell: Cell) -> dict[str, Any]:
    """A row of a table: intervals as three numbers."""
    out: dict[str, Any] = {}
    for name, value in vars(cell).items():
        if isinstance(value, Interval):
            out |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
        else:
            out[name] = value
    return {**out, "groups": cell.area.groups}
