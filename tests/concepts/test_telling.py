"""A label that the values tell is known; one they do not tell is not, also where every singer sounds like himself."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from escucha.concepts.tcav import ConceptTest
from escucha.concepts.telling import NO_LABEL, Telling, telling, untold

GROUPS = [f"singer-{clip // 4}" for clip in range(48)]


def having(rng: np.random.Generator, *, by_group: bool) -> np.ndarray:
    """`(clip, 2)`: half the singers, or half the clips of each, have the first label, the rest the second."""
    first = (np.repeat(rng.permutation(12) < 6, 4) if by_group
             else np.concatenate([rng.permutation(4) < 2 for _ in range(12)]))
    return np.stack([first, ~first], axis=1)


@pytest.mark.parametrize("by_group", [True, False])
def test_what_is_told_is_known_and_what_is_not_is_not(by_group):
    rng = np.random.default_rng(0)
    labels = having(rng, by_group=by_group)
    values = np.stack([labels[:, 0] + rng.normal(0, 0.5, 48), rng.normal(size=48)], axis=1)
    known, unknown = telling(values, labels, labels=("a", "b"), groups=GROUPS, seed=0)
    assert known.area == pytest.approx(roc_auc_score(labels[:, 0], values[:, 0]))
    assert known.known(0.05)
    assert known.p < 0.01
    assert not unknown.known(0.05)


def test_a_label_that_is_told_the_wrong_way_round_is_not_known():
    labels = having(np.random.default_rng(1), by_group=False)
    (found, _) = telling(-labels.astype(float), labels, labels=("a", "b"), groups=GROUPS, seed=0)
    assert found.area == 0
    assert not found.known(0.05)


def test_a_label_of_every_clip_cannot_be_asked_and_counts_as_known():
    (found,) = telling(np.ones((48, 1)), np.ones((48, 1), bool), labels=("a",), groups=GROUPS, seed=0)
    assert np.isnan(found.p)
    assert found.known(0.05)


@pytest.mark.parametrize("by_group", [True, False])
def test_labels_that_mean_nothing_are_known_no_oftener_than_alpha_whatever_singers_sound_like(by_group):
    rng = np.random.default_rng(2)
    found = []
    for _ in range(60):
        values = np.repeat(rng.normal(0, 2, 12), 4)[:, None] + rng.normal(size=(48, 1))
        labels = having(rng, by_group=by_group)[:, :1]
        found.append(telling(values, labels, labels=("a",), groups=GROUPS, seed=0)[0].known(0.05))
    assert sum(found) <= 8, "the binomial bound of .05 at .01"


@pytest.mark.parametrize(("count", "asked"), [(2, False), (6, False), (19, False), (20, True), (40, True)])
def test_a_label_of_one_group_in_few_cannot_be_asked_however_well_it_is_told(count, asked):
    groups = np.repeat(np.arange(count), 5)
    mine = groups == 0
    told, untold_ = (telling(values[:, None], mine[:, None], labels=("a",), groups=groups, seed=0)[0]
                     for values in (1.0 * mine, -1.0 * mine))
    assert told.p == told.least == pytest.approx(1 / count)
    assert told.known(0.05)
    assert untold_.p == 1
    assert untold_.known(0.05) is not asked


def test_clips_of_mixed_groups_count_among_the_permutations():
    """Two whole singers, one with the label, and two of whom half of four clips have it: 2 * 6 * 6 permutations."""
    groups = np.repeat(np.arange(4), 4)
    mine = np.array([True] * 4 + [False] * 4 + [True, True, False, False] * 2)
    values = mine + np.random.default_rng(3).normal(0, 0.05, 16)
    (found,) = telling(values[:, None], mine[:, None], labels=("a",), groups=groups, seed=0)
    assert found.p == found.least == pytest.approx(1 / 72)


def test_tests_of_an_unknown_label_are_not_tests():
    told = [Telling("a", 0.9, 0.001), Telling("b", 0.5, 0.4)]
    tests = [ConceptTest("idea", "layer", label, **dict.fromkeys(
        ("push", "low", "high", "score", "null_sd", "needed", "effect", "p", "p_corrected", "any_effect_p", "accuracy"),
        0.01), clips=3, verdict="pushes towards") for label in ("a", "b")]
    first, second = untold(tests, told, alpha=0.05)
    assert first == tests[0]
    assert np.isnan(second.p)
    assert second.verdict == NO_LABEL
