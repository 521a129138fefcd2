"""One clip, several explanations of it: what each is worth, on the same parts and for the same label.

All methods play one game, so what one of them asked the others know. What a method refuses (a network's gradients of a
model that is none) is kept with its reason, and the other methods go on.

Conventions: weights are `(part,)`; agreements are of the parts that sound.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.explaining import Explainer
from escucha.explain.agreement import mean_agreement, overlap, rank_correlation, shifted
from escucha.explain.deletion import Bounds, bounds
from escucha.explain.faithfulness import SHARES, Judged, judge, random_weights
from escucha.explain.methods import METHODS, Method
from escucha.explain.randomisation import Reset
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights
from escucha.models.classifier import Classifier
from escucha.models.windows import score_clip

RANDOM = "random"
"""The control among the methods."""
JUDGED: Mapping[str, Method] = {**METHODS, RANDOM: random_weights}
"""What can be judged."""

Found = dict[str, Weights]
"""Method to its weights."""


@dataclass(frozen=True, eq=False)
class Trials:
    """What is asked about the explanations of every clip."""

    methods: tuple[str, ...]
    sampling: Sampling = USUAL
    label: str | None = None
    """The clip's answer when None."""
    shares: Sequence[float] = SHARES
    seeds: int = 3
    """How often a method that draws is asked, each time with another seed; below 2: not again."""
    shift: float = 0.01
    """Seconds by which a clip begins later; 0: not asked."""
    others: int = 8
    """So many clips, the first ones, have another label explained too."""


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


@dataclass(frozen=True, eq=False)
class Trial:
    """One method on one clip."""

    weights: np.ndarray
    judged: Judged
    measures: dict[str, float]
    """All that was measured, by names of `explain.faithfulness.MEASURES`."""
    forgot: tuple[Likeness, ...] = ()
    """From the answer down to the sound; empty where it was not asked."""
    signed: bool = True
    """Do the weights tell for from against? Otherwise they are sizes."""


@dataclass(frozen=True, eq=False)
class JudgedClip:
    """What every method is worth on one clip."""

    name: str
    group: str
    label: str
    """The label explained."""
    probability: float
    players: np.ndarray
    """Indices of the parts that sound."""
    parts: tuple[str, ...]
    bounds: Bounds
    trials: dict[str, Trial]
    refused: dict[str, str]
    """Method to why it does not explain this clip."""


def judge_clip(explainer: Explainer, track: Track, asked: Trials, at: int,
               forgetting: Forgetting | None = None) -> JudgedClip:
    """Explain the track by every method and judge the explanations; `at` is its place, from which chance is drawn.

    InputError where the clip cannot be explained at all.
    """
    factorization = explainer.factorize(track)
    game = explainer.game(factorization)
    if not len(game.sounding):
        raise InputError(f"no part of {track.name} sounds: there is nothing to explain")
    score = score_clip(explainer.classifier, factorization.clip, aggregation=game.aggregation)
    label, seed = asked.label or score.label, _drawn(asked.sampling.seed, at)
    limits, sampling = bounds(game, label, seed=seed), replace(asked.sampling, seed=seed)
    found, refused = weigh(game, label, sampling, asked.methods)
    steady = _steadiness(game, label, sampling, asked, found)
    if at < asked.others:
        _other_label(game, label, sampling, found, steady)
    forgot = _forgotten(game, label, sampling, found, forgetting) if forgetting else {}
    learned = _learned(game, label, sampling, found, forgetting) if forgetting else {}
    trials = {}
    for name, given in found.items():
        judged = judge(game, label, given.weights, limits, shares=asked.shares, seed=seed)
        last = {"reset": forgot[name][-1].signed} if forgot.get(name) else {}
        measures = {**judged.measures, **steady[name], **last, **learned.get(name, {})}
        trials[name] = Trial(given.weights, judged, measures, forgot.get(name, ()),
                             signed=given.map is None or given.map.signed)
    return JudgedClip(track.name, track.group, label, score.probabilities[label], game.sounding,
                      tuple(part.name for part in factorization.parts), limits, trials, refused)


