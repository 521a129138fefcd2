"""The kind `explanation`: a file or a rendered track in, a finding out; and mistakes named before work is done."""

import numpy as np
import pytest
import torch

from escucha.audio.clip import Clip
from escucha.audio.io import read, write
from escucha.config import fingerprint
from escucha.errors import InputError
from escucha.experiments.explanation import ExplanationStudy
from escucha.experiments.run import experiment_of, run
from escucha.experiments.workbench import Workbench
from escucha.finding import load
from escucha.models.build import listener
from escucha.models.card import Card, write_card
from escucha.models.windows import score_clip

RATE = 8000


@pytest.fixture
def workbench(tmp_path, cache) -> Workbench:
    """A home with one card: a network of random weights that hears two seconds at 8 kHz."""
    for shelf in ("concepts", "models", "experiments"):
        (tmp_path / shelf).mkdir()
    card = Card("Its weights are random.", "network", ("alegrias", "bulerias", "sevillanas"), RATE, 2.0, "", "",
                front_end={"n_fft": 512, "hop": 256, "mels": 32}, network={"name": "short-cnn"})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module, _ = listener(card, "the test")
    state = {f"network.{name}": value for name, value in module.network.state_dict().items()}
    write_card(tmp_path / "models" / "random.toml", card, state)
    return Workbench(tmp_path, cache)


@pytest.fixture
def song(workbench):
    """Five seconds of two stems in a folder beside their mix."""
    rng = np.random.default_rng(0)
    time = np.arange(5 * RATE) / RATE
    stems = {"tone": 0.2 * np.sin(2 * np.pi * 440 * time), "clicks": 0.3 * (rng.random(5 * RATE) < 0.002)}
    (workbench.home / "stems").mkdir()
    for name, wave in stems.items():
        write(workbench.home / "stems" / f"{name}.wav", Clip(wave, RATE), exact=True)
    write(workbench.home / "song.wav", Clip(sum(stems.values()), RATE), exact=True)
    return workbench.home / "song.wav"


def test_a_file_with_its_stems(workbench, song):
    study = ExplanationStudy("random", path=str(song), parts="stems", stems=str(song.parent / "stems"))
    numbers = study.run(workbench).numbers()
    assert [part["name"] for part in numbers["parts"]] == [
        f"{source}@{span}s" for source in ("clicks", "tone") for span in ("0-2", "2-4", "4-5")]
    assert (numbers["model"], numbers["path"], numbers["passes"]) == ("random", str(song), 12)
    score = score_clip(workbench.model("random"), read(song, rate=RATE))
    assert numbers["label"] == score.label
    assert numbers["all"] == pytest.approx(score.value(score.label), abs=1e-4)
    assert abs(numbers["residual"]) < 1e-4


@pytest.mark.parametrize("parts", ["hpss", "none"])
@pytest.mark.parametrize("method", ["shapley", "lime"])
def test_a_file_without_stems_gives_the_same_numbers_twice(workbench, song, parts, method):
    study = ExplanationStudy("random", path="song.wav", parts=parts, method=method, samples=60, segments="windows/2",
                             start=0.5, duration=3.0)
    first, again = (study.run(workbench).numbers() for _ in range(2))
    assert first == again
    assert first["duration"] == 3.0
    assert first["fit"] is None if method == "shapley" else first["fit"] <= 1
    value = score_clip(workbench.model("random"), read(song, rate=RATE, start=0.5, duration=3.0)).value(first["label"])
    assert first["all"] == pytest.approx(value, abs=1e-4)


def test_a_rendered_track_with_its_true_stems(workbench):
    table = {"kind": "explanation", "model": "random", "parts": "stems", "duration": 4.0, "label": "bulerias",
             "corpus": {"kind": "palos", "clips": 2, "seed": 1, "duration": 5.0}}
    study = experiment_of(table, "the test")
    found = study.run(workbench)
    track = workbench.corpus(study.corpus).tracks[0]
    assert found.path == track.name
    assert set(track.source.stems()) <= set(found.factorization.sources)
    assert found.factorization.clip.duration == 4.0
    assert abs(found.numbers()["residual"]) < 1e-4
    named = ExplanationStudy("random", corpus=table["corpus"], track=workbench.corpus(study.corpus).tracks[1].name)
    assert named.run(workbench).path == named.track != track.name


