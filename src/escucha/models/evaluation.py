"""Numbers for how right a classifier is, each with what it would be by luck.

Conventions: truth and prediction are `(clip,)` integers into the labels; probabilities are `(clip, label)`; groups are
`(clip,)` names of what must not cross a split. Nothing here knows of sound or of a model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.models.resampling import LEVEL, Interval, interval, members, redrawn, settled, sign_flip

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


def top_k(truth: np.ndarray, probability: np.ndarray, k: int) -> np.ndarray:
    """`(clip,)`: is the label among the k most probable? The mean is top-k accuracy."""
    return (probability > np.take_along_axis(probability, truth[:, None], axis=1)).sum(axis=1) < k


def log_loss(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(clip,)` -log p(truth), in nats; its mean is the log-loss, and log K what a uniform guess costs."""
    return -np.log(np.clip(probability[np.arange(len(truth)), truth], 1e-12, 1))


def brier(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """`(clip,)` squared distance from the truth, summed over labels: 0 to 2. Its mean is Brier's score (1950)."""
    return np.square(probability - np.eye(probability.shape[1])[truth]).sum(axis=1)


def calibration_curve(truth: np.ndarray, probability: np.ndarray, bins: int = BINS) -> np.ndarray:
    """`(bin, 3)` of top-label confidence; see `binned`."""
    return binned(probability.max(axis=1), probability.argmax(axis=1) == truth, bins)


def binned(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> np.ndarray:
    """`(bin, 3)`: mean confidence, share right, how many, of the non-empty equal-width bins of `(event,)` numbers."""
    which = _bin(confidence, bins)
    count = np.bincount(which, minlength=bins)
    there = count > 0
    sums = [np.bincount(which, weights=weight, minlength=bins)[there] for weight in (confidence, right.astype(float))]
    return np.stack([sums[0] / count[there], sums[1] / count[there], count[there]], axis=1)


def gap(curve: np.ndarray) -> float:
    """Mean distance of share right from confidence over the bins of `binned`, by their size."""
    confidence, right, count = curve.T
    return float((np.abs(confidence - right) * count).sum() / count.sum())


def _bin(confidence: np.ndarray, bins: int) -> np.ndarray:
    return np.minimum((confidence * bins).astype(int), bins - 1)


def calibration_error(truth: np.ndarray, probability: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of share right from confidence, by bin size."""
    return gap(calibration_curve(truth, probability, bins))


def perfect_calibration(probability: np.ndarray, *, seed: int = 0, draws: int = 200, bins: int = BINS) -> np.ndarray:
    """`(draw,)` readings of `calibration_error` when the probabilities are exactly right: above 0, for clips are few.

    Of truths drawn from the probabilities themselves, clip by clip; clips that go together would spread them further.
    """
    rng = np.random.default_rng(seed)
    ladder = np.cumsum(probability, axis=1) / probability.sum(axis=1, keepdims=True)
    drawn = ((rng.random((len(probability), 1)) > ladder).sum(axis=1) for _ in range(draws))
    return np.array([calibration_error(truth, probability, bins) for truth in drawn])


def group_interval(truth: np.ndarray, predicted: np.ndarray, groups: Sequence[str], *,
                   measure: Callable[[np.ndarray], float] = accuracy, seed: int = 0, draws: int = 2000) -> Interval:
    """A measure of the confusion matrix, with a percentile bootstrap over groups.

    Where every clip is right (or every clip wrong) each draw would say the same; the exact binomial bound with one
    trial a group stands instead.
    """
    count, member = members(groups)
    labels = int(max(truth.max(), predicted.max())) + 1
    each = np.stack([confusion(truth[member == at], predicted[member == at], labels) for at in range(count)])
    value, share = measure(each.sum(axis=0)), accuracy(each.sum(axis=0))
    if count > 1 and share in (0.0, 1.0):
        return settled(value, share, count)
    flat = each.reshape(count, -1)
    drawn = np.array([measure((picked @ flat).reshape(labels, labels))
                      for picked in redrawn(count, seed=seed, draws=draws)])
    return interval(value, drawn, count)


def calibration_interval(truth: np.ndarray, probability: np.ndarray, groups: Sequence[str], *, seed: int = 0,
                         draws: int = 2000, bins: int = BINS) -> Interval:
    """`gap_interval` of `calibration_error`."""
    perfect = perfect_calibration(probability, seed=seed, bins=bins)
    return gap_interval(probability.max(axis=1), probability.argmax(axis=1) == truth, groups, perfect=perfect,
                        seed=seed, draws=draws, bins=bins)


def gap_interval(confidence: np.ndarray, right: np.ndarray, groups: Sequence[str] | np.ndarray, *, perfect: np.ndarray,
                 seed: int = 0, draws: int = 2000, bins: int = BINS) -> Interval:
    """The `gap` of `(event,)` confidences with a pivotal bootstrap over groups (Davison and Hinkley 1997, 5.2).

    A few events read as worse calibrated than many, and a draw of them as worse still: percentiles would lie too high.
    This one takes off what drawing added, and so holds what very many would read; it may lie below the value. It is
    never below 0, and reaches down to 0 where perfect calibration reads as much (`perfect`: `(draw,)` such readings).
    """
    count, member = members(groups)
    value = gap(binned(confidence, right, bins))
    gaps = np.zeros((count, bins))
    np.add.at(gaps, (member, _bin(confidence, bins)), right - confidence)
    sizes = np.bincount(member)
    drawn = np.array([np.abs(picked @ gaps).sum() / (picked @ sizes)
                      for picked in redrawn(count, seed=seed, draws=draws)])
    found = interval(value, drawn, count)
    if count == 1:
        return found
    low = 0.0 if value <= np.quantile(perfect, (1 + LEVEL) / 2) else max(0.0, 2 * value - found.high)
    return Interval(value, low, max(0.0, 2 * value - found.low), count,
                    found.method.replace("bootstrap", "pivotal bootstrap"))


def chance_test(truth: np.ndarray, predicted: np.ndarray, groups: Sequence[str], *, seed: int = 0,
                draws: int = 4000) -> float:
    """One-sided p of gaining as much over always saying the commonest label, by sign flips of the groups' gains.

    By group, because clips of one group tend to be right or wrong together: a binomial test over clips would then see
    more than chance in chance. Five groups at least are needed for p below .05.
    """
    gain = (truth == predicted).astype(float) - (truth == np.bincount(truth).argmax())
    return sign_flip(gain, groups, seed=seed, draws=draws, tail="above")


def mcnemar(first: np.ndarray, second: np.ndarray) -> float:
    """Two-sided exact p that two models are right equally often, from `(clip,)` truths: was it named right?

    McNemar 1947: only the clips that one of them alone names right count, each as a toss of a coin. For clips that are
    independent of each other.

    >>> mcnemar(np.array([True] * 6), np.array([False] * 6))
    0.03125
    """
    from scipy.stats import binomtest

    only = int((first & ~second).sum()), int((second & ~first).sum())
    return float(binomtest(only[0], sum(only)).pvalue) if sum(only) else 1.0
