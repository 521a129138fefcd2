"""The command line on good and on bad input, as a shell would see it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.models.shelf import load_model

RATE = 22050


def tone(seconds: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """`(time, channel)`: a plucked A, once a second."""
    time = np.arange(round(seconds * rate)) / rate
    wave = 0.3 * np.sin(2 * np.pi * 440 * time) * np.exp(-5 * (time % 1))
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    soundfile.write(path, tone(13), RATE)
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def predict(capsys: pytest.CaptureFixture[str], home: Path, *paths: Path) -> dict:
    status, out, _ = run(capsys, "predict", "palos-cnn", *paths, "--json", "--home", home)
    assert status == 0
    return json.loads(out)


def test_help_imports_nothing_heavy():
    code = ("import sys, escucha.cli\ntry: escucha.cli.main(['--help'])\nexcept SystemExit: pass\n"
            "sys.exit(sum(name in sys.modules for name in ('torch', 'librosa', 'sklearn', 'matplotlib', 'pandas')))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_predict_prints_windows_with_logits(capsys, home, song):
    answer = predict(capsys, home, song)
    (clip,) = answer["clips"]
    assert answer["model"] == "palos-cnn"
    assert clip["duration"] == pytest.approx(13)
    assert [window["start"] for window in clip["windows"]] == [0, 6, 12]
    assert clip["windows"][-1]["end"] == pytest.approx(13)
    assert clip["label"] == max(clip["probabilities"], key=clip["probabilities"].get)
    assert sum(clip["probabilities"].values()) == pytest.approx(1)
    for window in clip["windows"]:
        logits = np.array([window["scores"][label] for label in clip["probabilities"]])
        softmax = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(softmax, list(window["probabilities"].values()), atol=1e-6)


@pytest.mark.parametrize(("extra", "windows"), [(-1, 1), (0, 1), (1, 2)])
def test_a_clip_about_as_long_as_a_window(capsys, home, tmp_path, extra, windows):
    length = load_model("palos-cnn", home).window + extra
    path = tmp_path / "clip.wav"
    soundfile.write(path, tone(7)[:length], RATE)
    assert len(predict(capsys, home, path)["clips"][0]["windows"]) == windows


def test_real_music_long_and_short(capsys, home, shared):
    assert "sounds unlike the music" in run(capsys, "predict", "palos-cnn", shared / "audio" / "vibe-ace.ogg",
                                       "--home", home)[2]
    answer = predict(capsys, home, shared / "audio" / "vibe-ace.ogg", shared / "audio" / "solo-trumpet.ogg")
    assert [len(clip["windows"]) for clip in answer["clips"]] == [11, 1]


def test_explain_agrees_with_predict(capsys, home, song, tmp_path):
    out = tmp_path / "finding"
    status, printed, _ = run(capsys, "explain", "palos-cnn", song, "--parts", "hpss", "--segments", "windows",
                             "--method", "shapley", "--out", out, "--json", "--home", home)
    numbers = json.loads(printed)
    clip = predict(capsys, home, song)["clips"][0]
    centred = [window["scores"][numbers["label"]] - np.mean(list(window["scores"].values()))
               for window in clip["windows"]]
    assert status == 0
    assert numbers["label"] == clip["label"]
    assert numbers["all"] == pytest.approx(np.mean(centred), abs=1e-4)
    assert abs(numbers["residual"]) < 1e-4
    assert sum(part["weight"] for part in numbers["parts"]) == pytest.approx(numbers["all"] - numbers["none"], abs=1e-4)
    assert {path.name for path in out.iterdir()} == {"about.json", "numbers.json", "arrays.npz", "tables", "figures",
                                                     "sounds", "index.html"}


def test_the_same_seed_gives_the_same_numbers(capsys, home, song, tmp_path):
    words = ["explain", "palos-cnn", song, "--method", "lime", "--samples", 200, "--seed", 0, "--json", "--home", home]
    first, second = (run(capsys, *words, "--out", tmp_path / name)[1] for name in ("a", "b"))
    assert first == second
    assert len(json.loads(first)["parts"]) >= 6


def bad_files(folder: Path) -> dict[str, Path]:
    """Name of a mistake to a file that makes it."""
    files = {name: folder / name for name in ("missing.wav", "empty.wav", "text.mp3", "cut.mp3", "nan.wav", "dir.wav",
                                              "nothing.ogg")}
    files["empty.wav"].touch()
    files["text.mp3"].write_text("this is not sound\n" * 40)
    soundfile.write(folder / "whole.mp3", tone(3), RATE)
    files["cut.mp3"].write_bytes((folder / "whole.mp3").read_bytes()[:100])
    soundfile.write(files["nan.wav"], np.full((RATE, 1), np.nan), RATE, subtype="FLOAT")
    files["dir.wav"].mkdir()
    files["nothing.ogg"].write_bytes(b"OggS" + bytes(200))
    return files


def refused(status: int, out: str, err: str) -> str:
    """The one line of a refusal."""
    lines = [line for line in err.splitlines() if line.startswith("escucha: ")]
    assert status == 2
    assert out == ""
    assert len(lines) == 1
    assert "Traceback" not in err
    return lines[0]


@pytest.mark.parametrize("mistake", ["missing.wav", "empty.wav", "text.mp3", "cut.mp3", "nan.wav", "dir.wav",
                                     "nothing.ogg"])
@pytest.mark.parametrize("verb", ["predict", "explain"])
def test_a_file_that_is_not_sound(capfd, home, tmp_path, verb, mistake):
    path, out = bad_files(tmp_path)[mistake], tmp_path / "finding"
    words = [verb, "palos-cnn", path, "--home", home, *(["--out", out] if verb == "explain" else [])]
    assert mistake in refused(*run(capfd, *words))
    assert not out.exists()
    assert not (home / "reports").exists()


@pytest.fixture
def thirty(tmp_path: Path) -> Path:
    """A folder of thirty short clips in folders with odd names; two of them, and a third beside them, are not sound."""
    folder = tmp_path / "some songs"
    for number in range(30):
        path = folder / ("soleá" if number % 2 else "a, b") / f"clip {number:02}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, tone(1.0), RATE)
    (folder / "soleá" / "clip 07.wav").write_bytes(b"")
    (folder / "a, b" / "clip 12.wav").write_text("not sound" * 90)
    return folder


def test_many_files_are_answered_and_those_that_fail_are_listed(capsys, home, thirty, tmp_path):
    table, windows = tmp_path / "all.csv", tmp_path / "windows.csv"
    status, out, err = run(capsys, "predict", "palos-cnn", thirty, tmp_path / "missing.wav", "--csv", table,
                           "--windows-csv", windows, "--unsure-below", "0.999", "--home", home)
    assert status == 2
    assert len(out.splitlines()) == 28
    assert "unsure (" in out
    assert len([line for line in err.splitlines() if line.startswith("not read: ")]) == 3
    assert f"3 of 31 files cannot be read, the others are answered; all are in the column 'error' of {table}" in err
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Path(row["path"]).name for row in rows if row["error"]] == ["clip 12.wav", "clip 07.wav", "missing.wav"]
    assert all(row["answer"] in ("unsure", row["label"]) for row in rows)
    assert len(windows.read_text(encoding="utf-8").splitlines()) == 29


def test_patterns_pictures_and_one_document(capsys, home, thirty, tmp_path):
    status, out, _ = run(capsys, "predict", "palos-cnn", thirty / "**" / "clip 0[1-3].wav", "--json", "--plot",
                         tmp_path / "pictures", "--home", home)
    answer = json.loads(out)
    assert (status, len(answer["clips"]), answer["failed"], answer["unsure_below"]) == (0, 3, [], 0)
    assert [path.read_bytes()[:4] for path in (tmp_path / "pictures").iterdir()] == [b"\x89PNG"] * 3
    status, out, _ = run(capsys, "predict", "palos-cnn", thirty / "*" / "clip 0[67].wav", "--json", "--home", home)
    answer = json.loads(out)
    assert (status, len(answer["clips"]), len(answer["failed"])) == (2, 1, 1)


@pytest.mark.parametrize("option", ["--csv", "--windows-csv", "--plot"])
def test_an_answer_that_cannot_be_written_is_said_first(capsys, home, song, option):
    line = refused(*run(capsys, "predict", "palos-cnn", song, option, song / "x.csv", "--home", home))
    assert "song.wav" in line
    assert [path.name for path in song.parent.iterdir() if path.is_file()] == ["song.wav"]


def test_a_table_goes_into_no_folder_that_refuses_it(capsys, home, song, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("who runs this may write anywhere")
    assert "closed" in refused(*run(capsys, "predict", "palos-cnn", song, "--csv", closed / "x.csv", "--home", home))


def test_a_stop_in_the_middle_leaves_no_half_table(home, song, tmp_path):
    songs, table = tmp_path / "songs", tmp_path / "all.csv"
    songs.mkdir()
    for number in range(500):
        (songs / f"{number}.wav").symlink_to(song)
    words = [sys.executable, "-m", "escucha", "predict", "palos-cnn", songs, "--csv", table, "--home", home]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert "0.wav" in running.stdout.readline()
        assert list(tmp_path.glob(".partial-*"))
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate()
    assert running.returncode == 130
    assert "nothing half-written" in err
    assert not table.exists()
    assert not list(tmp_path.glob(".partial-*"))


@pytest.mark.parametrize("wave", [np.zeros((RATE * 7, 1)), tone(0.01), tone(1.0, 192_000, 8)])
def test_odd_but_honest_sound_is_answered(capsys, home, tmp_path, wave):
    path = tmp_path / "odd.wav"
    soundfile.write(path, wave, 192_000 if wave.shape[1] == 8 else RATE)
    assert len(predict(capsys, home, path)["clips"]) == 1


def test_silence_is_nothing_to_explain(capsys, home, tmp_path):
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE * 7), RATE)
    line = refused(*run(capsys, "explain", "palos-cnn", path, "--out", tmp_path / "finding", "--home", home))
    assert "silen" in line
    assert not (tmp_path / "finding").exists()


@pytest.mark.parametrize(("words", "named"), [
    (["explain", "palos-cnn", "SONG", "--label", "bulería"], "bulerias"),
    (["explain", "palos-cnn", "SONG", "--parts", "hps"], "hpss"),
    (["explain", "palos-cnn", "SONG", "--method", "shaply"], "shapley"),
    (["explain", "palos-cnn", "SONG", "--segments", "0"], "segments"),
    (["explain", "palos-cnn", "SONG", "--segments", "window"], "windows"),
    (["explain", "palos-cnn", "SONG", "--segments", "²"], "windows"),
    (["explain", "palos-cnn", "SONG", "--seed", "-1"], "seed"),
    (["explain", "palos-cnn", "SONG", "--samples", "99999999999999999999", "--method", "lime"], "samples"),
    (["explain", "palos-cnn", "SONG", "--start", "nan"], "start"),
    (["explain", "palos-cnn", "SONG", "--duration", "1e308"], "duration"),
    (["predict", "palos-cnn", "SONG", "--start", "1e308"], "start"),
    (["predict", "palos-cnn", "SONG", "--duration", "0"], "duration"),
    (["explain", "palos-cnn", "SONG", "--out", ".partial-1-x"], "half-written"),
    (["corpus", "describe", "LOOP.csv"], "LOOP.csv"),
    (["corpus", "describe", "3.toml"], "3.toml"),
    (["explain", "palos-cnn", "SONG", "--samples", "-3", "--method", "lime"], "samples"),
    (["explain", "palos-cnn", "SONG", "--start", "99"], "99"),
    (["explain", "palos-cnn", "SONG", "--stems", "no-such-folder"], "no-such-folder"),
    (["predict", "palos-cn", "SONG"], "palos-cnn"),
    (["predict", "missing.toml", "SONG"], "missing.toml"),
    (["predict", "palos-cnn", "SONG", "--aggregation", "mean"], "mean-logit"),
    (["predict", "palos-cnn", "SONG", "--unsure-below", "60"], "from 0 (never unsure) to 1"),
    (["predict", "palos-cnn", "SONG", "--csv", "x.csv", "--windows-csv", "x.csv"], "both name x.csv"),
    (["predict", "palos-cnn", "no/such/*.mp3"], "no/such/*.mp3"),
    (["evaluate", "palos-cnn", "--corpus", "nowhere"], "nowhere"),
    (["run", "what-makes-a-bulería"], "what-makes-a-buleria"),
    (["corpus", "describe", "SONG"], "song.wav"),
    (["report", "no-such-finding"], "no-such-finding"),
    (["demo", "--size", "huge"], "huge"),
    (["demo", "--clip", "no.mp3"], "no.mp3"),
    (["predict"], "card"),
])
def test_a_wrong_word_names_the_way_out(capsys, home, song, words, named):
    (song.parent / "3.toml").write_text("corpus = 3")
    (song.parent / "LOOP.csv").symlink_to("LOOP.csv")
    given = [song if word == "SONG" else song.parent / word if word in ("3.toml", "LOOP.csv") else word
             for word in words]
    assert named in refused(*run(capsys, *given, "--home", home))
    assert not (home / "reports").exists()


@pytest.mark.parametrize(("text", "named"), [
    ("kind = 'explanatoin'", "explanation"),
    ("kind = ['explanation']", "explanation"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\npath = 'x.wav'\nstart = nan", "start"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\n[corpus]\nkind = ['palos']", "palos"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\n[corpus]\nkind = 'palos'\nchanges = [1]", "pair"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\n[corpus]\nkind = 'palos'\nclips = 1000000000", "clips"),
    ("model = 'palos-cnn'", "kind"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\npath = 'x.wav'\nlables = 'x'", "label"),
    ("kind = 'explanation'\nmodel = 'palos-cnn'\npath = 3", "path"),
    ("kind = 'accuracy'\nmodel = 'palos-cnn'", "corpus"),
    ("kind = 'accuracy'\nmodel = 'palos-cnn'\n[corpus]\nkind = 'palos'\nclips = 3\nsede = 1", "seed"),
    ("kind = 'concept-study'\nmodel = 'palos-cnn'\nconcepts = ['palmass']\n[corpus]\nkind = 'palos'\nclips = 6",
     "palmas"),
    ("kind = 'concept-study'\nmodel = 'palos-cnn'\nconcepts = ['palmas']\nlayers = ['network.blok1']\n"
     "[corpus]\nkind = 'palos'\nclips = 6", "network.block1"),
    ("kind = 'concept-study", "TOML"),
])
def test_a_wrong_key_in_a_toml(capsys, home, tmp_path, text, named):
    path = tmp_path / "question.toml"
    path.write_text(text)
    assert named in refused(*run(capsys, "run", path, "--home", home))
    assert not list((home / "reports").rglob("numbers.json"))


def test_a_full_folder_of_something_else_is_left_alone(capsys, home, song, tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.tex").write_text("years of work")
    assert "thesis" in refused(*run(capsys, "explain", "palos-cnn", song, "--out", out, "--home", home))
    assert [path.name for path in out.iterdir()] == ["chapter.tex"]


def test_list_shows_each_shelf(capsys, home):
    assert "palos-cnn" in run(capsys, "list", "models", "--home", home)[1]
    assert "palmas" in run(capsys, "list", "concepts", "--home", home)[1]
    assert "what-makes-a-buleria" in run(capsys, "list", "experiments", "--home", home)[1]


def test_a_card_that_cannot_be_read_does_not_hide_the_others(capsys, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "broken.toml").write_text("meaning = ")
    (tmp_path / "models" / "whole.toml").write_text("meaning = 'Hears.'")
    status, out, _ = run(capsys, "list", "models", "--home", tmp_path)
    assert status == 0
    assert "cannot be read" in out.splitlines()[0]
    assert "Hears." in out.splitlines()[1]


@pytest.mark.parametrize(("redirect", "status"), [("> /dev/full", 2), (">&-", 0)])
def test_an_output_that_takes_nothing_is_no_bug(home, redirect, status):
    command = f"{sys.executable} -m escucha list models --home {home} {redirect}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)


def test_json_is_json_where_the_terminal_knows_no_accents(home, song):
    path = song.rename(song.with_name("alegría.wav"))
    done = subprocess.run([sys.executable, "-m", "escucha", "predict", "palos-cnn", path, "--json", "--home", home],
                          capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert json.loads(done.stdout)["clips"][0]["path"] == str(path)


def test_a_warning_is_one_line_without_code(capsys, home, tmp_path):
    soundfile.write(tmp_path / "whole.mp3", tone(8), RATE)
    half = (tmp_path / "whole.mp3").read_bytes()
    (tmp_path / "half.mp3").write_bytes(half[:len(half) // 2])
    status, _, err = run(capsys, "predict", "palos-cnn", tmp_path / "half.mp3", "--home", home)
    assert status == 0
    assert [line.partition(" ")[0] for line in err.splitlines()] == ["Warning:"] * 2  # cut off, and no palo
    assert "half.mp3 is cut off" in err


@pytest.mark.parametrize("option", ["--csv", "--windows-csv"])
def test_a_table_never_replaces_what_is_heard_nor_the_other_table(capsys, home, song, tmp_path, option):
    before = song.read_bytes()
    (tmp_path / "link.wav").symlink_to(song)
    for asked in (song, tmp_path / "link.wav"):
        status, _, error = run(capsys, "predict", "palos-cnn", asked, option, song, "--home", home)
        assert status == 2
        assert "is a file to be heard, which the table would replace" in error
    status, _, error = run(capsys, "predict", "palos-cnn", song, "--csv", tmp_path / "t.csv", "--windows-csv",
                           home / ".." / "t.csv", "--home", home)
    assert status == 2
    assert "both name" in error
    assert not (tmp_path / "t.csv").exists()
    assert song.read_bytes() == before


def test_tables_are_made_though_the_reader_of_the_lines_has_gone(home, song, tmp_path):
    table = tmp_path / "all.csv"
    (tmp_path / "again.wav").symlink_to(song)
    words = [sys.executable, "-m", "escucha", "predict", "palos-cnn", song, tmp_path / "again.wav", "--home", home]
    for options in (["--csv", table], []):
        with subprocess.Popen([*words, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            running.stdout.close()
            assert b"Traceback" not in running.stderr.read()
        assert running.returncode == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) == 3


def test_concepts_are_listed_with_their_kind_and_number_and_nothing_is_heard(capsys, home, monkeypatch):
    def deaf(*_):
        raise AssertionError("a list renders and decodes nothing")

    monkeypatch.setattr("escucha.corpora.rendering.source.RenderedSource.clip", deaf)
    monkeypatch.setattr("escucha.audio.io.read", deaf)
    status, out, _ = run(capsys, "list", "concepts", "--home", home)
    lines = out.splitlines()
    assert status == 0
    assert max(map(len, lines)) <= 120
    row = next(line for line in lines if line.startswith("palmas "))
    assert row.split()[:5] == ["palmas", "pairs", "36", "+", "36"]
    assert len({line.index("36 + 36") for line in lines if "36 + 36" in line}) == 1
    rows = json.loads(run(capsys, "list", "concepts", "--json", "--home", home)[1])
    told = next(row for row in rows if row["name"] == "theory/perfect-fifth")
    assert (told["kind"], told["with"], told["groups"]) == ("query", 60, None)
    assert told["meaning"].startswith("A perfect fifth")


def test_folders_of_examples_are_counted_and_a_wrong_card_says_why(capsys, tmp_path, song):
    for place in ("concepts", "yes/a", "no/a", "pool/a"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("yes/a/1", "yes/a/2", "no/a/1", "pool/a/1"):
        (tmp_path / f"{place}.wav").write_bytes(song.read_bytes())
    text = 'meaning = "M."\n[examples]\nkind = "folders"\nwith = "{}"\nwithout = "no"\npool = "pool"\ngroup = "file"\n'
    (tmp_path / "concepts" / "good.toml").write_text(text.format("yes"))
    (tmp_path / "concepts" / "wrong.toml").write_text(text.format("nowhere"))
    good, wrong = run(capsys, "list", "concepts", "--home", tmp_path)[1].splitlines()
    assert re.split("  +", good) == ["good", "folders", "2 + 1, 2 groups", "M."]
    assert "cannot be read: there is no folder" in wrong


def test_a_list_shows_what_is_wrong_already_and_nothing_that_a_terminal_obeys(capsys, tmp_path):
    cards = {"nope": 'kind="pairs"\nchange="nope"', "few": 'kind="pairs"\nchange="palmas"\npairs=1',
             "grade": 'kind="graded"\nchange="palmas"', "zip": 'kind="query"\nwhere="a > 1"\ncorpus={kind="zip"}',
             "a-b": 'kind="pairs"\nchange="palmas"', "a/b": 'kind="pairs"\nchange="palmas"',
             "measure": 'kind="features"\nfeature="zing"\ncorpus={kind="palos"}',
             "fine": 'kind="pairs"\nchange="palmas"'}
    for name, examples in cards.items():
        place = tmp_path / "concepts" / f"{name}.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'meaning = "red\\u001b[31m \\u202eback"\n[examples]\n{examples}\n', encoding="utf-8")
    out = run(capsys, "list", "concepts", "--home", tmp_path)[1]
    assert not set(out) & {"\x1b", "\u202e"}
    rows = {row["name"]: row for row in json.loads(run(capsys, "list", "concepts", "--json", "--home", tmp_path)[1])}
    assert (rows["fine"]["with"], "cannot be read" in rows["fine"]["meaning"]) == (36, False)
    for name, says in (("nope", "unknown contrast 'nope' in concepts/nope.toml"), ("few", "gives some palo none"),
                       ("grade", "unknown graded concept 'palmas'"), ("zip", "unknown corpus kind 'zip'"),
                       ("measure", "unknown feature 'zing'"),
                       ("a-b", "would both be called"), ("a/b", "would both be called")):
        assert says in rows[name]["meaning"]
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.toml").write_text('meaning = "red\\u001b[31m \\u202eback"\n', encoding="utf-8")
    assert run(capsys, "list", "models", "--home", tmp_path)[1].split() == ["x", "red[31m", "back"]
