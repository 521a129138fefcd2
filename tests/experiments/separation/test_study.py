"""The kind separation-study: what is known to be perfect, useless or planted in between reads so."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.run import experiment_of, read_experiment
from escucha.experiments.separation import pairs as separation_pairs
from escucha.experiments.separation.pairs import CEILING, Truth, differences, shares
from escucha.experiments.separation.study import SeparationStudy
from escucha.finding import About, Finding, load, save
from escucha.models.prediction import Failure
from tests.conftest import REPOSITORY
from tests.experiments.bands import BandBench, band, explainer
from tests.experiments.toys import Broken
from tests.worlds import RATE, TONES, Tangled

LEVELS = {"guitar": 0.15, "palmas": 0.1, "voice": 0.2}


@pytest.fixture
def truth(tmp_path):
    """Guitar, palmas and voice to a listener for whom everything interacts."""
    return Truth(explainer(Tangled(), tmp_path), Track("song", ("yes",), "family", band(0, **LEVELS)))


def by(monkeypatch, made):
    """A separator whose answer is `made` of the true stems."""
    monkeypatch.setattr(separation_pairs, "separated", lambda clip, how, cache: made(
        {name: Clip(level * np.sin(2 * np.pi * TONES[name] * np.arange(2 * RATE) / RATE), RATE)
         for name, level in LEVELS.items()}))


def mixed(first, second, share=1.0):
    return Clip(first.wave + np.float32(share) * second.wave, RATE)


def test_the_truth_itself_changes_nothing(truth):
    found = truth.difference("true stems")
    assert found.parts == tuple(f"{name}@{at}-{at + 1}s" for name in LEVELS for at in (0, 1))
    assert found.change == pytest.approx(0, abs=1e-6)
    assert found.correlation == pytest.approx(1)
    assert found.same
    assert [quality.si_sdr for quality in found.qualities] == [CEILING] * 3


def test_equal_shares_gain_nothing_and_are_what_knowing_nothing_reads(truth):
    """A game of equal shares is symmetric: each has the same part of what the moment weighs."""
    found = truth.difference("equal shares")
    np.testing.assert_allclose(found.estimated, found.blind, atol=1e-6)
    assert found.change == pytest.approx(found.blind_change, abs=1e-6)
    assert found.change > 0.2
    assert [quality.improvement for quality in found.qualities] == pytest.approx([0, 0, 0], abs=1e-6)
    powers = np.array(list(LEVELS.values())) ** 2
    expected = 10 * np.log10(powers / (powers.sum() - powers))  # sines of different whole periods are orthogonal
    assert [quality.si_sdr for quality in found.qualities] == pytest.approx(expected, abs=0.01)


def test_stems_are_joined_as_the_separator_joins_them(truth, monkeypatch):
    """A perfect separator into two: weights are those of the game of two, not the sums of three."""
    by(monkeypatch, lambda true: {"struck": true["palmas"], "sung": mixed(true["guitar"], true["voice"])})
    found = truth.difference("hpss")
    assert {quality.source: quality.stems for quality in found.qualities} == {
        "struck": ("palmas",), "sung": ("guitar", "voice")}
    assert found.change == pytest.approx(0, abs=1e-5)
    assert found.blind_change > 0.2
    assert min(quality.si_sdr for quality in found.qualities) > 90


def test_the_more_a_separator_leaks_the_worse_it_reads(truth, monkeypatch):
    rows = []
    for leak in (0.05, 0.2, 0.45):
        by(monkeypatch, lambda true, leak=leak: {
            "a": mixed(mixed(true["guitar"], true["voice"]), true["palmas"], leak),
            "b": Clip(np.float32(1 - leak) * true["palmas"].wave, RATE)})
        rows.append(truth.difference("hpss"))
        power = LEVELS["guitar"] ** 2 + LEVELS["voice"] ** 2
        first, second = rows[-1].qualities
        assert first.si_sdr == pytest.approx(10 * np.log10(power / (leak * LEVELS["palmas"]) ** 2), abs=0.01)
        assert second.si_sdr == CEILING, "a softer copy is as good: SI-SDR knows no scale"
    assert rows[0].change < rows[1].change < rows[2].change < rows[2].blind_change * 1.5


def test_what_is_left_over_is_a_part_like_others(truth, monkeypatch):
    by(monkeypatch, lambda true: {"guitar": true["guitar"], "palmas": true["palmas"]})
    found = truth.difference("hpss")
    assert [quality.source for quality in found.qualities] == ["guitar", "palmas", "rest"]
    assert found.change == pytest.approx(0, abs=1e-5)


def test_a_source_that_is_nobodys_weighs_nothing_in_truth(truth, monkeypatch):
    by(monkeypatch, lambda true: {**true, "guitar": Clip(0.9 * true["guitar"].wave, RATE),
                                  "ghost": Clip(0.1 * true["guitar"].wave, RATE)})
    found = truth.difference("hpss")
    of = dict(zip(found.parts, zip(found.true, found.estimated)))
    assert of["ghost@0-1s"][0] == 0 != of["ghost@0-1s"][1]
    assert "ghost" not in {quality.source for quality in found.qualities}
    powers = {name: level**2 for name, level in LEVELS.items()}
    powers |= {"guitar": 0.81 * powers["guitar"], "ghost": 0.01 * powers["guitar"]}
    assert found.unowned == pytest.approx(powers["ghost"] / sum(powers.values()), rel=1e-4)
    assert truth.difference("true stems").unowned == 0


def test_a_stem_that_does_not_sound_has_no_share():
    clips = {name: Clip(np.full(8, level), 8) for name, level in (("guitar", 0.5), ("palmas", 0.0), ("voice", 0.25))}
    made = shares(Clip(np.full(8, 0.75), 8), clips)
    assert set(made) == {"guitar", "voice"}
    assert all((source.wave == 0.375).all() for source in made.values())


def test_what_fails_stops_nothing_else(tmp_path):
    song = Track("song", ("yes",), "family", band(0, **LEVELS))
    made = list(differences(explainer(Tangled(), tmp_path), song, ("repet", "true stems")))
    assert isinstance(made[0], Failure)  # two seconds are too short for REPET
    assert made[0].path == "song by repet"
    assert made[1].change < 1e-6
    silent = Track("silence", ("no",), "family", band(0, guitar=0.0, palmas=0.0, voice=0.0))
    for track, why in ((replace(song, source=Broken()), "decoded"), (silent, "silent")):
        assert [why in answer.reason for answer in differences(explainer(Tangled(), tmp_path), track, ("hpss",))] == [
            True]


OWN = """
from tests.worlds import Tangled

