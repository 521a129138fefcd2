"""The kind `probe-study`: which properties can be read off which layer, by what, and was it learned?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts import activations
from escucha.concepts.activations import Maps, Readable
from escucha.concepts.probes.baselines import LOG_MEL, UNTRAINED, Beside
from escucha.concepts.probes.description import Code
from escucha.concepts.probes.ends import Ends
from escucha.concepts.probes.fits import PROBES
from escucha.concepts.probes.probe import Probe
from escucha.concepts.probes.real import Real
from escucha.concepts.probes.selectivity import CONTROLS, Controls, check_controls, controls_of
from escucha.concepts.probes.splits import Split, split_of
from escucha.config import Within
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError, check_once, unknown
from escucha.experiments.probes import hearing, targets
from escucha.experiments.probes.cells import Asked, Heard, cells, sorted_out
from escucha.experiments.probes.finding import ProbeTable
from escucha.experiments.probes.targets import Notes, Target

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class ProbeStudy:
    """Properties at layers: probes (Alain and Bengio 2016, arXiv 1610.01644) with control tasks and baselines."""

    kind: ClassVar[str] = "probe-study"
    revision: ClassVar[int] = 6
    model: str
    properties: tuple[str, ...]
    """Annotations (`mode`, `metre`, `tempo`), `label`, names of sources (does it sound?), or what can be measured of a
    clip (`centroid`, `onset-rate`; see `escucha.corpora.measures`)."""
    corpus: dict[str, Any]
    """Annotated clips; its own splits are used where it has train, valid and test."""
    layers: tuple[str, ...] = ()
    """All layers of the model when empty."""
    probes: tuple[str, ...] = ("linear",)
    """Kinds of probe: `linear`, `mlp`. Layers and headlines are those of the first."""
    amounts: tuple[str, ...] = ()
    """Properties that are annotated in whole numbers and are amounts, not names."""
    description_length: bool = False
    """Of classes: how much shorter the layer makes their code (MDL), by the first kind of probe."""
    baselines: tuple[Literal["untrained", "log-mel"], ...] = ("untrained", "log-mel")
    """What learned nothing: the network before training, layer by layer; means and spreads of mel bands."""
    out_of_range: bool = False
    """Of numbers: learn the middle of the range, be asked about its ends."""
    real: dict[str, Any] | None = None
    """Real clips, with the same annotations where they are known, that the probes are asked about."""
    types: tuple[str, ...] = ("program", "tonic")
    """Annotations whose combinations recur across groups and get the random labels of control tasks."""
    controls: Annotated[int, Within(CONTROLS, 10_000)] = CONTROLS
    """Control tasks."""
    maps: Maps = "pooled"
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the model and the corpora are made of."""
        corpora = [self.corpus, *([self.real] if self.real else [])]
        return [workbench.digest(self.model), *(workbench.corpus(table).digest() for table in corpora)]

    def run(self, workbench: "Workbench") -> ProbeTable:
        """Hear every clip once, then probe; InputError for an unknown layer or property before anything is heard."""
        classifier = activations.readable(workbench.model(self.model), self.layers)
        corpus = workbench.corpus(self.corpus)
        known = targets.notes_of(corpus)
        self._check(known, corpus)
        split = split_of([track.group for track in corpus], [track.split for track in corpus], seed=self.seed)
        asked = targets.targets_of(self.properties, known, corpus, amounts=self.amounts, cache=workbench.cache)
        targets.check_parts(asked, split)
        notes = self._spread(asked, split) if self.out_of_range else []
        controls = self._controls(known, asked, split)
        heard = self._hear(classifier, workbench, corpus, asked, controls, split=split, notes=notes)
        with threadpool_limits(1):  # the fits are small: threads that wait for each other make them five times slower
            found = list(cells(heard, Asked(self.probes, self.description_length, self.out_of_range, self.seed)))
        labels = np.array([";".join(track.labels) for track in corpus])
        told = {name: targets.from_label(labels, target, split) for name, target in asked.items()}
        return ProbeTable(self.model, sorted_out(found, Probe), told, self._settings(heard, corpus),
                          sorted_out(found, Code), sorted_out(found, Beside), sorted_out(found, Ends),
                          sorted_out(found, Real), tuple(notes))

    def _check(self, known: Notes, corpus: Corpus) -> None:
        check_controls(self.controls)
        for key in ("properties", "probes", "baselines", "amounts", "layers"):
            check_once(getattr(self, key), key)
        for name in self.probes:
            if name not in PROBES:
                raise unknown("probe", name, PROBES)
        if not self.probes or not self.properties:
            raise InputError("a probe study needs a property and a kind of probe, or more; name them in 'properties' "
                             "and 'probes'")
        for name in self.amounts:
            if name not in self.properties:
                raise unknown("property", name, self.properties, "'amounts'")
        targets.check_properties(self.properties, known, corpus)

    def _spread(self, asked: dict[str, Target], split: Split) -> list[str]:
        """Says of each number whether it has ends; why not, in sentences."""
        notes = []
        for name, target in asked.items():
            if target.task == "number":
                asked[name], why = targets.with_spread(target, split)
                notes += [f"{name} is not asked about out of range: {why}"] if why else []
        if not any(target.task == "number" for target in asked.values()):
            raise InputError("out_of_range asks about numbers, and no property is one; leave it out, or name a whole "
                             "number in 'amounts'")
        return notes

    def _hear(self, classifier: Readable, workbench: "Workbench", corpus: Corpus, asked: dict[str, Target],
              controls: dict[str, Controls], *, split: Split, notes: list[str]) -> Heard:
        layers = list(self.layers) or list(activations.layers_of(classifier))
        fresh, clips = None, None
        if UNTRAINED in self.baselines:
            try:
                fresh = hearing.forgotten(classifier, workbench, corpus, split, seed=self.seed)
            except InputError as error:
                notes.append(str(error))
        if self.real is not None:
            clips, said = hearing.real_clips(classifier, workbench, workbench.corpus(self.real), layers, asked,
                                             card=self.model, maps=self.maps)
            notes += said
        rows = workbench.hear(classifier, [track.source for track in corpus], layers, card=self.model, maps=self.maps,
                              doing="clips to probe").rows
        untrained, log_mel = hearing.plainly(fresh, workbench, corpus, layers, rate=classifier.rate, maps=self.maps,
                                             statistics=LOG_MEL in self.baselines)
        return Heard(rows, untrained, log_mel, clips, asked, controls, split)

    def _controls(self, known: Notes, asked: dict[str, Target], split: Split) -> dict[str, Controls]:
        types = targets.types_of(self.types, known)
        return {name: controls_of(target.values, split, types, task=target.task, draws=self.controls, seed=self.seed)
                for name, target in asked.items()}

    def _settings(self, heard: Heard, corpus: Corpus) -> dict[str, Any]:
        return {"layers": list(heard.rows), "types": list(self.types), "controls": self.controls, "maps": self.maps,
                "probes": list(self.probes), "clips": len(corpus), "corpus": corpus.origin, "seed": self.seed}
