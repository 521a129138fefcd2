"""What a probe study found: which properties can be read off which layer, and how much of that is memory."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.probes.selectivity import Probe

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


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
        """How well each property is read at the layer chosen for it, how to read that, and warnings."""
        from escucha.concepts.probes.words import sentences

        return sentences(self)

    def _rows(self) -> list[dict[str, Any]]:
        return [{**asdict(found), "selectivity": found.selectivity} for found in self.probes]
