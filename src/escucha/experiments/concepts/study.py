"""The kind `concept-study`: which ideas push which labels, at which layer, and what switching them on does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts import activations, slopes
from escucha.concepts.activations import Maps
from escucha.concepts.cav import Cav, find_cav
from escucha.concepts.concept import Concept
from escucha.concepts.contrast import Contrast, contrasts
from escucha.concepts.correction import CORRECTIONS, nulls_needed
from escucha.concepts.design import Design, design, reduced
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.effect import DirectEffect, direct_effects
from escucha.concepts.slopes import Pulled
from escucha.concepts.table import ConceptTable, Sounding
from escucha.concepts.tcav import ConceptTest, corrected, layer_tests
from escucha.config import Within
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.errors import InputError, unknown
from escucha.experiments.accuracy.tagging import labelled
from escucha.models.classifier import VALUES, LayeredClassifier, label_index

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class ConceptStudy:
    """Which concepts, on which clips: TCAV (Kim et al. 2018) against meaningless concepts, and direct effects."""

    kind: ClassVar[str] = "concept-study"
    revision: ClassVar[int] = 4
    model: str
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
    maps: Maps = "pooled"
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
        from escucha.concepts.shelf import concept_digest
        from escucha.models.shelf import model_digest

        return [model_digest(self.model, workbench.home),
                *(concept_digest(card, workbench.home) for card in self.concepts),
                workbench.corpus(self.corpus).digest()]

    def run(self, workbench: "Workbench") -> ConceptTable:
        """Hear every example and every clip under test once, and test; what is wrong is said before that."""
        asked = self._asked(workbench)
        designs, rows, values = self._examples(asked, workbench)
        clips = workbench.clips([track.source for track in asked.tracks], rate=asked.classifier.rate,
                                doing="clips under test")
        pulled = slopes.pulled(asked.classifier, clips, rows, maps=self.maps, labels=asked.labels)
        with threadpool_limits(1):  # many small solves: threads would wait for each other
            tests, cavs = self._tests(asked, designs, rows, pulled)
        spread = pulled.values.std(axis=0)
        return ConceptTable(
            self.model, {concept.name: concept.meaning for concept in asked.concepts}, asked.layers, asked.labels,
            tests, cavs, self._effects(designs, values, asked.labels, margins=self.margin * spread),
            _soundings(designs, values, workbench, asked.classifier.rate),
            {concept.name: len({example.group for example in concept.examples}) for concept in asked.concepts},
            {label: sum(label in track.labels for track in asked.tracks) for label in asked.labels},
            {"value": VALUES[asked.classifier.link], "estimator": self.estimator, "maps": self.maps,
             "nulls": asked.nulls, "alpha": self.alpha, "correction": self.correction, "margin": self.margin,
             "seed": self.seed},
            self._pairs(asked, workbench), asked.unchecked)

    def _asked(self, workbench: "Workbench") -> "Asked":
        """Everything that can be wrong, found before anything is heard."""
        if not self.concepts:
            raise InputError("'concepts' is empty; name at least one card of the concepts shelf")
        for names in (self.concepts, self.layers, self.labels):
            if len(set(names)) < len(names):
                raise InputError(f"{list(names)} names something twice: each would count as a test; name it once")
        for name, known in ((self.correction, CORRECTIONS), (self.estimator, ESTIMATORS)):
            if name not in known:
                raise unknown("setting", name, known)
        classifier = activations.layered(workbench.model(self.model), self.layers)
        layers, labels = self.layers or tuple(classifier.layers), self.labels or tuple(classifier.labels)
        columns = [label_index(classifier, label) for label in labels]
        nulls = nulls_needed(len(self.concepts) * len(layers) * len(labels), self.alpha, self.nulls)
        concepts = [workbench.concept(card) for card in self.concepts]
        corpus, several = labelled(workbench.corpus(self.corpus), tags=self.tags), classifier.link == "sigmoid"
        tracks = tuple(under_test(corpus, concepts, labels, several=several))
        return Asked(classifier, tuple(concepts), tracks, layers, labels, columns, nulls, unchecked(corpus, concepts))

    def _examples(self, asked: "Asked",
                  workbench: "Workbench") -> tuple[list[Design], dict[str, np.ndarray], np.ndarray]:
        """Designs; activations of examples, then of what is left of the null examples; values of the examples."""
        shown = {example.source.key(): example.source for concept in asked.concepts for example in concept.examples}
        spare = {example.source.key(): example.source for concept in asked.concepts for example in concept.null}
        spare = {key: source for key, source in spare.items() if key not in shown}
        places = {key: place for place, key in enumerate((*shown, *spare))}
        designs = [design(concept, places, estimator=self.estimator, nulls=asked.nulls, seed=self.seed)
                   for concept in asked.concepts]
        heard = workbench.hear(asked.classifier, [*shown.values(), *spare.values()], asked.layers, card=self.model,
                               maps=self.maps, with_values=len(shown), doing="concept examples")
        return designs, heard.rows, heard.values[:, asked.columns]

    def _tests(self, asked: "Asked", designs: Sequence[Design], rows: dict[str, np.ndarray],
               pulled: Pulled) -> tuple[tuple[ConceptTest, ...], tuple[Cav, ...]]:
        having = np.array([[label in track.labels for label in asked.labels] for track in asked.tracks])
        tests: list[ConceptTest] = []
        cavs: list[Cav] = []
        for layer in asked.layers:
            within = reduced(layer, rows[layer], pulled)
            found = [find_cav(within, rows[layer], made, seed=self.seed) for made in designs]
            cavs += found
            tests += layer_tests(within, designs, found, having=having, labels=asked.labels,
                                 alpha=self.alpha, seed=self.seed)
        return tuple(corrected(tests, correction=self.correction, alpha=self.alpha)), tuple(cavs)

    def _pairs(self, asked: "Asked", workbench: "Workbench") -> tuple[Contrast, ...]:
        rate = asked.classifier.rate
        return tuple(pair for concept in asked.concepts if concept.paired for pair in contrasts(
            concept, workbench.clips([example.source for example in concept.examples], rate=rate, doing="pairs")))

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


@dataclass(frozen=True, eq=False)
class Asked:
    """What a study asks, checked."""

    classifier: LayeredClassifier
    concepts: tuple[Concept, ...]
    tracks: tuple[Track, ...]
    """The clips under test."""
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    columns: list[int]
    """Of the labels, among the classifier's."""
    nulls: int
    unchecked: tuple[str, ...]
    """See `unchecked`."""


