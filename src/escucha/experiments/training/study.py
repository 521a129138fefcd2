"""Training a classifier: the record of a trained model is an experiment anyone can run again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from torch import Tensor

from escucha.config import fingerprint
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import Ears, Said, TagAnswers
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.training.baseline import plain_answers
from escucha.experiments.training.corpus import Material, material
from escucha.experiments.training.finding import TrainingFinding
from escucha.experiments.training.learners import LEARNERS
from escucha.experiments.training.splitting import scrambled
from escucha.experiments.training.task import Task, Taught
from escucha.experiments.workbench import Workbench
from escucha.models.card import Card, Rate, Seconds, card_stands, refuse_foreign, write_card
from escucha.models.classifier import Classifier, Link
from escucha.models.domain import Descriptions, describe, far_share, fit_domain
from escucha.models.heads import check_head
from escucha.models.networks import design
from escucha.models.tag_evaluation import average_precision, choose_thresholds
from escucha.models.training_recipe import Recipe
from escucha.models.training_start import start_card
from escucha.models.weights.safe import prefixed

WHERE = "the experiment"


@dataclass(frozen=True)
class Training:
    """Learn from the corpus' `train` tracks, choose on `valid`, tell the truth on `test`; write a card.

    A corpus without splits is split by group, 60/20/20 (`splitting`).
    """

    kind: ClassVar[str] = "training"
    revision: ClassVar[int] = 5

    card: str
    """The card's stem in `models/`: `<card>.toml` and `<card>.safetensors` are written, or replaced if it made them."""
    meaning: str
    """One sentence for the card: what it tells apart, and on what music it was trained."""
    corpus: dict[str, Any]
    """A corpus table."""
    learner: Literal["network", "features"] = "network"
    link: Link = "softmax"
    """`sigmoid`: each label by itself, for clips that have several or none; thresholds are chosen on `valid`."""
    tags: str = ""
    """The annotation that says which labels a track has, such as `sources` of a rendered corpus (see `tagging`)."""
    labels: tuple[str, ...] = ()
    """Those that are learned; all that the corpus has when empty."""
    scrambled: int | None = None
    """A seed by which labels are dealt out anew among all clips, of every split, before anything is learned: a model
    that can have learned nothing, to try methods on."""
    start: str = ""
    """A card whose network, front end, rate and window are taken over; its head too where the labels are the same."""
    freeze: tuple[str, ...] = ()
    """Layers of `start` that stay as they are, or patterns such as `network.block*`."""
    rate: Rate | None = None
    """Of a network: its design's own where nothing is said."""
    window: Seconds | None = None
    """Seconds the classifier hears at once; the design's own where nothing is said."""
    front_end: dict[str, Any] = field(default_factory=dict)
    """Of a network: the design's own when empty."""
    network: dict[str, Any] = field(default_factory=dict)
    """`short-cnn` when empty, or that of `start`."""
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

    def inputs(self, workbench: Workbench) -> list[str]:
        """Every row and sound of the corpus; the card it starts from, or whose activations it learns from."""
        from escucha.models.embedding import embedder_mark, embedder_path
        from escucha.models.shelf import model_digest

        marks = [self._labelled(workbench).digest()]
        if self.start:
            marks.append(model_digest(self.start, workbench.home))
        if self.learner == "features" and "card" in self.features:
            marks.append(embedder_mark(embedder_path(str(self.features["card"]), WHERE, workbench.home / "models")))
        return marks

    def run(self, workbench: Workbench) -> TrainingFinding:
        """Train, evaluate on test groups, write the card and its weights.

        InputError, before anything is learned, where the card is someone else's or the corpus cannot be learned from.
        """
        self._check(workbench)
        told = self._hearing(workbench)
        found = material(self._labelled(workbench), workbench, rate=told.rate, link=self.link, order=told.labels)
        task = self._task(told, found, workbench)
        taught = LEARNERS[self.learner](task, workbench)
        finding, state, card = self._judged(task, taught, found, workbench)
        written = write_card(self._place(workbench), card, {**taught.state, **state})
        taught.done()
        return replace(finding, weights=written.digest)

    def stands(self, workbench: Workbench, numbers: Mapping[str, Any]) -> bool:
        """Is the card in `models/`, with its weights, the one that a finding of these numbers tells of?"""
        return card_stands(self._place(workbench), numbers)

    def _place(self, workbench: Workbench) -> Path:
        return workbench.home / "models" / f"{self.card}.toml"

    def _labelled(self, workbench: Workbench) -> Corpus:
        corpus = labelled(workbench.corpus(self.corpus), tags=self.tags, labels=self.labels)
        return corpus if self.scrambled is None else scrambled(corpus, seed=self.scrambled)

    def _check(self, workbench: Workbench) -> None:
        """Raise InputError for what no corpus could make good."""
        if not self.card or self.card != self.card.strip(".") or set(self.card) & set("/\\\0:") or (
                self.card.endswith(".toml")):
            raise InputError(f"'card' is a file's stem in models/, got {self.card!r}")
        refuse_foreign(self._place(workbench), self.maker)
        if self.learner == "features":
            check_head(self.head, WHERE)
        if self.start and (self.learner == "features" or self.network or self.front_end or self.rate or self.window):
            raise InputError(f"with start = {self.start!r} network, front end, rate and window are those of that card; "
                             "leave them out")
        if self.freeze and not self.start:
            raise InputError("'freeze' keeps layers of the card that training starts from; name it with 'start'")
        if self.scrambled is not None and self.changes:
            raise InputError("'changes' make clips anew, with the labels they had before they were 'scrambled'; leave "
                             "one of them out")
        if self.tags and self.changes:
            raise InputError("'changes' make clips anew, without the labels that 'tags' gives; leave one of them out")

    def _hearing(self, workbench: Workbench) -> Card:
        """What is heard, by which network: a card without weights, and with labels only where it is that of `start`."""
        if self.start:
            return start_card(self.start, workbench.home)
        network = {"name": "short-cnn", **self.network}
        own = design(str(network["name"]) if self.learner == "network" else "short-cnn", WHERE)
        return Card("", "network", (), self.rate or own.rate, self.window or own.window,
                    front_end=self.front_end or dict(own.front_end), network=network)

    def _task(self, told: Card, found: Material, workbench: Workbench) -> Task:
        # `changes`, `seed` and words do not change what is learned: a run killed after training need not learn again
        mark = fingerprint(self.learner, told.rate, told.window, told.front_end, told.network, self.recipe,
                           self.features, self.head, found.corpus.digest(), self.link, self.freeze,
                           [self.start, told.digest, told.published])
        return Task(labels=found.labels, rate=told.rate, window=told.window, train=found.parts["train"],
                    valid=found.parts["valid"], front_end=told.front_end, network=told.network, recipe=self.recipe,
                    features=self.features, head=self.head, folder=workbench.cache / "training" / mark, link=self.link,
                    start=self.start, freeze=self.freeze)

    def _judged(self, task: Task, taught: Taught, found: Material,
                workbench: Workbench) -> tuple[TrainingFinding, dict[str, Tensor], Card]:
        """What it can do on test groups; what its card must know of its training music, and the card."""
        described = {name: _described(part, taught.classifier, workbench) for name, part in found.parts.items()}
        domain = fit_domain(described["train"], described["valid"])
        valid = Ears(taught.classifier, workbench).ask(found.parts["valid"].tracks, doing="validation")
        thresholds = _thresholds(valid)
        asked = Accuracy(self.card, self.corpus, "test", self.tags, self.labels, changes=self.changes, seed=self.seed)
        told = evaluate(taught.classifier, found.corpus, asked, workbench, card=self._before, thresholds=thresholds)
        finding = TrainingFinding(
            self.card, told, taught, plain_answers(found.parts, described, task.labels, self.link),
            far_share(domain, described["test"]), found, score(valid), self.recipe.epochs, self.seed)
        how: dict[str, Any] = ({"front_end": task.front_end, "network": task.network} if self.learner == "network"
                               else {"features": dict(taught.features), "head": self.head})
        card = Card(meaning=self.meaning, kind=self.learner, labels=task.labels, rate=task.rate, window=task.window,
                    link=self.link, layers=taught.layers, thresholds=thresholds, domain=domain.table(),
                    trained={**finding.record(self.maker), **self._origin(found)}, **how)
        return finding, prefixed("domain", domain.state()), card

    def _origin(self, found: Material) -> dict[str, Any]:
        """What a card says of the one it started from, and of what it learned from, wherever its experiment is.

        `divided` is a mark of the corpus as it was split here: of another one the same split cannot be made again.
        """
        start: dict[str, Any] = {"start": self.start, "frozen": list(self.freeze)} if self.start else {}
        if self.scrambled is not None:
            start["scrambled"] = self.scrambled
        learned = {"corpus": self.corpus, "tags": self.tags, "labels": list(self.labels), "before": self._before,
                   "divided": found.corpus.digest(known=False) if found.divided else ""}
        return {**start, "learned": {name: value for name, value in learned.items() if value}}

    @property
    def _before(self) -> str:
        """The card whose weights are taken over or listened through: what it learned from is not to be scored."""
        return self.start or (str(self.features.get("card", "")) if self.learner == "features" else "")


def _described(part: Corpus, classifier: Classifier, workbench: Workbench) -> list[Descriptions]:
    clips = workbench.clips([track.source for track in part], rate=classifier.rate, doing="describing")
    return [describe(clip, classifier) for clip in clips]


def _thresholds(valid: Said) -> dict[str, float]:
    """Label to the probability from which it is given, of a sigmoid model; rounded as the card writes it."""
    if not isinstance(valid, TagAnswers):
        return {}
    found = choose_thresholds(valid.truth, valid.probabilities)
    return {label: round(float(value), 4) for label, value in zip(valid.labels, found)}


def score(valid: Said) -> float:
    """On validation clips, what choices between trainings are made by: accuracy, or mean average precision of tags."""
    if isinstance(valid, TagAnswers):
        each = average_precision(valid.truth, valid.probabilities)
        return float(each[np.isfinite(each)].mean()) if np.isfinite(each).any() else float("nan")
    return float(valid.right.mean())
