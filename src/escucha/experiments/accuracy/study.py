"""How often is a model right, on clips of groups it never met? And what moves its answer?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.config import Within
from escucha.corpora import reading
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.alarms import alarms, recorded
from escucha.experiments.accuracy.changing import ask_changed
from escucha.experiments.accuracy.finding import AccuracyFinding
from escucha.experiments.accuracy.robustness import Robustness, ask_perturbed
from escucha.experiments.accuracy.scored_finding import Misheard, Told
from escucha.experiments.accuracy.scoring import Answers, Ears, Said, TagAnswers
from escucha.experiments.accuracy.speed import speed
from escucha.experiments.accuracy.tag_finding import TagFinding
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.training.learned import learned_before, trained_on
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier

QUIET = 1e-4
"""A clip whose loudest sample is below this cannot be played."""


@dataclass(frozen=True)
class Accuracy:
    """One model on one corpus. Where the corpus has several splits only `split` is scored; the rest must not leak."""

    kind: ClassVar[str] = "accuracy"
    revision: ClassVar[int] = 4

    model: str
    """A card of `models/`, or a path to one."""
    corpus: dict[str, Any]
    """A corpus table."""
    split: str | None = None
    """Where nothing is said `test` of a corpus with several splits, else every track; empty: every track."""
    tags: str = ""
    """For a model of tags: the annotation of the corpus that says which labels each track has (see `tagging`)."""
    labels: tuple[str, ...] = ()
    """Of the corpus: those that are scored; all when empty."""
    aggregation: str = "mean-logit"
    changes: dict[str, Any] = field(default_factory=dict)
    """For a rendered corpus: name to the change made to every clip, asked beside the plain clips (see `changing`)."""
    robustness: Robustness | None = None
    """What is done to the sound of every clip, rendered or recorded; an empty table asks for all of it."""
    seed: int = 0
    """Of the bootstrap."""
    sounds: Annotated[int, Within(0, 100)] = 4
    """The most confident errors to hear, at most."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights; every row and sound of the corpus."""
        from escucha.models.shelf import model_digest

        return [model_digest(self.model, workbench.home), workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> AccuracyFinding | TagFinding:
        """Ask the model about every clip, and about every clip changed."""
        from escucha.models.shelf import load_thresholds

        model = workbench.model(self.model)
        corpus = labelled(workbench.corpus(self.corpus), tags=self.tags, labels=self.labels, known=model.labels)
        return evaluate(model, corpus, self, workbench, card=self.model,
                        thresholds=load_thresholds(self.model, workbench.home))


def evaluate(classifier: Classifier, corpus: Corpus, asked: Accuracy, workbench: Workbench, *, card: str = "",
             thresholds: Mapping[str, float] | None = None,
             marks: Mapping[str, np.ndarray] | None = None) -> AccuracyFinding | TagFinding:
    """The finding of kind `accuracy` for a classifier in memory: AccuracyFinding of softmax, TagFinding of sigmoid.

    `corpus` is what the table `asked.corpus` describes, labelled as it is to be scored; `asked.model` is only the name
    it goes by. A `card` is asked what it was trained on. `thresholds` are a sigmoid model's, .5 where not named;
    `marks` the recordings' fingerprints where they are known already (`alarms.recorded`).
    """
    for name, change in asked.changes.items():
        if not isinstance(change, Mapping):
            raise InputError(f"the change {name!r} should be a table such as {{ castanets = true }}, got {change!r}")
    ears = Ears(classifier, workbench, asked.aggregation, thresholds or {})
    wanted = chosen(corpus, asked.split)
    scored, left_out = reading.readable(wanted, rate=classifier.rate, cache=workbench.cache,
                                        progress="reading" if workbench.progress else "")
    plain = ears.ask(scored.tracks)
    changed = tuple(ask_changed(ears, scored, plain, table=asked.corpus, change=change, tags=asked.tags,
                                labels=asked.labels) for change in asked.changes.items())
    everyday = ask_perturbed(ears, scored, plain, asked.robustness) if asked.robustness else ()
    told = Told(model=asked.model, origin=scored.origin, aggregation=asked.aggregation, plain=plain, changed=changed,
                everyday=everyday, alarms=_doubts(corpus, scored, plain, asked, workbench, card=card, marks=marks),
                left_out=tuple(left_out), heard=_errors(ears, scored, plain, asked.sounds), speed=speed(classifier),
                seed=asked.seed)
    return AccuracyFinding(told) if classifier.link == "softmax" else TagFinding(told)


def chosen(corpus: Corpus, split: str | None) -> Corpus:
    """The tracks to be scored; InputError for a split that the corpus does not have."""
    if split is None:
        return corpus.split("test") if len({track.split for track in corpus}) > 1 else corpus
    return corpus.split(split) if split else corpus


def _doubts(corpus: Corpus, scored: Corpus, said: Said, asked: Accuracy, workbench: Workbench, *, card: str,
            marks: Mapping[str, np.ndarray] | None) -> tuple[str, ...]:
    """Alarms of the corpus and the answers, and of what the model of the card was trained on."""
    learned = trained_on(card, workbench) if card else []
    if marks is None:
        marks = recorded([*corpus, *(track for one in learned for track in one.tracks)], workbench)
    return (*alarms(corpus, scored, said, marks=marks),
            *learned_before(learned, asked.corpus, scored, marks=marks))


def _errors(ears: Ears, scored: Corpus, said: Said, most: int) -> tuple[Misheard, ...]:
    """The most confident errors; silent ones cannot be played and are left out."""
    places = (_wrong_answers(said) if isinstance(said, Answers) else _wrong_tags(said))[:most]
    clips = ears.clips([scored.tracks[row] for row, _ in places], doing="errors")
    return tuple(Misheard(row, label, clip) for (row, label), clip in zip(places, clips)
                 if np.abs(clip.wave).max() > QUIET)


def _wrong_answers(said: Answers) -> list[tuple[int, int]]:
    """(row, wrong label), the most confident first."""
    wrong = np.flatnonzero(~said.right)
    rows = wrong[np.argsort(-said.probabilities[wrong].max(axis=1), kind="stable")]
    return [(int(row), int(said.predicted[row])) for row in rows]


def _wrong_tags(said: TagAnswers) -> list[tuple[int, int]]:
    """(row, label), in turn the most confident false alarm and the most confident miss, one a clip."""
    away = said.probabilities - said.thresholds
    kinds = [[tuple(place) for place in np.argwhere(wrong)[np.argsort(-sign * away[wrong], kind="stable")].tolist()]
             for wrong, sign in ((said.given & ~said.truth, 1), (~said.given & said.truth, -1))]
    turns = [place for at in range(max(map(len, kinds))) for places in kinds for place in places[at:at + 1]]
    first: dict[int, tuple[int, int]] = {}
    for row, label in turns:
        first.setdefault(row, (row, label))
    return list(first.values())
