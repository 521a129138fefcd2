"""What a concept study found: every concept on every label at every layer, in numbers, figures, sound and words."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.cav import Cav
from escucha.concepts.contrast import Contrast
from escucha.concepts.effect import DirectEffect
from escucha.concepts.tcav import ConceptTest

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class Sounding:
    """One example to listen to."""

    concept: str
    present: bool
    clip: Clip
    values: np.ndarray
    """`(label,)`: what the model says of it."""

    @property
    def name(self) -> str:
        """`with-palmas`, `without-palmas`."""
        return f"{'with' if self.present else 'without'}-{self.concept}"


@dataclass(frozen=True, eq=False)
class ConceptTable:
    """A finding; see `escucha.finding.Finding`."""

    model: str
    meanings: dict[str, str]
    """Concept to what it means."""
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    tests: tuple[ConceptTest, ...]
    """One a concept, layer and label."""
    cavs: tuple[Cav, ...]
    """One a concept and layer."""
    effects: tuple[DirectEffect, ...]
    """One a concept of counterfactual pairs and label."""
    soundings: tuple[Sounding, ...]
    groups: dict[str, int]
    """Concept to how many groups supply its examples."""
    clips: dict[str, int]
    """Label to how many clips were tested."""
    settings: dict[str, Any]
    """`value` (what is explained, in words), `nulls`, `alpha`, `correction`, `maps`, `estimator`, `margin`."""
    pairs: tuple[Contrast, ...] = ()
    """One a counterfactual pair: how far its members are apart."""
    unchecked: tuple[str, ...] = ()
    """Concepts of clips that have no group's name in common with the clips under test."""

    def test(self, concept: str, layer: str, label: str) -> ConceptTest:
        """One cell."""
        return next(test for test in self.tests if (test.concept, test.layer, test.label) == (concept, layer, label))

    def effect(self, concept: str, label: str) -> DirectEffect | None:
        """The direct effect, None where the concept is not given as pairs."""
        return next((found for found in self.effects if (found.concept, found.label) == (concept, label)), None)

    def cosines(self, layer: str) -> np.ndarray:
        """`(concept, concept)` cosines between CAVs: concepts far from zero are entangled in what the layer says."""
        here = np.stack([cav.direction for cav in self.cavs if cav.layer == layer])
        return here @ here.T

    def numbers(self) -> dict[str, Any]:
        """Settings, and every test, CAV and direct effect as a row."""
        return {
            "model": self.model, "concepts": list(self.meanings), "layers": list(self.layers),
            "labels": list(self.labels), "cells": len(self.tests), **self.settings, "clips": self.clips,
            "unchecked": list(self.unchecked),
            "tests": [asdict(test) for test in self.tests],
            "directions": [self._cav(cav) for cav in self.cavs],
            "direct_effects": self._effects(),
            "cosines": {layer: self.cosines(layer).round(6).tolist() for layer in self.layers},
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """The CAVs: `cav-<concept>-<layer>` `(unit,)`."""
        return {f"cav-{cav.concept}-{cav.layer}": cav.direction for cav in self.cavs}

    def tables(self) -> "dict[str, DataFrame]":
        """`pushes`, `directions`, `direct-effects`, `entanglement`, `pairs` and the captions of the sounds."""
        from pandas import DataFrame

        names = list(self.meanings)
        entangled = [{"layer": layer, "concept": one, **dict(zip(names, row))}
                     for layer in self.layers for one, row in zip(names, self.cosines(layer))]
        return {
            "pushes": DataFrame([asdict(test) for test in self.tests]),
            "directions": DataFrame([self._cav(cav) for cav in self.cavs]),
            "direct-effects": DataFrame(self._effects()),
            "entanglement": DataFrame(entangled),
            "pairs": DataFrame([asdict(pair) for pair in self.pairs]),
            "sounds": DataFrame([self._caption(sounding) for sounding in self.soundings]),
        }

    def figures(self) -> "dict[str, Figure]":
        """`pushes`, `direct-effects`, `push-and-effect`, `entanglement`."""
        from escucha.concepts import figures

        made = {"pushes": figures.pushes(self)}
        if self.effects:
            made |= {"direct-effects": figures.direct_effects(self), "push-and-effect": figures.push_and_effect(self)}
        return made | {"entanglement": figures.entanglement(self)}

    def sounds(self) -> dict[str, Clip]:
        """One pair of every concept, with it and without it."""
        return {sounding.name: sounding.clip for sounding in self.soundings}

    def words(self) -> list[str]:
        """The headline, one sentence a concept, how to read it, and warnings."""
        from escucha.concepts.words import sentences

        return sentences(self)

    def _cav(self, cav: Cav) -> dict[str, Any]:
        row = {name: getattr(cav, name) for name in Cav.__dataclass_fields__ if name != "direction"}
        return {**row, "groups": self.groups[cav.concept], "units": len(cav.direction)}

    def _effects(self) -> list[dict[str, Any]]:
        return [{**asdict(found), "inert": found.inert, "felt": found.felt} for found in self.effects]

    def _caption(self, sounding: Sounding) -> dict[str, Any]:
        said = ", ".join(f"{label} {value:+.2f}" for label, value in zip(self.labels, sounding.values))
        text = f"{self.meanings[sounding.concept]} The model says: {said}."
        return {"name": sounding.name,
                "caption": text if sounding.present else f"The same clip without it. The model says: {said}."}
