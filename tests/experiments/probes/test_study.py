"""The kind probe-study, asked of a network whose first layer holds the amplitudes of tones."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from escucha.errors import InputError
from escucha.experiments.probes.study import ProbeStudy
from escucha.experiments.run import read_experiment
from escucha.finding import About, Finding, load, save
from tests.experiments.tones import ToneBench

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


@pytest.mark.parametrize(("settings", "says"), [
    ({"properties": ("palmsa",)}, "unknown property 'palmsa' in tones; did you mean 'palmas'"),
    ({"layers": ("nose",)}, "unknown layer 'nose'"),
    ({"controls": 2}, "needs 5 control tasks or more, got 2"),
])
def test_what_is_wrong_is_said(bench, settings, says):
    with pytest.raises(InputError, match=says):
        replace(ASKED, **settings).run(bench)


def test_the_committed_question_is_well_formed():
    asked = read_experiment("palos-probes", Path(__file__).resolve().parents[3])
    assert isinstance(asked.experiment, ProbeStudy)
