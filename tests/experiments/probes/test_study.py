"""The kind probe-study, asked of a network whose first layer holds the amplitudes of tones."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from escucha.concepts.probes.baselines import ANYWHERE, LOG_MEL, UNTRAINED, Beside
from escucha.concepts.probes.description import Code
from escucha.concepts.probes.probe import Probe
from escucha.concepts.probes.splits import split_of
from escucha.errors import InputError
from escucha.experiments.clips.few_groups import FEWEST
from escucha.experiments.probes.figures import layers_and_properties
from escucha.experiments.probes.finding import ProbeTable
from escucha.experiments.probes.study import ProbeStudy
from escucha.experiments.probes.targets import Target, check_parts, from_label, notes_of, real_truths, targets_of
from escucha.experiments.run import read_experiment
from escucha.finding import About, Finding, load, save
from escucha.models.sklearn_classifier import SklearnClassifier
from tests.experiments.tones import LABELS, RATE, TONES, Ears, ToneBench, clips, listener
from tests.experiments.toys import toy_corpus

ASKED = ProbeStudy("listener", ("palmas", "tempo"), {"count": 240})


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return ToneBench(home, home / "cache")


@pytest.fixture(scope="module")
def found(bench):
    return ASKED.run(bench)


def test_what_a_layer_holds_is_read_off_it_and_controls_are_not(found):
    for layer in ("ears", "turned"):
        palmas, tempo = found.probe("palmas", layer), found.probe("tempo", layer)
        assert palmas.score > 0.85
        assert (palmas.task, tempo.task) == ("classes", "number")
        assert tempo.score > 0.9  # it is the amplitude of palmas, times 300
        assert palmas.control_kind == "types"
        assert palmas.selectivity > 0.25
        assert tempo.selectivity > 0.8


def test_a_property_that_the_label_tells_is_warned_of(bench, found):
    assert found.from_label["palmas"] > 0.7
    tied = replace(ASKED, properties=("label",)).run(bench)
    assert tied.from_label == {"label": 1.0}
    assert any(word.startswith("Warning: in this corpus the label alone tells label") for word in tied.words())


def test_it_is_a_finding_that_can_be_saved(found, tmp_path):
    assert isinstance(found, Finding)
    saved = load(save(found, tmp_path / "out", About("probe-study", "t")))
    assert set(saved.files("figures")) == {"probes"}
    assert len(saved.tables()["probes"]) == 4
    assert saved.words[0] == "From the layers of listener a straight line can read palmas and tempo."
    json.dumps(saved.numbers, allow_nan=False)


def test_the_same_settings_give_the_same_numbers(found, bench):
    assert ASKED.run(bench).numbers() == found.numbers()


def test_what_random_weights_let_through_is_not_called_learned(found):
    """`turned` only turns the tones: any other weights would tell as much of them."""
    against = found.beside(found.probe("palmas", "turned"), UNTRAINED)
    assert abs(against.gain) < 0.1
    assert not found.learned(found.probe("palmas", "turned"))
    assert any(word.startswith("Not shown to be learned: palmas") for word in found.words())


@pytest.fixture(scope="module")
def taught(bench):
    """A network whose weights pass on palmas alone: drawn anew, its one unit mixes all the tones."""
    one = nn.Linear(len(TONES), 1)
    with torch.no_grad():
        one.weight.copy_(torch.eye(len(TONES))[list(TONES).index("palmas")][None])
        one.bias.zero_()
    module = nn.Sequential()
    for name, part in (("ears", Ears()), ("palm", one), ("head", nn.Linear(1, 2))):
        module.add_module(name, part)
    return replace(bench, known={"listener": replace(listener(), module=module, layers=("ears", "palm"))})


def test_what_training_brought_about_is_called_learned(taught):
    found = replace(ASKED, properties=("tempo", "voice"), layers=("palm",)).run(taught)
    assert found.learned(found.probe("tempo", "palm"))  # tempo is the amplitude of palmas
    assert not found.probe("voice", "palm").held
    assert any(word.startswith("Learned: tempo (1.00 against") for word in found.words())
    carried = found.beside(found.probe("tempo", "palm"), LOG_MEL)
    assert any(word.startswith("But tempo") for word in found.words()) != carried.better


def test_what_training_only_carried_further_is_not_called_brought_about(taught):
    """The ears tell the tones before training too; drawn anew, the layer behind them mixes them."""
    found = replace(ASKED, properties=("tempo",), baselines=("untrained",)).run(taught)
    palm = found.probe("tempo", "palm")
    assert found.learned(palm)
    assert not found.beside(palm, ANYWHERE).better
    late = replace(found, probes=tuple(replace(one, valid=float(one is palm)) for one in found.probes))
    assert late.chosen("tempo").layer == "palm"
    assert any(word.startswith("But tempo (1.00 against 1.00) is not shown") for word in late.words())


def test_a_gain_within_the_choice_of_groups_is_not_called_equal(found):
    besides = tuple(replace(one, gain=0.3, low=-0.1) if one.baseline == UNTRAINED else one for one in found.besides)
    said = " ".join(replace(found, besides=besides).words())
    assert "Perhaps learned: palmas" in said
    assert "Not shown to be learned" not in said


def test_knowing_that_a_class_is_rare_is_no_merit_in_words(found):
    one = found.probe("palmas", found.layers[0])
    codes = tuple(Code("palmas", layer, "linear", bits=50.0, uniform=100.0, prior=52.0, clips=100, blocks=8)
                  for layer in found.layers)
    assert codes[0].compression == 2
    assert one.held
    assert "knowing the layer hardly shortens its labels" in replace(found, codes=codes).words()[1]


def test_a_label_that_train_lacks_tells_nothing():
    groups = np.repeat([f"g{number}" for number in range(10)], 4)
    split = split_of(groups, [""] * 40, seed=0)
    target = Target(np.tile(["a", "b"], 20), "classes")
    assert from_label(groups, target, split) == 0.5
    assert from_label(target.values, target, split) == 1.0
    number = Target(np.arange(40.0), "number")
    assert from_label(groups, number, split) <= 0


@pytest.fixture(scope="module")
def everything(bench):
    """All that can be asked, with real clips of which palmas are not known."""
    asked = replace(ASKED, properties=("palmas", "tempo"), probes=("linear", "mlp"), description_length=True,
                    out_of_range=True, real={"count": 60}, layers=("ears",))
    return asked.run(bench)


def test_everything_that_can_be_asked_is_answered_and_saved(everything, tmp_path):
    palmas, tempo = (everything.probe(name, "ears") for name in ("palmas", "tempo"))
    assert everything.kinds == ["linear", "mlp"]
    assert everything.code(palmas).compression > 1.5
    assert everything.code(tempo) is None
    assert everything.end(tempo).past_low > 0
    assert everything.end(palmas) is None
    assert everything.on_real(tempo).score > 0.9
    assert everything.on_real(palmas).low > 0.5
    saved = load(save(everything, tmp_path / "out", About("probe-study", "t")))
    assert set(saved.files("figures")) == {"probes", "kinds-of-probes", "out-of-range", "rendered-to-real"}
    assert set(saved.tables()) == {"probes", "out-of-range", "rendered-to-real"}
    said = " ".join(saved.words)
    for told in ("Out of range: having learned tempo", "It goes on beyond", "On 60 real clips of 30 groups",
                 "A small network with one hidden layer", "online code"):
        assert told in said
    json.dumps(saved.numbers, allow_nan=False)


class FewSingers(ToneBench):
    """So many singers sing all of the clips."""

    def corpus(self, table):
        made = clips(table["count"])
        return replace(made, tracks=tuple(replace(track, group=f"singer-{number % table['singers']}")
                                          for number, track in enumerate(made)))


@pytest.fixture(scope="module", params=[(10, 5), (25, 5), (25, 4)], ids=["2-of-test", "5-of-test", "4-of-real"])
def sized(request, bench):
    """A fifth of the singers are tested."""
    singers, real = request.param
    asked = replace(ASKED, corpus={"count": 240, "singers": singers}, real={"count": 60, "singers": real})
    return replace(asked, layers=("ears",)).run(FewSingers(bench.home, bench.cache))


def test_of_fewer_than_five_groups_no_interval_and_nothing_else_is_told(sized, tmp_path):
    few = sized.probes[0].groups < FEWEST
    for one in (*sized.probes, *sized.besides):
        assert np.isnan([one.low, one.high]).all() == few
    for one in sized.real:
        assert np.isnan([one.low, one.high]).all() == (one.groups < FEWEST)
    assert any(one.held for one in sized.probes) != few
    said = " ".join(load(save(sized, tmp_path / "out", About("probe-study", "t"))).words)
    assert said.startswith(f"Nothing is told of palmas and tempo: {sized.probes[0].groups} groups are asked about, and "
                           "5 are needed; take more clips.") == few
    assert ("Learned:" in said or "Not shown to be learned:" in said) != few


def test_a_model_of_features_has_no_untrained_one_and_that_is_said(bench):
    rows = np.random.default_rng(0).normal(size=(40, 5))
    fitted = LogisticRegression().fit(rows, np.where(rows[:, 1] > 0, *LABELS))
    model = SklearnClassifier.of(fitted, rate=RATE, window=RATE, features=amplitudes)
    found = replace(ASKED, properties=("tempo",)).run(replace(bench, known={"listener": model}))
    assert found.layers == ["features"]
    assert found.probe("tempo", "features").score > 0.9
    assert found.beside(found.probes[0], UNTRAINED) is None
    assert found.beside(found.probes[0], LOG_MEL) is not None
    assert any("no untrained one to compare with" in word for word in found.words())


def amplitudes(wave: np.ndarray, rate: int) -> np.ndarray:
    return np.abs(np.fft.rfft(wave))[[int(tone) for tone in TONES.values()]] * 2 / rate


def test_what_does_not_fit_real_clips_is_said_and_nothing_is_guessed():
    targets = {"mode": Target(np.array(["major", "minor"]), "classes"), "tempo": Target(np.array([1.0, 2.0]), "number"),
               "voice": Target(np.array(["yes", "no"]), "classes")}
    notes = [{"mode": "major", "tempo": 120}, {"mode": "dorian"}, {"mode": "minor", "tempo": 90.5}, {"tempo": "fast"}]
    truths, said = real_truths(targets, notes, toy_corpus(4), Path())
    assert truths["mode"][0].tolist() == [0, 2]
    assert truths["mode"][1].tolist() == ["major", "minor"]
    assert truths["tempo"][1].tolist() == [120.0, 90.5]
    assert "voice" not in truths
    assert any("knows major, minor, and real clips are also dorian" in one for one in said)
    assert any("also fast" in one for one in said)
    assert "voice is not known of real clips, or the same in all of them" in said


def test_what_is_annotated_nowhere_is_measured(tmp_path):
    corpus = clips(3)
    found = targets_of(["level"], notes_of(corpus), corpus, amounts=(), cache=tmp_path)["level"]
    true = [10 * np.log10(np.mean(track.source.clip().wave ** 2)) for track in corpus]
    assert found.task == "number"
    np.testing.assert_allclose(found.values, true, atol=0.3)  # it is heard at another rate


def test_whole_numbers_are_names_unless_they_are_called_amounts(bench):
    found = replace(ASKED, properties=("tonic",)).run(bench)
    assert found.probes[0].task == "classes"
    found = replace(ASKED, properties=("tonic",), amounts=("tonic",)).run(bench)
    assert found.probes[0].task == "number"


@pytest.mark.parametrize(("settings", "says"), [
    ({"properties": ("palmsa",)}, "unknown property 'palmsa' in tones; did you mean 'palmas'"),
    ({"layers": ("nose",)}, "unknown layer 'nose'"),
    ({"controls": 2}, "needs 5 control tasks or more, got 2"),
    ({"probes": ("lineal",)}, "unknown probe 'lineal'; did you mean 'linear'"),
    ({"properties": ()}, "needs a property"),
    ({"amounts": ("tonic",)}, "unknown property 'tonic' in 'amounts'"),
    ({"properties": ("palmas", "palmas")}, "'properties' names 'palmas' twice"),
    ({"probes": ("linear", "linear")}, "'probes' names 'linear' twice"),
    ({"properties": ("palmas",), "out_of_range": True}, "out_of_range asks about numbers"),
    ({"properties": ("palmas",), "amounts": ("palmas",)}, "not all of its values"),
])
def test_what_is_wrong_is_said(bench, settings, says):
    with pytest.raises(InputError, match=says):
        replace(ASKED, **settings).run(bench)


def test_a_property_that_the_groups_asked_about_share_is_refused_before_anything_is_heard():
    split = split_of([f"singer-{number}" for number in range(10)], [""] * 10, seed=0)
    values = np.where(split.test, "bulerias", np.where(np.arange(10) % 2, "alegrias", "bulerias"))
    with pytest.raises(InputError, match=r"'label' is 'bulerias' in every clip of test, so no probe can be judged"):
        check_parts({"label": Target(values, "classes")}, split)


@pytest.mark.parametrize("name", ["palos-probes", "palos-tempo-out-of-range", "tiny/probes"])
def test_the_committed_questions_are_well_formed(name):
    asked = read_experiment(name, Path(__file__).resolve().parents[3])
    assert isinstance(asked.experiment, ProbeStudy)


@pytest.mark.parametrize(("layers", "subjects"), [(1, 2), (12, 10)])
def test_names_stay_within_the_figure_of_few_and_of_many_layers(layers, subjects):
    """Every text of the map lies within the picture, and no two numbers of a row touch."""
    made = tuple(Probe(f"property-{subject}", f"network.block{layer}", "classes", 0.83, 0.7, 0.9, 0.5, 0.5, 0.1,
                       "types", 1.0, 0.8, 60, 20) for subject in range(subjects) for layer in range(layers))
    besides = tuple(Beside(one.subject, one.layer, "linear", UNTRAINED, 0.5, 0.33, 0.1, 0.4) for one in made)
    figure = layers_and_properties(ProbeTable("m", made, {}, {"types": ()}, besides=besides))
    figure.draw_without_rendering()
    page = figure.bbox
    for axes in figure.axes:
        boxes = [text.get_window_extent() for text in axes.texts]
        assert all(page.x0 <= box.x0 and box.x1 <= page.x1 for box in boxes)
        first = [box for box in boxes if abs(box.y0 - boxes[0].y0) < 1]
        assert all(left.x1 < right.x0 for left, right in pairwise(first))