def weigh(game: Game, label: str, sampling: Sampling, methods: Iterable[str],
          *, anew: int = 0) -> tuple[Found, dict[str, str]]:
    """Each method's weights, and why some have none. The control is drawn `anew` for another sound, label or network.

    It would not know that they are other ones, and seem the steadiest of all.
    """
    found, refused = {}, {}
    for name in methods:
        drawn = replace(sampling, seed=_drawn(sampling.seed, anew)) if name == RANDOM and anew else sampling
        try:
            weights = JUDGED[name](game, label, drawn)
        except InputError as error:
            refused[name] = str(error)
            continue
        if np.isfinite(weights.weights).all():
            found[name] = weights
        else:
            refused[name] = "its weights are not finite"
    return found, refused


def _steadiness(game: Game, label: str, sampling: Sampling, asked: Trials, found: Found) -> dict[str, dict[str, float]]:
    """Method to its agreement with itself: other seeds, and a later start."""
    measures: dict[str, dict[str, float]] = {name: {} for name in found}
    if asked.seeds > 1:
        for name, given in found.items():
            order, top = mean_agreement(_again(game, label, sampling, name, given, asked.seeds))
            measures[name] |= {"seeds": order, "seeds-top": top}
    if asked.shift > 0:
        later = replace(game, factorization=shifted(game.factorization, asked.shift))
        for name, given in weigh(later, label, sampling, found, anew=101)[0].items():
            pair = found[name].weights[game.sounding], given.weights[game.sounding]
            measures[name] |= {"shift": rank_correlation(*pair), "shift-top": overlap(*pair)}
    return measures


def _again(game: Game, label: str, sampling: Sampling, name: str, first: Weights, seeds: int) -> list[np.ndarray]:
    """The weights of several seeds, of the parts that sound; of a method that draws nothing the same ones twice."""
    if first.samples is None and (first.low == first.high).all():
        return [first.weights[game.sounding]] * 2
    others = [JUDGED[name](game, label, replace(sampling, seed=_drawn(sampling.seed, 1 + at)))
              for at in range(1, seeds)]
    return [given.weights[game.sounding] for given in (first, *others)]


def _other_label(game: Game, label: str, sampling: Sampling, found: Found,
                 measures: dict[str, dict[str, float]]) -> None:
    """Add each method's agreement with its explanation of another label, drawn from the seed."""
    others = [other for other in game.classifier.labels if other != label]
    if not others:
        return
    other = others[_drawn(sampling.seed, 1) % len(others)]
    for name, given in weigh(game, other, sampling, found, anew=102)[0].items():
        pair = found[name].weights[game.sounding], given.weights[game.sounding]
        measures[name]["other-label"] = rank_correlation(*pair)


def _forgotten(game: Game, label: str, sampling: Sampling, found: Found,
               forgetting: Forgetting) -> dict[str, tuple[Likeness, ...]]:
    """Method to how like the original its explanation stays as layer after layer is reset."""
    alike: dict[str, tuple[Likeness, ...]] = {}
    for at, reset in enumerate(forgetting.resets(sampling.seed)):
        other = replace(game, classifier=reset.classifier)
        for name, given in weigh(other, label, sampling, found, anew=200 + at)[0].items():
            one, two = (weights.weights[game.sounding] for weights in (found[name], given))
            likeness = Likeness(reset.layer, rank_correlation(one, two), rank_correlation(np.abs(one), np.abs(two)))
            alike[name] = (*alike.get(name, ()), likeness)
    return alike


def _learned(game: Game, label: str, sampling: Sampling, found: Found,
             forgetting: Forgetting) -> dict[str, dict[str, float]]:
    """Method to how like the original its explanations are of networks whose last layer learned again."""
    measures: dict[str, dict[str, float]] = {name: {} for name in found}
    for at, (measure, learner) in enumerate(forgetting.learners.items()):
        other = replace(game, classifier=learner)
        for name, given in weigh(other, label, sampling, found, anew=103 + at)[0].items():
            pair = found[name].weights[game.sounding], given.weights[game.sounding]
            measures[name][measure] = rank_correlation(*pair)
    return measures


def _drawn(*seed: int) -> int:
    """A seed of its own for each place: the same one everywhere would draw the same parts in every clip."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])
