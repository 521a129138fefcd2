"""The kind localisation on palos-tags, which hears castanets: are they found where the score has them?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.concept import Concept
from escucha.concepts.examples.pairs import Pairs
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.localisation import figures
from escucha.experiments.localisation.study import Localisation
from escucha.experiments.run import read_experiment
from escucha.experiments.workbench import Workbench
from escucha.finding import About, Finding, load, save
from escucha.models.windows import score_clip

HOME = Path(__file__).resolve().parents[3]
CORPUS = {"kind": "palos", "split": "test", "clips": 9, "seed": 11, "duration": 7.0, "palos": ["sevillanas"],
          "changes": {"castanets": True}}


class Bench(Workbench):
    """The shelf, with a card of castanets small enough for a test."""

    def concept(self, card: str) -> Concept:
        examples, null = Pairs(card, pairs=6, seed=20, duration=6.0).gather(self.home, card)
        return Concept(card, f"There are {card}.", examples, null, paired=True)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Castanets in three layers of palos-tags, over clips that all have them, each a window and a second."""
    study = Localisation("palos-tags", ("castanets",), CORPUS, {"castanets": "castanets"},
                         layers=tuple(f"network.block{at}" for at in (2, 3)), nulls=200)
    return study.run(Bench(HOME, tmp_path_factory.mktemp("cache")))


def test_castanets_are_found_far_above_chance_where_their_onsets_are(found):
    cell = found.found.cell("castanets")
    assert cell.layer == "network.block2"  # chosen on the examples
    assert cell.area.value > 0.75
    assert cell.area.low > 0.65
    # the same curves at other times, and an onset detector that knows of no idea
    assert cell.shifted < 0.56
    assert cell.area_p == 1 / 2**9  # in every one of nine families
    assert cell.area.value > cell.strength.value + 0.05
    assert cell.hit.value > cell.chance + 0.3
    assert cell.area.value > cell.null


def test_moved_curves_are_chance(found):
    rows = found.found.rows("castanets", "network.block2")
    assert np.mean([one.shifted.mean() for one in rows]) == pytest.approx(0.5, abs=0.01)
    assert 0.1 < np.mean([one.chance for one in rows]) < 0.7


def test_the_map_lets_through_more_of_the_stem_than_the_mixture_has(found):
    mask = found.mask("castanets")
    assert mask["share"].value > 2 * mask["mixture"].value
    assert mask["share"].value > 1.2 * mask["shifted"].value
    assert "others" not in mask  # there is no other idea


def test_the_idea_and_the_rest_add_up_to_the_clip(found):
    one, sounds = found.heard[0], {sound.name: sound for sound in found.heard[0].sounds}
    assert list(sounds) == ["castanets-original", "taken-for-castanets", "not-taken-for-castanets",
                            "castanets-true-stem"]
    plain = {name: sound.clip.wave / 10 ** (sound.gain_db / 20) for name, sound in sounds.items()}
    whole = plain["taken-for-castanets"] + plain["not-taken-for-castanets"]
    assert len(whole) == len(one.clip.wave)  # hop-exact
    assert whole == pytest.approx(one.clip.wave, abs=1e-4)
    # values are of the sounds before their gain, by the label called castanets
    value = score_clip(Bench(HOME, HOME).model("palos-tags"), Clip(plain["taken-for-castanets"], one.clip.rate))
    assert sounds["taken-for-castanets"].value == pytest.approx(value.value("castanets"), abs=0.02)


def test_a_peak_of_the_curve_is_at_its_onset(found):
    one = found.heard[0]
    best = one.found.times[one.found.curve.argmax()]
    assert np.abs(np.array(one.onsets) - best).min() <= 0.1
    assert one.found.times.max() <= one.clip.duration
    assert np.all(np.diff(one.found.times) > 0)


def test_it_is_saved_whole_and_its_words_say_what_chance_is(found, tmp_path):
    assert isinstance(found, Finding)
    saved = load(save(found, tmp_path / "f", About("localisation", "Where are they?")))
    assert saved.words[0].startswith("palos-tags tells where these sound: castanets (area 0.")
    said = " ".join(saved.words)
    for part in ("moved in time it stays below", "meaningless ideas", "onset strength", "picked blindly"):
        assert part in said
    assert saved.numbers["concepts"]["castanets"]["layer"] == "network.block2"
    assert set(saved.order["tables"]) == {"layers", "clips", "masks", "sounds", "timelines"}
    lines = saved.tables()["timelines"]
    assert set(lines["figure"]) == {"castanets-over-time"}
    assert set(lines["sound"]) == set(saved.order["sounds"])
    assert saved.arrays()["castanets-curve"].shape == saved.arrays()["castanets-times"].shape


