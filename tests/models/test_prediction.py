"""Predictions of listeners whose answer is known, and the tables that are written of them."""

import csv
import json
import os
from dataclasses import dataclass
from io import StringIO
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.models import prediction_output
from escucha.models.classifier import Link
from escucha.models.prediction import Failure, output_mass, predict, predict_file, predict_files
from escucha.models.prediction_output import (
    document,
    file_columns,
    file_rows,
    pictures,
    table,
    timeline,
    window_columns,
    window_rows,
)

RATE = 4000
LABELS = ("soft", "middling", "loud")


@dataclass(frozen=True)
class Scripted:
    """Says of a window what its first sample says: row 10 x that of a list of logits."""

    rows: tuple[tuple[float, ...], ...]
    link: Link = "softmax"
    labels: tuple[str, ...] = LABELS
    rate: int = RATE
    window: int = RATE

    def scores(self, waves):
        return np.array([self.rows[round(10 * float(wave[0]))] for wave in waves])


def clip(*rows):
    """Seconds that are heard as those rows."""
    return Clip(np.repeat(np.array(rows, dtype=np.float32) / 10, RATE), RATE)


def scripted(*probabilities, **settings):
    return Scripted(tuple(tuple(np.log(row)) for row in probabilities), **settings)


SPLIT = scripted((0.4, 0.3, 0.3), (0.01, 0.01, 0.98))


def test_vote_and_mean_are_both_told_and_may_differ():
    said = predict(SPLIT, clip(0, 0, 1))
    assert (said.vote, said.votes["soft"]) == ("soft", pytest.approx(2 / 3))
    assert said.mean == "loud"
    assert said.means["loud"] == pytest.approx((0.3 + 0.3 + 0.98) / 3)
    assert predict(SPLIT, clip(0, 0, 1), aggregation="majority-vote").label == "soft"
    assert predict(SPLIT, clip(0, 0, 1), aggregation="mean-probability").label == "loud"


@pytest.mark.parametrize(("below", "answer"), [(0.0, "soft"), (0.39, "soft"), (0.41, "unsure"), (1.0, "unsure")])
def test_unsure_is_a_stated_threshold(below, answer):
    said = predict(SPLIT, clip(0), unsure_below=below)
    assert (said.answer, said.label) == (answer, "soft")
    assert said.numbers()["answer"] == answer


def test_tags_are_at_or_above_their_own_thresholds():
    tagger = Scripted(((0.0, -1.0, 2.0),), link="sigmoid")
    assert predict(tagger, clip(0)).tags == ("loud", "soft")
    assert predict(tagger, clip(0), thresholds={"soft": 0.6, "middling": 0.2, "loud": 0.95}).tags == ("middling",)
    assert predict(SPLIT, clip(0)).tags == ()
    with pytest.raises(InputError, match=r"unknown label 'sfot'.*did you mean 'soft'"):
        predict(tagger, clip(0), thresholds={"sfot": 0.6})


def test_mass_is_what_normalising_hides():
    whole, thin = scripted((0.2, 0.3, 0.5)), scripted((0.002, 0.003, 0.005))
    heard, unheard = predict(whole, clip(0)), predict(thin, clip(0))
    assert heard.probabilities == pytest.approx(unheard.probabilities)
    assert (heard.mass, unheard.mass) == (pytest.approx(0), pytest.approx(np.log(0.01)))
    assert heard.peak - unheard.peak == pytest.approx(np.log(100))
    tagger = Scripted(((0.0, -1.0, 2.0), (-9.0, -9.0, -9.0)), link="sigmoid")
    expected = sum(1 / (1 + np.exp(-logit)) for logit in (0.0, -1.0, 2.0))
    np.testing.assert_allclose(predict(tagger, clip(0, 1)).masses, [expected, 3 / (1 + np.exp(9))])
    assert predict(tagger, clip(0)).peak == pytest.approx(1 / (1 + np.exp(-2)))
    assert output_mass(np.array([[1e4, 1e4]]), "softmax")[0] == pytest.approx(1e4 + np.log(2))


def test_the_last_window_ends_with_the_clip():
    said = predict(SPLIT, Clip(np.zeros(2 * RATE + 100, np.float32), RATE))
    assert [(window["start"], window["end"]) for window in said.numbers()["windows"]] == [
        (0, 1), (1, 2), (2, 2 + 100 / RATE)]
    assert json.loads(json.dumps(said.numbers()))["duration"] == pytest.approx(2 + 100 / RATE)


@pytest.mark.parametrize(("settings", "says"), [
    ({"unsure_below": 1.2}, "from 0 .never unsure. to 1, got 1.2"), ({"unsure_below": float("nan")}, "got nan"),
    ({"aggregation": "mean"}, "unknown aggregation 'mean'"),
])
def test_wrong_settings_are_one_line(settings, says):
    with pytest.raises(InputError, match=says):
        predict(SPLIT, clip(0), **settings)


def files(folder):
    """Three files: heard as row 0, not sound, heard as rows 1 and 0."""
    for name, rows in (("a, \"one\".wav", (0,)), ("c ñ.wav", (1, 0))):
        soundfile.write(folder / name, clip(*rows).wave, RATE, subtype="FLOAT")
    (folder / "b.wav").write_text("words " * 100)
    return sorted(folder.glob("*.wav"))


