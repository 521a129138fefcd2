"""Corpora of music theory: balanced, crossed, split by instrument, so that nothing tells a value but the value."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from escucha.corpora.corpus import check_groups
from escucha.corpora.rendering.chord import NOTES
from escucha.corpora.shelf import open_corpus
from escucha.corpora.theory import INSTRUMENTS, TOPICS, Recipe, TheorySource, theory_corpus
from escucha.corpora.theory.figure import Ask, progression
from escucha.corpora.theory.instrument import family
from escucha.corpora.theory.topic import SCALES, SIGNATURES
from escucha.errors import InputError

THE_SAME = {"pitch_class": {"tonic"}, "interval": {"semitones"}, "time_signature": {"beats_in_bar"},
            "tempo_band": {"tempo", "pace"}}
"""Annotations that say the value in other words."""


def turn(about):
    """Clips of one turn: all values in all manners."""
    return len(TOPICS[about].values) * len(TOPICS[about].manners)


def known(corpus):
    return [track.source.annotations() for track in corpus]


def told(values, hints):
    """Share of clips whose value is the commonest one among clips with the same hint, and that share without a hint."""
    groups: dict[str, Counter] = {}
    for value, hint in zip(values, hints):
        groups.setdefault(str(hint), Counter())[value] += 1
    return (sum(max(found.values()) for found in groups.values()) / len(values),
            max(Counter(values).values()) / len(values))


@pytest.mark.parametrize("about", TOPICS)
def test_no_annotation_tells_a_value(about):
    topic = TOPICS[about]
    notes = known(theory_corpus(about=about, clips=10 * turn(about), seed=2))
    values = [note[topic.value] for note in notes]
    assert set(Counter(values).values()) == {10 * len(topic.manners)}
    hints = {key for key, value in notes[0].items() if isinstance(value, str | int | float)}
    for hint in hints - {topic.value} - THE_SAME.get(topic.value, set()):
        best, chance = told(values, [note[hint] for note in notes])
        assert best == pytest.approx(chance), hint
    for same in THE_SAME.get(topic.value, ()):  # the measure is not deaf
        assert np.greater(*told(values, [note[same] for note in notes]))


@pytest.mark.parametrize("about", TOPICS)
def test_no_annotation_tells_a_manner(about):
    topic = TOPICS[about]
    notes = known(theory_corpus(about=about, clips=5 * turn(about), seed=3))
    manners = [note[topic.manner] for note in notes]
    for hint in (topic.value, "tonic", "program", "family", "pace", "room", "loudness"):
        assert np.equal(*told(manners, [note[hint] for note in notes])), hint


def test_instruments_never_cross_a_split():
    corpus = theory_corpus(about="time-signatures", clips=55 * 16, seed=1)
    check_groups(corpus)
    homes = {track.source.recipe.program: track.split for track in corpus}
    assert Counter(homes.values()) == {"train": 33, "valid": 11, "test": 11}
    assert all(track.group == f"program-{track.source.recipe.program:03d}" for track in corpus)
    other = {track.source.recipe.program: track.split for track in theory_corpus(about="tempi", clips=880, seed=2)}
    assert other == homes, "what one seed trains on is in the test of no other"
    for split in ("valid", "test"):
        families = Counter(family(program) for program, home in homes.items() if home == split)
        assert max(families.values()) <= 2, "no test of guitars alone"
        large = {name for name, count in Counter(map(family, homes)).items() if count >= 4}
        assert large <= set(families), "nor one without them"


def test_another_seed_plays_instruments_in_another_order():
    first, second = (theory_corpus(clips=5 * turn("intervals"), seed=seed) for seed in (1, 2))
    assert {track.group for track in first} != {track.group for track in second}


def test_tonics_go_round_in_every_split():
    corpus = theory_corpus(about="tempi", clips=55 * 16, seed=4)
    for split, at_least in (("train", 12), ("valid", 11), ("test", 11)):
        tonics = {track.group: track.source.recipe.tonic for track in corpus if track.split == split}
        assert len(set(tonics.values())) == at_least
        assert max(Counter(tonics.values()).values()) <= 3


def test_a_turn_differs_in_value_and_manner_alone():
    tracks = theory_corpus(about="chords", clips=24, seed=5).tracks
    plain = [{**dataclasses.asdict(track.source.recipe), "value": "", "manner": ""} for track in tracks]
    assert all(each == plain[0] for each in plain)
    assert len({track.source.key() for track in tracks}) == 24


def test_a_split_is_part_of_the_whole():
    whole = theory_corpus(about="scales", clips=400, seed=6)
    names = {track.name: track.source.key() for track in whole}
    part = theory_corpus(about="scales", clips=54, seed=6, split="test")
    assert {track.split for track in part} == {"test"}
    assert all(names[track.name] == track.source.key() for track in part if track.name in names)
    assert theory_corpus(about="scales", clips=50, seed=6).tracks == whole.tracks[:50]
    assert theory_corpus(about="scales", clips=50, seed=7).digest() != theory_corpus(about="scales", clips=50,
                                                                                     seed=6).digest()


def test_some_values_some_manners_and_no_labels():
    table = {"kind": "theory", "about": "chords", "clips": 30, "values": ["minor", "major"], "manners": ["root"]}
    corpus = open_corpus(table, where="a test", base=None)
    assert Counter(track.label for track in corpus) == {"major": 15, "minor": 15}
    assert {note["inversion"] for note in known(corpus)} == {"root"}
    assert open_corpus({**table, "labelled": False}, where="a test", base=None).labels == ()
    assert all(note["room"] == 3 for note in known(theory_corpus(clips=4, changes={"room": 3})))


def test_annotations_need_no_sound_and_are_json():
    for about in TOPICS:
        note = theory_corpus(about=about, clips=1, seed=8).tracks[0].source.annotations()
        assert json.loads(json.dumps(note)) == note
        assert all(0 <= time < 6 for time in note["onsets"]["instrument"])
    assert isinstance(known(theory_corpus(about="tempi", clips=1))[0]["tempo"], float)
    recipe = Recipe("scales", "phrygian", "up", 24, 4, 1, 6.0, (("wet", .1),))
    assert Recipe(**json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe


def test_a_bar_has_as_many_beats_as_a_musician_counts():
    notes = known(theory_corpus(about="time-signatures", clips=turn("time-signatures")))
    assert {note["time_signature"]: note["beats_in_bar"] for note in notes} == {
        "2/4": 2, "3/4": 3, "4/4": 4, "6/8": 2, "9/8": 3, "12/8": 4, "compas": 12, "even-twelve": 12}


def test_the_twelve_beats_beside_the_compas_are_its_five_accents_in_an_order_of_their_own():
    compas, even = SIGNATURES["compas"], SIGNATURES["even-twelve"]
    assert Counter(compas) == Counter(even)
    assert even not in {compas[turn:] + compas[:turn] for turn in range(12)}, "a compás begun elsewhere is one"
    gaps = [sorted(np.diff([step for step, sign in enumerate(bar * 2) if sign in "Xx"][:6])) for bar in (compas, even)]
    assert gaps[0] == gaps[1] == [2, 2, 2, 3, 3]


def test_scales_and_progressions_are_what_their_names_say():
    assert SCALES["phrygian"] == (0, 1, 3, 5, 7, 8, 10)
    assert SCALES["lydian"] == (0, 2, 4, 6, 7, 9, 11)
    assert SCALES["phrygian-dominant"] == (0, 1, 4, 5, 7, 8, 10)
    assert len(set(SCALES.values())) == len(SCALES)
    played = progression(Ask("andalusian", "block", NOTES.index("E"), 60, False)).strokes
    assert [NOTES[stroke.pitches[0] % 12] for stroke in played] == ["A", "G", "F", "E"]
    assert [(stroke.pitches[1] - stroke.pitches[0]) for stroke in played] == [3, 4, 4, 4]
    sounds = {tuple(tuple(stroke.pitches) for stroke in progression(Ask(name, "block", 0, 60, False)).strokes)
              for name in TOPICS["progressions"].values}
    assert len(sounds) == len(TOPICS["progressions"].values)


@pytest.mark.parametrize(("settings", "match"), [
    ({"about": "chord"}, "unknown topic 'chord' in theory; did you mean 'chords'"),
    ({"values": ("perfect-fift",)}, "unknown value of intervals 'perfect-fift'; did you mean 'perfect-fifth'"),
    ({"manners": ("sideways",)}, "unknown manner of intervals 'sideways'; available: down, together, up"),
    ({"values": ("octave", "octave")}, "list of different names"), ({"clips": 0}, "clips = 1 or more"),
    ({"instruments": (24, 25)}, "a multiple of 5 of them"), ({"instruments": (0, 1, 2, 3, 200)}, "from 0 to 127"),
    ({"instruments": (0, 1, 2, 3, 3)}, "different General MIDI programs"), ({"split": "dev"}, "unknown split 'dev'"),
    ({"duration": 0.0}, "0.1 to 600"), ({"changes": {"room": 99}}, "room"),
])
def test_wrong_settings_name_the_way_out(settings, match):
    with pytest.raises(InputError, match=match):
        theory_corpus(**settings)


@pytest.mark.parametrize(("wrong", "match"), [
    ({"tonic": 12}, r"from 0 \(C\) to 11"), ({"program": True}, "from 0 to 127"),
    ({"value": "fifth"}, "unknown value"),
])
def test_a_wrong_recipe_names_the_way_out(wrong, match):
    right = {"about": "intervals", "value": "octave", "manner": "up", "program": INSTRUMENTS[0], "tonic": 0, "seed": 1}
    assert TheorySource(Recipe(**right)).key()
    with pytest.raises(InputError, match=match):
        Recipe(**right | wrong)
