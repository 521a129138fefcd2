"""What a concept study found: every concept on every label at every layer, in numbers, figures, sound and words."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.cav import Cav
from escucha.concepts.contrast import Contrast
from escucha.concepts.doses import Dose
from escucha.concepts.effect import DirectEffect
from escucha.concepts.entangling import Entangled
from escucha.concepts.erasing.table import Erasures
from escucha.concepts.estimators import Estimated
from escucha.concepts.tcav import ConceptTest
from escucha.concepts.telling import Telling
from escucha.experiments.concepts import tables
from escucha.experiments.concepts.agreement import Agreement, closest

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
    tested_groups: int
    """From how many groups these come."""
    settings: dict[str, Any]
    """`value` and `push` (what they are, in words), `nulls`, `alpha`, `correction`, `maps`, `estimator`, `margin`."""
    pairs: tuple[Contrast, ...] = ()
    """One a counterfactual pair: how far its members are apart."""
    unchecked: tuple[str, ...] = ()
    """Concepts of clips that have no group's name in common with the clips under test."""
    estimated: tuple[Estimated, ...] = ()
    """One a concept, layer, label and estimator, where several were asked for."""
    entangled: tuple[Entangled, ...] = ()
    """One a layer and two concepts."""
    agreements: tuple[Agreement, ...] = ()
    """One a layer and measure, where there are direct effects."""
    doses: tuple[Dose, ...] = ()
    """One a graded concept, label and level."""
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Concept to what is not sound about its card, a sentence each."""
    told: tuple[Telling, ...] = ()
    """One a label: does the model tell it at all?"""
    erasures: Erasures | None = None
    """What labels lose without each idea, where that was asked."""

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
        rows = tables.rows(self)
        more = {name: rows[name] for name in tables.MORE}
        return {
            "model": self.model, "concepts": list(self.meanings), "layers": list(self.layers),
            "labels": list(self.labels), "cells": len(self.tests), **self.settings, "clips": self.clips,
            "unchecked": list(self.unchecked), "doubts": {name: list(said) for name, said in self.doubts.items()},
            "told": [asdict(one) for one in self.told],
            "tests": rows["pushes"], "directions": rows["directions"], "direct_effects": rows["direct-effects"],
            "cosines": {layer: self.cosines(layer).round(6).tolist() for layer in self.layers}, **more,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """The CAVs: `cav-<concept>-<layer>` `(unit,)`."""
        return {f"cav-{cav.concept}-{cav.layer}": cav.direction for cav in self.cavs}

    def tables(self) -> "dict[str, DataFrame]":
        """`pushes`, `directions`, `direct-effects`, `agreement`, `estimators`, `entanglement`, `doses`, `erased`,
        `read-when-erased`, `pairs` and the captions of the sounds; those of nothing are left out."""
        from pandas import DataFrame

        return {name: DataFrame(rows) for name, rows in tables.rows(self).items() if rows}

    def figures(self) -> "dict[str, Figure]":
        """`direct-effects`, `doses`, `erased`, `pushes`, `push-and-effect`, `agreement`, `estimators`, `directions` and
        `entanglement`, as far as there is something to draw."""
        from escucha.experiments.concepts import beliefs_figures as beliefs
        from escucha.experiments.concepts import effects_figures as effects
        from escucha.experiments.concepts import erasing_figure, figures

        drawn: dict[str, tuple[Any, Callable[[ConceptTable], Figure]]] = {
            "direct-effects": (self.effects, effects.direct_effects), "doses": (self.doses, effects.doses),
            "erased": (self.erasures, erasing_figure.erased), "pushes": (self.tests, figures.pushes),
            "push-and-effect": (self.effects, effects.push_and_effect),
            "agreement": (closest(self.agreements), beliefs.agreement),
            "estimators": (self.estimated, beliefs.estimators),
            "directions": (self.cavs, figures.directions), "entanglement": (self.entangled, figures.entanglement)}
        return {name: draw(self) for name, (there, draw) in drawn.items() if there}

    def sounds(self) -> dict[str, Clip]:
        """One pair of every concept, with it and without it."""
        return {sounding.name: sounding.clip for sounding in self.soundings}

    def words(self) -> list[str]:
        """The headline, what each label goes by, what is to be believed, how to read it, and warnings."""
        from escucha.experiments.concepts.words import sentences

        return sentences(self)
