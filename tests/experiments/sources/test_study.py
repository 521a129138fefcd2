"""The kind source-study, asked of listeners whose reasons are known; and many files on the command line."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.clips.clip_reasons import FAR
from escucha.experiments.run import experiment_of, read_experiment, run
from escucha.experiments.sources.study import SourceStudy
from escucha.experiments.workbench import Workbench
from escucha.finding import About, Finding, load, save
from escucha.models.resampling import FEW_GROUPS
from tests.conftest import REPOSITORY
from tests.experiments.bands import BandBench, tracks
from tests.worlds import RATE

OWN = """
from tests.worlds import Additive, StemListener

def castanets():
    return StemListener("castanets", gain=20.0)

def guitar():
    return Additive((("guitar", 5.0), ("palmas", -3.0)))

def tags():
    return StemListener("palmas", labels=("palmas", "voice"), link="sigmoid")
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Models of one's own in a file: the real way from a card to a classifier and its digest."""
    file = tmp_path_factory.mktemp("own") / "ears.py"
    file.write_text(OWN)
    return file


@pytest.fixture(scope="module")
def found(own, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    study = SourceStudy(f"{own}:guitar", {"count": 48}, parts="stems")
    return study.run(BandBench(folder, folder))


@pytest.fixture
def folder(tmp_path):
    """Nine songs that can be explained in folders by label, and four files that cannot."""
    root = tmp_path / "songs"
    for at, track in enumerate(tracks(9)):
        place = root / track.label / f"{at // 2}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(place, track.source.clip().wave, RATE)
    (root / "yes" / "text.mp3").write_text("these are words")
    (root / "yes" / "empty.wav").write_bytes(b"")
    soundfile.write(root / "no" / "silent.wav", np.zeros(2 * RATE), RATE)
    soundfile.write(root / "no" / "brief.wav", np.full(50, 0.1), RATE)
    return root


def test_the_source_it_listens_to_carries_the_label(own, tmp_path):
    """The castanets world: they sound in `yes` alone, and nothing else is heard."""
    rows = [*tracks(20, castanets=0.1), *tracks(20)]

    class Castanets(BandBench):
        def corpus(self, table):
            kept = [track for at, track in enumerate(rows) if (track.label == "yes") == (at < 20)]
            return Corpus(tuple(kept), "castanets in yes")

    found = SourceStudy(f"{own}:castanets", {"any": 1}, parts="stems").run(Castanets(tmp_path, tmp_path))
    told = found.numbers()["labels"]["yes"]["sources"]
    assert told["castanets"]["weight"] == pytest.approx(20 * 0.1 / 2, abs=1e-3)  # minus the mean of two logits
    assert told["castanets"]["speaks"] == "for"
    for source in ("guitar", "palmas", "voice"):
        assert abs(told[source]["weight"]) < 1e-6
        assert told[source]["speaks"] == ""
    assert found.words()[0].startswith("To ears:castanets yes rests most on castanets (+1.0")


def test_words_lead_with_what_each_label_rests_on(found):
    words, cell = found.words(), found.found.cell("yes", "yes", "guitar")
    number = r"\+0\.\d+"
    assert re.match(rf"To ears:guitar yes rests most on guitar \({number} \[{number}, {number}\] of {number}\)\.$",
                    words[0])
    assert f"+{cell.weight.value:.3f}" in words[0]
    assert words[1].startswith("Yes, over its 24 clips of 24 groups: guitar +")
    assert "voice is not shown to speak either way" in words[1]
    levels = [dict(track.source.levels) for track in tracks(48) if track.label == "yes"]
    right = sum(5 * one["guitar"] > 3 * one["palmas"] for one in levels)  # without palmas it always says yes
    assert f"The model answers {right} of 48 labelled clips as they are labelled." in words
    assert not any(line.startswith("Warning") for line in words)


def test_it_is_a_finding_that_can_be_saved_and_heard(found, tmp_path):
    assert isinstance(found, Finding)
    saved = load(save(found, tmp_path / "out", About("source-study", "t")))
    assert set(saved.files("figures")) == {"sources-and-labels", "weights-of-every-clip", "weights-over-time"}
    json.dumps(saved.numbers, allow_nan=False)
    tables = saved.tables()
    assert len(tables["clips"]) == 48
    row = tables["clips"].iloc[0]
    assert row["all"] - row["none"] == pytest.approx(row[["weight guitar", "weight palmas", "weight voice"]].sum())
    assert len(tables["sources"]) == 3 * 2 * 3  # clips of yes, of no and of both; labels; sources
    assert saved.arrays()["weights"].shape == (48, 2, 3)


def test_the_clearest_clip_is_heard_with_its_value(found):
    sounds = found.tables()["sounds"]
    assert list(sounds["name"]) == ["yes-original", "yes-strongest-parts", "yes-only-guitar"] == list(found.sounds())
    source, row = found.found.clearest("yes", "yes")
    alone = sounds[sounds["name"] == "yes-only-guitar"].iloc[0]
    loudest = max(dict(track.source.levels)["guitar"] for track in tracks(48) if track.name == row.name)
    assert source == "guitar"
    assert alone["value"] == pytest.approx(5 * loudest, abs=1e-3)
    assert row.name in sounds["caption"].iloc[0]
    wave = found.sounds()["yes-only-guitar"].wave
    turn = np.exp(-2j * np.pi * np.arange(len(wave)) / RATE * np.array([[200.0], [600.0]]))
    guitar, voice = np.abs(turn @ wave)
    assert guitar > 1000 * voice


def test_the_same_settings_give_the_same_numbers(found, own, tmp_path):
    again = SourceStudy(f"{own}:guitar", {"count": 48}, parts="stems").run(BandBench(tmp_path, tmp_path))
    assert json.dumps(again.numbers()) == json.dumps(found.numbers())


def test_few_groups_are_warned_of_and_their_headline_does_not_claim_what_no_test_can_show(own, tmp_path):
    study = SourceStudy(f"{own}:guitar", {"count": 8, "groups": 2}, parts="stems", sounds=0)
    words = study.run(BandBench(tmp_path, tmp_path)).words()
    assert ("Warning: 2 groups are too few for intervals: none is told under 5, and they say little under 20, and no "
            "test can show that a source speaks.") in words
    assert words[0].endswith("which may be chance).")


def test_an_interval_is_told_from_five_groups_on(own, tmp_path):
    for groups in (2, 4, 5):
        study = SourceStudy(f"{own}:guitar", {"count": 20, "groups": groups}, parts="stems", sounds=0)
        finding = study.run(BandBench(tmp_path, tmp_path))
        cell = finding.found.cell("yes", "yes", "guitar")
        assert cell.weight.groups == groups
        assert np.isfinite(cell.weight.low) == (groups >= 5)
        assert ("[" in finding.words()[1]) == (groups >= 5)
        assert finding.tables()["sources"]["weight_low"].notna().any() == (groups >= 5)
        assert len(finding.figures()) == 3


def test_words_say_what_stands_for_parts_that_are_off(found, own, tmp_path):
    assert any("Parts that are off are silent" in line for line in found.words())
    study = SourceStudy(f"{own}:guitar", {"count": 4}, parts="stems", sounds=0, absent="noise")
    words = study.run(BandBench(tmp_path, tmp_path)).words()
    assert any("In the place of parts that are off is noise" in line for line in words)
    assert not any("are silent" in line for line in words)


def test_every_dot_lies_above_the_whiskers_and_time_is_where_it_was(found):
    figures = found.figures()
    axes = figures["weights-of-every-clip"].axes[0]
    dots = [drawn for drawn in axes.collections if len(drawn.get_offsets()) == 24]
    assert len(dots) == 3
    whiskers = [bar for drawn in axes.containers for bar in drawn.lines[2]]
    assert min(dot.get_zorder() for dot in dots) > max(bar.get_zorder() for bar in whiskers)
    middles = sorted({(one.start + one.end) / 2 for one in found.moments})
    lines = [line for line in figures["weights-over-time"].axes[0].lines if len(line.get_xdata()) == len(middles)]
    assert {line.get_label() for line in lines} >= {"guitar", "palmas", "voice"}
    assert all(list(line.get_xdata()) == middles for line in lines if line.get_label() in found.found.sources)


def test_two_sources_that_weigh_alike_are_not_ranked(own, tmp_path):
    own.with_name("alike.py").write_text(
        'from tests.worlds import Additive\n\ndef alike():\n    return Additive((("guitar", 5.0), ("voice", 5.0)))\n')
    study = SourceStudy(f"{own.with_name('alike.py')}:alike", {"count": 48}, parts="stems", sounds=0)
    found = study.run(BandBench(tmp_path, tmp_path))
    first, second = (cell.source for cell in found.found.of("yes", "yes")[:2])
    assert {first, second} == {"guitar", "voice"}
    assert found.found.cell("yes", "yes", second).speaks == "for"
    assert f"yes rests most on {first} (" in found.words()[0]
    assert f", not shown to be more than {second})" in found.words()[0]


def test_sources_that_every_clip_has_of_its_own_are_warned_of(own, tmp_path):
    study = SourceStudy(f"{own}:guitar", {"count": 4}, parts="nmf/2", sounds=0)
    assert any("other ones in every clip" in line for line in study.run(BandBench(tmp_path, tmp_path)).words())


def test_a_tag_rests_on_its_own_tone_and_a_clip_counts_under_each_of_its_tags(own, tmp_path):
    class Tagged(BandBench):
        def corpus(self, table):
            return Corpus(tuple(Track(track.name, ("palmas", "voice"), track.group, track.source)
                                for track in tracks(24) if track.label == "yes"), "tagged")

    found = SourceStudy(f"{own}:tags", {"any": 1}, parts="stems", sounds=0).run(Tagged(tmp_path, tmp_path))
    told = found.numbers()["labels"]
    assert (told["palmas"]["clips"], told["voice"]["clips"]) == (12, 12)
    levels = [dict(track.source.levels)["palmas"] for track in tracks(24) if track.label == "yes"]
    assert told["palmas"]["sources"]["palmas"]["weight"] == pytest.approx(10 * np.mean(levels), abs=1e-3)
    assert len(found.tables()["clips"]) == 24  # one row a clip and tag


@pytest.mark.parametrize(("settings", "named"), [
    ({}, "either a"), ({"corpus": {"count": 2}, "paths": ("x",)}, "either a"), ({"paths": ("x",), "tags": "s"}, "tags"),
    ({"corpus": {"count": 2}, "method": "shaply"}, "shapley"), ({"corpus": {"count": 2}, "labels": ("yess",)}, "yes"),
    ({"corpus": {"count": 2}, "parts": "hps"}, "hpss"), ({"paths": ("nowhere",), "parts": "none"}, "nowhere")])
def test_what_is_wrong_is_said_before_anything_is_heard(own, tmp_path, settings, named):
    bench = BandBench(tmp_path, tmp_path)
    with pytest.raises(InputError, match=named):
        SourceStudy(f"{own}:guitar", **settings).run(bench)


def test_a_limit_takes_clips_evenly(own, tmp_path):
    study = SourceStudy(f"{own}:guitar", {"count": 24}, parts="stems", limit=5, sounds=0)
    names = [clip.name for clip in study.run(BandBench(tmp_path, tmp_path)).found.clips]
    assert names == ["yes-000", "yes-006", "yes-012", "no-017", "no-023"]


def test_a_folder_ends_in_one_table_with_what_failed_and_why(own, folder, tmp_path):
    bench = Workbench(tmp_path, tmp_path / "cache")
    table = {"kind": "source-study", "model": f"{own}:guitar", "paths": [str(folder)], "parts": "none", "sounds": 0}
    place = run(experiment_of(table, "here"), bench, name="batch", out=tmp_path / "out")
    rows = load(place).tables()["clips"]
    assert len(rows) == 9 + 4
    whole, failed = rows[rows["failed"].isna()], rows[rows["failed"].notna()]
    assert list(whole["name"])[:2] == ["no/0.wav", "no/1.wav"]
    assert (whole["label"] == whole["explained"]).all()
    assert {"all", "none", "strongest", "weight mix", "passes", "answer", "probability"} <= set(rows.columns)
    said = dict(zip(failed["name"], failed["failed"]))
    assert set(said) == {"yes/text.mp3", "yes/empty.wav", "no/silent.wav", "no/brief.wav"}
    assert "silent" in said["no/silent.wav"]
    assert "too short" in said["no/brief.wav"]
    assert any(line.startswith("Warning: 4 of 13 clips could not be explained") for line in load(place).words)


def test_unlabelled_files_count_under_the_answer_and_a_label_can_be_asked(own, tmp_path):
    for at, track in enumerate(tracks(4)):
        soundfile.write(tmp_path / f"{at}.wav", track.source.clip().wave, RATE)
    bench = Workbench(tmp_path, tmp_path / "cache")
    words = [str(tmp_path)]
    by_answer = SourceStudy(f"{own}:guitar", paths=words, parts="none", sounds=0).run(bench)
    words_said = by_answer.words()
    assert "Nothing says what these 4 clips are: each counts under the model's answer." in words_said
    assert any(line.startswith("Warning: each file counts as a group by itself") for line in words_said)
    asked = SourceStudy(f"{own}:guitar", paths=words, parts="none", sounds=0, labels=("no",)).run(bench)
    assert set(asked.tables()["clips"]["explained"]) == {"no"}


def test_where_all_fail_one_line_says_why(own, tmp_path):
    (tmp_path / "one.wav").write_text("no sound")
    (tmp_path / "two.wav").write_bytes(b"")
    with pytest.raises(InputError, match=r"none of 2 clips can be explained; the first: .*one\.wav"):
        SourceStudy(f"{own}:guitar", paths=(str(tmp_path),), parts="none").run(Workbench(tmp_path, tmp_path / "cache"))


def test_a_changed_file_is_another_question(own, folder, tmp_path):
    bench = Workbench(tmp_path, tmp_path / "cache")
    study = SourceStudy(f"{own}:guitar", paths=(str(folder),), parts="none")
    before = study.inputs(bench)
    assert study.inputs(bench) == before
    (folder / "yes" / "1.stems").mkdir()
    soundfile.write(folder / "yes" / "1.stems" / "guitar.wav", np.full(2 * RATE, 0.1), RATE)
    assert study.inputs(bench) == before
    of_stems = SourceStudy(f"{own}:guitar", paths=(str(folder),), parts="stems")
    known = of_stems.inputs(bench)
    soundfile.write(folder / "yes" / "1.stems" / "guitar.wav", np.full(2 * RATE, 0.2), RATE)
    assert of_stems.inputs(bench) != known
    soundfile.write(folder / "yes" / "0.wav", np.full(2 * RATE, 0.1), RATE)
    assert study.inputs(bench) != before


def test_the_shelf_s_study_can_be_read(home):
    asked = read_experiment("which-instrument-carries-which-palo", REPOSITORY)
    assert isinstance(asked.experiment, SourceStudy)
    assert asked.experiment.parts == "stems"
    tracks = Workbench(REPOSITORY, home).corpus(asked.experiment.corpus).tracks
    for label in {track.label for track in tracks}:  # a group a clip, and enough of them for intervals
        groups = [track.group for track in tracks if track.label == label]
        assert len(set(groups)) == len(groups) >= FEW_GROUPS


def test_far_clips_are_counted_with_their_distance(found):
    """However few they are: one of 48 would be too few for any other doubt to be said."""
    near = [replace(clip, distance=0.5) for clip in found.found.clips]
    far = replace(near[3], distance=2.5, doubts=(FAR,))
    one = replace(found, found=replace(found.found, clips=(*near[:3], far, *near[4:])))
    said = [line for line in one.words() if "far from the music" in line]
    assert len(said) == 1
    assert said[0].startswith("Warning: 1 of 48 clips is far from the music ears:guitar")
    assert "2.50" in said[0]
    rows = one.tables()["clips"]
    assert rows["distance"].tolist().count(0.5) == 47
    assert rows.loc[rows["doubts"].str.contains("far from"), "name"].tolist() == [far.name]
    assert one.numbers()["far"] == 1
    assert "far" not in found.numbers()
    assert "distance" not in found.tables()["clips"]
    assert not any("far from the music" in line for line in found.words())
