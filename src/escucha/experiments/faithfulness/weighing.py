"""Several methods weigh the same parts of one clip: once, again, a little later, for another label.

What a method refuses (a network's gradients of a model that is none) is kept with its reason, and the other methods go
on.

Conventions: agreements are of the parts that sound, method to measure to value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from escucha.errors import InputError
from escucha.explain.agreement import overlap, rank_correlation, shifted
from escucha.explain.faithfulness import random_weights
from escucha.explain.methods import METHODS, Method
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling, Weights

RANDOM = "random"
"""The control among the methods."""
JUDGED: Mapping[str, Method] = {**METHODS, RANDOM: random_weights}
"""What can be judged."""

Found = dict[str, Weights]
"""Method to its weights."""


def weigh(game: Game, label: str, sampling: Sampling, methods: Iterable[str],
          *, anew: int = 0) -> tuple[Found, dict[str, str]]:
    """Each method's weights, and why some have none. The control is drawn `anew` for another sound.

    It would not know that it is another one, and seem the steadiest of all.
    """
    found, refused = {}, {}
    for name in methods:
        drawn = fresh(sampling, anew) if name == RANDOM and anew else sampling
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


def steadiness(game: Game, label: str, sampling: Sampling, found: Found, *, seeds: int,
               shift: float) -> dict[str, dict[str, float]]:
    """Each method's agreement with itself: of `seeds` seeds, and with a start `shift` seconds later."""
    measures: dict[str, dict[str, float]] = {name: {} for name in found}
    if seeds > 1:
        for name, given in found.items():
            drawn = _again(game, label, sampling, name, given, seeds=seeds)
            measures[name] |= {"seeds": rank_correlation(*drawn), "seeds-top": overlap(*drawn)}
    if shift > 0:
        later = replace(game, factorization=shifted(game.factorization, shift))
        for name, given in weigh(later, label, sampling, found, anew=101)[0].items():
            pair = found[name].weights[game.sounding], given.weights[game.sounding]
            measures[name] |= {"shift": rank_correlation(*pair), "shift-top": overlap(*pair)}
    return measures


def _again(game: Game, label: str, sampling: Sampling, name: str, first: Weights, *, seeds: int) -> list[np.ndarray]:
    """The weights of several seeds, of the parts that sound; of a method that draws nothing the same ones twice."""
    if not draws(first):
        return [first.weights[game.sounding]] * 2
    others = [JUDGED[name](game, label, fresh(sampling, 1 + at)) for at in range(1, seeds)]
    return [given.weights[game.sounding] for given in (first, *others)]


def draws(found: Weights) -> bool:
    """Does the method that found them draw anything, so that another seed may find others?"""
    return found.samples is not None or not (found.low == found.high).all()


def other_label(game: Game, label: str, sampling: Sampling, found: Found,
                measures: dict[str, dict[str, float]]) -> None:
    """Add each method's agreement with its explanation of another label, drawn from the seed."""
    others = [other for other in game.classifier.labels if other != label]
    if not others:
        return
    other = others[drawn_seed(sampling.seed, 1) % len(others)]
    for name, given in weigh(game, other, fresh(sampling, 102), found)[0].items():
        pair = found[name].weights[game.sounding], given.weights[game.sounding]
        measures[name]["other-label"] = rank_correlation(*pair)


def fresh(sampling: Sampling, at: int) -> Sampling:
    """Other draws: the same remixes err alike for another label or network, and so make explanations look alike."""
    return replace(sampling, seed=drawn_seed(sampling.seed, at))


def drawn_seed(*seed: int) -> int:
    """A seed of its own for each place: the same one everywhere would draw the same parts in every clip."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])
