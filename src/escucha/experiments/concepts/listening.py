"""What a concept study hears, once: examples, null examples, clips under test; and what tests need of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escucha.concepts.cav import Cav, find_cav
from escucha.concepts.design import Design, design
from escucha.concepts.effect import DirectEffect, direct_effects
from escucha.concepts.layer import Layer
from escucha.concepts.tcav import ConceptTest, layer_tests
from escucha.concepts.telling import Telling, telling
from escucha.concepts.tested import Tested, tested
from escucha.experiments.concepts.asking import Asked

if TYPE_CHECKING:
    from escucha.experiments.concepts.study import ConceptStudy
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Listened:
    """Everything heard."""

    asked: Asked
    designs: list[Design]
    """One a concept."""
    values: np.ndarray
    """`(row, label)`: what the model says of each example."""
    rows: dict[str, np.ndarray]
    """Layer to what it gives of each example and null example `(row, unit)`, in its own units."""
    tested: Tested

    def cavs(self, layer: Layer, *, seed: int) -> tuple[Cav, ...]:
        """One a concept."""
        return tuple(find_cav(layer, self.tested.rows[layer.name], made, seed=seed) for made in self.designs)

    def tests(self, layer: Layer, cavs: Sequence[Cav], *, alpha: float, seed: int) -> list[ConceptTest]:
        """Not yet corrected."""
        return layer_tests(layer, self.designs, cavs, having=self.asked.having, labels=self.asked.labels, alpha=alpha,
                           seed=seed, groups=self._groups)

    def told(self, *, seed: int) -> list[Telling]:
        """How well each label's value tells its clips from the others under test."""
        return telling(self.tested.values, self.asked.having, labels=self.asked.labels, groups=self._groups, seed=seed)

    @property
    def _groups(self) -> list[str]:
        return [track.group for track in self.asked.tracks]


def listen(study: "ConceptStudy", asked: Asked, workbench: "Workbench") -> Listened:
    """Hear every example and every clip under test once."""
    designs, rows, values = _examples(study, asked, workbench)
    clips = workbench.clips([track.source for track in asked.tracks], rate=asked.classifier.rate,
                            doing="clips under test")
    under_test = tested(asked.classifier, clips, rows, maps=study.maps, labels=asked.labels)
    return Listened(asked, designs, values, rows, under_test)


def paired_changes(designs: Sequence[Design], values: np.ndarray) -> Iterator[tuple[Design, np.ndarray]]:
    """Concepts of counterfactual pairs, each with its value differences `(pair, label)`."""
    for found in designs:
        if found.concept.paired:
            half = len(found.own) // 2
            yield found, values[found.own[:half]] - values[found.own[half:]]


def switched(designs: Sequence[Design], values: np.ndarray, labels: Sequence[str], *, margins: np.ndarray,
             seed: int) -> tuple[DirectEffect, ...]:
    """Direct effects, one a concept of pairs and label."""
    return tuple(effect for found, changes in paired_changes(designs, values) for effect in direct_effects(
        changes, found.groups[:len(changes)], concept=found.concept.name, labels=labels, margins=margins, seed=seed,
        degrees=found.concept.degrees))


def _examples(study: "ConceptStudy", asked: Asked,
              workbench: "Workbench") -> tuple[list[Design], dict[str, np.ndarray], np.ndarray]:
    """Designs; activations of examples, then of what is left of the null examples; values of the examples."""
    shown = {example.source.key(): example.source for concept in asked.concepts for example in concept.examples}
    spare = {example.source.key(): example.source for concept in asked.concepts for example in concept.null}
    spare = {key: source for key, source in spare.items() if key not in shown}
    places = {key: place for place, key in enumerate((*shown, *spare))}
    designs = [design(concept, places, estimator=study.estimator, nulls=asked.nulls, seed=study.seed)
               for concept in asked.concepts]
    heard = workbench.hear(asked.classifier, [*shown.values(), *spare.values()], asked.layers, card=study.model,
                           maps=study.maps, with_values=len(shown), doing="concept examples")
    return designs, heard.rows, heard.values[:, asked.columns]
