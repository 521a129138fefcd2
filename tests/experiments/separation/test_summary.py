"""When a separator is said to tell more than nothing: as rarely as promised where it tells nothing, and by groups."""

import numpy as np
import pytest
from scipy.stats import binomtest

from escucha.experiments.separation.finding import SeparationFinding
from escucha.experiments.separation.pairs import Difference
from escucha.experiments.separation.summary import Summary
from escucha.experiments.separation.words import sentences

NAMES = ("hpss", "nmf", "repet")


def difference(separator, group, at, told):
    """A clip whose separator is nearer to the truth than knowing nothing by `told`."""
    true, blind = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    return Difference(f"{group}-{at}", str(group), (), "yes", separator, (), ("a", "b"), true,
                      true - np.array([1 - told, 0]), blind, 0.0)


def summary(rng, groups, *, told=0.0, clips=3):
    """What every separator tells is luck of the group and of the clip, about `told`."""
    rows = []
    for group in range(groups):
        for name in NAMES:
            rows += [difference(name, group, at, told + luck) for at, luck in
                     enumerate(rng.normal(scale=0.1) + rng.normal(scale=0.05, size=clips))]
    return Summary(tuple(rows), 0, NAMES)


def test_what_is_planted_is_told_better_or_worse_than_nothing():
    told = summary(np.random.default_rng(0), 10, told=0.3)
    np.testing.assert_allclose([one.told.value for one in told.standings], 0.3, atol=0.15)
    assert all(one.shown for one in told.standings)
    misled = summary(np.random.default_rng(0), 10, told=-0.3)
    assert [(one.shown, one.worse) for one in misled.standings] == [(False, True)] * 3
    finding = SeparationFinding("ear", "bands", {"method": "shapley", "segments": 1}, misled)
    assert sum("of their size, more than the 100 % of knowing nothing" in line for line in sentences(finding)) == 3


@pytest.mark.parametrize("groups", [3, 5, 10])
def test_separators_that_tell_nothing_are_called_telling_as_rarely_as_promised(groups):
    """By each one's own interval one of three is wrongly shown in more than one of ten studies of few groups."""
    rng, studies = np.random.default_rng(groups), 150
    found = [summary(rng, groups) for _ in range(studies)]
    wrong = sum(any(one.shown for one in study.standings) for study in found)
    assert binomtest(wrong, studies, 0.05, alternative="greater").pvalue > 0.01
    by_interval = sum(any(one.told.low > 0 for one in study.standings) for study in found)
    assert by_interval > wrong


def test_clips_of_one_group_are_one_witness():
    """Five groups can give no two-sided p below 1/16, however many clips they hold: said, and nothing is shown."""
    few = summary(np.random.default_rng(0), 5, told=0.5, clips=20)
    assert not any(one.shown for one in few.standings)
    assert few.standings[0].p == pytest.approx(1 / 16)
    assert few.standings[0].p_corrected == pytest.approx(3 / 16)
    said = sentences(SeparationFinding("ear", "bands", {"method": "shapley", "segments": 1}, few))
    assert any("5 groups are few" in line and "no test can show that a separator" in line for line in said)