def test_figures_over_time_are_drawn_once_for_pictures_and_for_their_axes(found, monkeypatch):
    drawn = []
    draw = figures.where
    monkeypatch.setattr(figures, "where", lambda one: drawn.append(one.concept) or draw(one))
    fresh = replace(found)
    assert "castanets-over-time" in fresh.figures()
    assert set(fresh.tables()["timelines"]["figure"]) == {"castanets-over-time"}
    assert drawn == ["castanets"]


def test_what_is_wrong_is_said_before_anything_is_heard(tmp_path):
    bench = Bench(HOME, tmp_path)
    for wrong, said in (({"concepts": ()}, "one card or more"), ({"truth": {"castanet": "castanets"}}, "castanets"),
                        ({"truth": {"castanets": "modes:"}}, "the truth of"), ({"layers": ("block9",)}, "block"),
                        ({"nulls": 5}, "20"),
                        ({"concepts": ("castanets",) * 2}, "'concepts' names 'castanets' twice"),
                        ({"layers": ("network.block2",) * 2}, "'layers' names 'network.block2' twice"),
                        ({"truth": {"castanets": "trumpet"}}, "unknown source 'trumpet'.*available: .*castanets"),
                        ({"truth": {"castanets": "modes:nope"}}, "unknown value 'nope'.*phrygian"),
                        ({"truth": {"castanets": "mode:major"}}, "did you mean 'modes'")):
        settings = {"concepts": ("castanets",), "corpus": CORPUS, **wrong}
        with pytest.raises(InputError, match=said):
            Localisation("palos-tags", **settings).run(bench)


def test_clips_of_the_examples_families_are_no_test(tmp_path):
    class Same(Bench):
        def corpus(self, table):
            from escucha.corpora.corpus import Track

            concept = self.concept("castanets")
            return Corpus(tuple(Track(f"clip-{at}", (example.label,), example.group, example.source)
                                for at, example in enumerate(concept.examples)), "the examples")

    with pytest.raises(InputError, match="look for the ideas in other clips"):
        Localisation("palos-tags", ("castanets",), {}).run(Same(HOME, tmp_path))


@pytest.mark.parametrize("card", ["where-are-the-castanets", "where-does-palos-cnn-hear-them"])
def test_the_shelf_asks(card):
    asked = read_experiment(card, HOME).experiment
    assert isinstance(asked, Localisation)
    assert set(asked.truth) == set(asked.concepts)


@pytest.fixture(scope="module")
def untold(tmp_path_factory):
    """The same clips, fewer of them, of which no truth is named."""
    study = Localisation("palos-tags", ("castanets",), {**CORPUS, "clips": 3}, layers=("network.block2",), nulls=40)
    return study.run(Bench(HOME, tmp_path_factory.mktemp("cache")))


def test_without_a_truth_nothing_is_said_to_be_absent(untold, tmp_path):
    assert [one.present for one in untold.found.judged] == [None] * 3
    saved = load(save(untold, tmp_path / "f", About("localisation", "Where are they?")))
    assert saved.tables()["clips"]["present"].isna().all()
    assert saved.numbers["concepts"]["castanets"]["silent"] is None
    assert saved.words[0] == "palos-tags was asked where it hears: castanets; nothing can be scored in these clips."
    assert saved.words[1] == ('Castanets: no truth was named for it, so nothing is scored. Where the clips carry '
                              'onsets or stems, add [truth] castanets = "castanets" (a source) or "stem:voice".')
    assert "chosen on the examples" not in " ".join(saved.words)  # there was one layer


def test_without_a_truth_the_clip_of_the_highest_mean_curve_is_seen_and_heard(untold):
    one = untold.heard[0]
    levels = {judged.clip: judged.level for judged in untold.found.judged}
    assert one.name == max(levels, key=lambda name: levels[name])
    # the level is read at moments of its own, over the same curve
    assert one.found.curve.mean() == pytest.approx(levels[one.name], abs=0.2)
    assert list(untold.sounds()) == ["castanets-original", "taken-for-castanets", "not-taken-for-castanets"]
    assert list(untold.figures()) == ["castanets-over-time"]
    assert (one.onsets, one.spans) == ((), ())
    assert "castanets-map" in untold.arrays()
