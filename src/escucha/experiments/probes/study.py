"""The kind `probe-study`: which annotated properties can be read off which layer by a straight line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts import activations
from escucha.concepts.activations import Maps
from escucha.concepts.probes import probe
from escucha.concepts.probes.probe import Split, Task
from escucha.concepts.probes.selectivity import CONTROLS, Probe, check_controls
from escucha.concepts.probes.selectivity import probe as probed
from escucha.concepts.probes.table import ProbeTable
from escucha.config import Within
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError, unknown

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class ProbeStudy:
    """Properties at layers: linear probes (Alain and Bengio 2016, arXiv 1610.01644) with control tasks."""

    kind: ClassVar[str] = "probe-study"
    revision: ClassVar[int] = 3
    model: str
    properties: tuple[str, ...]
    """Annotations (`mode`, `metre`, `tempo`), `label`, or names of sources: does it sound?"""
    corpus: dict[str, Any]
    """Annotated clips; its own splits are used where it has train, valid and test."""
    layers: tuple[str, ...] = ()
    """All layers of the model when empty."""
    types: tuple[str, ...] = ("program", "tonic")
    """Annotations whose combinations recur across groups and get the random labels of control tasks."""
    controls: Annotated[int, Within(CONTROLS, 10_000)] = CONTROLS
    """Control tasks."""
    maps: Maps = "pooled"
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the model and the corpus are made of."""
        from escucha.models.shelf import model_digest

        return [model_digest(self.model, workbench.home), workbench.corpus(self.corpus).digest()]

    def run(self, workbench: "Workbench") -> ProbeTable:
        """Hear every clip once, then probe; InputError for an unknown layer or property before anything is heard."""
        classifier = activations.readable(workbench.model(self.model), self.layers)
        check_controls(self.controls)
        corpus = workbench.corpus(self.corpus)
        split = probe.split_of([track.group for track in corpus], [track.split for track in corpus], seed=self.seed)
        notes = [_known(track) for track in corpus]
        targets = {name: _target(name, notes, corpus) for name in self.properties}
        types = _types(self.types, notes)
        layers = self.layers or activations.layers_of(classifier)
        heard = workbench.hear(classifier, [track.source for track in corpus], layers, card=self.model, maps=self.maps,
                               doing="clips to probe")
        with threadpool_limits(1):  # the fits are small: threads that wait for each other make them five times slower
            probes = [self._probe(name, layer, targets, heard.rows[layer], split=split, types=types)
                      for name in self.properties for layer in layers]
        labels = np.array([";".join(track.labels) for track in corpus])
        told = {name: _from_label(labels, target, split, task) for name, (target, task) in targets.items()}
        return ProbeTable(self.model, tuple(probes), told, {
            "layers": list(layers), "types": list(self.types), "controls": self.controls, "maps": self.maps,
            "clips": len(corpus), "seed": self.seed})

    def _probe(self, name: str, layer: str, targets: dict[str, tuple[np.ndarray, Task]], rows: np.ndarray, *,
               split: Split, types: np.ndarray | None) -> Probe:
        target, task = targets[name]
        return probed(rows, target, split, types, subject=name, layer=layer, task=task, draws=self.controls,
                      seed=self.seed)


def _known(track: Track) -> dict[str, Any]:
    return {**track.source.annotations(), "label": ";".join(track.labels)}


def _target(name: str, notes: Sequence[dict[str, Any]], corpus: Corpus) -> tuple[np.ndarray, Task]:
    """`(clip,)` classes or numbers; InputError for what is not annotated, or the same in every clip."""
    sources = {source for note in notes for source in note.get("sources", ())}
    if all(name in note for note in notes):
        values = [note[name] for note in notes]
    elif name in sources:
        values = ["yes" if name in note.get("sources", ()) else "no" for note in notes]
    else:
        simple = {key for note in notes for key, value in note.items() if isinstance(value, str | int | float)}
        raise unknown("property", name, simple | sources, corpus.origin)
    if len(set(map(str, values))) < 2:
        raise InputError(f"{name!r} is {values[0]!r} in every clip of {corpus.origin}; there is nothing to tell apart")
    if all(isinstance(value, float) for value in values):
        return np.array(values, dtype=np.float64), "number"
    return np.array([str(value) for value in values]), "classes"


def _types(names: Sequence[str], notes: Sequence[dict[str, Any]]) -> np.ndarray | None:
    """`(clip,)` types; None where a clip lacks one of the annotations."""
    if not names or not all(name in note for note in notes for name in names):
        return None
    return np.array(["/".join(str(note[name]) for name in names) for note in notes])


def _from_label(labels: np.ndarray, target: np.ndarray, split: Split, task: Task) -> float:
    """How well a clip's label alone tells the property: by each label's usual value in train."""
    said = target.copy()
    for label in np.unique(labels):
        values = target[split.train & (labels == label)]
        if len(values):
            names, counts = np.unique(values, return_counts=True)
            said[labels == label] = values.mean() if task == "number" else names[counts.argmax()]
    return probe.score(said[split.test], target[split.test], task=task)
