"""How short can a property be told to someone who has the layer? Minimum description length, by online coding.

Voita and Titov 2020 (arXiv 2003.12298): labels are sent in growing blocks. The first goes uncoded; each other is coded
by a probe that has learned from all blocks before it: `L = t_1 log2 K - sum log2 p(block)`. A layer in which the
property lies plainly needs few examples before its code is short; a probe that learns by heart pays for every block.
Blocks are of whole groups, or a group's own clips would tell its labels.

Conventions: lengths are in bits; rows are standardised over all clips, which sender and receiver both have.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np

from escucha.concepts.probes.fits import PENALTIES, Scaled
from escucha.concepts.probes.mlp import DECAYS, HIDDEN, at_checkpoints

SHARES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
"""Of the clips, after each block; of whole groups, so that small shares come to the same."""


@dataclass(frozen=True)
class Code:
    """The length of a property's labels, given a layer."""

    subject: str
    layer: str
    kind: str
    bits: float
    """L."""
    uniform: float
    """n log2 K: without the layer, every class as likely as each other."""
    prior: float
    """n H: without the layer, each class as likely as it is in these clips."""
    clips: int
    blocks: int

    @property
    def compression(self) -> float:
        """n log2 K / L: 1 is no help at all, 2 is half as long."""
        return self.uniform / self.bits

    @property
    def over_prior(self) -> float:
        """n H / L: as `compression`, where classes are of unequal size: knowing their sizes is no merit."""
        return self.prior / self.bits


def code_length(layer: Scaled, target: np.ndarray, *, subject: str = "", name: str = "", kind: str = "linear",
                seed: int = 0) -> Code:
    """The online code of `(clip,)` classes, groups in a random order; the layer `name` is scaled on all clips.

    Each block is coded by the setting (penalty; of the MLP size, decay and steps) whose codes of the blocks before it
    were the shortest together, so that the receiver can choose it too.
    """
    order, ends = blocks(layer.split.groups, seed=seed)
    heard = replace(layer, rows=layer.rows[order])
    names, truth = np.unique(target[order], return_inverse=True)
    costs = CODERS[kind](heard, truth, ends, len(names), seed)
    uniform = float(np.log2(len(names)))
    shares = np.bincount(truth) / len(truth)
    return Code(subject, name, kind, ends[0] * uniform + _chosen(costs), len(truth) * uniform,
                -len(truth) * float(shares @ np.log2(shares)), len(truth), len(ends))


def blocks(groups: np.ndarray, *, seed: int) -> tuple[np.ndarray, list[int]]:
    """`(clip,)` clips in an order that keeps groups together, and where each block ends: whole groups, SHARES at least.
    """
    names, which, counts = np.unique(groups, return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    place = np.empty(len(names), dtype=int)
    place[shuffled] = np.arange(len(names))
    whole = np.cumsum(counts[shuffled])
    wanted = np.array(SHARES) * len(groups) - 1e-6
    ends = sorted({int(whole[np.searchsorted(whole, least)]) for least in wanted})
    return np.argsort(place[which], kind="stable"), ends


def code_of(probability: np.ndarray, learned: np.ndarray | int, classes: int) -> np.ndarray:
    """Bits `(clip,)` of truths that a probe gives these probabilities, after so many were `learned` from.

    No probability is 0: a share of K in the clips learned from and K more is dealt out evenly, as Laplace's rule does.
    """
    kept = learned / (learned + classes)
    return -np.log2(kept * probability + (1 - kept) / classes)


def _chosen(costs: np.ndarray) -> float:
    """Bits of all blocks after the first, from `(setting, block)`; each by the setting that was best so far."""
    before = np.cumsum(costs, axis=1) - costs
    return float(costs[before.argmin(axis=0), np.arange(costs.shape[1])].sum())


def _linear(heard: Scaled, truth: np.ndarray, ends: list[int], classes: int, seed: int) -> np.ndarray:
    """`(penalty, block)` bits."""
    from sklearn.linear_model import LogisticRegression

    costs = np.zeros((len(PENALTIES), len(ends) - 1))
    for (row, penalty), (at, (start, end)) in product(enumerate(PENALTIES), enumerate(pairwise(ends))):
        known, place = np.unique(truth[:start], return_inverse=True)
        probability = np.zeros((end - start, classes))
        if len(known) > 1:
            fit = LogisticRegression(C=penalty / np.sqrt(heard.units), max_iter=500, tol=1e-3)
            probability[:, known] = fit.fit(heard.rows[:start], place).predict_proba(heard.rows[start:end])
        else:
            probability[:, known] = 1.0
        costs[row, at] = code_of(probability[np.arange(end - start), truth[start:end]], start, classes).sum()
    return costs


def _mlp(heard: Scaled, truth: np.ndarray, ends: list[int], classes: int, seed: int) -> np.ndarray:
    """`(size, decay and steps, block)` bits; every block's network is learned beside the others."""
    clips, starts = np.arange(len(truth)), np.array(ends[:-1])
    masks = np.repeat((clips < starts[:, None]) / starts[:, None], len(DECAYS), axis=0)
    wanted = np.repeat(truth[None], len(masks), axis=0)
    learned = np.repeat(starts, len(DECAYS))[:, None]
    costs = []
    for hidden in HIDDEN:
        for outputs in at_checkpoints(heard.rows, wanted, masks, hidden=hidden, classes=classes, seed=seed,
                                      decays=np.tile(DECAYS, len(starts))):
            bits = code_of(np.exp(-outputs.losses), learned, classes)
            coded = np.stack([bits[:, start:end].sum(axis=1) for start, end in pairwise(ends)], axis=1)
            own = coded.reshape(len(starts), len(DECAYS), -1)
            costs.append(own[np.arange(len(starts)), :, np.arange(len(starts))].T)
    return np.concatenate(costs)


Coder = Callable[[Scaled, np.ndarray, list[int], int, int], np.ndarray]

CODERS: dict[str, Coder] = {"linear": _linear, "mlp": _mlp}
"""Kind of probe to the bits `(setting, block)` of every block after the first, learned from all before it."""
