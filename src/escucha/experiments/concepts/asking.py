"""What a concept study asks, checked before anything is heard: cards, layers, labels, and which clips may be tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escucha.concepts import activations
from escucha.concepts.activations import Readable
from escucha.concepts.concept import Concept
from escucha.concepts.correction import CORRECTIONS, nulls_needed
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.erasing.effect import check_steerable
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.rendering.source import RenderedSource
from escucha.errors import InputError, check_once, unknown
from escucha.experiments.accuracy.tagging import labelled
from escucha.models.classifier import label_index

if TYPE_CHECKING:
    from escucha.experiments.concepts.study import ConceptStudy
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Asked:
    """What a study asks, checked."""

    classifier: Readable
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

    @property
    def having(self) -> np.ndarray:
        """`(clip, label)`: which clips under test have which label."""
        return np.array([[label in track.labels for label in self.labels] for track in self.tracks])


def ask(study: "ConceptStudy", workbench: "Workbench", *, cells: int = 0) -> Asked:
    """Everything that can be wrong, found before anything is heard. `cells` are the tests, if not one a layer."""
    _check(study)
    classifier = activations.readable(workbench.model(study.model), study.layers)
    layers, labels = study.layers or activations.layers_of(classifier), study.labels or tuple(classifier.labels)
    columns = [label_index(classifier, label) for label in labels]
    _check_erase(study, classifier, layers)
    nulls = nulls_needed(cells or len(study.concepts) * len(layers) * len(labels), study.alpha, study.nulls)
    concepts = workbench.concepts(study.concepts)
    corpus, several = labelled(workbench.corpus(study.corpus), tags=study.tags), classifier.link == "sigmoid"
    tracks = tuple(under_test(corpus, concepts, labels, several=several))
    return Asked(classifier, tuple(concepts), tracks, layers, labels, columns, nulls, unchecked(corpus, concepts))


def _check(study: "ConceptStudy") -> None:
    if not study.concepts:
        raise InputError("'concepts' is empty; name at least one card of the concepts shelf")
    for key in ("concepts", "layers", "labels", "erase", "estimators"):
        check_once(getattr(study, key), key)
    if study.correction not in CORRECTIONS:
        raise unknown("correction", study.correction, CORRECTIONS, "the experiment")
    for name in (study.estimator, *study.estimators):
        if name not in ESTIMATORS:
            raise unknown("estimator", name, ESTIMATORS, "the experiment")
    if study.estimator in study.estimators:
        raise InputError(f"'estimators' names {study.estimator!r}, which is the one that is tested ('estimator'); "
                         "leave it out: the others are shown beside it")


def _check_erase(study: "ConceptStudy", classifier: Readable, layers: Sequence[str]) -> None:
    for layer in study.erase:
        check_steerable(classifier)
        if layer not in layers:
            raise unknown("layer", layer, layers, "'erase'")
        if study.maps != "pooled":
            raise InputError(f"an idea is erased at every position alike, so 'erase' needs maps = \"pooled\" and not "
                             f"{study.maps!r}")


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
            if any(label in track.labels for track in tracks):
                raise InputError(f"every clip of {label!r} in {corpus.origin} is an example of a concept, or shares a "
                                 "group (artist, family) with one; test on other clips, or leave the label out")
            raise InputError(f"no clip of {label!r} in {corpus.origin}; add some, or leave the label out")
    return kept


def unchecked(corpus: Corpus, concepts: Sequence[Concept]) -> tuple[str, ...]:
    """Concepts of clips none of whose groups is a name in the corpus: one singer may then have two names.

    Only of recordings: pairs and whatever else is rendered have families, which are numbers, and no two names.
    """
    known = {track.group for track in corpus if not isinstance(track.source, RenderedSource)}
    return tuple(concept.name for concept in concepts
                 if known and not concept.paired and not known & set(concept.groups)
                 and not all(isinstance(example.source, RenderedSource) for example in concept.examples))
