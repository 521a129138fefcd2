"""Explanations of networks that learned something else, or nothing: how like the network's own are they?

Conventions: likenesses are rank correlations of the parts that sound, from -1 to 1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.faithfulness.weighing import Found, fresh, weigh
from escucha.experiments.workbench import Workbench
from escucha.explain.agreement import rank_correlation
from escucha.explain.randomisation import Reset, network, resets
from escucha.explain.refitting import refitted
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from escucha.models.classifier import Classifier, label_index
from escucha.models.windows import cut, score_clip

LEARNERS = ("refitted", "scrambled")
"""Measures that need a last layer that learned again: the same answers, or these answers shuffled."""


@dataclass(frozen=True, eq=False)
class Forgetting:
    """Networks that learned something else or nothing, of which the first clips are explained again."""

    resets: Callable[[int], Iterable[Reset]]
    """The network with ever more layers reset, by seed: each clip has a draw of its own."""
    learners: Mapping[str, Classifier]
    """`refitted` and `scrambled`: the last layer learned again."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """How like its explanation of the network itself is that of one that has forgotten."""

    layer: str
    """The layer that was reset last."""
    signed: float
    """Rank correlation of weights."""
    sizes: float
    """Of their sizes."""


def forgotten(game: Game, label: str, sampling: Sampling, found: Found,
              forgetting: Forgetting) -> dict[str, tuple[Likeness, ...]]:
    """Method to how like the original its explanation stays as layer after layer is reset."""
    alike: dict[str, tuple[Likeness, ...]] = {}
    for at, reset in enumerate(forgetting.resets(sampling.seed)):
        other = replace(game, classifier=reset.classifier)
        for name, given in weigh(other, label, fresh(sampling, 200 + at), found)[0].items():
            one, two = (weights.weights[game.sounding] for weights in (found[name], given))
            likeness = Likeness(reset.layer, rank_correlation(one, two), rank_correlation(np.abs(one), np.abs(two)))
            alike[name] = (*alike.get(name, ()), likeness)
    return alike


def learned(game: Game, label: str, sampling: Sampling, found: Found,
            forgetting: Forgetting) -> dict[str, dict[str, float]]:
    """Method to how like the original its explanations are of networks whose last layer learned again."""
    measures: dict[str, dict[str, float]] = {name: {} for name in found}
    for at, (measure, learner) in enumerate(forgetting.learners.items()):
        other = replace(game, classifier=learner)
        for name, given in weigh(other, label, fresh(sampling, 103 + at), found)[0].items():
            pair = found[name].weights[game.sounding], given.weights[game.sounding]
            measures[name][measure] = rank_correlation(*pair)
    return measures


def forgetting_of(classifier: Classifier, others: Sequence[Track], workbench: Workbench, *, wanted: Sequence[str],
                  aggregation: str, seed: int) -> tuple[Forgetting | None, list[str]]:
    """Networks for the measures `wanted`, and sentences on why some cannot be made.

    `others` are tracks that are not explained: a last layer would know those by heart.
    """
    try:
        network(classifier)
    except InputError as error:
        return None, [f"Randomisation is left out: {error}."]

    def made(drawn: int) -> Iterable[Reset]:
        return resets(classifier, seed=drawn) if "reset" in wanted else ()

    taught = [name for name in LEARNERS if name in wanted]
    try:
        learners = _learners(classifier, others, workbench, aggregation, seed) if taught else {}
    except InputError as error:
        return Forgetting(made, {}), [f"Shuffled labels are left out: {error}."]
    return Forgetting(made, {name: learners[name] for name in taught}), []


def _learners(classifier: Classifier, tracks: Sequence[Track], workbench: Workbench, aggregation: str,
              seed: int) -> dict[str, Classifier]:
    """The last layer learned again on the tracks: with the model's own answers, and with these answers shuffled."""
    if not tracks:
        raise InputError("the corpus has no clips beyond those that are explained, for a last layer to learn from")
    waves, answers = [], []
    for clip in workbench.clips([track.source for track in tracks], rate=classifier.rate, doing="learning again"):
        waves.append(cut(clip.wave, classifier.window))
        answers.append(label_index(classifier, score_clip(classifier, clip, aggregation=aggregation).label))
    counts = [len(each) for each in waves]
    shuffled = np.random.default_rng([seed, len(answers)]).permutation(answers)
    return {name: refitted(classifier, np.concatenate(waves), np.repeat(labels, counts))
            for name, labels in zip(LEARNERS, (np.array(answers), shuffled))}
