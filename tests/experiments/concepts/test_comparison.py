"""Models that go by different tones are told apart, one that has other units is not, and features are studied too."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from escucha.concepts.telling import NO_LABEL
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.concepts.comparison import ConceptsCompared, chosen
from escucha.experiments.concepts.study import ConceptStudy
from escucha.experiments.run import read_experiment
from escucha.finding import About, Finding, load, save
from escucha.models.torch_classifier import TorchClassifier
from tests.experiments.tones import LABELS, RATE, TONES, Ears, ToneBench, clips, listener, tagger


@dataclass(frozen=True)
class Tree:
    """A model of five features, how loud each tone is: bulerias where the palmas are, by a tree's one step."""

    labels: tuple[str, ...] = LABELS
    rate: int = RATE
    window: int = RATE
    link: str = "softmax"
    feature_names: tuple[str, ...] = tuple(TONES)
    step: float = 0.15

    def features(self, waves: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return Ears()(torch.tensor(waves, dtype=torch.float32)).numpy()

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        return np.stack([4.0 * (features[:, 1] > self.step), np.zeros(len(features))], axis=1)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        return self.scores_of(self.features(waves))


def louder(times: float) -> TorchClassifier:
    """The listener to palmas, its logits this many times as large: the same reasons in other units."""
    made = listener()
    with torch.no_grad():
        made.module.head.weight *= times
        made.module.head.bias *= times
    return made


@dataclass(frozen=True)
class Both(ToneBench):
    """Bulerias have palmas and castanets, more or less: whoever listens to either knows them."""

    def corpus(self, table):
        tracks = [track for track in clips(3 * table["count"]).tracks
                  if (track.source.levels[1] < 0.175) == (track.source.levels[3] < 0.175)]
        return Corpus(tuple(tracks[:table["count"]]), "tones")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return Both(home, home / "cache", known={"other": listener("castanets"), "loud": louder(5.0), "tree": Tree()})


def asked(*models: str) -> ConceptsCompared:
    return ConceptsCompared(models, ("palmas", "castanets", "voice"), {"count": 40})


@pytest.fixture(scope="module")
def apart(bench):
    return asked("listener", "other").run(bench)


def test_models_that_go_by_other_tones_differ_by_those_and_by_nothing_else(apart):
    known = {(one.concept, one.label): one for one in apart.differences}
    assert {(one.concept, one.label) for one in apart.apart()} == {
        (tone, label) for tone in ("palmas", "castanets") for label in LABELS}
    palmas = known["palmas", "bulerias"]
    assert palmas.low < palmas.mean < palmas.high
    own, other = (apart.effect(model, "palmas", "bulerias") for model in ("listener", "other"))
    assert palmas.mean == pytest.approx(own.mean - other.mean)
    assert own.felt
    assert other.inert
    assert known["voice", "bulerias"].mean == pytest.approx(0, abs=0.05)


def test_effects_are_in_spreads_of_the_value_over_the_clips_under_test(apart, bench):
    study = ConceptStudy("listener", ("palmas",), {"count": 40}).run(bench)
    plain = study.effect("palmas", "bulerias")
    spread = plain.margin / 0.1
    assert apart.effect("listener", "palmas", "bulerias").mean == pytest.approx(plain.mean / spread)


def test_the_same_reasons_in_other_units_do_not_differ(bench):
    found = asked("listener", "loud").run(bench)
    assert max(abs(one.mean) for one in found.differences) < 1e-4
    assert not found.apart()
    assert found.words()[0] == "listener and loud are not shown to go by different ideas."
    assert any("Both are moved the same way by palmas on bulerias and palmas on alegrias" in word
               for word in found.words())


def test_words_name_what_only_one_goes_by(apart):
    words = apart.words()
    assert words[0].startswith("listener and other go by different ideas: 4 of 6 effects on a label differ beyond ")
    assert "Only listener is moved by palmas (on bulerias) and palmas (on alegrias): to other those are" in words[1]
    assert "Only other is moved by castanets" in words[2]


def test_pushes_are_corrected_over_both_models(apart):
    cells = 3 * 2 * 2
    assert apart.settings["nulls"] == cells * 20
    for one in apart.models:
        verdicts = {(test.concept, test.label): test.verdict for test in one.tests}
        tone = "palmas" if one.model == "listener" else "castanets"
        assert verdicts[tone, "bulerias"] == "pushes towards"
        assert verdicts["voice", "bulerias"] != "pushes towards"


def test_the_layer_is_the_last_that_tells_ideas_as_well_as_any():
    class Told:
        def __init__(self, accuracy):
            self.accuracy = accuracy

    cavs = {name: (Told(first), Told(second)) for name, first, second in (
        ("early", 0.9, 1.0), ("middle", 0.9, 0.92), ("late", 0.7, 0.8))}
    assert chosen(cavs) == "middle"


def test_a_network_and_a_tree_can_be_compared(bench):
    found = asked("listener", "tree").run(bench)
    assert [one.layer for one in found.models] == ["turned", "features"]
    tree = {(test.concept, test.label): test.verdict for test in found.models[1].tests}
    assert tree["palmas", "bulerias"] == "pushes towards"
    assert tree["castanets", "bulerias"] == "no push beyond chance"


def test_a_study_of_a_tree_says_what_it_goes_by_and_how_that_was_seen(bench):
    found = ConceptStudy("tree", ("palmas", "castanets"), {"count": 40}).run(bench)
    test, inert = (found.test(tone, "features", "bulerias") for tone in ("palmas", "castanets"))
    assert (test.verdict, inert.verdict) == ("pushes towards", "no push beyond chance")
    assert test.low > 0
    assert found.effect("palmas", "bulerias").mean == pytest.approx(2)
    assert any("has no gradients, so clips are moved along the idea in its features" in word for word in found.words())
    assert "one standard deviation of the idea" in found.settings["push"]


def test_an_idea_erased_from_features_is_lost_to_the_tree_that_steps_by_it(bench):
    bench = replace(bench, known={"tree": Tree(step=0.2)})  # erased, palmas are half of what they are at most: below it
    found = ConceptStudy("tree", ("palmas", "castanets"), {"count": 40}, erase=("features",)).run(bench)
    assert found.erasures is not None
    lost = {(one.concept, one.label): one for one in found.erasures.effects}
    assert lost["palmas", "bulerias"].p_corrected <= 0.05
    assert lost["palmas", "bulerias"].high < 0
    assert lost["castanets", "bulerias"].mean == 0
    assert any(word.startswith("Erased at features: bulerias falls without palmas (−") for word in found.words())
    assert "erased" in found.figures()


def test_it_is_a_finding_that_can_be_saved(apart, tmp_path):
    assert isinstance(apart, Finding)
    saved = load(save(apart, tmp_path / "out", About("concept-comparison", "t")))
    assert set(saved.files("figures")) == {"effects", "differences", "pushes"}
    assert len(saved.tables()["differences"]) == 6
    json.dumps(saved.numbers, allow_nan=False)


@pytest.mark.parametrize(("models", "says"), [
    (("listener",), "two models or more, got listener"),
    (("listener", "listener"), "'models' names 'listener' twice"),
    (("own.py:made", "./own.py:made"), "'models' names 'own.py:made' twice"),
    (("listener", "tags"), "one names one label a clip, the other gives each label by itself"),
    (("listener", "strange"), "only one of them knows"),
])
def test_models_that_cannot_be_compared_are_refused(bench, models, says):
    strange = replace(listener(), labels=("bulerias", "fandangos"))
    with pytest.raises(InputError, match=says):
        asked(*models).run(replace(bench, known={"tags": tagger(), "strange": strange}))


def test_a_tagger_is_not_compared_with_a_namer_whatever_labels_are_asked_for(bench):
    tags = tagger(("palmas", "castanets"))
    tags = replace(tags, labels=("bulerias", "castanets"))
    with pytest.raises(InputError, match="one names one label a clip"):
        replace(asked("listener", "tags"), labels=("bulerias",)).run(replace(bench, known={"tags": tags}))


def test_what_moves_a_model_that_does_not_know_the_labels_is_not_compared(bench):
    found = asked("listener", "mute").run(replace(bench, known={"mute": listener("voice")}))
    assert [one.known(0.05) for one in found.models] == [set(LABELS), set()]
    assert np.isnan([one.p_corrected for one in found.differences]).all()
    assert {test.verdict for test in found.models[1].tests} == {NO_LABEL}
    words = found.words()
    assert words[0] == "listener and mute cannot be compared: there is no label that both of them know."
    assert not any(word.startswith(("Only", "Both are moved")) for word in words)
    assert [word for word in words if word.startswith("Warning: mute does not know bulerias (")]
    assert not any("listener does not know" in word for word in words)


def test_the_committed_question_is_well_formed():
    home = Path(__file__).resolve().parents[3]
    found = read_experiment("what-two-models-go-by", home).experiment
    assert isinstance(found, ConceptsCompared)
    assert len(found.models) == 2
