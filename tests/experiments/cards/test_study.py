"""Concept cards heard: planted differences are found, both members have one gain, broken cards are named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import read, write
from escucha.concepts.concept import Concept, Example
from escucha.errors import InputError
from escucha.experiments.cards.card import difference
from escucha.experiments.cards.finding import CardsFinding
from escucha.experiments.cards.heard import typical
from escucha.experiments.cards.study import ConceptCards
from escucha.experiments.run import run
from escucha.experiments.workbench import Workbench
from escucha.finding import load
from escucha.reports.page import page
from tests.concepts.test_validation import Named

RATE = 8000
FOLDERS = ('meaning = "{}"\n[examples]\nkind = "folders"\nwith = "{}"\nwithout = "soft"\npool = "pool"\n'
           'group = "^([^_]+)_"\n')


def sounds(folder: Path, gain: float, count: int = 24) -> None:
    """Noise of two labels and 24 groups, a little more or less loud."""
    for number in range(count):
        rng = np.random.default_rng([number, int(10 * gain)])
        place = folder / ("soleá", "rumba")[number % 2] / f"artist{number}_{gain}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        write(place, Clip(gain * rng.uniform(.9, 1.1) * rng.normal(0, .05, RATE), RATE))


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A card of sounds 6 dB louder, one of silence on one side, and one that leads nowhere."""
    folder = tmp_path_factory.mktemp("home")
    sounds(folder / "soft", 1.0)
    sounds(folder / "loud", 2.0)
    sounds(folder / "pool", 1.5)
    (folder / "still" / "rumba").mkdir(parents=True)
    write(folder / "still" / "rumba" / "artist1_x.wav", Clip(np.zeros(RATE), RATE))
    (folder / "concepts" / "más").mkdir(parents=True)
    for name, meaning, place in (("fuerte", "Twice as loud.", "loud"), ("más/callado", "Nothing.", "still"),
                                 ("nowhere", "Gone.", "gone")):
        (folder / "concepts" / f"{name}.toml").write_text(FOLDERS.format(meaning, place), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(home) -> CardsFinding:
    return ConceptCards(rate=RATE).run(Workbench(home, home / "cache"))


def test_a_planted_difference_in_level_is_found(found):
    card = next(card for card in found.cards if card.name == "fuerte")
    assert card.level.value == pytest.approx(6.02, abs=.3)
    assert card.level.low < 6.02 < card.level.high
    assert np.isnan(card.strokes.value)  # nothing is annotated in files
    assert (card.having, card.without, card.groups) == (24, 24, 24)
    assert [check.what for check in card.failed] == ["same level on both sides", "enough null examples"]


def test_both_members_have_one_gain_and_the_silent_one_is_not_played(found):
    pair = next(pair for pair in found.heard if pair.concept == "fuerte")
    ratio = np.std(pair.with_.wave) / np.std(pair.without.wave)
    assert 20 * np.log10(ratio) == pytest.approx(pair.level, abs=.2)
    assert 5 < pair.level < 7
    assert pair.label in ("solea", "soleá", "rumba")
    assert max(np.abs(clip.wave).max() for clip in found.sounds().values()) <= 1
    assert sorted(found.sounds()) == ["fuerte-with", "fuerte-without", "más-callado-without"]
    assert set(found.tables()["sounds"]["name"]) == set(found.sounds())
    assert "dB softer" in found.tables()["sounds"].set_index("name").caption["fuerte-without"]


def test_a_card_that_leads_nowhere_is_named_and_the_others_are_heard(found, home):
    assert [one.card for one in found.unread] == ["nowhere"]
    words = found.words()
    assert words[0] == "2 ideas can be heard with and without; 0 of 2 cards pass every check."
    assert any(line.startswith("Warning: the card nowhere leads to no sound: there is no folder") for line in words)
    assert any("fuerte (+6" in line for line in words if line.startswith("Warning: clips with the idea differ by more"))
    assert any(line.startswith("Warning: “no silence” does not hold for más-callado") for line in words)
    with pytest.raises(InputError, match="there is no folder"):
        ConceptCards(concepts=("nowhere",), rate=RATE).run(Workbench(home, home / "cache"))


def test_it_is_saved_with_a_page_and_not_computed_twice(found, home, monkeypatch):
    workbench = Workbench(home, home / "cache")
    experiment = ConceptCards(rate=RATE)
    folder = run(experiment, workbench, name="cards")
    assert load(folder).numbers["cards"]["fuerte"]["fails"] == ["same level on both sides", "enough null examples"]
    assert read(load(folder).files("sounds")["fuerte-with"]).duration == 1.0
    assert "Fuerte with" in page(folder).read_text(encoding="utf-8")
    assert sorted(load(folder).files("figures")) == ["level-and-strokes", "spectrograms-1"]
    monkeypatch.setattr(ConceptCards, "run", None)
    assert run(experiment, workbench, name="cards") == folder
    before = experiment.inputs(workbench)
    text = FOLDERS.format("Twice as loud.", "loud")
    (home / "concepts" / "otra.toml").write_text(text, encoding="utf-8")
    assert experiment.inputs(workbench) != before
    (home / "concepts" / "otra.toml").unlink()


@pytest.mark.parametrize(("settings", "says"), [
    ({"concepts": ("fuerte", "fuerte")}, "'fuerte' is named twice; name it once"),
    ({"concepts": ("fuertte",)}, "unknown concept 'fuertte'.* did you mean 'fuerte'")])
def test_wrong_settings_are_one_line(home, settings, says):
    with pytest.raises(InputError, match=says):
        ConceptCards(**settings).run(Workbench(home, home / "cache"))


def test_an_empty_shelf_says_where_to_read_on(tmp_path):
    (tmp_path / "concepts").mkdir()
    with pytest.raises(InputError, match=r"there are no cards in .*docs/concepts\.md"):
        ConceptCards().run(Workbench(tmp_path, tmp_path / "cache"))


def pairs(count: int) -> Concept:
    examples = tuple(Example(Named(f"{place}{there}"), there, f"g{place}") for place in range(count)
                     for there in (True, False))
    return Concept("idea", "An idea.", examples, (), paired=True)


def test_the_most_typical_pair_is_the_one_in_the_middle():
    levels = np.array([9, 0, 3, 0, 1, 0, 2.9, 0, 4, 0], dtype=float)
    strokes = np.array([5, 0, 5, 0, 5, 0, 50, 0, 5, 0], dtype=float)
    assert typical(pairs(5), levels, strokes, 1) == [(2, 3)]
    assert typical(pairs(5), levels, np.full(10, np.nan), 1) == [(2, 3)]
    assert len(typical(pairs(5), levels, strokes, 9)) == 5


def test_clips_that_are_no_pairs_are_heard_within_a_label():
    concept = replace(pairs(4), paired=False)
    labels = ["a", "b", "b", "a", "a", "b", "b", "a"]
    concept = replace(concept, examples=tuple(replace(one, label=label)
                                              for one, label in zip(concept.examples, labels)))
    for with_, without in typical(concept, np.arange(8.0), np.full(8, np.nan), 4):
        assert labels[with_] == labels[without]


def test_intervals_draw_groups_so_that_what_a_group_shares_cancels_in_pairs():
    rng = np.random.default_rng(0)
    shared = np.repeat(rng.normal(0, 10, 30), 2)  # each pair has a level of its own
    values = shared + np.tile([1.0, 0.0], 30) + rng.normal(0, .1, 60)
    found = difference(pairs(30), values, seed=0)
    assert found.low < 1 < found.high < found.low + .2
    values[1::2] = values[[*range(3, 60, 2), 1]]  # the control: partners mixed up
    assert difference(pairs(30), values, seed=0).high - difference(pairs(30), values, seed=0).low > 3
    assert np.isnan(difference(pairs(3), np.full(6, np.nan), seed=0).value)


def test_where_one_group_or_one_side_is_all_there_is_no_interval():
    alone = replace(pairs(3), examples=tuple(replace(one, group="a") for one in pairs(3).examples))
    found = difference(alone, np.tile([3.0, 1.0], 3), seed=0)
    assert (found.value, found.groups) == (2.0, 1)
    assert np.isnan(found.bounds).all()
    one_sided = np.tile([3.0, np.nan], 3)
    assert np.isnan(difference(pairs(3), one_sided, seed=0).value)


def test_a_clip_whose_label_the_other_side_lacks_is_heard_with_the_nearest_of_any():
    concept = replace(pairs(2), paired=False)
    examples = tuple(replace(one, label="a" if one.present else "b") for one in concept.examples)
    found = typical(replace(concept, examples=examples), np.array([0., 5., 4., 1.]), np.full(4, np.nan), 2)
    assert sorted(found) == [(0, 3), (2, 1)]
