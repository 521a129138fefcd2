"""How fast a network learns, epoch by epoch.

Conventions: a pace is a share of the recipe's rate, from the recipe, the epoch (from 0) and the validation losses so
far: nothing is kept between epochs, so a resumed run goes on as it would have.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch.nn import Parameter

from escucha.models.training_recipe import Recipe

Pace = Callable[[Recipe, int, Sequence[float]], float]


def pace(recipe: Recipe, epoch: int, losses: Sequence[float]) -> float:
    """The share of the recipe's rate: rising over the first tenth of the epochs, then as its schedule says.

    >>> [round(pace(Recipe(epochs=20), epoch, ()), 2) for epoch in (0, 1, 2, 11, 19)]
    [0.33, 0.67, 1.0, 0.5, 0.01]
    """
    warm = _warm(recipe)
    return (epoch + 1) / (warm + 1) if epoch < warm else SCHEDULES[recipe.schedule](recipe, epoch, losses)


def _warm(recipe: Recipe) -> int:
    return max(1, recipe.epochs // 10)


def _cosine(recipe: Recipe, epoch: int, losses: Sequence[float]) -> float:
    warm = _warm(recipe)
    return 0.5 * (1 + math.cos(math.pi * (epoch - warm) / max(1, recipe.epochs - warm)))


def _step(recipe: Recipe, epoch: int, losses: Sequence[float]) -> float:
    return float(recipe.drop ** ((epoch - _warm(recipe)) // recipe.step))


def _plateau(recipe: Recipe, epoch: int, losses: Sequence[float]) -> float:
    """Dropped once whenever `step` epochs in a row were no better than the best before them."""
    best, waited, drops = math.inf, 0, 0
    for loss in losses:
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == recipe.step:
            waited, drops = 0, drops + 1
    return float(recipe.drop**drops)


def _constant(recipe: Recipe, epoch: int, losses: Sequence[float]) -> float:
    return 1.0


SCHEDULES: dict[str, Pace] = {"cosine": _cosine, "step": _step, "plateau": _plateau, "constant": _constant}


def _adamw(parameters: Iterable[Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=recipe.decay)


def _sgd(parameters: Iterable[Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=recipe.rate, momentum=0.9, nesterov=True, weight_decay=recipe.decay)


OPTIMISERS: dict[str, Callable[[Iterable[Parameter], Recipe], torch.optim.Optimizer]] = {
    "adamw": _adamw, "sgd": _sgd}
