"""Training a classifier: the record of a trained model is an experiment anyone can run again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from escucha.config import fingerprint
from escucha.corpora.corpus import SPLITS, Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy import Accuracy, evaluate
from escucha.experiments.accuracy_finding import AccuracyFinding
from escucha.experiments.baseline import plain_answers
from escucha.experiments.learners import LEARNERS
from escucha.experiments.scoring import truth_of
from escucha.experiments.task import Task, Taught
from escucha.experiments.training_finding import TrainingFinding
from escucha.experiments.workbench import Workbench
from escucha.models.card import Card, Rate, Seconds, refuse_foreign, write_card
from escucha.models.classifier import Classifier
from escucha.models.domain import Descriptions, Domain, describe, far_share, fit_domain
from escucha.models.heads import check_head
from escucha.models.networks import Design, design
from escucha.models.training_recipe import Recipe
from escucha.models.weights.safe import prefixed


@dataclass(frozen=True)
class Training:
    """Learn from the corpus' `train` tracks, choose on `valid`, tell the truth on `test`; write a card."""

    kind: ClassVar[str] = "training"
    revision: ClassVar[int] = 3

    card: str
    """The card's stem in `models/`: `<card>.toml` and `<card>.safetensors` are written, or replaced if it made them."""
    meaning: str
    """One sentence for the card: what it tells apart, and on what music it was trained."""
    corpus: dict[str, Any]
    """A corpus table with train, valid and test tracks."""
    learner: Literal["network", "features"] = "network"
    rate: Rate | None = None
    """Of a network: its design's own where nothing is said."""
    window: Seconds | None = None
    """Seconds the classifier hears at once; the design's own where nothing is said."""
    front_end: dict[str, Any] = field(default_factory=dict)
    """Of a network: the design's own when empty."""
    network: dict[str, Any] = field(default_factory=lambda: {"name": "short-cnn"})
    recipe: Recipe = field(default_factory=Recipe)
    features: dict[str, Any] = field(default_factory=lambda: {"name": "librosa"})
    """Of a head: what it is fitted to (see `Card.features`)."""
    head: dict[str, Any] = field(default_factory=lambda: {"name": "svm"})
    changes: dict[str, Any] = field(default_factory=dict)
    """Name to a change made to every test clip, to see what moves the answer (see `changing`)."""
    seed: int = 0
    """Of intervals; the recipe has its own."""
    experiment: str = ""
    """What the card records as its maker; `train-<card>` when empty."""

    @property
    def maker(self) -> str:
        """The name the card records."""
        return self.experiment or f"train-{self.card}"

    @property
    def _design(self) -> Design:
        """What the network hears where nothing is said; a head hears what `short-cnn` does."""
        name = str(self.network.get("name", "short-cnn")) if self.learner == "network" else "short-cnn"
        return design(name, "the experiment")

    def inputs(self, workbench: Workbench) -> list[str]:
        """Every row and sound of the corpus."""
        return [workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> TrainingFinding:
        """Train, evaluate on test groups, write the card and its weights.

        InputError, before anything is computed, where the card is someone else's or a split is missing.
        """
        if not self.card or self.card != self.card.strip(".") or set(self.card) & set("/\\\0"):
            raise InputError(f"'card' is a file's stem in models/, got {self.card!r}")
        place = workbench.home / "models" / f"{self.card}.toml"
        refuse_foreign(place, self.maker)
        if self.learner == "features":
            check_head(self.head, "the experiment")
        corpus = workbench.corpus(self.corpus)
        parts = {name: corpus.split(name) for name in SPLITS}
        task = self._task(corpus, parts, workbench)
        taught = LEARNERS[self.learner](task, workbench)
        described = {name: _described(part, taught.classifier, workbench) for name, part in parts.items()}
        domain = fit_domain(described["train"], described["valid"])
        asked = Accuracy(self.card, self.corpus, changes=self.changes, seed=self.seed)
        told = evaluate(taught.classifier, corpus, asked, workbench)
        assert isinstance(told, AccuracyFinding)  # what is taught here names one label a clip
        baseline = plain_answers(parts, described, task.labels)
        finding = TrainingFinding(self.card, told, taught, baseline, far_share(domain, described["test"]),
                                  {name: len(part) for name, part in parts.items()}, self.seed)
        write_card(place, self._card(task, taught, domain, finding.record(self.maker)),
                   {**taught.state, **prefixed("domain", domain.state())})
        taught.done()
        return finding

    def _task(self, corpus: Corpus, parts: Mapping[str, Corpus], workbench: Workbench) -> Task:
        labels = parts["train"].labels
        for name in ("valid", "test"):
            truth_of(parts[name].tracks, labels)
        rate, window = self.rate or self._design.rate, self.window or self._design.window
        front_end = self.front_end or dict(self._design.front_end)
        # `changes`, `seed` and words do not change what is learned: a run killed after training need not learn again
        mark = fingerprint(self.learner, rate, window, front_end, self.network, self.recipe,
                           self.features, self.head, corpus.digest())
        return Task(labels=labels, rate=rate, window=window, train=parts["train"], valid=parts["valid"],
                    front_end=front_end, network=self.network, recipe=self.recipe, features=self.features,
                    head=self.head, folder=workbench.cache / "training" / mark)

    def _card(self, task: Task, taught: Taught, domain: Domain, record: Mapping[str, Any]) -> Card:
        how: dict[str, Any] = ({"front_end": task.front_end, "network": self.network} if self.learner == "network"
                               else {"features": dict(taught.features), "head": self.head})
        return Card(meaning=self.meaning, kind=self.learner, labels=task.labels, rate=task.rate, window=task.window,
                    layers=taught.layers, domain=domain.table(), trained=dict(record), **how)


def _described(part: Corpus, classifier: Classifier, workbench: Workbench) -> list[Descriptions]:
    clips = workbench.clips([track.source for track in part], rate=classifier.rate, doing="describing")
    return [describe(clip, classifier) for clip in clips]
