"""What clips come to, and what is said of it, of planted curves: luck stays luck, and a shared rise is nobody's own."""

import numpy as np
import pytest

from escucha.concepts.cav import Cav
from escucha.concepts.locating import judging
from escucha.experiments.localisation.clips import Judged
from escucha.experiments.localisation.finding import LocalisationFinding
from escucha.experiments.localisation.summary import Summary

CAV = Cav("castanets", "deep", np.ones(1), "paired-difference", 0.9, 0.6, 0.01, 0.9)


def summary(areas: np.ndarray, null: np.ndarray, *, hit: float = 1.0, clips_a_group: int = 1) -> Summary:
    """Clips of these areas, beside meaningless concepts of these."""
    rows = [Judged("castanets", "deep", f"clip-{at}", f"family-{at // clips_a_group}", True, 0.0, area, np.nan, hit,
                   1.0, 0.3, 0.6, 0.5, np.full(10, 0.5), null) for at, area in enumerate(areas)]
    return Summary(tuple(rows), ("castanets",), ("deep",), {"castanets": "deep"}, {"deep": [CAV]})


def said(found: Summary) -> list[str]:
    settings = {"tolerance": 0.05, "nulls": 40}
    return LocalisationFinding("a-model", "clips", settings, found, {"castanets": "clicks"}).words()


def beaten(rng: np.random.Generator) -> float:
    """Area of a curve that beats at the clip's own tempo, with a phase of its own, of strokes on two beats in three."""
    at, period = judging.moments(12.0), rng.uniform(0.3, 0.6)
    beats, strokes = (np.arange(rng.uniform(0, period), 12.0, period) for _ in range(2))
    curve = -np.abs(at[:, None] - beats).min(axis=1) + 0.01 * rng.normal(size=len(at))
    return float(judging.areas(curve[None], judging.near(at, strokes[rng.random(len(strokes)) < 0.67], 0.05))[0])


def test_curves_with_a_beat_of_their_own_are_found_as_often_as_p_says():
    """Music and curve share a tempo: against curves moved in a circle one in ten would be taken for knowing."""
    rng = np.random.default_rng(0)
    p = np.array([summary(np.array([beaten(rng) for _ in range(10)]), np.full(20, 0.5)).cell("castanets").area_p
                  for _ in range(120)])
    assert np.mean(p < 0.05) <= 0.1  # of 120 true nulls, more than twelve would come once in a hundred
    assert p.mean() == pytest.approx(0.5, abs=0.1)


def test_clips_of_one_group_are_one_observation():
    alone, together = (summary(np.full(12, 0.8), np.full(99, 0.5), clips_a_group=size).cell("castanets")
                       for size in (1, 12))
    assert alone.area_p == 1 / 2**12
    assert np.isnan(together.area_p)


def test_one_group_has_no_p_and_no_interval():
    found = summary(np.array([0.7, 0.8]), np.full(99, 0.5), clips_a_group=2)
    cell = found.cell("castanets")
    assert (cell.area.value, cell.hit.value) == (0.75, 1.0)
    for one in (cell.area, cell.hit, cell.hits, cell.beyond):
        assert np.isnan(one.bounds).all()
    assert np.isnan([cell.area_p, cell.beyond_p, found.timed["castanets"]]).all()
    lines = said(found)
    assert lines[0] == "a-model is not shown to tell where castanets sounds."
    assert "over 2 clips of 1 group: " in lines[1]
    assert "nan" not in " ".join(lines)
    assert "Warning: 1 group is too few for intervals" in lines[-1]
    # the same clips of six families: there are both
    apart = summary(np.tile([0.7, 0.8], 3), np.full(99, 0.5)).cell("castanets")
    assert apart.area.low > 0.69
    assert apart.area_p == 1 / 2**6


def test_an_idea_found_everywhere_says_how_little_that_may_be():
    hit = summary(np.full(12, 0.8), np.full(99, 0.5)).cell("castanets").hit
    assert (hit.value, hit.high) == (1.0, 1.0)
    assert hit.low == pytest.approx(0.025 ** (1 / 12))  # Clopper and Pearson, of twelve groups


def test_the_headline_asks_both_of_time_and_of_meaningless_directions():
    rng = np.random.default_rng(1)
    above, around = 0.8 + 0.02 * rng.normal(size=12), 0.5 + 0.1 * np.resize([1, -1], 12)
    low, high = np.full(99, 0.5), np.full(99, 0.85)
    assert said(summary(above, low))[0].startswith("a-model tells where these sound: castanets (area 0.80 [")
    assert "directions of the layer that mean nothing rise nearly as well" in said(summary(above, high))[0]
    assert said(summary(around, low))[0] == "a-model is not shown to tell where castanets sounds."
