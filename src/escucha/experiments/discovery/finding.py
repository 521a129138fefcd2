"""What a discovery found: components of a layer with what they do, and cues with what they do, to read and to hear."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.discovering.scan import Verdict
from escucha.experiments.discovery.scanning import Scan
from escucha.experiments.discovery.summary import Summary
from escucha.explain.listening import Sound
from escucha.explain.rows import sound_table
from escucha.models.resampling import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class DiscoveryFinding:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    origin: str
    """The corpus in one line."""
    settings: dict[str, Any]
    found: Summary | None
    """The components; None where only the scan was asked for."""
    scan: Scan | None
    heard: tuple[Sound, ...] = ()

    def numbers(self) -> dict[str, Any]:
        """Settings; every component with its labels, facts and nearest concept; every cue."""
        return {"model": self.model, "corpus": self.origin, **self.settings,
                **(self._components() if self.found else {}), **(self._cues(self.scan) if self.scan else {})}

    def arrays(self) -> dict[str, np.ndarray]:
        """`strengths` (clip, component), `lost` and `chance` (clip, component, label), curves, `cues` (clip, cue)."""
        made: dict[str, np.ndarray] = {}
        if self.found:
            made = {"strengths": self.found.strengths, "lost": self.found.losses.lost,
                    "chance": self.found.losses.chance.mean(axis=0), "groups": self.found.groups.astype(str)}
            for curve in self.found.curves:
                made[f"curve-{curve.component + 1}"] = np.stack([curve.times, curve.strengths], axis=1)
        return {**made, **({"cues": self.scan.cues} if self.scan else {})}

    def tables(self) -> "dict[str, DataFrame]":
        """`components`, `labels` (component x label), `moments`, `facts`, `concepts`, `cues`, and captions."""
        from pandas import DataFrame

        rows = {**(self._component_tables(self.found) if self.found else {}),
                **({"cues": list(_cue_rows(self.scan))} if self.scan else {})}
        return {**{name: DataFrame(of) for name, of in rows.items() if of}, "sounds": sound_table(self.heard)}

    def figures(self) -> "dict[str, Figure]":
        """Components by label, their moments, what they follow, how many there are; cues."""
        from escucha.experiments.discovery import figures as drawn

        made: dict[str, Figure] = {}
        if self.found:
            made = {"components-and-labels": drawn.matrix(self.found, self.settings["value"]),
                    "strongest-clips": drawn.moments(self.found)}
            if drawn.followed(self.found):
                made["what-components-follow"] = drawn.follows(self.found)
            made["how-many-components"] = drawn.steadiness(self.found)
        return {**made, **({"cues": drawn.cues(self.scan)} if self.scan and self.scan.verdicts else {})}

    def sounds(self) -> dict[str, Clip]:
        """Of each component its strongest moments, and the clip in which it is strongest."""
        return {one.name: one.clip for one in self.heard if one.clip is not None}

    def words(self) -> list[str]:
        """What is in there, component by component; which cues are ridden on; how to read it; warnings."""
        from escucha.experiments.discovery.words import sentences

        return sentences(self)

    def _components(self) -> dict[str, Any]:
        assert self.found
        found = self.found
        names = ("excerpts", "clips", "groups")
        return {"layer": found.layer, "seconds": found.seconds, "fitted": dict(zip(names, found.fitted)),
                "held_out": dict(zip(names, found.held_out)),
                "explained": {str(count): {"fitted": fitted, "held_out": held_out}
                              for count, (fitted, held_out) in found.explained.items()},
                "found": [self._component(found, at) for at in range(found.count)]}

    def _component(self, found: Summary, at: int) -> dict[str, Any]:
        steady = found.steadiness[at]
        return {"component": at + 1, **asdict(steady), "steady": steady.steady,
                "nearest": found.named.nearest(at) if found.named else "",
                "labels": {cell.label: {**_interval("lost", cell.lost), "chance": cell.chance, "reach": cell.reach,
                                        "p": cell.p, "speaks": cell.speaks} for cell in found.of(at)},
                "follows": dict(found.annotated.noted(at)), "follows_cues": dict(found.cues.noted(at))}

    def _component_tables(self, found: Summary) -> dict[str, list[dict[str, Any]]]:
        told = [self._component(found, at) for at in range(found.count)]
        parts = [{name: value for name, value in row.items() if not isinstance(value, dict)} for row in told]
        for row, whole in zip(parts, told):
            facts = {**whole["follows"], **whole["follows_cues"]}
            row["follows"] = "; ".join(f"{name} {r:+.2f}" for name, r in facts.items())
        labels = [{"component": row["component"], "label": label, **of} for row in told
                  for label, of in row["labels"].items()]
        moments = [{**asdict(one), "component": one.component + 1} for one in found.excerpts]
        rows = [{"component": at + 1, "fact": name, "kind": kind, "correlation": float(of.following.r[at, column]),
                 "p": float(of.following.p[at, column])}
                for kind, of in (("annotation", found.annotated), ("cue", found.cues))
                for at in range(found.count) for column, name in enumerate(of.names)]
        return {"components": parts, "labels": labels, "moments": moments, "facts": rows,
                "concepts": self._concepts(found)}

    def _concepts(self, found: Summary) -> list[dict[str, Any]]:
        if not found.named:
            return []
        of = found.named
        return [{"component": at + 1, "concept": name, "cosine": float(of.cosines[at, column]),
                 "meaningless_reach": float(of.reach[at, column]), "p": float(of.p[at, column]),
                 "accuracy": float(of.accuracies[column]), "there": bool(of.there[column])}
                for at in range(found.count) for column, name in enumerate(of.concepts)]

    def _cues(self, scan: Scan) -> dict[str, Any]:
        return {"scan": {"clips": scan.clips, "groups": scan.groups, "asked": scan.moved_clips,
                         "clever_hans": [verdict.cue for verdict in scan.hans], "alike": list(scan.alike),
                         "cues": {verdict.cue: _verdict(verdict) for verdict in scan.verdicts}}}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict.told), "p_corrected": verdict.p, "tells": verdict.tells, "used": verdict.used,
            "clever_hans": verdict.clever_hans,
            "labels": {move.label: {**_interval("move", move.move), "p": move.p, "margin": move.margin,
                                    "goes_with": move.goes_with, "goes_p": move.goes_p, "follows": move.follows,
                                    "follows_p": move.follows_p} for move in verdict.moves}}


def _cue_rows(scan: Scan) -> Iterator[dict[str, Any]]:
    """One row a cue and label; one a cue that cannot be put into these sounds."""
    for verdict in scan.verdicts:
        told = {"cue": verdict.cue, "accuracy": verdict.told.accuracy, "usual": verdict.told.usual, "p": verdict.p,
                "tells": verdict.tells, "used": verdict.used, "clever_hans": verdict.clever_hans}
        for label, of in _verdict(verdict)["labels"].items() or [("", {})]:
            yield {**told, "label": label, **{f"move_{name}" if name == "p" else name: value
                                              for name, value in of.items()}}


def _interval(name: str, one: Interval) -> dict[str, float]:
    return {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