def tangled():
    return Tangled()
"""


def planted(clip, how, cache):
    """hpss leaks a little, nmf much, timbre tells nothing apart, and repet fails."""
    if how == "repet":
        raise InputError("too short\nfor repet")
    if how == "timbre":
        return {"all": clip}
    leak, time = {"hpss": 0.1, "nmf": 0.4}[how], np.arange(len(clip.wave)) / clip.rate
    tone = np.sin(2 * np.pi * TONES["guitar"] * time)
    guitar = Clip(tone * (clip.wave @ tone) * 2 / len(time), clip.rate)
    rest = clip.wave - guitar.wave
    return {"component 1 (A3)": Clip(guitar.wave + leak * rest, clip.rate),
            "component 10 (E3)": Clip((1 - leak) * rest, clip.rate)}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Fourteen bands of seven groups, of which a known part is told apart."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "ears.py").write_text(OWN)
    asked = SeparationStudy(f"{folder / 'ears.py'}:tangled", {"count": 14}, ("repet", "timbre", "nmf", "hpss"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(separation_pairs, "separated", planted)
        return asked.run(BandBench(folder, folder))


def test_the_finding_says_what_separating_changes(study, tmp_path):
    assert isinstance(study, Finding)
    told = study.numbers()["separators"]
    assert list(told) == ["true stems", "equal shares", "timbre", "nmf", "hpss"]
    assert told["true stems"]["change"] < 1e-6 < 0.2 < told["equal shares"]["change"]
    assert told["true stems"]["same"] == 1
    assert 0.001 < told["hpss"]["change"] < told["nmf"]["change"] < told["nmf"]["blind"]
    assert told["hpss"]["told"] > told["nmf"]["told"] > 0
    assert np.isnan(told["timbre"]["improvement"]), "one source of all stems is the mixture: nothing to improve on"
    assert told["timbre"]["told"] == pytest.approx(0, abs=1e-6)
    assert told["hpss"]["improvement"] > told["nmf"]["improvement"] > 0
    assert told["equal shares"]["improvement"] == pytest.approx(0, abs=1e-6)
    assert list(told["hpss"]["sources"]) == ["component 1", "component 10"]
    assert told["hpss"]["sources"]["component 1"]["stands_for"] == "guitar"
    assert len(study.failures) == 14
    words = study.words()
    assert words[0].startswith("Separated by ")
    assert any("14 are left out" in word for word in words)
    save(study, tmp_path / "finding", About("separation-study", "what changes"))
    again = load(tmp_path / "finding")
    assert again.numbers["separators"]["hpss"]["change"] == pytest.approx(told["hpss"]["change"])
    tables = again.tables()
    assert len(tables["clips"]) == 14 * 5
    assert len(again.arrays()["true"]) == sum(len(row.parts) for row in study.found.rows)


def test_the_separator_that_changes_least_is_named_first_and_one_that_does_nothing_last(study):
    assert [one.separator for one in study.found.judged] == ["hpss", "nmf", "timbre"]
    assert study.numbers()["separators"]["timbre"]["change"] < 1e-6
    assert study.words()[0].startswith("Separated by hpss, ")


def test_energy_in_sources_that_no_quality_tells_of_is_said(study):
    """These change the explanation and have no SI-SDR."""
    assert {row.unowned for row in study.found.rows} == {0}
    assert "sources that own no stem, and so" not in " ".join(study.words())
    rows = tuple(replace(row, unowned=0.25) if row.separator == "nmf" else row for row in study.found.rows)
    ghostly = replace(study, found=replace(study.found, rows=rows))
    assert ghostly.numbers()["separators"]["nmf"]["unowned"] == pytest.approx(0.25)
    assert [line[:4] for line in ghostly.words() if "and so have none, hold 25 % of the energy" in line] == ["nmf:"]
    assert set(ghostly.tables()["clips"]["energy_without_a_stem"]) == {0, 0.25}


def test_the_first_is_called_better_only_where_a_test_on_the_clips_of_both_shows_it(study):
    assert study.found.rival == ""
    assert "not shown to be better" not in study.words()[0]
    second = {row.clip: row for row in study.found.of("nmf")}
    level = tuple(replace(row, estimated=second[row.clip].estimated, true=second[row.clip].true,
                          blind=second[row.clip].blind) if row.separator == "hpss" else row for row in study.found.rows)
    tied = replace(study, found=replace(study.found, rows=level))
    assert tied.found.rival in ("hpss", "nmf")
    assert "though not shown to be better than" in tied.words()[0]


def test_means_over_other_clips_are_said_to_be_such(study):
    assert study.found.uneven == 0
    rows = tuple(row for row in study.found.rows if row.separator != "nmf" or row.clip != study.found.clips[0])
    fewer = replace(study, found=replace(study.found, rows=rows))
    assert any("1 of 14 clips were taken apart by some separators only" in line for line in fewer.words())


def test_one_clip_is_heard_true_beside_separated(study):
    names = list(study.sounds())
    assert names[0] == "original"
    separated = [name for name in names if name.endswith("-separated")]
    assert separated
    assert [name for name in names if name.endswith("-true")] == [
        name.replace("-separated", "-true") for name in separated]
    assert {sound.name for sound in study.heard} == set(names)
    assert all(np.isfinite([sound.value, sound.gain_db]).all() for sound in study.heard)


def test_every_figure_has_its_units(study):
    drawn = study.figures()
    assert set(drawn) == {"what-it-changes", "separation-quality", "weights-true-and-estimated"}
    assert "SI-SDR (dB)" in [axes.get_xlabel() for axes in drawn["separation-quality"].axes]
    assert "logit minus mean logit" in drawn["weights-true-and-estimated"].get_supxlabel()


def test_what_does_not_fit_is_said(tmp_path):
    bench = BandBench(tmp_path, tmp_path)
    for settings, told in (({"separators": ()}, "'separators' is empty"), ({"separators": ("hps",)}, "'hpss'"),
                           ({"method": "shaply"}, "'shapley'"), ({"segments": "windws"}, "windows")):
        with pytest.raises(InputError, match=told):
            SeparationStudy("card", {"count": 2}, **settings).inputs(bench)
    (tmp_path / "ears.py").write_text(OWN)

    class Unknown(BandBench):
        def corpus(self, table):
            return Corpus((Track("song", ("yes",), "family", Broken()),), "broken files")

    with pytest.raises(InputError, match=r"none of 1 clips can be taken apart.*decoded"):
        SeparationStudy(f"{tmp_path / 'ears.py'}:tangled", {"any": 1}).run(Unknown(tmp_path, tmp_path))


def test_the_card_on_the_shelf_is_one():
    card = read_experiment("what-separation-changes", REPOSITORY)
    assert isinstance(card.experiment, SeparationStudy)
    card.experiment.check()
    with pytest.raises(InputError, match="separators"):
        experiment_of({"kind": "separation-study", "model": "m", "corpus": {}, "separator": "hpss"}, "here")
