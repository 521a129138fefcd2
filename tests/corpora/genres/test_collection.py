"""Corpora of genres: balanced, split by family as the palos are; recipes that say what is wrong with them."""

import dataclasses
import json

import numpy as np
import pytest

from escucha.config import build
from escucha.corpora.corpus import check_groups
from escucha.corpora.genres import GENRES, SOURCES, GenreSource, Recipe, genres_corpus
from escucha.corpora.genres.plan import plan
from escucha.corpora.genres.style import DRUMS, SCALES, STEPS
from escucha.corpora.palos import CONCEPT_FAMILIES, palos_corpus, split_of
from escucha.corpora.rendering.chord import chord_of
from escucha.corpora.shelf import open_corpus
from escucha.errors import InputError

GTZAN = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


def test_families_never_cross_a_split_not_even_between_corpora():
    corpus = genres_corpus(clips=300, seed=3)
    check_groups(corpus)
    homes = {track.group: track.split for track in corpus}
    assert {track.split for track in corpus} == {"train", "valid", "test"}
    for track in corpus:
        assert track.split == split_of(track.source.recipe.family)
        assert track.source.recipe.family not in CONCEPT_FAMILIES
    assert all(homes.get(track.group, track.split) == track.split for track in palos_corpus(clips=90, seed=1))
    assert np.mean([track.split == "train" for track in corpus]) == pytest.approx(.6)


def test_genres_are_balanced_and_a_split_is_part_of_the_whole():
    whole = genres_corpus(clips=200, seed=5)
    assert [sum(track.label == genre for track in whole) for genre in GTZAN] == [20] * 10
    known = {track.name: track.source.key() for track in whole}
    part = genres_corpus(clips=40, seed=5, split="test")
    assert {track.split for track in part} == {"test"}
    assert all(known[track.name] == track.source.key() for track in part if track.name in known)
    assert genres_corpus(clips=50, seed=5).tracks == whole.tracks[:50]
    assert genres_corpus(clips=50, seed=6).digest() != genres_corpus(clips=50, seed=5).digest()


def test_a_family_keeps_its_instruments_and_its_swing():
    tracks = list(genres_corpus(clips=40, seed=2, genres=("jazz",), families=5, duration=4.0))
    for group in {track.group for track in tracks}:
        known = [track.source.annotations() for track in tracks if track.group == group]
        assert len({each["swing"] for each in known}) == len({each["room"] for each in known}) == 1
        for source in ("bass", "keys", "lead"):
            assert len({each["programs"].get(source) for each in known} - {None}) == 1
    assert len({track.source.annotations()["swing"] for track in tracks}) == 5


def test_what_a_clip_is_made_of_varies():
    for genre, style in GENRES.items():
        made = [plan(track.source.recipe) for track in genres_corpus(clips=60, seed=9, genres=(genre,))]
        low, high = style.tempo
        assert all(low <= each.tempo <= high for each in made)
        assert np.ptp([each.tempo for each in made]) > .8 * (high - low)
        assert len({each.tonic for each in made}) >= 11
        for source, part in style.parts.items():
            share = np.mean([source in each.programs for each in made])
            assert share == pytest.approx(part.chance, abs=.25)
    tempi = {genre: style.tempo for genre, style in GENRES.items()}
    assert tempi["reggae"][1] < tempi["disco"][0], "no reggae is as fast as disco"
    assert tempi["jazz"][0] < tempi["rock"][0] < tempi["jazz"][1], "where genres' tempi overlap, so do these"


@pytest.mark.parametrize("style", GENRES.values(), ids=lambda style: style.name)
def test_templates_are_well_formed(style):
    assert set(style.parts) <= set(SOURCES)
    assert sum(style.modes.values()) == pytest.approx(1)
    assert set(style.modes) == set(style.progressions) == set(style.scales)
    assert {scale for scales in style.scales.values() for scale in scales} <= set(SCALES)
    patterns = [pattern for part in style.parts.values() for pattern in part.patterns]
    patterns += [pattern for groove in style.grooves for pattern in groove.drums.values()]
    assert all(len(pattern) % STEPS == 0 and not pattern.startswith("-") for pattern in patterns)
    assert {drum for groove in style.grooves for drum in groove.drums} <= set(DRUMS)
    for progressions in style.progressions.values():
        for progression in progressions:
            assert all(chord_of(degree, 0).tones for bar in progression.split("|") for degree in bar.split())


def test_annotations_need_no_sound_and_are_json():
    known = GenreSource(Recipe("reggae", 1, 2, 12.0)).annotations()
    assert json.loads(json.dumps(known)) == known
    assert known["genre"] == "reggae"
    assert known["key"].split()[1] == known["mode"]
    assert set(known["onsets"]) == set(known["sources"]) == set(known["levels"]) == set(known["programs"])
    assert all(0 <= onset < 12 for times in known["onsets"].values() for onset in times)


def test_a_recipe_is_json_and_back():
    recipe = Recipe("rock", 1, 2, 4.0, (("keys", True), ("tempo", 150.0)))
    assert Recipe(**json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe
    assert recipe.key() != recipe.change("keys", False).key()


@pytest.mark.parametrize(("changes", "match"), [
    ((("drum", True),), "unknown genres change 'drum'; did you mean 'drums'"),
    ((("mode", "dorian"),), "available: major, minor"),
    ((("mode", "major"),), "'metal' has no harmony in major; available: minor"),
    ((("drums", 1),), "true or false"),
    ((("tempo", 9.0),), "from 40 to 320"),
    ((("tempo", float("nan")),), "from 40 to 320"),
    ((("room", 99),), "room"),
])
def test_a_wrong_change_names_the_way_out(changes, match):
    with pytest.raises(InputError, match=match):
        Recipe("metal", 1, 2, changes=changes)


@pytest.mark.parametrize(("settings", "match"), [
    ({"genres": ("blus",)}, "unknown genre 'blus'; did you mean 'blues'"), ({"clips": 0}, "clips = 1 or more"),
    ({"families": 7}, "multiples of 5"), ({"split": "dev"}, "unknown split 'dev'"), ({"first_family": 995}, "1000"),
    ({"duration": 0.0}, "0.1 to 600"), ({"genres": ()}, "list of different names"),
])
def test_wrong_settings_name_the_way_out(settings, match):
    with pytest.raises(InputError, match=match):
        genres_corpus(**settings)


def test_a_table_makes_a_corpus(tmp_path):
    table = {"seed": 1, "clips": 6, "split": "test", "genres": ["jazz", "rock"], "changes": {"tempo": 120}}
    corpus = build(genres_corpus, table, "a test")
    assert all(plan(track.source.recipe).tempo == 120 for track in corpus)
    assert open_corpus({"kind": "genres", **table}, where="x", base=tmp_path).digest() == corpus.digest()
    assert list(genres_corpus(clips=10).labels) == GTZAN