def test_it_is_answered_once_and_again_when_the_audio_changes(workbench, song):
    study = ExplanationStudy("random", path=str(song), parts="none")
    folder = run(study, workbench, name="one")
    assert load(folder).numbers["model"] == "random"
    assert run(study, workbench, name="one") == folder
    write(song, Clip(read(song).wave * 0.5, RATE), exact=True)
    assert run(study, workbench, name="one") != folder


def test_the_inputs_change_with_the_stems_and_with_the_card(workbench, song):
    study = ExplanationStudy("random", path=str(song), parts="stems", stems=str(song.parent / "stems"))
    before = fingerprint(study.inputs(workbench))
    write(song.parent / "stems" / "tone.wav", Clip(np.ones(5 * RATE) * 0.1, RATE))
    assert (after := fingerprint(study.inputs(workbench))) != before
    card = workbench.home / "models" / "random.toml"
    card.write_text(card.read_text() + "\n")
    assert fingerprint(study.inputs(workbench)) != after


@pytest.mark.usefixtures("song")
@pytest.mark.parametrize(("settings", "message"), [
    ({}, "either 'path' or a"),
    ({"path": "song.wav", "corpus": {"kind": "palos"}}, "either 'path' or a"),
    ({"path": "nowhere.wav"}, "no file nowhere.wav"),
    ({"path": "song.wav", "parts": "hpps"}, "did you mean 'hpss'"),
    ({"path": "song.wav", "parts": "stems"}, "--stems"),
    ({"path": "song.wav", "stems": "stems"}, "parts = 'stems'"),
    ({"path": "song.wav", "method": "shaply"}, "did you mean 'shapley'"),
    ({"path": "song.wav", "aggregation": "mean-logits"}, "did you mean 'mean-logit'"),
    ({"path": "song.wav", "label": "buleria"}, "did you mean 'bulerias'"),
    ({"path": "song.wav", "segments": "windows/0"}, "windows/2"),
    ({"path": "song.wav", "segments": "beat"}, "windows/2"),
    ({"path": "song.wav", "segments": "cycles"}, "not annotated"),
    ({"path": "song.wav", "segments": (2.0, 1.0)}, "each later than the one before"),
    ({"path": "song.wav", "bands": (300.0, 200.0)}, "bands 300, 200: .* rise"),
    ({"path": "song.wav", "bands": (9000.0,)}, "cannot be told apart at 8000 Hz"),
    ({"path": "song.wav", "parts": "nmf/1"}, "from 2 to"),
    ({"path": "song.wav", "absent": "noises"}, "did you mean 'noise'"),
    ({"path": "song.wav", "absent": "track"}, "--absent-from"),
    ({"path": "song.wav", "absent": "noise", "absent_from": "song.wav"}, "absent = 'track'"),
    ({"path": "song.wav", "until_stable": True}, "for the method lime"),
    ({"corpus": {"kind": "palos", "clips": 2, "duration": 4.0}, "absent": "track", "parts": "stems"},
     "is of the group"),
    ({"path": "song.wav", "segments": "windows/²"}, "windows/2"),
    ({"path": "song.wav", "segments": 0}, "0 segments"),
    ({"path": "song.wav", "segments": 40}, "permutation"),
    ({"path": "song.wav", "start": 9.0}, "lasts 5"),
    ({"path": "song.wav", "duration": 0.01}, "too short to explain"),
    ({"corpus": {"kind": "palos", "clips": 1, "duration": 4.0}, "track": "bulerias-9"}, "unknown track"),
])
def test_a_mistake_is_one_line_with_the_way_out(workbench, settings, message):
    with pytest.raises(InputError, match=message) as told:
        run(ExplanationStudy("random", **settings), workbench, name="wrong")
    assert "\n" not in str(told.value)
    assert not list((workbench.home / "reports").glob("wrong/*"))


