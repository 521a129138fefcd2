"""Examples with the most and the least of a feature: composition is matched, what cannot be measured is left out."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.io import write
from escucha.concepts.examples.features import Features
from escucha.concepts.meaningless import draw
from escucha.concepts.shelf import load_concept
from escucha.config import cache_folder
from escucha.corpora.folder import FileSource
from escucha.corpora.measures import measure, measured
from escucha.errors import InputError

CLIPS = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Tones of random pitch; those of `agudo` are all higher than those of `grave`, so a label gives pitch away."""
    home = tmp_path_factory.mktemp("home")
    rng = np.random.default_rng(0)
    for label, low in (("grave", 200), ("agudo", 1000), ("mismo", 0)):
        for number in range(CLIPS):
            hertz = low * (1 + rng.random()) or 500
            place = home / "music" / label / f"artist{number % 8}" / f"{number}.wav"
            place.parent.mkdir(parents=True, exist_ok=True)
            write(place, Clip(.2 * np.sin(2 * np.pi * hertz * np.arange(8000) / 16000), 16000))
            for name in ("centroid", "onset-rate"):  # one by one: workers would take longer to start than this
                measured([FileSource(place)], name, cache=cache_folder())
    return home


def gathered(folder: Path, **settings):
    table = {"kind": "folder", "path": "music", "group": "parent"}
    return Features(table, **{"feature": "centroid", "examples": 4, **settings}).gather(folder, "idea.toml")


def test_the_quarters_are_taken_within_each_label(folder):
    examples, null = gathered(folder, examples=100)
    for label in ("grave", "agudo"):
        found = {there: sorted(measure(one.source.clip(), "centroid") for one in examples
                               if one.label == label and one.present is there) for there in (True, False)}
        everything = sorted(measure(one.source.clip(), "centroid") for one in null if one.label == label)
        assert found[True] == everything[-CLIPS // 4:]
        assert found[False] == everything[:CLIPS // 4]
    assert not any(one.label == "mismo" for one in examples)  # where all are alike none has more
    assert len(null) == 3 * CLIPS


def test_a_card_of_a_feature_can_be_tested(folder):
    (folder / "concepts").mkdir(exist_ok=True)
    (folder / "concepts" / "bright.toml").write_text(
        'meaning = "Bright."\n[examples]\nkind = "features"\nfeature = "centroid"\nexamples = 4\n'
        'corpus = {kind = "folder", path = "music", group = "parent"}\n', encoding="utf-8")
    concept = load_concept("bright", folder)
    assert Counter((one.present, one.label) for one in concept.examples) == {
        (there, label): 2 for there in (True, False) for label in ("grave", "agudo")}
    assert draw(concept, count=10, seed=0).shape == (10, 8)


def test_what_cannot_be_read_is_left_out_and_counted(folder, tmp_path):
    (tmp_path / "music").symlink_to(folder / "music")
    (tmp_path / "own" / "grave" / "x").mkdir(parents=True)
    for number in range(4):
        name = f"grave/x/{number}.wav"
        write(tmp_path / "own" / name, Clip(.1 * np.sin(np.arange(8000) * (.05 + .01 * number)), 16000))
    (tmp_path / "own/grave/x/bad.mp3").write_bytes(b"ID3" + bytes(300))
    write(tmp_path / "own/grave/x/still.wav", Clip(np.zeros(8000), 16000))
    settings = Features({"kind": "folder", "path": "own", "group": "parent"}, "centroid")
    with pytest.warns(UserWarning, match="2 of 6 clips of folder .* are left out"):
        examples, null = settings.gather(tmp_path, "idea.toml")
    assert (len(examples), len(null)) == (2, 4)


@pytest.mark.parametrize(("settings", "says"), [
    ({"feature": "centriod"}, "unknown feature 'centriod'; did you mean 'centroid'"),
    ({"feature": "onset-rate"}, "feature 'onset-rate' in idea.toml: no label of folder .* differ in it"),
    ({"low": .05}, "feature 'centroid' in idea.toml: no label of folder"),
])
def test_a_feature_in_which_no_label_differs_is_one_line(folder, settings, says):
    with pytest.raises(InputError, match=says):
        gathered(folder, **settings)


def test_real_recordings_are_told_apart_by_how_low_they_are(shared, tmp_path):
    rows = [f"{shared}/audio/{name}.ogg,music,{name}{start // 4},,{start},2" for name in ("vibe-ace", "hungarian-dance")
            for start in range(0, 16, 2)]
    (tmp_path / "real.csv").write_text("\n".join(["path,label,group,split,start,duration", *rows]), encoding="utf-8")
    settings = Features({"kind": "manifest", "path": "real.csv"}, "low-share", high=.5, low=.5)
    examples, _ = settings.gather(tmp_path, "idea.toml")
    assert {one.source.path.stem for one in examples if one.present} == {"vibe-ace"}  # a double bass and a vibraphone
    assert {one.source.path.stem for one in examples if not one.present} == {"hungarian-dance"}
