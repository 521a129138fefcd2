"""Annotated time is taken at its word, cut where the clip is cut; cycles are never guessed."""

import numpy as np
import pytest

from escucha.audio.beats import beats
from escucha.audio.clip import Clip
from escucha.corpora.genres import GenreSource
from escucha.corpora.genres import Recipe as Song
from escucha.corpora.palos import PaloSource, Recipe
from escucha.errors import InputError
from escucha.experiments.clips.musical_time import moments
from escucha.explain.segments import Moments, segment_edges

RATE = 8000
SILENT = Clip(np.zeros(12 * RATE), RATE)
"""Nothing could be found in it."""
BULERIAS = PaloSource(Recipe("bulerias", 3, 1003)).annotations()


def struck(every):
    """A burst of noise at every so many seconds, every third one loud, over quiet noise."""
    rng = np.random.default_rng(0)
    wave = 1e-3 * rng.normal(size=12 * RATE)
    for number, time in enumerate(np.arange(0.4, 11.5, every)):
        first = round(time * RATE)
        wave[first:first + 300] += (1.0 if number % 3 == 1 else 0.15) * rng.normal(0, 0.3, 300)
    return Clip(wave, RATE)


@pytest.mark.parametrize(("palo", "first", "cycle"), [("bulerias", 12, 12), ("seguiriya", 1, 12), ("tangos", 1, 4),
                                                      ("sevillanas", 1, 3)])
def test_a_palo_is_cut_where_its_compas_begins(palo, first, cycle):
    known = PaloSource(Recipe(palo, 3, 1003, 40.0)).annotations()
    clip = Clip(np.zeros(40 * RATE), RATE)
    times = [time for time, _ in known["beats"]]
    assert moments(clip, "beats", known) == tuple(time for time in times if time > 0)
    cycles = moments(clip, "cycles", known)
    assert cycles == tuple(time for time, count in known["beats"] if count == first and time > 0)
    assert moments(clip, "bars", known) == cycles
    assert set(np.diff([times.index(time) for time in cycles])) == {cycle}


def test_the_compas_begins_at_strokes_that_are_heard():
    """The score's own accents know where it begins."""
    assert set(moments(SILENT, "cycles", BULERIAS)) <= set(BULERIAS["accents"])
    source = PaloSource(Recipe("bulerias", 3, 1003, 6.0))
    edges = segment_edges(source.clip(), Moments(moments(source.clip(), "beats", source.annotations())), 22050)
    assert len(edges) > 12


def test_a_cut_clip_keeps_the_same_moments():
    whole = moments(SILENT, "beats", BULERIAS)
    part = moments(Clip(np.zeros(4 * RATE), RATE), "beats", BULERIAS, offset=5.0)
    assert part == tuple(time - 5.0 for time in whole if 5.0 < time < 9.0)
    assert len(part) > 5
    with pytest.raises(InputError, match="none of the beats begins inside this clip of 12 s"):
        moments(SILENT, "beats", BULERIAS, offset=60.0)


def test_genres_have_bars_and_no_compas():
    known = GenreSource(Song("rock", 3, 1003)).annotations()
    found = moments(SILENT, "bars", known)
    assert found == tuple(time for time, count in known["beats"] if count == 1 and 0 < time < 12)
    with pytest.raises(InputError, match=r"compás of this clip is not annotated.*'bars' or 'beats'"):
        moments(SILENT, "cycles", known)


def test_times_without_counts_are_counted_from_the_strongest():
    clip = struck(0.5)
    times = [round(float(time), 3) for time in np.arange(0.4, 11.5, 0.5)]
    assert moments(clip, "beats", {"beats": times[::-1]}) == tuple(times)
    assert moments(clip, "bars", {"beats": times, "cycle": 3}) == tuple(times[1::3])
    assert moments(clip, "bars", {"beats": [time + 7 for time in times], "cycle": 3.0}, offset=7.0
                   ) == pytest.approx(times[1::3])
    with pytest.raises(InputError, match="not annotated"):
        moments(clip, "cycles", {"beats": times, "cycle": 3})


def test_what_nobody_annotated_is_found():
    clip = struck(0.5)
    assert moments(clip, "beats", {}) == beats(clip)
    found = moments(clip, "bars", {"cycle": 3})
    assert np.abs(np.subtract.outer(found, np.arange(0.9, 12, 1.5))).min(axis=1).max() < 0.045
    with pytest.raises(InputError, match="no beats are heard"):
        moments(SILENT, "bars", {})


@pytest.mark.parametrize(("known", "said"), [
    ({"beats": 97}, "no list of times"), ({"beats": ["one"]}, "no list of times"),
    ({"beats": [[]]}, "no list of times"),
    ({"beats": [[1.0, 1], 2.0, 3.0], "cycle": "twelve"}, "'cycle' of this clip is 'twelve'"),
    ({"beats": [1.0], "cycle": 2.5}, "'cycle' of this clip is 2.5")])
def test_annotations_that_are_no_times_are_said(known, said):
    with pytest.raises(InputError, match=said):
        moments(SILENT, "bars", known)


def test_an_unknown_kind_is_named():
    with pytest.raises(InputError, match="'bar'; did you mean 'bars'"):
        moments(SILENT, "bar", {})
