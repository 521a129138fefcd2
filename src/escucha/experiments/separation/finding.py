"""What a separation study found: each separator's sources against the true stems, and its explanations likewise."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.separation.pairs import Difference
from escucha.experiments.separation.summary import SourceQuality, Standing, Summary
from escucha.explain.listening import Sound
from escucha.explain.rows import sound_table
from escucha.models.prediction import Failure
from escucha.models.resampling import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class SeparationFinding:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    origin: str
    """The corpus in one line."""
    settings: dict[str, Any]
    """`unit` (what weights are, in words), `method`, `segments`, `seed`."""
    found: Summary
    failures: tuple[Failure, ...] = ()
    """Clips that a separator could not take apart, with the reason."""
    heard: tuple[Sound, ...] = ()

    def numbers(self) -> dict[str, Any]:
        """Settings, counts, and each separator's standing, the controls first."""
        found = self.found
        return {"model": self.model, "corpus": self.origin, **self.settings, "clips": len(found.clips),
                "groups": found.groups, "separators": {one.separator: _told(one) for one in found.standings},
                "failures": [asdict(one) for one in self.failures]}

    def arrays(self) -> dict[str, np.ndarray]:
        """`true`, `estimated` and `blind` weights of every part of every clip by every separator, with their names."""
        rows = self.found.rows
        lengths = [len(row.parts) for row in rows]
        out = {name: np.concatenate([getattr(row, name) for row in rows]) for name in ("true", "estimated", "blind")}
        names = {"separators": [row.separator for row in rows], "clips": [row.clip for row in rows]}
        return {**out, **{name: np.repeat(np.array(told, dtype=str), lengths) for name, told in names.items()},
                "parts": np.array([part for row in rows for part in row.parts], dtype=str)}

    def tables(self) -> "dict[str, DataFrame]":
        """`separators`, `sources` (SI-SDR), `clips` (a row a clip and separator), `failures`, captions of `sounds`."""
        from pandas import DataFrame

        found = self.found
        tables = {"separators": DataFrame([_row(one) for one in found.standings]),
                  "sources": DataFrame([_row(source) for one in found.standings for source in one.sources]),
                  "clips": DataFrame([_clip(row) for row in found.rows])}
        if self.failures:
            tables["failures"] = DataFrame([{"name": one.path, "reason": one.reason} for one in self.failures])
        return {**tables, "sounds": sound_table(self.heard)}

    def figures(self) -> "dict[str, Figure]":
        """What separating changes, how good the sources are, and every weight, true against estimated."""
        from escucha.experiments.separation import figures as drawn

        return {"what-it-changes": drawn.changes(self.found), "separation-quality": drawn.qualities(self.found),
                "weights-true-and-estimated": drawn.weights(self.found, self.settings["unit"])}

    def sounds(self) -> dict[str, Clip]:
        """One clip whole, and its sources: each separated one, then the true stems that it stands for."""
        return {one.name: one.clip for one in self.heard if one.clip is not None}

    def words(self) -> list[str]:
        """Which separator changes the explanation least, and how much; the controls; how to read it; warnings."""
        from escucha.experiments.separation.words import sentences

        return sentences(self)


def _told(one: Standing) -> dict[str, Any]:
    """A standing with its intervals as a value and two bounds."""
    out = {**dict(_flat(one)), "left": one.left}
    return {**out, "sources": {source.source: dict(_flat(source)) for source in one.sources}}


def _flat(row: Standing | SourceQuality) -> Iterator[tuple[str, Any]]:
    for name, value in vars(row).items():
        if isinstance(value, Interval):
            yield name, value.value
            yield f"{name}_interval", value.bounds
        elif name not in ("separator", "source", "sources"):
            yield name, value


def _row(row: Standing | SourceQuality) -> dict[str, Any]:
    """A row of a table: intervals as three numbers."""
    out: dict[str, Any] = {}
    for name, value in vars(row).items():
        if isinstance(value, Interval):
            out |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
        elif name != "sources":
            out[name] = value
    return {**out, "left": row.left} if isinstance(row, Standing) else out


def _clip(row: Difference) -> dict[str, Any]:
    true, estimated = row.strongest
    quality = {f"{quality.source} ({', '.join(quality.stems)})": quality.si_sdr for quality in row.qualities}
    return {"name": row.clip, "group": row.group, "label": ", ".join(row.labels), "answer": row.answer,
            "separator": row.separator, "change": row.change, "if_nothing_was_known": row.blind_change,
            "energy_without_a_stem": row.unowned, "correlation": row.correlation, "same_strongest": row.same,
            "strongest_true": true, "strongest_estimated": estimated, "parts": len(row.parts),
            "si_sdr": "; ".join(f"{name} {decibels:.1f} dB" for name, decibels in quality.items())}
