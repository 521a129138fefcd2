"""Captum's KernelShap over parts: a cross-check of the Shapley values, for every classifier.

Lundberg, Lee, "A unified approach to interpreting model predictions", NIPS 2017: the weighted linear regression of the
clip's value on masks drawn by the Shapley kernel has the Shapley values as its coefficients.
"""

import numpy as np

from escucha.errors import InputError
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights, student
from escucha.models.classifier import label_index

ROUNDS = 8
"""Regressions on masks of their own, at most; the spread of their weights gives the interval."""
EACH = 4
"""Masks a part that a regression needs: with fewer it fits what was drawn."""


def kernel_shap(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """Sampled Shapley values with 95 % intervals, from `samples` remixes; InputError where these are too few."""
    label_index(game.classifier, label)
    before, (everything, nothing) = game.asked, game.ends(label)
    count, sounding = len(game.factorization.parts), game.sounding
    weights, half = np.zeros((2, count))
    if len(sounding) == 1:
        weights[sounding] = everything - nothing
    elif len(sounding):
        drawn = _regressions(game, label, sampling, len(sounding))
        weights[sounding], half[sounding] = student(drawn)
    return Weights(weights, weights - half, weights + half, everything, nothing, game.asked - before,
                   samples=sampling.samples)


def _regressions(game: Game, label: str, sampling: Sampling, parts: int) -> np.ndarray:
    """`(round, sounding part)`."""
    import torch
    from captum.attr import KernelShap

    from escucha.explain.gradients.drawing import drawing

    least = 2 * EACH * (parts + 2)
    if sampling.samples < least:
        raise InputError(f"kernel-shap needs at least {least} samples for {parts} parts, got {sampling.samples}; ask "
                         "for more samples, for fewer segments, or for the method permutation")
    rounds = min(ROUNDS, sampling.samples // (least // 2))

    def value(rows: torch.Tensor) -> torch.Tensor:
        masks = np.zeros((len(rows), len(game.factorization.parts)), dtype=bool)
        masks[:, game.sounding] = rows.numpy() > 0.5
        return torch.from_numpy(game.values(masks, label))

    each, on, off = sampling.samples // rounds, torch.ones(1, parts), torch.zeros(1, parts)
    with drawing(sampling.seed):
        fitted = [KernelShap(value).attribute(on, off, n_samples=each, perturbations_per_eval=each)[0].numpy()
                  for _ in range(rounds)]
    return np.stack(fitted).astype(np.float64)
