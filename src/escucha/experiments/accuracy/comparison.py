"""Which of several models is right more often on the same clips, and could that be luck?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from escucha.concepts.correction import holm
from escucha.errors import InputError
from escucha.experiments.accuracy.alarms import recorded
from escucha.experiments.accuracy.comparison_finding import ComparisonFinding, Pair
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.training.learned import trained_on
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier
from escucha.models.evaluation import mcnemar
from escucha.models.resampling import Interval, exact_bound, mean_interval, members, sign_flip

ALL_FLIPS = 16
"""With at most this many groups every sign flip is tried."""


@dataclass(frozen=True)
class Comparison:
    """Several models of the same labels on one corpus; settings as in `accuracy`."""

    kind: ClassVar[str] = "comparison"
    revision: ClassVar[int] = 2

    models: tuple[str, ...]
    """Cards of `models/`, or paths to some; two or more."""
    corpus: dict[str, Any]
    split: str | None = None
    tags: str = ""
    labels: tuple[str, ...] = ()
    aggregation: str = "mean-logit"
    seed: int = 0
    """Of the bootstrap and of sign flips."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The models and their weights; every row and sound of the corpus."""
        from escucha.models.shelf import model_digest

        return [*(model_digest(model, workbench.home) for model in self.models),
                workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> ComparisonFinding:
        """Ask every model about every clip."""
        from escucha.models.shelf import load_thresholds

        if len(set(self.models)) < max(2, len(self.models)):
            raise InputError(f"a comparison is of two or more different models, got {', '.join(self.models) or 'none'}")
        heard = {model: workbench.model(model) for model in self.models}
        return compare(heard, self, workbench, cards=self.models,
                       thresholds={model: load_thresholds(model, workbench.home) for model in self.models})


def compare(classifiers: Mapping[str, Classifier], asked: Comparison, workbench: Workbench, *,
            cards: Sequence[str] = (),
            thresholds: Mapping[str, Mapping[str, float]] | None = None) -> ComparisonFinding:
    """The finding of kind `comparison` for classifiers in memory, by name; InputError where their labels differ.

    Those of `cards` are asked what they were trained on.
    """
    _check_alike(classifiers)
    known = next(iter(classifiers.values())).labels
    corpus = labelled(workbench.corpus(asked.corpus), tags=asked.tags, labels=asked.labels, known=known)
    learned = [track for card in cards for one in trained_on(card, workbench) for track in one.tracks]
    marks = recorded([*corpus, *learned], workbench)
    settings: dict[str, Any] = {"corpus": asked.corpus, "split": asked.split, "aggregation": asked.aggregation,
                                "seed": asked.seed, "sounds": 0}
    told = {name: evaluate(classifier, corpus, Accuracy(name, **settings), workbench, marks=marks,
                           card=name if name in cards else "", thresholds=(thresholds or {}).get(name))
            for name, classifier in classifiers.items()}
    return ComparisonFinding(corpus.origin, {_short(name, told): finding for name, finding in told.items()},
                             pairs({_short(name, told): finding.plain.right.astype(float)
                                    for name, finding in told.items()},
                                   next(iter(told.values())).plain.groups, seed=asked.seed))


def _check_alike(classifiers: Mapping[str, Classifier]) -> None:
    (first, model), *others = classifiers.items()
    for name, other in others:
        if other.link != model.link:
            raise InputError(f"{first!r} and {name!r} cannot be compared: one names one label a clip, the other gives "
                             "each label by itself")
        if strange := sorted(set(model.labels) ^ set(other.labels)):
            raise InputError(f"{first!r} and {name!r} cannot be compared: only one of them knows {', '.join(strange)}; "
                             "compare models of the same labels")


def _short(name: str, names: Mapping[str, Any]) -> str:
    """The stem of a card, where no other has the same."""
    stems = [Path(other).stem for other in names]
    return Path(name).stem if stems.count(Path(name).stem) == 1 else name


def pairs(right: Mapping[str, np.ndarray], groups: Sequence[str], *, seed: int = 0) -> tuple[Pair, ...]:
    """Every two models, from what is right `(clip,)` (0 or 1, or the share of labels), p corrected over pairs (Holm).

    McNemar's exact test where each group is one clip that is right or wrong; else sign flips over groups.
    """
    made = [(one, other, *_tested(right[one], right[other], groups, seed)) for one, other in combinations(right, 2)]
    adjusted = holm(np.array([p for *_, p in made]))
    return tuple(Pair(one, other, _difference(right[one], right[other], groups, seed),
                      int((right[one] > right[other]).sum()), int((right[other] > right[one]).sum()), test, p,
                      float(corrected)) for (one, other, test, p), corrected in zip(made, adjusted))


def _tested(one: np.ndarray, other: np.ndarray, groups: Sequence[str], seed: int) -> tuple[str, float]:
    count = members(groups)[0]
    if count == len(one) and set(np.unique([one, other])) <= {0, 1}:
        return "McNemar, exact", mcnemar(one > 0, other > 0)
    how = "every one" if count <= ALL_FLIPS else "drawn"
    return f"sign flips over groups, {how}", sign_flip(one - other, groups, seed=seed, exact=ALL_FLIPS)


def _difference(one: np.ndarray, other: np.ndarray, groups: Sequence[str], seed: int) -> Interval:
    """Mean difference; where it is the same in every clip, as far as the exact bound over groups allows either way."""
    gain = one - other
    if np.ptp(gain) == 0:
        count, value = members(groups)[0], float(gain[0])
        most = exact_bound(0, count)[1] * (1 + abs(value))  # the clips that differ may do so by as much as 1 + |value|
        return Interval(value, max(-1.0, value - most), min(1.0, value + most), count, "exact binomial over groups")
    return mean_interval(gain, groups, seed=seed)
