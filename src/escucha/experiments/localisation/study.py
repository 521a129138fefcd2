"""The kind `localisation`: where in a clip is the idea, to which layer, and is it where it is known to sound?"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts import activations
from escucha.concepts.correction import nulls_needed
from escucha.concepts.design import Design, design
from escucha.concepts.locating.directions import Directed, every
from escucha.concepts.locating.maps import Ground, Laid, Locator, Pieces, grounds
from escucha.concepts.locating.truth import Once, truths
from escucha.config import Within
from escucha.errors import InputError, check_once
from escucha.experiments.localisation.asked import Asked, apart, check_truths
from escucha.experiments.localisation.clips import Judge, Judged, choose
from escucha.experiments.localisation.finding import LocalisationFinding
from escucha.experiments.localisation.laying import Laying
from escucha.experiments.localisation.masks import Masked, energies
from escucha.experiments.localisation.sounds import clearest
from escucha.experiments.localisation.summary import ALPHA, Summary
from escucha.models.classifier import FeatureClassifier
from escucha.models.own import short_name

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True)
class Localisation:
    """One model, ideas and clips: maps and curves along CAVs, against onsets, stems and chance."""

    kind: ClassVar[str] = "localisation"
    revision: ClassVar[int] = 4
    model: str
    concepts: tuple[str, ...]
    corpus: dict[str, Any]
    """The clips in which the ideas are looked for; groups that supply concept examples are left out."""
    truth: dict[str, Any] = field(default_factory=dict)
    """Concept to when it is known to sound: a source (its onsets), `stem:` and a source (all moments in which that is
    loud enough to hear), or an annotation and its value (`modes:major`). An idea that is not named is not scored: it
    is shown and heard in the clip of its highest mean curve."""
    layers: tuple[str, ...] = ()
    """When empty: all that have positions in time; of a model with none, all, asked about pieces of the clip."""
    estimator: str = "paired-difference"
    """A key of `escucha.concepts.dual.ESTIMATORS`; paired differences of clips are differences of means."""
    tolerance: Annotated[float, Within(0.001, 5)] = 0.05
    """Seconds: a moment this near to an onset is one of its moments, and a peak this near is a hit."""
    nulls: Annotated[int, Within(1, 10_000)] = 400
    """Meaningless concepts, of the same design, whose curves are judged beside the idea's; fewer than the correction
    for so many ideas needs are refused."""
    hop: Annotated[float, Within(0.001, 60)] = 0.1
    """Seconds between pieces, for layers without positions."""
    piece: Annotated[float, Within(0, 60)] = 0.5
    """Seconds of the clip that such a layer hears at once, amid silence; 0: a whole window."""
    sounds: Annotated[int, Within(0, 50)] = 3
    """Concepts that are heard, at most."""
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the model, the concepts and the corpus are made of."""
        return workbench.made_of(self.model, self.concepts, self.corpus)

    def run(self, workbench: "Workbench") -> LocalisationFinding:
        """Directions from the examples; the layer chosen on them; then every clip. What is wrong is said first."""
        asked = self._asked(workbench)
        locator = Locator.of(asked.classifier, asked.layers, Pieces(self.hop, self.piece))
        if not self.layers and any(locator.places.values()):
            asked = asked.at([layer for layer in asked.layers if locator.places[layer] is not None])
        rows, designs = self._designs(asked, workbench)
        with threadpool_limits(1):  # many small solves: threads would wait for each other
            directions = every(rows, designs, seed=self.seed,
                               standardised=isinstance(asked.classifier, FeatureClassifier))
        zero, shown = self._examples(asked, workbench, locator, directions)
        chosen = choose(asked.concepts, asked.layers, shown, directions)
        own = {layer: np.stack([one.own for one in made]) for layer, made in directions.items()}
        laying = Laying(locator, own, zero)
        judged, through = self._clips(asked, workbench, directions, laying, chosen)
        found = Summary(tuple(judged), tuple(concept.name for concept in asked.concepts), asked.layers, chosen,
                        {layer: [one.cav for one in made] for layer, made in directions.items()}, self.seed)
        heard = clearest(found, asked.tracks, laying, asked.truth, workbench, asked.classifier, most=self.sounds)
        return LocalisationFinding(short_name(self.model), workbench.corpus(self.corpus).origin, self._settings(asked),
                                   found, {concept.name: concept.meaning for concept in asked.concepts},
                                   tuple(through), heard)

    def _asked(self, workbench: "Workbench") -> Asked:
        """Everything that can be wrong, found before anything is heard."""
        if not self.concepts:
            raise InputError("'concepts' names one card or more of the concepts shelf, got none")
        check_once(self.concepts, "concepts")
        check_once(self.layers, "layers")
        nulls_needed(len(self.concepts), ALPHA, self.nulls, each="one an idea")
        classifier = activations.readable(workbench.model(self.model), self.layers)
        concepts = workbench.concepts(self.concepts)
        known = truths(self.truth, dict(zip(self.concepts, (concept.name for concept in concepts))))
        tracks = apart(workbench.corpus(self.corpus), concepts)
        check_truths(known, concepts, tracks)
        return Asked(classifier, tuple(concepts), tracks, known, self.layers or activations.layers_of(classifier))

    def _designs(self, asked: Asked, workbench: "Workbench") -> tuple[dict[str, np.ndarray], list[Design]]:
        """Pooled activations of all examples and null examples, and what each concept is made of."""
        sources = {example.source.key(): example.source for concept in asked.concepts
                   for example in (*concept.examples, *concept.null)}
        places = {key: place for place, key in enumerate(sources)}
        designs = [design(concept, places, estimator=self.estimator, nulls=self.nulls, seed=self.seed)
                   for concept in asked.concepts]
        heard = workbench.hear(asked.classifier, list(sources.values()), asked.layers, card=self.model,
                               doing="concept examples")
        return {layer: np.asarray(heard.rows[layer]) for layer in asked.layers}, designs

    def _examples(self, asked: Asked, workbench: "Workbench", locator: Locator,
                  directions: dict[str, list[Directed]]) -> tuple[list[dict[str, Ground]], list[list[Judged]]]:
        """For each concept the zero of its maps by layer, and how well its examples with the idea are found."""
        zero, shown = [], []
        for at, concept in enumerate(asked.concepts):
            own = {layer: made[at].own[None] for layer, made in directions.items()}
            clips = workbench.clips([example.source for example in concept.examples], rate=asked.classifier.rate,
                                    doing=f"examples of {concept.name}")
            truth, without, judged = asked.truth.get(concept.name), list[dict[str, Laid]](), list[Judged]()
            for example, clip in zip(concept.examples, clips):
                laid = locator.lay(clip, own)
                if not example.present:
                    without.append(laid)
                elif truth is not None:
                    judge = Judge(clip, Once(example.source), self.tolerance, self.seed)
                    judged += judge.all(concept.name, "", example.group, truth, laid, None)
            zero.append({layer: grounds([laid[layer] for laid in without])[0] for layer in asked.layers})
            shown.append(judged)
        return zero, shown

    def _clips(self, asked: Asked, workbench: "Workbench", directions: dict[str, list[Directed]], laying: Laying,
               chosen: dict[str, str]) -> tuple[list[Judged], list[Masked]]:
        """Every clip: every concept and layer judged, and energies through the maps of the chosen layers."""
        together = {layer: np.concatenate([one.laid for one in made]) for layer, made in directions.items()}
        edges = np.cumsum([0, *(len(one.laid) for one in next(iter(directions.values())))])
        clips = workbench.clips([track.source for track in asked.tracks], rate=asked.classifier.rate, doing="clips")
        judged, through = list[Judged](), list[Masked]()
        for track, clip in zip(asked.tracks, clips):
            source = Once(track.source)
            judge, own = Judge(clip, source, self.tolerance, self.seed), list[Judged]()
            laid = laying.locator.lay(clip, together, curves=True)
            for at, concept in enumerate(asked.concepts):
                mine = {layer: Laid(found.values[edges[at]:edges[at + 1]], found.times, found.hertz)
                        for layer, found in laid.items()}
                own += judge.all(concept.name, track.name, track.group, asked.truth.get(concept.name), mine,
                                 laying.zero[at])
            judged += own
            present = list(dict.fromkeys(one.concept for one in own if one.present))
            through += energies(asked, track, source, clip, present, laying, chosen)
        return judged, through

    def _settings(self, asked: Asked) -> dict[str, Any]:
        return {"tolerance": self.tolerance, "estimator": self.estimator, "nulls": self.nulls, "seed": self.seed,
                "link": asked.classifier.link, "hop": self.hop, "piece": self.piece,
                "truth": {name: told.said for name, told in asked.truth.items()}}
