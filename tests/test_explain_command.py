"""`escucha explain` as a shell sees it: every way to take a clip apart, to weigh its parts and to fill their places."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.explain.methods import METHODS

RATE = 22050


@pytest.fixture
def song(tmp_path):
    """Three seconds: plucked notes and clicks, the two in `song.stems` beside it."""
    rng = np.random.default_rng(0)
    time = np.arange(3 * RATE) / RATE
    stems = {"guitar": 0.3 * np.sin(2 * np.pi * 330 * time) * np.exp(-5 * (time % 0.5)),
             "palmas": 0.3 * (rng.random(len(time)) < 0.0005)}
    (tmp_path / "song.stems").mkdir()
    for name, wave in stems.items():
        soundfile.write(tmp_path / "song.stems" / f"{name}.wav", wave, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "song.wav", sum(stems.values()), RATE, subtype="FLOAT")
    return tmp_path / "song.wav"


@pytest.fixture
def explain(capsys, home, song, tmp_path):
    """Run it on the song; its numbers."""
    def run(*words):
        status = main([str(word) for word in ("explain", "palos-cnn", song, *words, "--json", "--out",
                                               tmp_path / "finding", "--home", home)])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return json.loads(printed.out)

    return run


def test_help_lists_every_method_and_every_way_and_loads_nothing(capsys):
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for word in (*METHODS, "repet-sim", "2dft", "timbre", "nmf/8", "demucs[:FILE]", "beats", "cycles", "300,3000",
                 "log-odds", "--absent-from"):
        assert word in text, word
    program = ("import sys, escucha.cli\ntry: escucha.cli.main(['explain', '--help'])\nexcept SystemExit: pass\n"
               "sys.exit(sum(name in sys.modules for name in ('numpy', 'torch', 'scipy', 'librosa', 'captum')))")
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


def test_stems_beside_a_file_in_bands_and_at_times_of_ones_own(explain):
    numbers = explain("--parts", "stems", "--bands", "300,3000", "--segments", "1.5,2", "--method", "leave-one-out")
    assert len(numbers["parts"]) == 2 * 3 * 3
    assert {part["source"] for part in numbers["parts"]} == {"guitar", "palmas"}
    assert numbers["parts"][3]["name"] == "guitar 300-3000Hz@0-1.5s"
    assert numbers["sums"] is False


def test_noise_and_odds(explain):
    plain = explain("--parts", "stems", "--segments", "1")
    noise = explain("--parts", "stems", "--segments", "1", "--absent", "noise", "--value", "log-odds")
    assert (plain["absent"], noise["absent"]) == ("silence", "noise as loud as each part")
    assert (plain["value"], noise["value"]) == ("logit minus mean logit", "log-odds")
    assert noise["none"] != pytest.approx(plain["none"], abs=1e-3)
    assert abs(noise["residual"]) < 1e-6


def test_another_file_stands_for_absent_parts(explain, song, tmp_path):
    other = tmp_path / "other.wav"
    soundfile.write(other, soundfile.read(song)[0][::-1], RATE)
    numbers = explain("--absent-from", other, "--segments", "1")
    assert numbers["absent"].startswith("the same parts of other.wav, as loud")


def test_gradients_draw_a_map_and_play_it(explain, tmp_path):
    explain("--method", "input-x-gradient", "--segments", "2")
    finding = tmp_path / "finding"
    assert (finding / "figures" / "attribution-map.svg").exists()
    assert (finding / "sounds" / "attribution-map.wav").exists()
    assert "these weights do not add up" in (finding / "index.html").read_text()


@pytest.mark.parametrize(("words", "hint"), [
    (["--segments", "1.5,one"], "times in seconds"),
    (["--bands", "low"], "edges in Hz"),
    (["--bands", "3000,300"], "rise"),
    (["--parts", "nmf/x"], "number from 2"),
    (["--parts", "demucs:no-such-weights.safetensors"], "no-such-weights"),
    (["--absent", "track"], "--absent-from"),
    (["--absent", "noises"], "'noise'"),
    (["--absent-stems", "x", "--absent", "noise"], "absent = 'track'"),
    (["--absent-from", "no-such-file.wav"], "no-such-file"),
    (["--until-stable"], "method lime"),
    (["--value", "logodds"], "log-odds"),
    (["--segments", "cycles"], "not annotated"),
    (["--parts", "none", "--segments", "40"], "permutation"),
])
def test_a_mistake_is_one_line(capsys, home, song, tmp_path, words, hint):
    status = main(["explain", "palos-cnn", str(song), *words, "--out", str(tmp_path / "finding"), "--home", str(home)])
    printed = capsys.readouterr()
    assert status == 2
    assert len(printed.err.strip().splitlines()) == 1
    assert hint in printed.err
    assert not (tmp_path / "finding").exists()


@pytest.mark.parametrize(("words", "named"), [
    (["SONG", "--stems", "song.stems", "--parts", "hpss"], "leave one of the two out"),
    (["SONG", "--stems", "song.stems", "--parts", "none"], "leave one of the two out"),
    (["LOOP", "--parts", "features"], "there is no file"), ([""], "names no file")])
def test_parts_that_are_asked_for_are_never_other_parts(capsys, home, song, tmp_path, words, named):
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    places = {"SONG": song, "LOOP": tmp_path / "loop.wav"}
    given = [str(places.get(word, word)) for word in words]
    assert main(["explain", "palos-svm", *given, "--home", str(home), "--out", str(tmp_path / "finding")]) == 2
    assert named in capsys.readouterr().err.splitlines()[-1]  # after a bar, where files are read
    assert not (tmp_path / "finding").exists()
