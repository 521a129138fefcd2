"""How often is a model right, on clips of groups it never met? And what moves its answer?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.audio.clip import Clip
from escucha.config import Within
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy_finding import AccuracyFinding
from escucha.experiments.scoring import Answers, answers, ask_changed
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier
from escucha.models.evaluation import chance_test


@dataclass(frozen=True)
class Accuracy:
    """One model on one corpus. Where the corpus has several splits only `split` is scored; the rest must not leak."""

    kind: ClassVar[str] = "accuracy"
    revision: ClassVar[int] = 2

    model: str
    """A card of `models/`, or a path to one."""
    corpus: dict[str, Any]
    """A corpus table."""
    split: str = "test"
    """Empty: every track."""
    aggregation: str = "mean-logit"
    changes: dict[str, Any] = field(default_factory=dict)
    """For a rendered corpus: name to the change made to every clip, asked beside the plain clips (see `scoring`)."""
    seed: int = 0
    """Of the bootstrap."""
    sounds: Annotated[int, Within(0, 100)] = 4
    """The most confident errors to hear, at most."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights; every row and sound of the corpus."""
        from escucha.models.shelf import model_digest

        return [model_digest(self.model, workbench.home), workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> AccuracyFinding:
        """Ask the model about every clip, and about every clip changed."""
        return evaluate(workbench.model(self.model), workbench.corpus(self.corpus), self, workbench)


def evaluate(classifier: Classifier, corpus: Corpus, asked: Accuracy, workbench: Workbench) -> AccuracyFinding:
    """The finding of kind `accuracy` for a classifier in memory (a softmax one; InputError otherwise).

    `corpus` is what the table `asked.corpus` describes; `asked.model` is only the name it goes by.
    """
    if classifier.link != "softmax":
        raise InputError(f"accuracy is of models that name one label; {asked.model!r} gives each label by itself")
    for name, change in asked.changes.items():
        if not isinstance(change, Mapping):
            raise InputError(f"the change {name!r} should be a table such as {{ castanets = true }}, got {change!r}")
    scored = _scored(corpus, asked.split)
    plain = answers(classifier, scored.tracks, workbench, aggregation=asked.aggregation)
    changed = tuple(ask_changed(classifier, scored, plain, table=asked.corpus, change=change, workbench=workbench,
                                aggregation=asked.aggregation) for change in asked.changes.items())
    heard = _errors(classifier, scored, plain, workbench, asked.sounds)
    return AccuracyFinding(asked.model, scored.origin, asked.aggregation, plain, changed,
                           tuple(alarms(corpus, scored, plain)), heard, asked.seed)


def _scored(corpus: Corpus, split: str) -> Corpus:
    splits = {track.split for track in corpus}
    return corpus.split(split) if split and len(splits) > 1 else corpus


def alarms(corpus: Corpus, scored: Corpus, said: Answers) -> list[str]:
    """What would make the numbers not to be believed, in words."""
    found = []
    names = {track.name for track in scored}
    others = [track for track in corpus if track.name not in names]
    keys = {track.source.key() for track in others}
    leaked = [track.name for track in scored if track.source.key() in keys]
    if leaked:
        found.append(f"{len(leaked)} of the scored clips are also in another split, the first is {leaked[0]}.")
    shared = {track.group for track in scored} & {track.group for track in others}
    if shared:
        found.append(f"{len(shared)} groups stand in another split too, the first is {sorted(shared)[0]}.")
    twins = sum(count - 1 for count in Counter(said.digests).values())
    if twins:
        found.append(f"{twins} scored clips sound exactly like another one, so they count twice.")
    if len(set(said.predicted.tolist())) == 1 and len(said.names) > 1:
        found.append(f"The model gives one answer to everything: {said.labels[int(said.predicted[0])]}.")
    if chance_test(said.truth, said.predicted, said.groups) > 0.05:
        found.append("It is not shown to be better than always giving the commonest label (p > .05 over groups).")
    missing = [label for at, label in enumerate(said.labels) if at not in set(said.truth.tolist())]
    if missing:
        found.append(f"No clip of {', '.join(missing)} was scored.")
    return found


def _errors(classifier: Classifier, scored: Corpus, said: Answers, workbench: Workbench,
            most: int) -> tuple[tuple[int, Clip], ...]:
    """The most confident errors (row, sound); silent ones cannot be played and are left out."""
    wrong = np.flatnonzero(~said.right)
    rows = wrong[np.argsort(-said.probabilities[wrong].max(axis=1), kind="stable")][:most].tolist()
    clips = workbench.clips([scored.tracks[row].source for row in rows], rate=classifier.rate, doing="errors")
    return tuple((row, clip) for row, clip in zip(rows, clips) if np.abs(clip.wave).max() > 1e-4)
