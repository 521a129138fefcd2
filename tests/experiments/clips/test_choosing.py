"""Which clips are taken is known beforehand, and alike for all groups and labels."""

import pytest

from escucha.corpora.corpus import Track
from escucha.experiments.clips.choosing import evenly, spread
from tests.experiments.bands import band, tracks


@pytest.mark.parametrize(("most", "names"), [(3, (0, 4, 9)), (2, (0, 9)), (1, (0,)), (10, range(10)), (0, range(10))])
def test_evenly_goes_from_the_first_to_the_last(most, names):
    rows = tracks(10)
    assert evenly(rows, most) == tuple(rows[at] for at in names)


def test_clips_are_of_as_many_groups_and_labels_as_there_are():
    rows = tuple(Track(f"{label}-{group}-{at}", (label,), f"g{group}", band(at)) for group in range(4)
                 for label in "abc" for at in range(2))
    for most, groups in ((4, 4), (8, 4), (3, 3)):
        taken = spread(rows, most)
        assert len(taken) == most
        assert len({track.group for track in taken}) == groups
        counts = [sum(track.label == label for track in taken) for label in "abc"]
        assert max(counts) - min(counts) <= 1
    assert [track.name for track in spread(rows, 100)] == [track.name for track in rows]
    assert list(spread(rows, 8)) == sorted(spread(rows, 8), key=rows.index)
