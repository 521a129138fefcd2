"""The kind `concept-comparison`: do two models go by the same ideas?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from os.path import normpath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.concepts.activations import Maps
from escucha.concepts.cav import Cav
from escucha.concepts.correction import holm
from escucha.concepts.effect import DRAWS
from escucha.concepts.tcav import corrected
from escucha.concepts.telling import untold
from escucha.config import Within
from escucha.errors import InputError, check_once
from escucha.experiments.concepts.asking import ask
from escucha.experiments.concepts.comparison_finding import Compared, ConceptComparison, Difference
from escucha.experiments.concepts.listening import Listened, listen, paired_changes, switched
from escucha.experiments.concepts.study import ConceptStudy
from escucha.models.classifier import Classifier
from escucha.models.resampling import mean_interval, sign_flip

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench

WITHIN = 0.05
"""The layer compared is the last one whose mean held-out accuracy is within this of the best layer's."""


@dataclass(frozen=True)
class ConceptsCompared:
    """Several models on the same concepts, clips and seeds; settings as of `concept-study`."""

    kind: ClassVar[str] = "concept-comparison"
    revision: ClassVar[int] = 2
    models: tuple[str, ...]
    """Cards of models of the same labels, two or more: networks, or models of features."""
    concepts: tuple[str, ...]
    corpus: dict[str, Any]
    tags: str = ""
    labels: tuple[str, ...] = ()
    estimator: str = "paired-difference"
    maps: Maps = "pooled"
    alpha: Annotated[float, Within(1e-4, 0.5)] = 0.05
    margin: Annotated[float, Within(0, 10)] = 0.1
    """A direct effect within this share of the spread of the label's value is inert."""
    seed: int = 0

    def inputs(self, workbench: "Workbench") -> list[str]:
        """What the models, the concepts and the corpus are made of."""
        return [*dict.fromkeys(made for model in self.models for made in self._study(model).inputs(workbench))]

    def run(self, workbench: "Workbench") -> ConceptComparison:
        """Each model in turn: what ideas do to it, and how they push it at one layer, chosen by accuracy alone."""
        if len(self.models) < 2:
            raise InputError(f"a comparison is of two models or more, got {', '.join(self.models) or 'none'}")
        check_once([normpath(model) for model in self.models], "models")
        labels = _common({model: workbench.model(model) for model in self.models}, self.labels)
        studies = {model: self._study(model, labels) for model in self.models}
        cells = len(self.concepts) * len(labels) * len(self.models)
        asked = {model: ask(study, workbench, cells=cells) for model, study in studies.items()}
        found = [self._model(model, listen(study, asked[model], workbench)) for model, study in studies.items()]
        tests = corrected([test for one in found for test in one.tests], correction="holm", alpha=self.alpha)
        made = [replace(one, tests=tuple(tests[place * len(one.tests):(place + 1) * len(one.tests)]))
                for place, one in enumerate(found)]
        meanings = {concept.name: concept.meaning for concept in asked[self.models[0]].concepts}
        return ConceptComparison(
            meanings, labels, tuple(made), differences(found, labels, alpha=self.alpha, seed=self.seed),
            {"alpha": self.alpha, "margin": self.margin, "estimator": self.estimator, "maps": self.maps,
             "nulls": asked[self.models[0]].nulls, "seed": self.seed,
             "clips": {label: int(count) for label, count in zip(labels, asked[self.models[0]].having.sum(axis=0))}})

    def _study(self, model: str, labels: Sequence[str] = ()) -> ConceptStudy:
        return ConceptStudy(model, self.concepts, self.corpus, tags=self.tags, labels=tuple(labels) or self.labels,
                            estimator=self.estimator, maps=self.maps, alpha=self.alpha, margin=self.margin,
                            seed=self.seed)

    def _model(self, model: str, heard: Listened) -> Compared:
        """One model, its tests not yet corrected."""
        spread = heard.tested.values.std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        changes = {made.concept.name: (change, made.groups[:len(change)], made.concept.degrees)
                   for made, change in paired_changes(heard.designs, heard.values / scale)}
        effects = switched(heard.designs, heard.values / scale, heard.asked.labels,
                           margins=np.full(len(scale), self.margin), seed=self.seed)
        with threadpool_limits(1):
            cavs = {name: heard.cavs(heard.tested.layer(name), seed=self.seed) for name in heard.asked.layers}
            layer = chosen({name: found for name, found in cavs.items() if found[0].direction.size > 1} or cavs)
            tests = heard.tests(heard.tested.layer(layer), cavs[layer], alpha=self.alpha, seed=self.seed)
        told = heard.told(seed=self.seed)
        return Compared(model, layer, heard.tested.layer(layer).unit, effects,
                        tuple(untold(tests, told, alpha=self.alpha)), changes, tuple(told))


def chosen(cavs: dict[str, tuple[Cav, ...]]) -> str:
    """The last layer at which ideas are told about as well as anywhere (WITHIN): pushes have no say in it."""
    accuracy = {name: float(np.mean([cav.accuracy for cav in found])) for name, found in cavs.items()}
    return [name for name, value in accuracy.items() if value >= max(accuracy.values()) - WITHIN][-1]


def differences(found: Sequence[Compared], labels: Sequence[str], *, alpha: float, seed: int) -> tuple[Difference, ...]:
    """Every two models, concept by label: first less second, pair by pair; p corrected over all of them (Holm).

    Intervals and sign flips are over families, which both models hear; the spreads are taken as they are. A label that
    either model does not know at `alpha` is not tested.
    """
    made = []
    for one, other in combinations(found, 2):
        known = one.known(alpha) & other.known(alpha)
        for concept, (first, groups, degrees) in one.changes.items():
            gain = first - other.changes[concept][0]
            for column, label in enumerate(labels):
                span = mean_interval(gain[:, column] / degrees, list(groups), seed=seed, draws=DRAWS,
                                     weights=degrees**2)
                p = sign_flip(gain[:, column] * degrees, groups, seed=seed) if label in known else float("nan")
                made.append((concept, label, one.model, other.model, span.value, span.low, span.high, p))
    adjusted = holm(np.array([row[-1] for row in made]))
    return tuple(Difference(*row, float(p)) for row, p in zip(made, adjusted))


def _common(models: dict[str, Classifier], asked: tuple[str, ...]) -> tuple[str, ...]:
    """The labels `asked` for, or all in the first model's order; InputError where models differ in them, or in kind."""
    (first, model), *others = models.items()
    for name, other in others:
        if other.link != model.link:
            raise InputError(f"{first!r} and {name!r} cannot be compared: one names one label a clip, the other gives "
                             "each label by itself")
        if not asked and (strange := sorted(set(model.labels) ^ set(other.labels))):
            raise InputError(f"{first!r} and {name!r} cannot be compared: only one of them knows {', '.join(strange)}; "
                             "name the `labels` that both have, or compare models of the same labels")
    return asked or tuple(model.labels)
