"""`escucha explain` of a folder, as a shell would see it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.commands.explain_many import are_many
from tests.experiments.bands import tracks
from tests.worlds import RATE


@pytest.fixture
def songs(tmp_path):
    """Six songs in two folders, of one name in both; one file that is no sound."""
    for at, track in enumerate(tracks(6)):
        place = tmp_path / "songs" / track.label / f"{at // 2}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(place, track.source.clip().wave, RATE)
    (tmp_path / "songs" / "yes" / "words.mp3").write_text("no sound")
    return tmp_path / "songs"


@pytest.fixture
def ears(tmp_path):
    """A classifier of one's own that counts its windows in a file."""
    file = tmp_path / "ears.py"
    file.write_text("from pathlib import Path\nfrom tests.worlds import Additive\n"
                    "class Ears(Additive):\n    def scores(self, waves):\n"
                    "        with (Path(__file__).parent / 'asked').open('a') as log: log.write('x' * len(waves))\n"
                    "        return super().scores(waves)\n\n\ndef make():\n    return Ears()\n")
    return f"{file}:make"


def run(capsys, *words: object) -> tuple[int, str, str]:
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def asked(ears: str) -> int:
    return len((Path(ears.partition(":")[0]).parent / "asked").read_text())


def test_a_folder_ends_in_one_table_and_is_not_asked_about_again(capsys, home, songs, ears, tmp_path):
    words = ("explain", ears, songs, "--parts", "none", "--home", home)
    status, out, _ = run(capsys, *words, "--out", tmp_path / "one")
    assert status == 0
    assert f"Warning: 1 of 7 clips could not be explained ({songs / 'yes' / 'words.mp3'} " in out
    with (tmp_path / "one" / "tables" / "clips.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [*(f"{label}/{at}.wav" for label in ("no", "yes") for at in range(3)),
                                             "yes/words.mp3"]
    assert all(row["answer"] and row["weight mix"] and not row["failed"] for row in rows[:6])
    assert rows[6]["failed"]
    assert (tmp_path / "one" / "index.html").is_file()
    before = asked(ears)
    status, out, _ = run(capsys, *words, "--out", tmp_path / "two", "--json")
    assert status == 0
    assert json.loads(out)["clips"] == 6
    digests = 2 * 3  # the classifier is known by its answers to three noises, when it is named and when it is run
    assert asked(ears) - before <= 3 * digests + 2 * 2**1 * 2  # and the clearest clips are heard again


def test_several_files_and_a_label(capsys, home, songs, ears, tmp_path):
    status, out, _ = run(capsys, "explain", ears, songs / "yes" / "0.wav", songs / "no" / "1.wav", "--parts", "none",
                         "--label", "no", "--home", home, "--out", tmp_path / "out", "--json")
    assert status == 0
    assert list(json.loads(out)["labels"]) == ["no"]


def refused(status: int, out: str, err: str) -> str:
    """The one line of a refusal."""
    assert status == 2
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(("words", "named"), [
    (["EMPTY"], "no audio"), (["SONGS", "--stems", "x"], "song.stems"), (["SONGS", "--label", "yess"], "yes"),
    (["SONGS", "--absent", "track"], "noise"), (["SONGS", "--group", "(x"], "regular expression"),
    (["SONGS", "--method", "shaply"], "shapley"), (["SONGS", "--limit", "-1"], "limit"),
    (["SONG", "--limit", "3"], "many"),
    (["SONGS", "--out", "SONGS"], "not a finding"), (["TEXT"], "none of 1 clips can be explained"),
    (["nowhere/*.mp3"], "no audio fits")])
def test_what_is_wrong_is_one_line(capsys, home, songs, ears, tmp_path, words, named):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "words.mp3").write_text("no sound")
    places = {"EMPTY": tmp_path / "empty", "SONGS": songs, "SONG": songs / "yes" / "0.wav", "TEXT": tmp_path / "text"}
    given = [places.get(word, word) for word in words]
    out = [] if "--out" in words else ["--out", tmp_path / "finding"]
    assert named in refused(*run(capsys, "explain", ears, *given, "--parts", "none", "--home", home, *out))
    assert not (tmp_path / "finding").exists()


def test_several_words_a_folder_or_a_pattern_are_many(tmp_path):
    assert are_many([tmp_path])
    song = tmp_path / "song[1].mp3"
    assert are_many([song])  # a pattern
    song.write_bytes(np.zeros(1).tobytes())
    assert not are_many([song])  # a name: what is there comes before what it may mean
