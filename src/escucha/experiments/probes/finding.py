"""What a probe study found: which properties can be read off which layer, and how much of that was learned."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.probes.baselines import LOG_MEL, UNTRAINED, Beside
from escucha.concepts.probes.description import Code
from escucha.concepts.probes.ends import Ends
from escucha.concepts.probes.probe import Probe
from escucha.concepts.probes.real import Real

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


class Cell(Protocol):
    """Something found of a property at a layer by a kind of probe."""

    @property
    def subject(self) -> str: ...

    @property
    def layer(self) -> str: ...

    @property
    def kind(self) -> str: ...


C = TypeVar("C", bound=Cell)


@dataclass(frozen=True, eq=False)
class ProbeTable:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    probes: tuple[Probe, ...]
    """One a subject, layer and kind of probe."""
    from_label: dict[str, float]
    """Subject to what a clip's label alone tells of it: balanced accuracy, or R^2."""
    settings: dict[str, Any]
    codes: tuple[Code, ...] = ()
    """Of classes, by the first kind of probe."""
    besides: tuple[Beside, ...] = ()
    """Probes beside those of the untrained network and of log-mel statistics, and the MLP beside the linear one."""
    ends: tuple[Ends, ...] = ()
    """Of numbers."""
    real: tuple[Real, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be done, and why; sentences."""

    @property
    def subjects(self) -> list[str]:
        """In the order asked."""
        return list(dict.fromkeys(found.subject for found in self.probes))

    @property
    def layers(self) -> list[str]:
        """From sound to answer."""
        return list(dict.fromkeys(found.layer for found in self.probes))

    @property
    def kinds(self) -> list[str]:
        """Of probes, in the order asked."""
        return list(dict.fromkeys(found.kind for found in self.probes))

    def probe(self, subject: str, layer: str, kind: str = "") -> Probe:
        """One cell, of the first kind unless named."""
        return next(found for found in self.probes
                    if (found.subject, found.layer) == (subject, layer) and kind in ("", found.kind))

    def chosen(self, subject: str, kind: str = "") -> Probe:
        """The probe of the layer that reads it best on valid, the earliest of equals; of the first kind unless named.

        Chosen on test, the best of many layers would look better than it is, and its interval would not hold.
        """
        kind = kind or self.kinds[0]
        return max((found for found in self.probes if (found.subject, found.kind) == (subject, kind)),
                   key=lambda found: found.valid)

    def code(self, found: Cell) -> Code | None:
        """The description length of the same cell."""
        return _of(self.codes, found)

    def beside(self, found: Cell, baseline: str) -> Beside | None:
        """The same cell beside a baseline."""
        return _of((one for one in self.besides if one.baseline == baseline), found)

    def end(self, found: Cell) -> Ends | None:
        """The same cell out of range."""
        return _of(self.ends, found)

    def on_real(self, found: Cell) -> Real | None:
        """The same cell on real clips."""
        return _of(self.real, found)

    def learned(self, found: Probe) -> bool:
        """Read beyond chance and control, and better than off the same layer of the untrained network."""
        against = self.beside(found, UNTRAINED)
        return found.held and against is not None and against.better

    def numbers(self) -> dict[str, Any]:
        """Settings, and every probe as a row."""
        return {"model": self.model, **self.settings, "from_label": self.from_label, "probes": self._rows(),
                "out_of_range": [_flat(found) for found in self.ends],
                "real_clips": [asdict(found) for found in self.real], "notes": list(self.notes)}

    def arrays(self) -> dict[str, np.ndarray]:
        """`scores` and `selectivities`, `(kind, subject, layer)`; out of range, what was said and true of test clips.
        """
        cells = [[[self.probe(subject, layer, kind) for layer in self.layers] for subject in self.subjects]
                 for kind in self.kinds]
        made = {name: np.array([[[getattr(cell, attribute) for cell in row] for row in page] for page in cells])
                for name, attribute in (("scores", "score"), ("selectivities", "selectivity"))}
        for found in self.ends:
            made[f"out of range {found.subject} {found.layer} {found.kind}"] = np.stack([found.truth, found.said])
        return made

    def tables(self) -> "dict[str, DataFrame]":
        """`probes`, and `out-of-range` and `rendered-to-real` where asked."""
        from pandas import DataFrame

        made = {"probes": DataFrame(self._rows())}
        if self.ends:
            made["out-of-range"] = DataFrame([_flat(found) for found in self.ends])
        if self.real:
            made["rendered-to-real"] = DataFrame([asdict(found) for found in self.real])
        return made

    def figures(self) -> "dict[str, Figure]":
        """`probes`: layers by properties. Others where asked: kinds of probes, out of range, rendered to real."""
        from escucha.experiments.probes import figures

        made = {"probes": figures.layers_and_properties(self)}
        if len(self.kinds) > 1:
            made["kinds-of-probes"] = figures.kinds(self)
        if self.ends:
            made["out-of-range"] = figures.out_of_range(self)
        if self.real:
            made["rendered-to-real"] = figures.rendered_to_real(self)
        return made

    def sounds(self) -> dict[str, Clip]:
        """None: a probe reads many clips at once."""
        return {}

    def words(self) -> list[str]:
        """How well each property is read at the layer chosen for it, how to read that, and warnings."""
        from escucha.experiments.probes.words import sentences

        return sentences(self)

    def _rows(self) -> list[dict[str, Any]]:
        return [self._row(found) for found in self.probes]

    def _row(self, found: Probe) -> dict[str, Any]:
        row = {**asdict(found), "selectivity": found.selectivity, "held": found.held}
        if self.codes:
            code = self.code(found)
            row |= {"compression": code.compression if code else None, "over_prior": code.over_prior if code else None,
                    "bits": code.bits if code else None}
        for name in dict.fromkeys(one.baseline for one in self.besides):
            one = self.beside(found, name)
            slug = name.replace("-", "_")
            row |= {slug: one and one.score, f"gain_over_{slug}": one and one.gain,
                    f"gain_over_{slug}_low": one and one.low, f"gain_over_{slug}_high": one and one.high}
        return row | ({"learned": self.learned(found)} if self.beside(found, UNTRAINED) else {})


def log_mel_of(table: ProbeTable, subject: str) -> Beside | None:
    """Any probe of the subject beside log-mel statistics: what those tell."""
    return next((one for one in table.besides if (one.subject, one.baseline, one.kind)
                 == (subject, LOG_MEL, table.kinds[0])), None)


def _of(cells: Iterable[C], found: Cell) -> C | None:
    wanted = (found.subject, found.layer, found.kind)
    return next((one for one in cells if (one.subject, one.layer, one.kind) == wanted), None)


def _flat(found: Ends) -> dict[str, Any]:
    """Its numbers; the clips' own are in the arrays."""
    return {field.name: getattr(found, field.name) for field in fields(found) if field.name not in ("truth", "said")}
