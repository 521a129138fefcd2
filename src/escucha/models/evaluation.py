"""Numbers for how right a classifier is, each with what it would be by luck.

Conventions: truth and prediction are `(clip,)` integers into the labels; probabilities are `(clip, label)`; groups are
`(clip,)` names of what must not cross a split. Nothing here knows of sound or of a model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

FEW_GROUPS = 20
"""Under this many groups an interval says little; it is then reported with a warning."""
BINS = 15
"""Equal-width confidence bins of the calibration error."""


def confusion(truth: np.ndarray, predicted: np.ndarray, labels: int) -> np.ndarray:
    """`(label, label)` counts: rows are the truth, columns what was said.

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((labels, labels), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    return counts


@dataclass(frozen=True, eq=False)
class PerClass:
    """`(label,)` each; 0 where nothing was said (precision) or nothing was there (recall)."""

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


def per_class(counts: np.ndarray) -> PerClass:
    """Precision, recall and F1 of a confusion matrix."""
    right, there, said = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return PerClass(right / np.maximum(said, 1), right / np.maximum(there, 1),
                    2 * right / np.maximum(said + there, 1), there)


def accuracy(counts: np.ndarray) -> float:
    """Share of clips that were named right."""
    return float(np.trace(counts) / max(counts.sum(), 1))


def balanced_accuracy(counts: np.ndarray) -> float:
    """Mean recall over the labels that occur: 1 / their number is chance."""
    there = counts.sum(axis=1) > 0
    return float(per_class(counts).recall[there].mean())


def macro_f1(counts: np.ndarray) -> float:
    """Mean F1 over the labels that occur or were said."""
    there = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    return float(per_class(counts).f1[there].mean())


def top_k(truth: np.ndarray, probability: np.ndarray, k: int) -> float:
    """Share of clips whose label is among the k most probable."""
    rank = (probability > np.take_along_axis(probability, truth[:, None], axis=1)).sum(axis=1)
    return float((rank < k).mean())


def log_loss(truth: np.ndarray, probability: np.ndarray) -> float:
    """Mean of -log p(truth), in nats; log K is what a uniform guess costs."""
    return float(-np.log(np.clip(probability[np.arange(len(truth)), truth], 1e-12, 1)).mean())


def brier(truth: np.ndarray, probability: np.ndarray) -> float:
    """Mean squared distance from the truth, summed over labels: 0 to 2 (Brier 1950)."""
    return float(np.square(probability - np.eye(probability.shape[1])[truth]).sum(axis=1).mean())


def calibration_curve(truth: np.ndarray, probability: np.ndarray, bins: int = BINS) -> np.ndarray:
    """`(bin, 3)`: mean confidence, share right, clips, of the non-empty equal-width bins of top-label confidence."""
    confidence, right = probability.max(axis=1), probability.argmax(axis=1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    there = count > 0
    sums = [np.bincount(which, weights=weight, minlength=bins)[there] for weight in (confidence, right.astype(float))]
    return np.stack([sums[0] / count[there], sums[1] / count[there], count[there]], axis=1)


def calibration_error(truth: np.ndarray, probability: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of share right from confidence, by bin size."""
    confidence, right, count = calibration_curve(truth, probability, bins).T
    return float((np.abs(confidence - right) * count).sum() / count.sum())


def perfect_calibration_error(probability: np.ndarray, *, seed: int = 0, draws: int = 200, bins: int = BINS) -> float:
    """What `calibration_error` reads when the probabilities are exactly right: above 0, for clips are few.

    The mean over truths drawn from the probabilities themselves.
    """
    rng = np.random.default_rng(seed)
    ladder = np.cumsum(probability, axis=1) / probability.sum(axis=1, keepdims=True)
    drawn = (rng.random((draws, len(probability), 1)) > ladder).sum(axis=2)
    return float(np.mean([calibration_error(truth, probability, bins) for truth in drawn]))


@dataclass(frozen=True)
class Interval:
    """A number with what it could have been."""

    value: float
    low: float
    high: float
    groups: int
    """How many independent groups it rests on; under 20 the interval says little."""
    method: str


def group_interval(truth: np.ndarray, predicted: np.ndarray, groups: Sequence[str], *,
                   measure: Callable[[np.ndarray], float] = accuracy, seed: int = 0, draws: int = 2000,
                   level: float = 0.95) -> Interval:
    """A measure of the confusion matrix, with a percentile bootstrap over groups.

    Where every clip is right (or every clip wrong) each draw would say the same; the exact binomial bound with one
    trial a group stands instead, which takes clips of one group to be right or wrong together.
    """
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    labels = int(max(truth.max(), predicted.max())) + 1
    each = np.stack([confusion(truth[member == at], predicted[member == at], labels) for at in range(len(names))])
    value = measure(each.sum(axis=0))
    share = accuracy(each.sum(axis=0))
    if len(names) == 1:
        return Interval(value, 0.0, 1.0, 1, "none: one group cannot vary")
    if share in (0.0, 1.0):
        return Interval(value, *exact_bound(round(share * len(names)), len(names), level), len(names),
                        "exact binomial over groups")
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(names), size=(draws, len(names)))
    drawn = np.array([measure(each[pick].sum(axis=0)) for pick in picks])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), len(names), f"bootstrap over groups ({draws} draws)")


def mean_interval(values: np.ndarray, groups: Sequence[str], *, seed: int = 0, draws: int = 2000,
                  level: float = 0.95) -> Interval:
    """The mean of `(clip,)` numbers with a percentile bootstrap over groups."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    sums, counts = np.bincount(member, weights=values), np.bincount(member)
    picks = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    drawn = sums[picks].sum(axis=1) / counts[picks].sum(axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    method = f"bootstrap over groups ({draws} draws)"
    return Interval(float(np.mean(values)), float(low), float(high), len(names), method)


def share_interval(yes: np.ndarray, groups: Sequence[str], *, seed: int = 0) -> Interval:
    """The share of `(clip,)` truths, as `mean_interval`; where all agree, the exact binomial bound over groups."""
    share, count = float(np.mean(yes)), len(set(groups))
    if share in (0.0, 1.0):
        return Interval(share, *exact_bound(round(share * count), count), count, "exact binomial over groups")
    return mean_interval(yes.astype(float), groups, seed=seed)


def exact_bound(right: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share (1934).

    >>> [round(bound, 3) for bound in exact_bound(20, 20)]
    [0.832, 1.0]
    """
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = 0.0 if right == 0 else float(beta.ppf(tail, right, trials - right + 1))
    high = 1.0 if right == trials else float(beta.ppf(1 - tail, right + 1, trials - right))
    return low, high


def chance_test(truth: np.ndarray, predicted: np.ndarray, groups: Sequence[str], *, seed: int = 0,
                draws: int = 4000) -> float:
    """One-sided p of gaining as much over always saying the commonest label, by sign flips of the groups' gains.

    By group, because clips of one group tend to be right or wrong together: a binomial test over clips would then see
    more than chance in chance. Five groups at least are needed for p below .05.
    """
    gain = (truth == predicted).astype(float) - (truth == np.bincount(truth).argmax())
    sums = np.bincount(np.unique(np.asarray(groups), return_inverse=True)[1], weights=gain)
    flips = 1 - 2 * np.random.default_rng(seed).integers(2, size=(draws, len(sums)))
    return float((1 + (flips @ sums >= sums.sum() - 1e-9).sum()) / (draws + 1))
