"""One clip, several explanations of it: what each is worth, on the same parts and for the same label.

All methods play one game, so what one of them asked the others know.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.clips.explaining import Explainer
from escucha.experiments.faithfulness.forgetting import Forgetting, Likeness, forgotten, learned
from escucha.experiments.faithfulness.weighing import drawn_seed, draws, other_label, steadiness, weigh
from escucha.explain.deletion import Bounds, bounds
from escucha.explain.faithfulness import SHARES, Judged, judge
from escucha.explain.weights import USUAL, Sampling
from escucha.models.windows import score_clip


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
    drawn: bool = True
    """Would another seed draw other weights?"""


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
    label, seed = asked.label or score.label, drawn_seed(asked.sampling.seed, at)
    limits, sampling = bounds(game, label, seed=seed), replace(asked.sampling, seed=seed)
    found, refused = weigh(game, label, sampling, asked.methods)
    steady = steadiness(game, label, sampling, found, seeds=asked.seeds, shift=asked.shift)
    if at < asked.others:
        other_label(game, label, sampling, found, steady)
    forgot = forgotten(game, label, sampling, found, forgetting) if forgetting else {}
    again = learned(game, label, sampling, found, forgetting) if forgetting else {}
    trials = {}
    for name, given in found.items():
        judged = judge(game, label, given.weights, limits, shares=asked.shares, seed=seed)
        last = {"reset": forgot[name][-1].signed} if forgot.get(name) else {}
        measures = {**judged.measures, **steady[name], **last, **again.get(name, {})}
        trials[name] = Trial(given.weights, judged, measures, forgot.get(name, ()),
                             signed=given.map is None or given.map.signed, drawn=draws(given))
    return JudgedClip(track.name, track.group, label, score.probabilities[label], game.sounding,
                      tuple(part.name for part in factorization.parts), limits, trials, refused)
