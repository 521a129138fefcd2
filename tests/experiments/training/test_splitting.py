"""Splits by group: nothing crosses, labels keep their shares, and what cannot be split is refused."""

from collections import Counter

import numpy as np
import pytest

from escucha.corpora.corpus import Corpus, Track, check_groups
from escucha.errors import InputError
from escucha.experiments.training.splitting import scrambled, split_by_group
from tests.experiments.toys import Toy


def corpus(groups, labels=("a", "b"), seed=0, rows=None):
    """Groups of one to six clips, each of one label."""
    rng = np.random.default_rng(seed)
    tracks = []
    for group in range(groups):
        for clip in range(int(rng.integers(1, 7))):
            label = rows[group] if rows else (labels[group % len(labels)],)
            tracks.append(Track(f"{group}-{clip}", label, f"g{group}", Toy("fast", clip, False)))
    return Corpus(tuple(tracks), "some clips")


def shares(found, label=None):
    having = [track for track in found if label is None or label in track.labels]
    count = Counter(track.split for track in having)
    return [count[name] / len(having) for name in ("train", "valid", "test")]


@pytest.mark.parametrize("seed", range(5))
def test_no_group_crosses_and_every_label_keeps_its_share(seed):
    found = split_by_group(corpus(120, ("a", "b", "c", "d"), seed), seed=seed)
    check_groups(found)
    for label in (None, "a", "b", "c", "d"):
        assert shares(found, label) == pytest.approx([0.6, 0.2, 0.2], abs=0.05)


def test_a_rare_label_stands_in_every_part_where_its_groups_allow():
    rows = [("common",)] * 27 + [("rare",)] * 3
    found = split_by_group(corpus(30, rows=rows))
    assert {track.split for track in found if track.labels == ("rare",)} == {"train", "valid", "test"}


def test_several_labels_a_clip_and_none():
    rows = [("a", "b"), ("a",), (), ("b",)] * 15
    found = split_by_group(corpus(60, rows=rows))
    check_groups(found)
    for label in ("a", "b"):
        assert shares(found, label) == pytest.approx([0.6, 0.2, 0.2], abs=0.07)


def test_the_splits_depend_on_the_seed_and_not_on_the_order():
    whole = corpus(40)
    turned = Corpus(whole.tracks[::-1], whole.origin)
    first, again, other = (
        {track.name: track.split for track in split_by_group(each, seed=seed)}
        for each, seed in ((whole, 0), (turned, 0), (whole, 1)))
    assert first == again
    assert first != other


def test_five_groups_are_enough_and_four_are_not():
    assert all(share > 0 for share in shares(split_by_group(corpus(5))))
    with pytest.raises(InputError, match=r"some clips has no splits, and .* it takes groups: 4 here, 5 at least"):
        split_by_group(corpus(4))
    with pytest.raises(InputError, match="has one label, 'a'; there is nothing to tell apart"):
        split_by_group(corpus(10, ("a",)))


def test_scrambled_labels_are_the_same_labels_on_other_clips():
    known = corpus(40)
    dealt = scrambled(known, seed=1)
    assert [track.name for track in dealt] == [track.name for track in known]
    assert Counter(track.labels for track in dealt) == Counter(track.labels for track in known)
    same = np.mean([now.labels == before.labels for now, before in zip(dealt, known)])
    assert same == pytest.approx(0.5, abs=0.15)
    assert [track.labels for track in scrambled(known, seed=1)] == [track.labels for track in dealt]
    assert [track.labels for track in scrambled(known, seed=2)] != [track.labels for track in dealt]
