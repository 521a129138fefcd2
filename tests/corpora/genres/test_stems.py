"""Stems that sum to the mix, samples that do not depend on the order of calls, streams that leave each other alone."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from escucha.corpora.genres import GENRES, SOURCES, GenreSource, Recipe, genres_corpus
from escucha.corpora.genres.render import stems
from tests.corpora.rendering.hearing import at, strength

CLIPS = [GenreSource(Recipe(genre, seed, seed, 2.0)) for seed, genre in enumerate(GENRES)]


@pytest.mark.parametrize("source", CLIPS, ids=list(GENRES))
def test_the_float32_sum_of_the_stems_is_the_mix(source):
    total, made = None, source.stems()
    for stem in made.values():
        assert stem.wave.dtype == np.float32
        total = stem.wave if total is None else total + stem.wave
    np.testing.assert_array_equal(total, source.clip().wave)
    assert len(total) == 2 * 22050
    assert list(made) == [*(name for name in SOURCES if name in made), "rest"]
    assert list(made)[:-1] == source.annotations()["sources"]


def test_the_order_of_calls_does_not_matter():
    forward = [source.clip().wave for source in CLIPS]
    backward = [source.clip().wave for source in CLIPS[::-1]][::-1]
    for one, other in zip(forward, backward):
        np.testing.assert_array_equal(one, other)


def test_another_process_renders_the_same_samples():
    code = ("import hashlib; from escucha.corpora.genres import *; "
            "print(hashlib.sha256(GenreSource(Recipe('metal', 7, 7, 2.0)).clip().wave.tobytes()).hexdigest())")
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert hashlib.sha256(GenreSource(Recipe("metal", 7, 7, 2.0)).clip().wave.tobytes()).hexdigest() == there


@pytest.mark.parametrize(("key", "values", "touched"), [
    ("drums", (True, False), {"drums"}), ("mode", ("major", "minor"), {"bass", "guitar", "keys", "strings", "lead"}),
    ("noise", (1, 2), {"rest"}), ("tempo", (100, 120), set(SOURCES)), ("swing", (.5, .66), set(SOURCES))])
def test_one_thing_changed_leaves_the_rest_alone(key, values, touched):
    base = Recipe("pop", 3, 3, 3.0, tuple((source, True) for source in SOURCES))
    one, other = (stems(base.change(key, value)) for value in values)
    different = {name for name in {*one, *other} if name not in one or name not in other
                 or not np.array_equal(one[name], other[name])}
    assert different
    assert different <= touched


def test_every_source_is_heard_where_it_is_annotated():
    for track in genres_corpus(clips=20, seed=8, duration=6.0):
        made, known = track.source.stems(), track.source.annotations()
        for name, times in known["onsets"].items():
            # what begins softly (pads) or right after another stroke does not rise by itself
            apart = [time for before, time in zip([-1.0, *times], times) if time - before > .2]
            curve = strength(made[name].wave)
            assert len(apart) < 4 or np.median(at(curve, apart)) > 2 * np.median(curve), (track.name, name)


def test_a_clip_begins_in_the_middle_of_the_music():
    heard = [np.abs(track.source.clip().wave[:2205]).max() for track in
             genres_corpus(clips=20, seed=4, genres=("disco", "pop"), duration=1.0, changes={"loudness": 0})]
    assert np.mean(np.array(heard) > .02) > .8


def test_a_source_that_a_genre_has_no_habits_for_stays_silent():
    known = GenreSource(Recipe("classical", 1, 1, 4.0, (("drums", True),))).annotations()
    assert known["sources"]
    assert "drums" not in known["sources"]