def under_test(corpus: Corpus, concepts: Sequence[Concept], labels: Sequence[str], *,
               several: bool = False) -> list[Track]:
    """Tracks with one of the labels that share neither group nor sound with any example or null example.

    Where a model gives `several` labels at once a track may have several too. InputError where a label is left with
    none.
    """
    supplying = {group for concept in concepts for group in concept.groups}
    shown = {example.source.key() for concept in concepts for example in (*concept.examples, *concept.null)}
    tracks = [track for track in corpus if set(track.labels) & set(labels) and (several or len(track.labels) == 1)]
    kept = [track for track in tracks if track.group not in supplying and track.source.key() not in shown]
    for label in labels:
        if not any(label in track.labels for track in kept):
            shared = " that is no concept example, nor of a group of one," if any(
                label in track.labels for track in tracks) else ""
            raise InputError(f"no clip of {label!r}{shared} in {corpus.origin}; add some, or leave the label out")
    return kept


def unchecked(corpus: Corpus, concepts: Sequence[Concept]) -> tuple[str, ...]:
    """Concepts of clips none of whose groups is a name in the corpus: one singer may then have two names.

    Pairs are left out: they are rendered, in families that no corpus plays.
    """
    known = {track.group for track in corpus}
    return tuple(concept.name for concept in concepts if not concept.paired and not known & set(concept.groups))


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