@pytest.mark.parametrize(("length", "message"), [(1, "too short"), (RATE, "digitally silent")])
def test_a_track_of_no_sound_stands_for_nothing(workbench, song, length, message):
    write(workbench.home / "click.wav", Clip(np.full(length, 0.1 if length == 1 else 0.0), RATE))
    study = ExplanationStudy("random", path=str(song), absent="track", absent_from="click.wav")
    with pytest.raises(InputError, match=f"click.wav .*{message}"):
        study.run(workbench)


def test_noise_and_another_song_stand_for_absent_parts(workbench, song):
    stems = {"parts": "stems", "stems": str(song.parent / "stems")}
    silence = ExplanationStudy("random", path=str(song), **stems).run(workbench)
    noise = ExplanationStudy("random", path=str(song), absent="noise", **stems)
    assert noise.run(workbench).numbers()["absent"] == "noise as loud as each part"
    assert noise.run(workbench).weights.everything == pytest.approx(silence.weights.everything, abs=1e-6)
    assert noise.run(workbench).weights.nothing != pytest.approx(silence.weights.nothing, abs=1e-4)
    other = workbench.home / "other"
    (other / "stems").mkdir(parents=True)
    for name in ("tone", "clicks"):
        wave = read(song.parent / "stems" / f"{name}.wav").wave[::-1][: 3 * RATE]
        write(other / "stems" / f"{name}.wav", Clip(wave, RATE), exact=True)
    write(other / "song.wav", Clip(np.ones(3 * RATE) * 0.1, RATE))
    track = ExplanationStudy("random", path=str(song), absent="track", absent_from=str(other / "song.wav"),
                             absent_stems=str(other / "stems"), **stems)
    assert track.run(workbench).numbers()["absent"] == "the same parts of song.wav, as loud"
    before = fingerprint(track.inputs(workbench))
    write(other / "stems" / "tone.wav", Clip(np.ones(3 * RATE) * 0.1, RATE))
    assert fingerprint(track.inputs(workbench)) != before


def test_a_track_of_another_group_stands_for_absent_parts(workbench):
    corpus = {"kind": "palos", "clips": 6, "seed": 1, "duration": 2.5}
    study = ExplanationStudy("random", corpus=corpus, parts="hpss", absent="track")
    found, tracks = study.run(workbench), workbench.corpus(corpus).tracks
    others = {track.name for track in tracks if track.group != tracks[0].group}
    assert found.factorization.absent.removeprefix("the same parts of ").split(",")[0] in others


def test_cycles_are_where_they_are_annotated_wherever_the_clip_begins(workbench):
    corpus = {"kind": "palos", "clips": 1, "seed": 1, "duration": 10.0, "palos": ["bulerias"]}
    for start in (0.0, 1.0):
        study = ExplanationStudy("random", corpus=corpus, parts="none", segments="cycles", start=start,
                                 method="leave-one-out")
        found = study.run(workbench)
        notes = workbench.corpus(corpus).tracks[0].source.annotations()
        first = [time for time, count in notes["beats"] if count == 12]
        cuts = [found.factorization.span(at)[0] for at in range(1, len(found.weights.weights))]
        assert cuts == pytest.approx([time - start for time in first if time > start], abs=1e-3)


def test_bands_and_times_of_ones_own(workbench, song):
    study = ExplanationStudy("random", path=str(song), parts="none", bands=(1000.0,), segments=(1.5, 3.0),
                             value="log-odds")
    numbers = study.run(workbench).numbers()
    assert [part["name"] for part in numbers["parts"]] == [
        f"mix {band}@{span}s" for band in ("0-1000Hz", "1000-4000Hz") for span in ("0-1.5", "1.5-3", "3-5")]
    assert numbers["value"] == "log-odds"
    assert abs(numbers["residual"]) < 1e-6


