"""What a comparison of models by concepts found."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.effect import DirectEffect
from escucha.concepts.tcav import ConceptTest
from escucha.concepts.telling import Telling

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class Compared:
    """One model."""

    model: str
    layer: str
    """Where its pushes are compared: the last layer that tells the ideas about as well as any."""
    unit: str
    """Of its pushes."""
    effects: tuple[DirectEffect, ...]
    """Direct effects in spreads of the label's value over the clips under test."""
    tests: tuple[ConceptTest, ...]
    """At that layer, corrected over all models."""
    changes: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    """Concept to value differences `(pair, label)` in spreads, the pairs' groups and their degrees."""
    told: tuple[Telling, ...]
    """One a label: does the model tell it at all?"""

    def known(self, alpha: float) -> set[str]:
        """The labels that it tells better than chance."""
        return {one.label for one in self.told if one.known(alpha)}


@dataclass(frozen=True)
class Difference:
    """What an idea does to one model less what it does to another, for one label."""

    concept: str
    label: str
    one: str
    other: str
    mean: float
    """In spreads: the label's value is as far from clip to clip as 1, in either model."""
    low: float
    high: float
    """95 % interval, over the families of the pairs, which both models hear."""
    p: float
    """Sign-flip test over families; NaN, not tested, of a label that either model does not know."""
    p_corrected: float
    """Holm, over concepts, labels and pairs of models."""


@dataclass(frozen=True, eq=False)
class ConceptComparison:
    """A finding; see `escucha.finding.Finding`."""

    meanings: dict[str, str]
    labels: tuple[str, ...]
    models: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    settings: dict[str, Any]
    """`alpha`, `margin`, `nulls`, `estimator`, `maps`, `seed`, and `clips`, label to how many were tested."""

    def effect(self, model: str, concept: str, label: str) -> DirectEffect | None:
        """None where the concept is not given as pairs."""
        return next((effect for one in self.models if one.model == model for effect in one.effects
                     if (effect.concept, effect.label) == (concept, label)), None)

    @property
    def known(self) -> list[str]:
        """The labels that every model tells better than chance: of others nothing is compared."""
        return [label for label in self.labels
                if all(label in one.known(self.settings["alpha"]) for one in self.models)]

    def apart(self) -> list[Difference]:
        """Differences beyond chance, the largest first."""
        return sorted((found for found in self.differences if found.p_corrected <= self.settings["alpha"]),
                      key=lambda found: -abs(found.mean))

    def numbers(self) -> dict[str, Any]:
        """Settings, and every effect, difference and test as a row."""
        return {"models": [one.model for one in self.models], "labels": list(self.labels),
                "concepts": list(self.meanings), **self.settings,
                "told": {one.model: [asdict(label) for label in one.told] for one in self.models},
                "layers": {one.model: one.layer for one in self.models},
                "effects": self._effects(), "differences": [asdict(found) for found in self.differences],
                "tests": self._tests()}

    def arrays(self) -> dict[str, np.ndarray]:
        """`change-<model>-<concept>` `(pair, label)`, in spreads."""
        return {f"change-{one.model}-{concept}": found[0] for one in self.models for concept, found in
                one.changes.items()}

    def tables(self) -> "dict[str, DataFrame]":
        """`differences`, `effects` and `pushes`."""
        from pandas import DataFrame

        return {"differences": DataFrame([asdict(found) for found in self.differences]),
                "effects": DataFrame(self._effects()), "pushes": DataFrame(self._tests())}

    def figures(self) -> "dict[str, Figure]":
        """`effects` and `differences` where concepts are pairs, and `pushes`."""
        from escucha.experiments.concepts import comparison_figures as drawn

        made = {"effects": drawn.effects(self), "differences": drawn.differences(self)} if self.differences else {}
        return made | {"pushes": drawn.pushes(self)}

    def sounds(self) -> dict[str, Clip]:
        """None: the studies of each model have them."""
        return {}

    def words(self) -> list[str]:
        """The headline, what differs and what is shared, the pushes, and how to read it."""
        from escucha.experiments.concepts.comparison_words import sentences

        return sentences(self)

    def _effects(self) -> list[dict[str, Any]]:
        return [{"model": one.model, **asdict(effect), "inert": effect.inert, "felt": effect.felt}
                for one in self.models for effect in one.effects]

    def _tests(self) -> list[dict[str, Any]]:
        return [{"model": one.model, **asdict(test)} for one in self.models for test in one.tests]
