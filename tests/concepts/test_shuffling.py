"""What a shuffle keeps and what it breaks."""

import numpy as np

from escucha.concepts.shuffling import shuffles


def test_labels_are_shuffled_as_groups_allow():
    classes, groups = np.tile([0, 1, 2], 20), np.repeat(np.arange(20), 3)
    for row in shuffles(classes, groups, draws=5, rng=np.random.default_rng(0)):
        assert all(sorted(row[groups == group]) == [0, 1, 2] for group in range(20))
    alone = np.repeat(np.arange(20) % 2, 3)
    for row in shuffles(alone, groups, draws=5, rng=np.random.default_rng(0)):
        assert all(len(set(row[groups == group])) == 1 for group in range(20))
        assert row.sum() == alone.sum()


def test_class_by_class_groups_exchange_what_they_have_of_it_and_move_as_one():
    """Of class a each group says its number, of b a hundred more; two groups have a alone."""
    groups, within = np.repeat(np.arange(6), 4), np.tile(["a", "b", "b", "a"], 6)
    within[groups >= 4] = "a"
    answers = groups + 100 * (within == "b")
    for row in shuffles(answers, groups, draws=20, rng=np.random.default_rng(0), within=within):
        assert ((row >= 100) == (within == "b")).all()
        assert all(len(set(row[(groups == group) & (within == one)])) == 1 for group in range(4) for one in "ab")
        assert sorted(row[within == "b"]) == sorted(answers[within == "b"])
    whole = groups < 4
    for row in shuffles(answers[whole], groups[whole], draws=20, rng=np.random.default_rng(0), within=within[whole]):
        assert (row[within[whole] == "a"] + 100 == row[within[whole] == "b"]).all()


def test_few_groups_are_shuffled_into_every_order_alike():
    """Their own among them, or four groups would seem to tell more than they can."""
    groups = np.arange(4)
    made = shuffles(groups, groups, draws=4800, rng=np.random.default_rng(0))
    orders, counts = np.unique(made, axis=0, return_counts=True)
    assert len(orders) == 24
    assert (np.abs(counts - 200) < 60).all()