def asked(folder):
    return predict_files(lambda path: predict_file(SPLIT, path, unsure_below=0.5), files(folder))


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path):
    first, second, third = asked(tmp_path)
    assert (first.answer, third.label) == ("unsure", "loud")
    assert isinstance(second, Failure)
    assert "b.wav" in second.reason


def test_nothing_is_heard_before_it_is_asked_for():
    asked = []
    endless = (Path(str(at)) for at in count())
    answers = predict_files(lambda path: asked.append(path) or predict(SPLIT, clip(0)), endless)
    next(answers)
    next(answers)
    assert asked == [Path("0"), Path("1")]


def test_a_row_a_file_and_a_row_a_window(tmp_path):
    by_file, by_window = tmp_path / "files.csv", tmp_path / "windows.csv"
    with (table(by_file, file_columns(LABELS), file_rows) as write,
          table(by_window, window_columns(LABELS), window_rows) as also):
        for answer in asked(tmp_path):
            write(answer)
            also(answer)
        assert not by_file.exists()
    rows, windows = read(by_file), read(by_window)
    assert [row["path"] for row in rows] == [str(path) for path in sorted(tmp_path.glob("*.wav"))]
    assert [row["answer"] for row in rows] == ["unsure", "", "loud"]
    assert [bool(row["error"]) for row in rows] == [False, True, False]
    assert float(rows[0]["p soft"]) == pytest.approx(0.4)
    assert [(row["label"], float(row["start"])) for row in windows] == [("soft", 0), ("loud", 0), ("soft", 1)]
    assert float(windows[1]["logit loud"]) == pytest.approx(np.log(0.98))


def test_a_table_that_is_stopped_leaves_what_was_there(tmp_path):
    place = tmp_path / "files.csv"
    place.write_text("older")

    def stopped():
        with table(place, file_columns(LABELS), file_rows) as write:
            write(predict(SPLIT, clip(0)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert place.read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["files.csv"]


def test_a_table_that_cannot_be_written_says_so_before_anything_is_heard(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "x.csv", tmp_path / "none" / "x.csv"):
        with pytest.raises(InputError, match="cannot write"), table(place, file_columns(LABELS), file_rows):
            pytest.fail("nothing should be heard")


def test_one_document_written_as_it_comes(tmp_path):
    stream = StringIO()
    with document(stream, {"model": "scripted ñ"}) as write:
        answers = asked(tmp_path)
        write(next(answers))
        assert "a, " in stream.getvalue()
        for answer in answers:
            write(answer)
    told = json.loads(stream.getvalue())
    assert (told["model"], [clip["label"] for clip in told["clips"]]) == ("scripted ñ", ["soft", "loud"])
    assert [failure["path"] for failure in told["failed"]] == [str(tmp_path / "b.wav")]


@pytest.mark.parametrize("answers", [[], [Failure("a", "no")]])
def test_a_document_of_nothing_is_one_too(answers):
    stream = StringIO()
    with document(stream, {"model": "none"}) as write:
        for answer in answers:
            write(answer)
    assert json.loads(stream.getvalue())["clips"] == []


def test_a_picture_shows_the_windows_as_steps_and_the_answer():
    figure = timeline(predict(SPLIT, clip(0, 1), unsure_below=0.5, path="so$ng.wav"))
    (axes,) = figure.axes
    steps = {patch.get_label(): patch.get_data() for patch in axes.patches}
    np.testing.assert_allclose(steps["loud"].values, [0.3, 0.98])
    np.testing.assert_allclose(steps["loud"].edges, [0, 1, 2])
    assert "loud" in axes.get_title(loc="left")


def test_pictures_of_files_of_one_name_do_not_replace_each_other(tmp_path):
    with pictures(tmp_path / "new" / "folder") as write:
        for path in ("a/song.wav", "b/song.mp3", "song-2.wav", "c/song.wav"):
            write(predict(SPLIT, clip(0), path=path))
        write(Failure("broken.wav", "no"))
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {
        "song.png", "song-2.png", "song-2-2.png", "song-3.png"}


def test_a_name_that_is_not_utf8_is_a_failure_that_every_table_can_hold(tmp_path):
    path = Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/b\xff.wav"))

    def ask(asked):
        raise InputError(f"the name of {str(asked)!r} is not UTF-8; rename it")

    (found,) = predict_files(ask, [path])
    assert found.path == f"{tmp_path}/b\\udcff.wav"
    with table(tmp_path / "all.csv", file_columns(["a"]), file_rows) as write:
        write(found)
    assert "not UTF-8" in (tmp_path / "all.csv").read_text(encoding="utf-8")


def test_a_disk_that_is_full_when_a_table_is_closed_is_named(tmp_path, monkeypatch):
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("there is no /dev/full")
    monkeypatch.setattr(prediction_output, "_opened", lambda path, partial: full.open("w", encoding="utf-8"))
    with (pytest.raises(InputError, match=r"cannot write .*all.csv: No space left on device; name another place"),
          table(tmp_path / "all.csv", ["path"], file_rows)):
        assert not list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
