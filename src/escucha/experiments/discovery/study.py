"""The kind `discovery`: components of a layer that nobody named, and cues that should not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.concepts import activations
from escucha.concepts.activations import hear, layers_of, readable
from escucha.concepts.discovering.components import Components
from escucha.concepts.discovering.cues import FILE_CUES, differing
from escucha.concepts.discovering.naming import Named, cards_of, named
from escucha.config import Within
from escucha.corpora.corpus import Track
from escucha.errors import InputError, check_once
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.discovery.finding import DiscoveryFinding
from escucha.experiments.discovery.gathering import Gathering, sides
from escucha.experiments.discovery.scanning import NAMES, Scan, cues_of, scan
from escucha.experiments.discovery.sounds import heard_of
from escucha.experiments.discovery.summary import Summary
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import VALUES, Classifier, check_valued
from escucha.models.own import short_name


@dataclass(frozen=True)
class Discovery:
    """One model, one labelled corpus: NMF components of a layer (CRAFT, Fel et al. 2023), and a scan for cues."""

    kind: ClassVar[str] = "discovery"
    revision: ClassVar[int] = 2
    model: str
    corpus: dict[str, Any]
    """Clips of the splits `train`, to fit to, and others, held out; without splits half of the groups are held out."""
    tags: str = ""
    """For a model of tags: the annotation whose names are the clips' labels, such as `"sources"`."""
    layer: str = ""
    """The last layer with steps in time when empty."""
    components: Annotated[int, Within(0, 200)] = 10
    """0: only the scan, which needs no layers."""
    excerpt: Annotated[float, Within(0.05, 60)] = 1.5
    """Seconds of an excerpt, about: a window is cut into a whole number of them."""
    concepts: tuple[str, ...] = ()
    """Cards whose directions in the layer components are compared with."""
    refits: Annotated[int, Within(2, 1000)] = 10
    """Refits on groups drawn anew, to see whether components come back."""
    controls: Annotated[int, Within(1, 100)] = 3
    """Meaningless patterns taken out beside each component, of every clip."""
    scan: bool = True
    """Look for cues that tell the label and move the model."""
    sounds: Annotated[int, Within(0, 200)] = 10
    """Components that are heard, at most; those that count most."""
    seed: int = 0

    def inputs(self, workbench: Workbench) -> list[str]:
        """What the model, the concepts and the corpus are made of."""
        return workbench.made_of(self.model, self.concepts, self.corpus)

    def run(self, workbench: Workbench) -> DiscoveryFinding:
        """Hear every clip, take the layer apart, take components out of it, and put cues in and out."""
        check_once(self.concepts, "concepts")
        classifier = workbench.model(self.model)
        check_valued(classifier)
        corpus = labelled(workbench.corpus(self.corpus), tags=self.tags, known=tuple(classifier.labels))
        fitted, held_out = sides(corpus, self.seed)
        gathering = self._gathering(workbench, classifier, fitted, held_out)
        cues, scanned = self._scanned(workbench, classifier, fitted, held_out)
        found = self._taken_apart(gathering, cues) if gathering else None
        heard = heard_of(found, gathering, self.sounds) if found and gathering else ()
        return DiscoveryFinding(short_name(self.model), corpus.origin, {
            "value": VALUES[classifier.link], "components": self.components, "excerpt": self.excerpt,
            "concepts": list(self.concepts), "refits": self.refits, "controls": self.controls, "seed": self.seed},
            found, scanned, heard)

    def _gathering(self, workbench: Workbench, classifier: Classifier, fitted: Sequence[Track],
                   held_out: Sequence[Track]) -> Gathering | None:
        """Everything that can be wrong with the components, found before anything is heard; None without any."""
        if not self.components:
            if not self.scan:
                raise InputError("components = 0 and scan = false leave nothing to find; ask for one of them")
            return None
        inner = readable(classifier, [self.layer] if self.layer else [])
        concepts = workbench.concepts(self.concepts)
        cards = cards_of(concepts, self.components, seed=self.seed) if concepts else None
        return Gathering(workbench, inner, self.layer or _last_timed(inner), self.excerpt, fitted, held_out, cards,
                         self.seed)

    def _scanned(self, workbench: Workbench, classifier: Classifier, fitted: Sequence[Track],
                 held_out: Sequence[Track]) -> tuple[dict[str, np.ndarray], Scan | None]:
        """Cues of the clips held out by name, those that differ; and the scan."""
        if not self.scan:
            return {}, None
        tracks = [*fitted, *held_out]
        cues = cues_of(tracks, workbench.clips([track.source for track in tracks], rate=classifier.rate, doing="cues"))
        mine = dict(zip(NAMES, cues[len(fitted):].T))
        told = [name for name in differing(cues[len(fitted):], NAMES) if name not in FILE_CUES]
        return ({name: mine[name] for name in told},
                scan(workbench, classifier, tracks, held_out, cues=cues, seed=self.seed))

    def _taken_apart(self, gathering: Gathering, cues: dict[str, np.ndarray]) -> Summary:
        heard = gathering.excerpts()
        components = gathering.components(heard[0], self.components)
        return gathering.summary(components, heard, refits=self.refits, controls=self.controls, cues=cues,
                                 named=self._named(gathering, components))

    def _named(self, gathering: Gathering, components: Components) -> Named | None:
        """Components beside concepts: what the layer says of their examples, and of examples of nothing."""
        if gathering.cards is None:
            return None
        rows = hear(gathering.classifier, gathering.sounds(gathering.cards.sources, "concept examples"),
                    [gathering.layer], maps="pooled").rows[gathering.layer]
        return named(components, rows, gathering.cards.designs, layer=gathering.layer, seed=self.seed)


def _last_timed(classifier: activations.Readable) -> str:
    """The last layer whose activations have steps in time, by asking about silence; else the last."""
    layers = layers_of(classifier)
    if not isinstance(classifier, activations.LayeredClassifier):
        return layers[-1]
    silence = np.zeros((1, classifier.window), dtype=np.float32)
    shapes = {layer: found.shape for layer, found in classifier.activations(silence, layers).items()}
    timed = [layer for layer in layers if len(shapes[layer]) > 2 and shapes[layer][-1] > 1]
    return timed[-1] if timed else layers[-1]
