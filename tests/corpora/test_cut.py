"""Cutting recordings: every clip is where it says, stays with its recording, and a stop leaves nothing half-done."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.corpora import cut as module
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.cut import Cutting, cut, recordings
from escucha.corpora.folder import FileSource
from escucha.corpora.manifest import manifest_corpus
from escucha.corpora.palos import palos_corpus
from escucha.errors import InputError

RATE = 1000


@pytest.fixture
def concert(tmp_path):
    """Two palos with three recordings whose samples say where they are: sample n is n / 2^16."""
    root = tmp_path / "concert"
    for name, seconds in (("Bulerías/long.wav", 31.0), ("Bulerías/other.wav", 12.0), ("alegrias/short.wav", 8.0)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, np.arange(round(seconds * RATE)) / 2**16, RATE, subtype="FLOAT")
    return root


def first_samples(corpus):
    """Seconds at which each clip begins, as its sound says."""
    return [float(track.source.clip().wave[0]) * 2**16 / RATE for track in corpus]


def test_clips_are_parts_of_the_recordings(concert, tmp_path, capsys):
    assert main(["corpus", "cut", str(concert), str(tmp_path / "clips"), "--skip-start", "0.5"]) == 0
    file = tmp_path / "clips/manifest.csv"
    printed = capsys.readouterr()
    assert printed.out.strip() == str(file)
    assert f"2 of 3 recordings of folder {concert} are too short for 12 s and are left out" in printed.err
    assert os.listdir(tmp_path / "clips") == ["manifest.csv"]
    corpus = manifest_corpus(path=file)
    assert [(track.name, track.label, track.group) for track in corpus] == [
        (f"Bulerías-long@{start}", "bulerias", "Bulerías/long.wav") for start in ("0.5", "6.5", "12.5", "18.5")]
    assert first_samples(corpus) == [0.5, 6.5, 12.5, 18.5]
    assert {len(track.source.clip().wave) for track in corpus} == {12 * RATE}
    assert corpus.tracks[0].source.annotations() == {"recording": "Bulerías-long"}


def test_copies_sound_the_same(concert, tmp_path, capsys):
    words = ["corpus", "cut", str(concert), "--seconds", "5", "--hop", "5"]
    assert main([*words, str(tmp_path / "parts")]) == 0
    assert main([*words, str(tmp_path / "copies"), "--copy"]) == 0
    parts, copies = (manifest_corpus(path=tmp_path / name / "manifest.csv") for name in ("parts", "copies"))
    for part, copy in zip(parts, copies, strict=True):
        assert (part.name, part.labels, part.group) == (copy.name, copy.labels, copy.group)
        np.testing.assert_array_equal(part.source.clip().wave, copy.source.clip().wave)
        assert copy.source.path.is_relative_to(tmp_path / "copies")


def test_the_whole_recording_is_used_to_the_sample(concert):
    corpus = recordings(concert / "Bulerías/other.wav", "bulerias")
    assert first_samples(cut(corpus, Cutting(12.0, 6.0))) == [0.0]
    assert first_samples(cut(corpus, Cutting(4.0, 4.0))) == [0.0, 4.0, 8.0]
    assert first_samples(cut(corpus, Cutting(4.0, 4.0, skip_end=0.5))) == [0.0, 4.0]
    with (pytest.raises(InputError, match=r"no recording of .* gives a clip of 12 s"),
          pytest.warns(UserWarning, match="1 of 1 recordings")):
        cut(corpus, Cutting(12.0, 6.0, skip_start=0.01))


def test_long_recordings_are_measured_piece_by_piece(concert, monkeypatch):
    for piece in (31.0, 15.5, 10.0, 7.0):
        monkeypatch.setattr(module, "_PIECE", piece)
        corpus = recordings(concert / "Bulerías/long.wav")
        assert len(cut(corpus, Cutting(1.0, 1.0))) == 31


def test_annotations_of_the_whole_stay_and_those_with_times_go(concert):
    notes = {"tempo": 210.5, "mode": "phrygian", "live": True, "beats": [0.1, 0.5], "onsets": {"guitar": [1]},
             "duration": 31.0}
    source = FileSource(concert / "Bulerías/long.wav", 10.0, 6.0, notes)
    corpus = Corpus((Track("one", ("a", "b"), "ana", source, "test"),), "here")
    first, second = cut(corpus, Cutting(3.0, 3.0))
    assert (first.labels, first.group, first.split, second.name) == (("a", "b"), "ana", "test", "one@3")
    assert first_samples([first, second]) == [10.0, 13.0]
    assert second.source.annotations() == {"tempo": 210.5, "mode": "phrygian", "live": True, "recording": "one"}


def test_what_cannot_be_read_is_left_out(concert):
    (concert / "alegrias/damaged.mp3").write_bytes(b"ID3" + bytes(500))
    with pytest.warns(UserWarning, match=r"1 of 4 recordings .* cannot be read and are left out: .*damaged\.mp3"):
        assert len(cut(recordings(concert, "x"), Cutting(4.0, 4.0))) == 7 + 3 + 2


MISTAKES = {
    "seconds": (["--seconds", "0"], "seconds is a number of seconds from 0.1"),
    "hop": (["--hop", "-1"], "hop is a number"),
    "nan": (["--hop", "nan"], "hop is a number"),
    "skip": (["--skip-start", "-1"], "skip_start is a number"),
    "too much": (["--skip-end", "30"], "gives a clip of 12 s"),
    "group": (["--group", "parents"], "did you mean 'parent'"),
}


@pytest.mark.filterwarnings("ignore:.*too short")
@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_one_line_and_write_nothing(concert, tmp_path, capsys, case):
    words, said = MISTAKES[case]
    assert main(["corpus", "cut", str(concert), str(tmp_path / "out"), *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.splitlines()[-1].startswith("escucha: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore:.*too short")
def test_what_is_cut_is_not_overwritten(concert, tmp_path, capsys):
    assert main(["corpus", "cut", str(concert), str(tmp_path)]) == 0
    before = (tmp_path / "manifest.csv").read_bytes()
    assert main(["corpus", "cut", str(tmp_path / "manifest.csv"), str(tmp_path)]) == 2
    assert "is what is cut" in capsys.readouterr().err
    assert main(["corpus", "make", str(tmp_path), "--corpus", str(tmp_path / "manifest.csv")]) == 2
    assert "is what is cut or copied" in capsys.readouterr().err
    for words in (["cut", str(concert.parent), str(concert.parent), "--copy", "--label", "x"],
                  ["cut", str(concert.parent), str(concert.parent), "--label", "x"]):
        assert main(["corpus", *words]) == 2
        assert "is what is cut or copied" in capsys.readouterr().err
    assert (tmp_path / "manifest.csv").read_bytes() == before
    (tmp_path / "file").touch()
    for copy in ([], ["--copy"]):
        assert main(["corpus", "cut", str(concert), str(tmp_path / "file"), *copy]) == 2
        assert "file" in capsys.readouterr().err


def test_rendered_tracks_are_exported_first():
    with pytest.raises(InputError, match="export the corpus"):
        cut(palos_corpus(clips=1), Cutting())


def test_the_rows_of_other_clips_are_not_replaced(concert, tmp_path, capsys):
    out, first = tmp_path / "out", sorted(concert.rglob("*.wav"))[0]
    words = ["corpus", "cut", str(first), str(out), "--seconds", "0.2", "--hop", "0.2", "--label", "folk"]
    assert main(words) == 0
    rows = (out / "manifest.csv").read_text()
    assert main(words) == 0  # the same again
    other = tmp_path / "other.wav"
    other.write_bytes(first.read_bytes())
    assert main([*words[:2], str(other), *words[3:-1], "jazz"]) == 2
    assert "other clips" in capsys.readouterr().err
    assert (out / "manifest.csv").read_text() == rows


def test_a_kill_leaves_whole_files_and_another_run_finishes(concert, tmp_path):
    out = tmp_path / "out"
    words = [sys.executable, "-m", "escucha", "corpus", "cut", str(concert), str(out), "--copy", "--seconds", "0.2",
             "--hop", "0.2"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        while not list(out.rglob("*@*.wav")) and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert not (out / "manifest.csv").exists()
    whole = {file: file.stat().st_mtime_ns for file in out.rglob("*@*.wav")}
    assert {len(soundfile.read(file)[0]) for file in whole} == {200}
    both = [subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert len(manifest_corpus(path=out / "manifest.csv")) == 155 + 60 + 40
    kept = [file for file, changed in whole.items() if file.stat().st_mtime_ns == changed]
    assert len(kept) >= len(whole) - 1  # the last may have been written and not yet noted
    assert {len(track.source.clip().wave) for track in manifest_corpus(path=out / "manifest.csv")} == {200}
