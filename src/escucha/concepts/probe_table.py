"""What a probe study found: which properties can be read off which layer, and how much of that is memory."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.names import listed, short
from escucha.concepts.selectivity import Probe
from escucha.models.evaluation import FEW_GROUPS

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

TIED = 0.95
"""A property that the label alone tells this well cannot be told from the label."""


@dataclass(frozen=True, eq=False)
class ProbeTable:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    probes: tuple[Probe, ...]
    """One a subject and layer."""
    from_label: dict[str, float]
    """Subject to what a clip's label alone tells of it: balanced accuracy, or R^2."""
    settings: dict[str, Any]

    @property
    def subjects(self) -> list[str]:
        """In the order asked."""
        return list(dict.fromkeys(found.subject for found in self.probes))

    @property
    def layers(self) -> list[str]:
        """From sound to answer."""
        return list(dict.fromkeys(found.layer for found in self.probes))

    def probe(self, subject: str, layer: str) -> Probe:
        """One cell."""
        return next(found for found in self.probes if (found.subject, found.layer) == (subject, layer))

    def numbers(self) -> dict[str, Any]:
        """Settings, and every probe as a row."""
        return {"model": self.model, **self.settings, "from_label": self.from_label, "probes": self._rows()}

    def arrays(self) -> dict[str, np.ndarray]:
        """`scores` and `selectivities`, `(subject, layer)`."""
        cells = [[self.probe(subject, layer) for layer in self.layers] for subject in self.subjects]
        return {"scores": np.array([[cell.score for cell in row] for row in cells]),
                "selectivities": np.array([[cell.selectivity for cell in row] for row in cells])}

    def tables(self) -> "dict[str, DataFrame]":
        """`probes`."""
        from pandas import DataFrame

        return {"probes": DataFrame(self._rows())}

    def figures(self) -> "dict[str, Figure]":
        """`probes`: two maps, score and selectivity."""
        from escucha.concepts.figures import probes

        return {"probes": probes(self)}

    def sounds(self) -> dict[str, Clip]:
        """None: a probe reads many clips at once."""
        return {}

    def words(self) -> list[str]:
        """Where each property is read best, how to read that, and warnings."""
        return [self._headline(), *(self._sentence(subject) for subject in self.subjects), *self._reading(),
                *self._warnings()]

    def _rows(self) -> list[dict[str, Any]]:
        return [{**asdict(found), "selectivity": found.selectivity} for found in self.probes]

    def _best(self, subject: str) -> Probe:
        return max((found for found in self.probes if found.subject == subject), key=lambda found: found.selectivity)

    def _headline(self) -> str:
        held = [subject for subject in self.subjects if self._held(self._best(subject))]
        if not held:
            return f"A straight line reads none of {listed(self.subjects)} off any layer of {self.model}."
        rest = [subject for subject in self.subjects if subject not in held]
        ending = f"; {listed(rest)} cannot be" if rest else ""
        return f"From the layers of {self.model} a straight line can read {listed(held)}{ending}."

    @staticmethod
    def _held(found: Probe) -> bool:
        """Above chance, and above what could be learnt by heart."""
        return found.low > found.chance and found.low > found.control

    def _sentence(self, subject: str) -> str:
        found = self._best(subject)
        measure = "R²" if found.task == "number" else "balanced accuracy"
        return (f"{subject.capitalize()} is read most selectively at {short(found.layer, self.layers)}: {measure} "
                f"{found.score:.2f} [{found.low:.2f}, {found.high:.2f}] (chance {found.chance:.2f}), control tasks "
                f"{found.control:.2f}, selectivity {found.selectivity:+.2f}.")

    def _reading(self) -> list[str]:
        found = self.probes[0]
        how = (f"random labels for each combination of {listed(list(self.settings['types']))}"
               if found.control_kind == "types" else "random labels for each group, scored on its held-out clips")
        return [f"A control task is the same probe on {how}: what it reads there it has learnt by heart. Every number "
                f"is of {found.clips} clips of {found.groups} groups that the probe has not heard. That something can "
                "be read does not say that the model uses it; that is what a concept study asks."]

    def _warnings(self) -> list[str]:
        made = []
        if self.probes[0].groups < FEW_GROUPS:
            made.append(f"Warning: the test clips come from {self.probes[0].groups} groups; under {FEW_GROUPS} an "
                        "interval is rough.")
        tied = [subject for subject, told in self.from_label.items() if told >= TIED]
        if tied:
            made.append(f"Warning: in this corpus the label alone tells {listed(tied)}; a probe that reads it may only "
                        "read the answer.")
        return made