def test_permutation_stops_at_the_width_that_is_asked_for(workbench, song):
    wide, narrow = (ExplanationStudy("random", path=str(song), parts="hpss", segments=3, method="permutation",
                                     samples=640, width=width).run(workbench).weights for width in (5.0, 0.0))
    assert wide.samples < narrow.samples == 640


def test_stems_that_do_not_sum_are_said(workbench, song):
    (song.parent / "stems" / "clicks.wav").unlink()
    study = ExplanationStudy("random", path=str(song), parts="stems", stems=str(song.parent / "stems"))
    found = study.run(workbench)
    assert any(line.startswith("the stems do not sum to the file: what they leave over (") for line in found.warnings)
    assert "rest" in found.factorization.sources
    write(song.parent / "stems" / "tone.wav", Clip(np.ones(4 * RATE) * 0.1, RATE))
    write(song.parent / "stems" / "clicks.wav", Clip(np.ones(4 * RATE) * 0.1, RATE))
    with pytest.raises(InputError, match="a stem must be as long as its mix"):
        study.run(workbench)


def test_silence_is_nothing_to_explain(workbench):
    write(workbench.home / "silence.wav", Clip(np.zeros(3 * RATE), RATE))
    with pytest.raises(InputError, match=r"silence.wav is digitally silent"):
        ExplanationStudy("random", path="silence.wav").run(workbench)


def test_a_track_without_stems_says_so(workbench, song):
    (workbench.home / "corpus" / "bulerias").mkdir(parents=True)
    song.rename(workbench.home / "corpus" / "bulerias" / "song.wav")
    corpus = {"kind": "folder", "path": "corpus", "group": "file"}
    with pytest.raises(InputError, match=r"stems of track .* are not known"):
        ExplanationStudy("random", corpus=corpus, parts="stems").run(workbench)


def test_a_song_far_from_the_training_music_is_explained_with_a_warning(workbench, song, monkeypatch):
    from escucha.models import shelf
    from escucha.models.domain import MELS, Domain, Region

    for threshold, far in ((0.5, True), (1e6, False)):
        domain = Domain({"log-mel": Region(np.zeros(3 * MELS), np.eye(3 * MELS), threshold)})
        monkeypatch.setattr(shelf, "load_domain", lambda card, home, domain=domain: domain)
        words = ExplanationStudy("random", path=str(song), parts="none").run(workbench).words()
        assert any(line.startswith("Warning: this clip sounds unlike the music") for line in words) is far


def test_stems_of_another_song_are_asked_about_first(workbench, song):
    for name in ("tone", "clicks"):
        stem = read(song.parent / "stems" / f"{name}.wav")
        write(song.parent / "stems" / f"{name}.wav", Clip(np.roll(stem.wave, 5), RATE), exact=True)
    study = ExplanationStudy("random", path=str(song), parts="stems", stems=str(song.parent / "stems"))
    assert study.run(workbench).warnings[0].startswith("are these stems of this file, and all of them?")


def test_stems_beside_a_file_that_are_not_used_are_named(workbench, song):
    study = ExplanationStudy("random", path=str(song))
    before = fingerprint(study.inputs(workbench))
    assert not any("--parts stems" in line for line in study.run(workbench).words())
    (song.parent / "stems").rename(song.parent / "song.stems")
    said = [line for line in study.run(workbench).words() if "--parts stems" in line]
    assert said == ["Stems of song.wav lie beside it, in song.stems, and are not used: the sources here are estimated "
                    "(hpss); --parts stems takes the true ones."]
    assert fingerprint(study.inputs(workbench)) != before
    for parts in ("stems", "none"):
        assert "--parts stems" not in " ".join(ExplanationStudy("random", path=str(song), parts=parts).run(
            workbench).words())
