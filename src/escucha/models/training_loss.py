"""What a network in training is told: how wrong it is on crops, and on the validation clips as they will be heard.

Conventions: logits are `(clip, label)`; targets `(clip,)` integers where a clip has one label (softmax), or `(clip,
label)` of zeros and ones (sigmoid).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from escucha.models.classifier import Link, probabilities
from escucha.models.tag_evaluation import average_precision, roc_auc


@dataclass(frozen=True, eq=False)
class Check:
    """Validation clips as the deployed classifier hears them: cut into windows, scores averaged over each clip."""

    windows: Tensor
    """`(window, 1, mel, frame)` dB, or waves `(window, time)` for the front end."""
    owners: np.ndarray
    """`(window,)`: the row of `targets` each window belongs to."""
    targets: np.ndarray
    """`(clip,)` integers, or booleans `(clip, label)`."""


def mix_targets(targets: Tensor, partners: Tensor, shares: Tensor, labels: int) -> Tensor:
    """`(batch, label)`: each crop's target and its partner's, by their shares (Zhang et al. 2018).

    >>> mix_targets(torch.tensor([0, 1]), torch.tensor([1, 0]), torch.tensor([.75, 1.]), 2).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    soft = functional.one_hot(targets, labels).float() if targets.ndim == 1 else targets
    return shares[:, None] * soft + (1 - shares[:, None]) * soft[partners]


def softmax_loss(logits: Tensor, targets: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Mean cross-entropy, each class by its weight; targets are integers, or shares `(batch, label)`."""
    return functional.cross_entropy(logits, targets, weight=weights, label_smoothing=smoothing)


def sigmoid_loss(logits: Tensor, targets: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Mean binary cross-entropy over crops and labels; what has a label counts by the label's weight."""
    soft = targets * (1 - smoothing) + smoothing / 2
    return functional.binary_cross_entropy_with_logits(logits, soft, pos_weight=weights)


LOSSES: dict[Link, Callable[[Tensor, Tensor, Tensor | None, float], Tensor]] = {
    "softmax": softmax_loss, "sigmoid": sigmoid_loss}


def class_weights(targets: np.ndarray) -> Tensor:
    """`(label,)` float32: inverse shares, so that the weights of all examples average to one.

    Of booleans `(clip, label)`: how many clips lack the label for each that has it.

    >>> class_weights(np.array([0, 0, 0, 1])).tolist()
    [0.6666666865348816, 2.0]
    """
    if targets.ndim == 2:
        there = targets.sum(axis=0)
        return torch.as_tensor((len(targets) - there) / np.maximum(there, 1), dtype=torch.float32)
    count = np.bincount(targets)
    return torch.as_tensor(len(targets) / (len(count) * np.maximum(count, 1)), dtype=torch.float32)


@torch.no_grad()
def clip_logits(hear: nn.Module, check: Check, *, batch: int = 64) -> Tensor:
    """`(clip, label)` on the CPU: averaged over each clip's windows; the caller sets the mode of `hear`."""
    device = next(hear.parameters(), torch.empty(0)).device
    logits = torch.cat([hear(piece.to(device)) for piece in check.windows.split(batch)]).cpu()
    owners = torch.as_tensor(check.owners)
    count = torch.bincount(owners, minlength=len(check.targets))[:, None]
    return torch.zeros(len(check.targets), logits.shape[1]).index_add_(0, owners, logits) / count


def judge(hear: nn.Module, check: Check) -> dict[str, float]:
    """`loss` and, of clips with one label each, `accuracy`; of tags `map` and `auc`, the means over labels.

    `hear` takes what `check.windows` holds; the caller sets its mode.
    """
    logits = clip_logits(hear, check)
    if check.targets.ndim == 1:
        targets = torch.as_tensor(check.targets, dtype=torch.long)
        return {"loss": float(functional.cross_entropy(logits, targets)),
                "accuracy": float((logits.argmax(1) == targets).float().mean())}
    truth, probability = check.targets.astype(bool), probabilities(logits.numpy(), "sigmoid")
    loss = functional.binary_cross_entropy_with_logits(logits, torch.as_tensor(truth, dtype=torch.float32))
    return {"loss": float(loss), "map": _mean(average_precision(truth, probability)),
            "auc": _mean(roc_auc(truth, probability))}


def _mean(each: np.ndarray) -> float:
    """Over the labels that could be measured; NaN where none could."""
    there = each[np.isfinite(each)]
    return float(there.mean()) if len(there) else float("nan")
