"""The kind `concept-study`: which ideas push which labels, at which layer, and what switching them on does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from escucha.concepts import activations, tcav
from escucha.concepts.activations import Heard, Maps, Slopes
from escucha.concepts.cav import Cav, find_cav
from escucha.concepts.concept import Concept, Example
from escucha.concepts.correction import CORRECTIONS, nulls_needed
from escucha.concepts.design import Design, design, inside
from escucha.concepts.effect import DirectEffect, direct_effects
from escucha.concepts.table import ConceptTable, Sounding
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.errors import InputError, unknown
from escucha.models.classifier import LayeredClassifier, label_index

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class ConceptStudy:
    """Settings; METHODS: Kim et al. 2018, tested against meaningless concepts of the same design."""

    kind: ClassVar[str] = "concept-study"
    revision: ClassVar[int] = 1
    model: str
    concepts: tuple[str, ...]
    corpus: dict[str, Any]
    """The clips under test; those whose groups supply concept examples are left out."""
    layers: tuple[str, ...] = ()
    """All layers of the model when empty."""
    labels: tuple[str, ...] = ()
    """All labels of the model when empty."""
    estimator: str = "paired-difference"
    """A key of `escucha.concepts.dual.ESTIMATORS`; paired differences of clips are differences of means."""
    maps: Maps = "pooled"
    alpha: float = 0.05
    correction: str = "holm"
    """Or `benjamini-hochberg`."""
    nulls: int = 0
    """Meaningless concepts; 0 for as many as the correction needs, cells / alpha."""
    margin: float = 0.1
    """A direct effect within this share of the spread of the label's value over the clips under test is inert."""
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the model, the concepts and the corpus are made of."""
        from escucha.concepts.shelf import concept_digest
        from escucha.models.shelf import model_digest

        return [model_digest(self.model, workbench.home),
                *(concept_digest(card, workbench.home) for card in self.concepts),
                workbench.corpus(self.corpus).digest()]

    def run(self, workbench: "Workbench") -> ConceptTable:
        """Hear every example once, every clip under test once, and test; InputError before anything is rendered."""
        classifier, concepts, tracks, nulls = self._asked(workbench)
        layers, labels = self.layers or classifier.layers, self.labels or classifier.labels
        sources = _distinct([example for concept in concepts for example in (*concept.examples, *concept.null)])
        rows = {key: place for place, key in enumerate(sources)}
        designs = [design(concept, rows, estimator=self.estimator, nulls=nulls, seed=self.seed)
                   for concept in concepts]
        heard = activations.hear(
            classifier, workbench.clips(list(sources.values()), rate=classifier.rate, doing="concept examples"),
            layers, maps=self.maps)
        slopes = activations.slopes(
            classifier, workbench.clips([track.source for track in tracks], rate=classifier.rate,
                                        doing="clips under test"), layers, maps=self.maps)
        columns = [label_index(classifier, label) for label in labels]
        tests, cavs = self._tests(designs, heard, slopes, tracks=tracks, labels=labels, columns=columns)
        heard_values = heard.values[:, columns]
        spread = slopes.values[:, columns].std(axis=0)
        effects = self._effects(designs, heard_values, labels, margins=self.margin * spread)
        return ConceptTable(
            self.model, {concept.name: concept.meaning for concept in concepts}, tuple(layers), tuple(labels),
            tests, cavs, effects, _soundings(designs, heard_values, workbench, classifier.rate),
            {concept.name: len({example.group for example in concept.examples}) for concept in concepts},
            {label: sum(track.label == label for track in tracks) for label in labels},
            {"estimator": self.estimator, "maps": self.maps, "nulls": nulls, "alpha": self.alpha,
             "correction": self.correction, "margin": self.margin, "seed": self.seed})

    def _asked(self, workbench: "Workbench") -> tuple[LayeredClassifier, list[Concept], list[Track], int]:
        """Everything that can be wrong, found before anything is heard."""
        classifier = activations.layered(workbench.model(self.model), self.layers)
        if not self.concepts:
            raise InputError("'concepts' is empty; name at least one card of the concepts shelf")
        if self.correction not in CORRECTIONS:
            raise unknown("correction", self.correction, CORRECTIONS)
        for label in self.labels:
            label_index(classifier, label)
        concepts = [workbench.concept(card) for card in self.concepts]
        labels = self.labels or classifier.labels
        cells = len(concepts) * len(self.layers or classifier.layers) * len(labels)
        nulls = nulls_needed(cells, self.alpha, self.nulls)
        return classifier, concepts, under_test(workbench.corpus(self.corpus), concepts, labels), nulls

    def _tests(self, designs: Sequence[Design], heard: Heard, slopes: Slopes, *, tracks: Sequence[Track],
               labels: Sequence[str], columns: Sequence[int]) -> tuple[tuple[tcav.ConceptTest, ...], tuple[Cav, ...]]:
        clip_labels = np.array([track.label for track in tracks])
        tests: list[tcav.ConceptTest] = []
        cavs: list[Cav] = []
        for layer, rows in heard.rows.items():
            within = inside(layer, rows, slopes.rows[layer][:, columns])
            found = [find_cav(within, rows, made, seed=self.seed) for made in designs]
            cavs += found
            tests += tcav.layer_tests(within, designs, found, clip_labels=clip_labels, labels=labels,
                                      alpha=self.alpha, seed=self.seed)
        return tuple(tcav.corrected(tests, correction=self.correction, alpha=self.alpha)), tuple(cavs)

    def _effects(self, designs: Sequence[Design], values: np.ndarray, labels: Sequence[str], *,
                 margins: np.ndarray) -> tuple[DirectEffect, ...]:
        made: list[DirectEffect] = []
        for found in designs:
            if found.concept.paired:
                half = len(found.own) // 2
                changes = values[found.own[:half]] - values[found.own[half:]]
                made += direct_effects(changes, found.groups[:half], concept=found.concept.name, labels=labels,
                                       margins=margins, seed=self.seed)
        return tuple(made)


def under_test(corpus: Corpus, concepts: Sequence[Concept], labels: Sequence[str]) -> list[Track]:
    """Tracks with one of the labels whose groups supply no example; InputError where a label is left with none."""
    supplying = {group for concept in concepts for group in concept.groups}
    tracks = [track for track in corpus if len(track.labels) == 1 and track.label in labels]
    kept = [track for track in tracks if track.group not in supplying]
    for label in labels:
        if not any(track.label == label for track in kept):
            shared = " whose group supplies no concept example" if any(t.label == label for t in tracks) else ""
            raise InputError(f"no clip of {label!r}{shared} in {corpus.origin}; add some, or leave the label out")
    return kept


def _distinct(examples: Sequence[Example]) -> dict[str, Source]:
    """Key to source: what several concepts use is heard once."""
    return {example.source.key(): example.source for example in examples}


def _soundings(designs: Sequence[Design], values: np.ndarray, workbench: "Workbench",
               rate: int) -> tuple[Sounding, ...]:
    """One example with and one without each idea: of pairs, the one whose change is closest to the mean change."""
    chosen: list[tuple[str, bool, Source, np.ndarray]] = []
    for found in designs:
        ordered = sorted(found.concept.examples, key=lambda example: not example.present)
        first, second = 0, int(np.argmin(found.signs))
        if found.concept.paired:
            changes = values[found.own[:second]] - values[found.own[second:]]
            first = int(np.argmin(np.abs(changes - changes.mean(axis=0)).sum(axis=1)))
            second += first
        chosen += [(found.concept.name, place == first, ordered[place].source, values[found.own[place]])
                   for place in (first, second)]
    clips = workbench.clips([source for _, _, source, _ in chosen], rate=rate, doing="sounds")
    return tuple(Sounding(name, there, clip, said) for (name, there, _, said), clip in zip(chosen, clips)
                 if np.abs(clip.wave).max() > 1e-4)
