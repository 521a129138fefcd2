"""What a source study found: every clip's weights, what they come to by label and source, and the clearest to hear."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.clips.clip_reasons import ClipReasons
from escucha.experiments.sources.moments import Moment, moments
from escucha.experiments.sources.sounds import Heard
from escucha.experiments.sources.summary import Cell, Summary
from escucha.explain.rows import sound_table
from escucha.models.prediction import Failure

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class SourceFinding:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    origin: str
    """The corpus in one line."""
    settings: dict[str, Any]
    """`unit` (what weights are, in words), `method`, `absent`, and whatever else is worth telling; of files `group`."""
    found: Summary
    failures: tuple[Failure, ...] = ()
    """Clips that could not be explained, with the reason."""
    heard: tuple[Heard, ...] = ()

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """Weights over time, where clips are cut in time."""
        return moments(self.found)

    @property
    def domain_known(self) -> bool:
        """Does the model say what music it was trained on?"""
        return any(clip.distance is not None for clip in self.found.clips)

    def numbers(self) -> dict[str, Any]:
        """Settings, counts, and each label's sources over its own clips, the largest weight first."""
        found = self.found
        return {"model": self.model, "corpus": self.origin, **self.settings, "clips": len(found.clips),
                "groups": found.groups, "failed": len(self.failures),
                **({"far": sum(clip.far for clip in found.clips)} if self.domain_known else {}),
                "counted_by_answer": found.by_answer,
                "passes": sum(clip.passes for clip in found.clips), "sources": list(found.sources),
                "labels": {label: self._label(of, label) for of, label in found.headlines},
                "failures": [asdict(one) for one in self.failures]}

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights` (clip, label, source), NaN where a label was not explained; `sounds` (clip, source); names."""
        found = self.found
        return {"weights": found.weights, "sounds": found.there, "labels": np.array(found.labels, dtype=str),
                "sources": np.array(found.sources, dtype=str),
                "clips": np.array([clip.name for clip in found.clips], dtype=str)}

    def tables(self) -> "dict[str, DataFrame]":
        """`sources`, `clips` (with what failed), `moments`, `failures`, and the captions of the sounds.

        `sources` has the clips of each label, and every clip, by source and by each label explained of all of them.
        """
        from pandas import DataFrame

        rows = [row for at, clip in enumerate(self.found.clips) for row in self._rows(at, clip)]
        rows += [{"name": one.path, "failed": one.reason} for one in self.failures]
        tables = {"sources": DataFrame([_flat(cell) for cell in self._ordered()]), "clips": DataFrame(rows)}
        if self.moments:
            tables["moments"] = DataFrame([_flat(moment) for moment in self.moments])
        if self.failures:
            tables["failures"] = DataFrame([{"name": one.path, "reason": one.reason} for one in self.failures])
        return {**tables, "sounds": sound_table([one.sound for one in self.heard])}

    def figures(self) -> "dict[str, Figure]":
        """Sources by label, every clip's weights, and weights over time."""
        from escucha.experiments.sources import figures as source_drawing

        unit = self.settings["unit"]
        made = {"sources-and-labels": source_drawing.matrix(self.found, unit),
                "weights-of-every-clip": source_drawing.swarms(self.found, unit)}
        if self.moments:
            made["weights-over-time"] = source_drawing.curves(self.moments, self.found.sources, unit)
        return made

    def sounds(self) -> dict[str, Clip]:
        """Of each label the clip in which its leading source weighs most: whole, its strongest parts, that source."""
        return {one.sound.name: one.sound.clip for one in self.heard if one.sound.clip is not None}

    def words(self) -> list[str]:
        """What each label rests on; how to read it; warnings."""
        from escucha.experiments.sources.words import sentences

        return sentences(self)

    def _label(self, clips_of: str, label: str) -> dict[str, Any]:
        gain, cells = self.found.gains[clips_of, label], self.found.of(clips_of, label)
        return {"clips_of": clips_of, "clips": cells[0].clips, "groups": gain.groups, "gain": gain.value,
                "gain_interval": gain.bounds, "sources": {cell.source: _told(cell) for cell in cells}}

    def _ordered(self) -> list[Cell]:
        """Each label over its own clips first, then over others'."""
        headlines = self.found.headlines
        return sorted(self.found.cells, key=lambda cell: (cell.clips_of, cell.label) not in headlines)

    def _rows(self, at: int, clip: ClipReasons) -> list[dict[str, Any]]:
        """One row a label that the clip counts under and that was explained; else of the first explained."""
        asked = [reasons.label for reasons in clip.reasons]
        shown = [label for label in self.found.counted[at] if label in asked] or asked[:1]
        return [self._row(clip, label) for label in shown]

    def _row(self, clip: ClipReasons, label: str) -> dict[str, Any]:
        reasons, (part, weight), weights = clip.of(label), clip.strongest(label), clip.by_source(label)
        return {"name": clip.name, "group": clip.group, "label": ", ".join(clip.labels), "answer": clip.answer,
                "confidence": clip.confidence, "explained": label, "probability": reasons.probability,
                "all": reasons.everything, "none": reasons.nothing, "strongest": part, "strongest_weight": weight,
                **{f"weight {source}": weights.get(source, float("nan")) for source in self.found.sources},
                "passes": clip.passes, "duration": clip.duration,
                **({} if clip.distance is None else {"distance": clip.distance}),
                "doubts": "; ".join(clip.doubts), "failed": ""}


def _flat(row: Cell | Moment) -> dict[str, Any]:
    """A row of a table: intervals as three numbers and their groups."""
    out: dict[str, Any] = {}
    for name, value in vars(row).items():
        if name in ("weight", "where_it_sounds"):
            out |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high,
                    f"{name}_groups": value.groups}
        else:
            out[name] = value
    return {**out, "speaks": row.speaks} if isinstance(row, Cell) else out


def _told(cell: Cell) -> dict[str, Any]:
    """What the numbers say of a source."""
    return {"weight": cell.weight.value, "weight_interval": cell.weight.bounds,
            "where_it_sounds": cell.where_it_sounds.value, "where_it_sounds_interval": cell.where_it_sounds.bounds,
            "sounds_in": cell.sounds_in, "p": cell.p, "speaks": cell.speaks}
