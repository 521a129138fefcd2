"""Corpora: balanced, split by family, debiased unless asked; recipes that say what is wrong with them."""

import dataclasses
import json

import numpy as np
import pytest

from escucha.config import build
from escucha.corpora.corpus import check_groups
from escucha.corpora.palos import CONCEPT_FAMILIES, DEFAULT_PALOS, PALOS, PaloSource, Recipe, palos_corpus, split_of
from escucha.corpora.palos.plan import plan
from escucha.corpora.palos.score import level
from escucha.errors import InputError


def test_families_never_cross_a_split():
    corpus = palos_corpus(clips=300, seed=3)
    check_groups(corpus)
    splits = {track.split for track in corpus}
    assert splits == {"train", "valid", "test"}
    for track in corpus:
        assert track.split == split_of(track.source.recipe.family)
        assert track.source.recipe.family not in CONCEPT_FAMILIES
    share = np.mean([track.split == "train" for track in corpus])
    assert share == pytest.approx(.6)


def test_two_corpora_agree_on_who_belongs_where():
    one, other = palos_corpus(clips=90, seed=1), palos_corpus(clips=90, seed=2, families=60)
    homes = {track.group: track.split for track in one}
    assert all(homes.get(track.group, track.split) == track.split for track in other)
    assert one.digest() != other.digest()


def test_palos_are_balanced_and_a_split_is_part_of_the_whole():
    whole = palos_corpus(clips=90, seed=5)
    assert [sum(track.label == palo for track in whole) for palo in DEFAULT_PALOS] == [30, 30, 30]
    known = {track.name: track.source.key() for track in whole}
    part = palos_corpus(clips=18, seed=5, split="test")
    assert {track.split for track in part} == {"test"}
    assert len(part) == 18
    assert all(known[track.name] == track.source.key() for track in part if track.name in known)
    assert palos_corpus(clips=30, seed=5).tracks == whole.tracks[:30]


def overlap(one, other):
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / max(one[1] - one[0], other[1] - other[0])


def test_by_default_nothing_but_the_music_gives_the_palo_away():
    slow = {"solea", "seguiriya"}
    for one in PALOS.values():
        for other in PALOS.values():
            if len({one.name, other.name} & slow) != 1 or "rumba" in (one.name, other.name):
                assert overlap(one.tempo, other.tempo) > 1 / 3, (one.name, other.name)
            assert all(abs(one.sources[name] - other.sources[name]) <= .2 for name in one.sources)
        assert one.sources["castanets"] == .5
    corpus = palos_corpus(clips=800, seed=9, palos=tuple(PALOS))
    for palo in PALOS:
        made = [plan(track.source.recipe) for track in corpus if track.label == palo]
        low, high = PALOS[palo].tempo
        assert all(low <= each.tempo <= high for each in made)
        assert np.mean(["castanets" in each.entries for each in made]) == pytest.approx(.5, abs=.15)
        assert len({each.lines[0].tonic for each in made}) == 12


def test_natural_restores_the_habits():
    corpus = palos_corpus(clips=150, seed=9, natural=True)
    share = {palo: np.mean(["castanets" in plan(track.source.recipe).entries for track in corpus
                            if track.label == palo]) for palo in DEFAULT_PALOS}
    assert share["sevillanas"] > .6
    assert share["bulerias"] < .15
    fast = [plan(track.source.recipe).tempo for track in corpus if track.label == "bulerias"]
    assert min(fast) >= 170
    assert max(fast) <= 250


def test_natural_habits_of_the_other_palos():
    corpus = palos_corpus(clips=200, seed=9, natural=True, palos=("solea", "seguiriya", "tangos", "fandangos", "rumba"))
    made = {palo: [plan(track.source.recipe) for track in corpus if track.label == palo] for palo in corpus.labels}
    assert max(each.tempo for each in made["solea"]) <= 120 < min(each.tempo for each in made["tangos"])
    assert max(each.tempo for each in made["rumba"]) <= 130
    assert np.mean(["cajon" in each.entries for each in made["rumba"]]) > .75
    assert np.mean(["palmas" in each.entries for each in made["seguiriya"]]) < .4
    soft = [level(each.recipe, "palmas") for each in made["solea"]]
    assert np.mean(soft) == pytest.approx(-8, abs=1), "palmas are soft in a soleá"
    assert all(abs(level(each.recipe, "palmas")) <= 3 for each in made["tangos"])


def test_annotations_need_no_sound_and_are_json():
    known = PaloSource(Recipe("sevillanas", 1, 2)).annotations()
    assert json.loads(json.dumps(known)) == known
    assert known["cycle"] == 3
    assert known["palo"] == "sevillanas"
    assert set(known["onsets"]) == set(known["sources"]) == set(known["levels"])
    assert all(0 <= onset < 12 for times in known["onsets"].values() for onset in times)


def test_a_recipe_is_json_and_back():
    recipe = Recipe("bulerias", 1, 2, 4.0, True, (("castanets", True), ("tempo", 150.0)))
    plain = json.loads(json.dumps(dataclasses.asdict(recipe)))
    assert Recipe(**plain) == recipe
    assert Recipe(**plain).key() == recipe.key() != recipe.change("castanets", False).key()


@pytest.mark.parametrize(("changes", "match"), [
    ((("castanet", True),), "did you mean 'castanets'"),
    ((("mode", "dorian"),), "available: bimodal, major, minor, phrygian"),
    ((("castanets", 1),), "true or false"),
    ((("tempo", 9.0),), "from 60 to 320"),
    ((("tempo", float("nan")),), "from 60 to 320"),
    ((("room", 99),), "room"),
    ((("palmas", True), ("palmas", False)), "twice"),
    ((("palmas",),), "pair"),
    ((1,), "pair"),
    (((["palmas"], True),), "unknown palos change"),
])
def test_a_wrong_change_names_the_way_out(changes, match):
    with pytest.raises(InputError, match=match):
        Recipe("bulerias", 1, 2, changes=changes)


@pytest.mark.parametrize(("settings", "match"), [
    ({"palos": ("soleares",)}, "unknown palo 'soleares'; did you mean 'solea'"), ({"clips": 0}, "clips = 1 or more"),
    ({"clips": 10**9}, "up to 1000000"),
    ({"families": 7}, "multiples of 5"), ({"split": "dev"}, "unknown split 'dev'"),
    ({"duration": 0.0}, "0.1 to 600"), ({"palos": ()}, "list of different names"),
])
def test_wrong_settings_name_the_way_out(settings, match):
    with pytest.raises(InputError, match=match):
        palos_corpus(**settings)


def test_a_toml_table_makes_a_corpus():
    table = {"seed": 1, "clips": 6, "split": "test", "changes": {"castanets": True, "tempo": 170}}
    corpus = build(palos_corpus, table, "a test")
    assert all(plan(track.source.recipe).tempo == 170 for track in corpus)
    listed = build(palos_corpus, {**table, "changes": [["tempo", 170], ["castanets", True]]}, "a test")
    assert listed.digest() == corpus.digest()
