"""Training a classifier: the record of a trained model is an experiment anyone can run again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from escucha.config import fingerprint
from escucha.corpora.corpus import SPLITS, Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy import Accuracy, evaluate
from escucha.experiments.baseline import plain_answers
from escucha.experiments.learners import LEARNERS, Task, Taught
from escucha.experiments.scoring import truth_of
from escucha.experiments.training_finding import TrainingFinding
from escucha.experiments.workbench import Workbench
from escucha.models.card import Card, Rate, Seconds, Spectrum, refuse_foreign, write_card
from escucha.models.classifier import Classifier
from escucha.models.domain import Descriptions, Domain, describe, far_share, fit_domain
from escucha.models.sklearn_classifier import SvmSettings
from escucha.models.training import Recipe
from escucha.models.weights.safe import prefixed


@dataclass(frozen=True)
class Training:
    """Learn from the corpus' `train` tracks, choose on `valid`, tell the truth on `test`; write a card."""

    kind: ClassVar[str] = "training"
    revision: ClassVar[int] = 2

    card: str
    """The card's stem in `models/`: `<card>.toml` and `<card>.safetensors` are written, or replaced if it made them."""
    meaning: str
    """One sentence for the card: what it tells apart, and on what music it was trained."""
    corpus: dict[str, Any]
    """A corpus table with train, valid and test tracks."""
    learner: Literal["network", "svm"] = "network"
    rate: Rate = 22050
    window: Seconds = 6.0
    """Seconds the classifier hears at once."""
    spectrum: Spectrum = field(default_factory=Spectrum)
    network: dict[str, Any] = field(default_factory=lambda: {"name": "short-cnn"})
    recipe: Recipe = field(default_factory=Recipe)
    svm: SvmSettings = field(default_factory=SvmSettings)
    changes: dict[str, Any] = field(default_factory=dict)
    """Name to a change made to every test clip, to see what moves the answer (see `scoring.changed_tracks`)."""
    seed: int = 0
    """Of intervals; the recipe has its own."""
    experiment: str = ""
    """What the card records as its maker; `train-<card>` when empty."""

    @property
    def maker(self) -> str:
        """The name the card records."""
        return self.experiment or f"train-{self.card}"

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
        corpus = workbench.corpus(self.corpus)
        parts = {name: corpus.split(name) for name in SPLITS}
        task = self._task(corpus, parts, workbench)
        taught = LEARNERS[self.learner](task, workbench)
        described = {name: _described(part, taught.classifier, workbench) for name, part in parts.items()}
        domain = fit_domain(described["train"], described["valid"])
        asked = Accuracy(self.card, self.corpus, changes=self.changes, seed=self.seed)
        told = evaluate(taught.classifier, corpus, asked, workbench)
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
        # `changes`, `seed` and words do not change what is learned: a run killed after training need not learn again
        mark = fingerprint(self.learner, self.rate, self.window, self.spectrum, self.network, self.recipe, self.svm,
                           corpus.digest())
        return Task(labels=labels, rate=self.rate, window=self.window, train=parts["train"], valid=parts["valid"],
                    spectrum=self.spectrum, network=self.network, recipe=self.recipe, svm=self.svm,
                    folder=workbench.cache / "training" / mark)

    def _card(self, task: Task, taught: Taught, domain: Domain, record: Mapping[str, Any]) -> Card:
        return Card(meaning=self.meaning, kind=self.learner, labels=task.labels, rate=self.rate, window=self.window,
                    weights="", digest="", layers=taught.layers, spectrum=self.spectrum, network=self.network,
                    svm=self.svm, domain=domain.table(), trained=dict(record))


def _described(part: Corpus, classifier: Classifier, workbench: Workbench) -> list[Descriptions]:
    clips = workbench.clips([track.source for track in part], rate=classifier.rate, doing="describing")
    return [describe(clip, classifier) for clip in clips]
