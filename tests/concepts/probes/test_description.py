"""Codes: random labels are not shortened, plain ones are, and a case that can be worked out by hand."""

import numpy as np
import pytest

from escucha.concepts.probes.description import blocks, code_length, code_of
from escucha.concepts.probes.fits import scaled
from escucha.concepts.probes.splits import Split

GROUPS = np.repeat([f"g{number:02d}" for number in range(60)], 5)
EVERY = np.ones(len(GROUPS), dtype=bool)
WHOLE = Split(EVERY, EVERY, EVERY, GROUPS)


def labels(classes: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(classes, size=len(GROUPS))


def layer(target: np.ndarray, *, size: float, units: int = 6):
    rows = np.random.default_rng(1).normal(size=(len(GROUPS), units))
    rows[:, 2] += size * target
    return scaled(rows, WHOLE)


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_random_labels_are_not_shortened_and_plain_ones_much(kind):
    target = labels()
    found = {size: code_length(layer(target, size=size), target.astype(str), kind=kind) for size in (0.0, 12.0)}
    assert 0.7 < found[0.0].compression < 1.05
    assert found[12.0].compression > 4
    assert found[0.0].uniform == len(GROUPS)


def test_more_noise_beside_the_same_cue_shortens_less():
    target = labels()
    compressions = [code_length(layer(target, size=4.0, units=units), target.astype(str)).compression
                    for units in (4, 30, 200)]
    assert compressions == sorted(compressions, reverse=True)
    assert compressions[0] > 1.3 * compressions[-1]


def test_knowing_that_a_class_is_rare_is_no_merit():
    target = (np.random.default_rng(3).random(len(GROUPS)) < 0.1).astype(str)
    found = code_length(layer(labels(), size=0.0), target)
    assert found.compression > 1.3
    assert found.over_prior < 1.05
    share = np.mean(target == "True")
    assert found.prior == pytest.approx(-len(target) * (share * np.log2(share) + (1 - share) * np.log2(1 - share)))


def test_what_is_bent_is_shortened_by_a_network_only():
    first, second = np.random.default_rng(0).choice([-1, 1], size=(2, len(GROUPS)))
    rows = np.random.default_rng(1).normal(size=(len(GROUPS), 5)) + np.outer(first, [6, 0, 0, 0, 0])
    rows[:, 1] += 6 * second
    found = [code_length(scaled(rows, WHOLE), (first * second).astype(str), kind=kind).compression
             for kind in ("linear", "mlp")]
    assert found[0] < 1.05
    assert found[1] > 2


def test_blocks_are_of_whole_groups_and_grow():
    order, ends = blocks(GROUPS, seed=0)
    ordered = GROUPS[order]
    assert sorted(order) == list(range(len(GROUPS)))
    assert all(end == len(GROUPS) or ordered[end - 1] != ordered[end] for end in ends)
    assert len(np.unique(ordered)) == 1 + (ordered[1:] != ordered[:-1]).sum()
    assert ends == [5, 10, 20, 40, 75, 150, 300]  # of 60 groups; the shares below one group come to the first


def test_a_code_worked_out_by_hand():
    """One class in the first block: nothing can be fitted, and a clip of it costs -log2 (6/7 + 1/7/2), of the other 7
    times two to one. Of 6 clips and 2 classes, 6 in 8 stay with the probe and 2 are dealt out."""
    groups = np.repeat(["a", "b"], 6)
    target = np.repeat(["x", "x"], 6)
    order, ends = blocks(groups, seed=0)
    assert ends == [6, 12]
    target[order[6:9]] = "y"
    every = np.ones(12, dtype=bool)
    found = code_length(scaled(np.zeros((12, 2)), Split(every, every, every, groups)), target)
    right, wrong = 0.75 + 0.25 / 2, 0.25 / 2
    assert found.bits == pytest.approx(6 * np.log2(2) - 3 * np.log2(right) - 3 * np.log2(wrong))
    assert found.compression == pytest.approx(12 / found.bits)
    np.testing.assert_allclose(code_of(np.array([1.0, 0.0]), 6, 2), [-np.log2(right), -np.log2(wrong)])
