"""The kind `concept-study`: which ideas push which labels, at which layer, and what switching them on does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts.activations import Maps
from escucha.concepts.cav import Cav
from escucha.concepts.contrast import Contrast, contrasts
from escucha.concepts.correction import nulls_needed
from escucha.concepts.design import Design
from escucha.concepts.doses import Dose, doses
from escucha.concepts.entangling import Entangled, entangled
from escucha.concepts.erasing.table import Erasures
from escucha.concepts.estimators import Estimated, estimated
from escucha.concepts.tcav import ConceptTest, corrected, mean_pulls
from escucha.concepts.telling import Telling, untold
from escucha.concepts.validation import doubts
from escucha.config import Within
from escucha.corpora.corpus import Source
from escucha.experiments.concepts.agreement import agreements
from escucha.experiments.concepts.asking import Asked, ask
from escucha.experiments.concepts.erasing import erased
from escucha.experiments.concepts.finding import ConceptTable, Sounding
from escucha.experiments.concepts.listening import Listened, listen, paired_changes, switched
from escucha.models.classifier import VALUES

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class ConceptStudy:
    """Which concepts, on which clips: TCAV (Kim et al. 2018) against meaningless concepts, and direct effects."""

    kind: ClassVar[str] = "concept-study"
    revision: ClassVar[int] = 9
    model: str
    """A network, or a model of features (SVM, forest), whose one layer is called `features`."""
    concepts: tuple[str, ...]
    corpus: dict[str, Any]
    """The clips under test; those that are concept examples, or whose groups supply some, are left out."""
    tags: str = ""
    """For a model of tags: the annotation whose names are the clips' labels, such as `"sources"`."""
    layers: tuple[str, ...] = ()
    """All layers of the model when empty."""
    labels: tuple[str, ...] = ()
    """All labels of the model when empty."""
    estimator: str = "paired-difference"
    """A key of `escucha.concepts.dual.ESTIMATORS`; paired differences of clips are differences of means."""
    estimators: tuple[str, ...] = ()
    """More of them, to be shown beside it and not tested: there are no more tests than without them."""
    maps: Maps = "pooled"
    erase: tuple[str, ...] = ()
    """Layers at which every concept is erased (LEACE), to see what the labels lose; of pooled maps only."""
    alpha: Annotated[float, Within(1e-4, 0.5)] = 0.05
    correction: str = "holm"
    """Or `benjamini-hochberg`."""
    nulls: Annotated[int, Within(0, 100_000)] = 0
    """Meaningless concepts; 0 for as many as the correction needs, cells / alpha."""
    margin: Annotated[float, Within(0, 10)] = 0.1
    """A direct effect within this share of the spread of the label's value over the clips under test is inert."""
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the model, the concepts and the corpus are made of."""
        return workbench.made_of(self.model, self.concepts, self.corpus)

    def run(self, workbench: "Workbench") -> ConceptTable:
        """Hear every example and every clip under test once, and test; what is wrong is said before that."""
        asked = ask(self, workbench)
        found = listen(self, asked, workbench)
        designs, values = found.designs, found.values
        with threadpool_limits(1):  # many small solves: threads would wait for each other
            layers = [self._layer(found, name) for name in asked.layers]
        known = found.told(seed=self.seed)
        tests = tuple(corrected(untold([test for layer in layers for test in layer.tests], known, alpha=self.alpha),
                                correction=self.correction, alpha=self.alpha))
        effects = switched(designs, values, asked.labels, margins=self.margin * found.tested.values.std(axis=0),
                           seed=self.seed)
        return ConceptTable(
            self.model, {concept.name: concept.meaning for concept in asked.concepts}, asked.layers, asked.labels,
            tests, tuple(cav for layer in layers for cav in layer.cavs), effects,
            _soundings(designs, values, workbench, asked.classifier.rate),
            {concept.name: len({example.group for example in concept.examples}) for concept in asked.concepts},
            {label: sum(label in track.labels for track in asked.tracks) for label in asked.labels},
            len({track.group for track in asked.tracks}), {**self._told(asked), "push": layers[0].unit},
            self._pairs(asked, workbench), asked.unchecked,
            estimated=tuple(one for layer in layers for one in layer.estimated),
            entangled=tuple(one for layer in layers for one in layer.entangled),
            agreements=tuple(agreements(tests, effects, seed=self.seed)),
            doses=self._doses(designs, values, asked.labels),
            doubts={concept.name: told for concept in asked.concepts if (told := doubts(concept, asked.tracks))},
            told=tuple(known), erasures=self._erasures(found, known, workbench) if self.erase else None)

    def _told(self, asked: Asked) -> dict[str, Any]:
        return {"value": VALUES[asked.classifier.link], "estimator": self.estimator, "maps": self.maps,
                "nulls": asked.nulls, "alpha": self.alpha, "correction": self.correction, "margin": self.margin,
                "seed": self.seed}

    def _layer(self, found: Listened, name: str) -> "_Layer":
        layer, asked, designs = found.tested.layer(name), found.asked, found.designs
        cavs = found.cavs(layer, seed=self.seed)
        tests = found.tests(layer, cavs, alpha=self.alpha, seed=self.seed)
        towards = mean_pulls(layer, asked.having, asked.labels)
        beside = [one for made in designs if self.estimators for one in estimated(
            layer, made, towards, estimators=tuple(dict.fromkeys((self.estimator, *self.estimators))),
            labels=asked.labels)]
        return _Layer(layer.unit, tuple(tests), cavs, tuple(beside), tuple(entangled(layer, designs, cavs)))

    def _erasures(self, found: Listened, known: Sequence[Telling], workbench: "Workbench") -> Erasures:
        asked, sources = found.asked, [track.source for track in found.asked.tracks]
        cells = len(asked.concepts) * len(self.erase) * len(asked.labels)
        return erased(
            asked.classifier, lambda: workbench.clips(sources, rate=asked.classifier.rate, doing="erasing, of clips"),
            self.erase, found.designs, found.rows, labels=asked.labels, having=asked.having,
            groups=[track.group for track in asked.tracks], known=[one.known(self.alpha) for one in known],
            controls=nulls_needed(cells, self.alpha), correction=self.correction, seed=self.seed)

    def _pairs(self, asked: Asked, workbench: "Workbench") -> tuple[Contrast, ...]:
        rate = asked.classifier.rate
        return tuple(pair for concept in asked.concepts if concept.paired for pair in contrasts(
            concept, workbench.clips([example.source for example in concept.examples], rate=rate, doing="pairs")))

    def _doses(self, designs: Sequence[Design], values: np.ndarray, labels: Sequence[str]) -> tuple[Dose, ...]:
        return tuple(dose for found, changes in paired_changes(designs, values)
                     for dose in doses(found.concept, changes, labels=labels, seed=self.seed))


@dataclass(frozen=True, eq=False)
class _Layer:
    """What is found at one layer."""

    unit: str
    tests: tuple[ConceptTest, ...]
    cavs: tuple[Cav, ...]
    estimated: tuple[Estimated, ...]
    entangled: tuple[Entangled, ...]


def _soundings(designs: Sequence[Design], values: np.ndarray, workbench: "Workbench",
               rate: int) -> tuple[Sounding, ...]:
    """One example with and one without each idea: of pairs, the one whose change is closest to the mean change."""
    chosen: list[tuple[str, bool, Source, np.ndarray]] = []
    for found in designs:
        ordered = sorted(found.concept.examples, key=lambda example: not example.present)
        first, second = 0, int(np.argmax(found.signs < 0))
        if found.concept.paired:
            changes = values[found.own[:second]] - values[found.own[second:]]
            near = found.concept.degrees < found.concept.degrees.max()  # a graded idea is heard at its two ends
            first = int(np.argmin(np.abs(changes - changes[~near].mean(axis=0)).sum(axis=1) + near * 1e9))
            second += first
        chosen += [(found.concept.name, place == first, ordered[place].source, values[found.own[place]])
                   for place in (first, second)]
    clips = workbench.clips([source for _, _, source, _ in chosen], rate=rate, doing="sounds")
    return tuple(Sounding(name, there, clip, said) for (name, there, _, said), clip in zip(chosen, clips)
                 if np.abs(clip.wave).max() > 1e-4)
