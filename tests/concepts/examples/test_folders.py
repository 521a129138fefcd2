"""Folders of audio files: any rate, any number of channels, any script; what is wrong is one line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.concepts.examples.folders import Folders
from escucha.concepts.shelf import load_concept
from escucha.concepts.validation import validate
from escucha.corpora.reading import clips
from escucha.errors import InputError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Files of several rates, channels and formats, named in several scripts."""
    for number, (name, rate, channels) in enumerate((
            ("con/soleá/niña_1.mp3", 44100, 2), ("con/演歌/歌_1.wav", 16000, 1), ("sin/soleá/niña_2.flac", 22050, 2),
            ("sin/演歌/歌_2.ogg", 48000, 1), ("pool/soleá/otra_1.wav", 8000, 1))):
        wave = np.random.default_rng(number).normal(0, .1, (rate // 2, channels))
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / name, wave, rate)
    (tmp_path / "vacía").mkdir()
    (tmp_path / "concepts").mkdir()
    return tmp_path


def card(home: Path, **places: str) -> Path:
    keys = {"with": "con", "without": "sin", "pool": "pool", "group": "^([^_]+)_", **places}
    lines = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    path = home / "concepts" / "cante-jondo-ñ.toml"
    path.write_text(f'meaning = "Cante."\n[examples]\nkind = "folders"\n{lines}\n', encoding="utf-8")
    return path


def test_every_format_is_heard_at_one_rate(home):
    concept = load_concept(str(card(home)), home)
    assert concept.name == "cante-jondo-ñ"
    assert {(one.label, one.group) for one in concept.examples} == {("soleá", "niña"), ("演歌", "歌")}
    heard = list(clips([one.source for one in concept.examples], rate=16000))
    assert {(clip.rate, len(clip.wave)) for clip in heard} <= {(16000, length) for length in range(7990, 9200)}


@pytest.mark.parametrize(("places", "says"), [
    ({"with": "conn"}, "there is no folder .*conn"), ({"without": "vacía"}, "no audio in .*vacía"),
    ({"pool": "vacía"}, "no audio in .*vacía"), ({"group": "parentt"}, "unknown group 'parentt'.* did you mean"),
    ({"group": "^(x)_"}, r"group '\^\(x\)_' is not found in the name of .*niña_1\.mp3")])
def test_a_wrong_folder_is_one_line(home, places, says):
    with pytest.raises(InputError, match=says):
        load_concept(str(card(home, **places)), home)


def test_the_same_file_on_both_sides_is_found_whatever_it_is_called(home):
    (home / "sin" / "soleá" / "copia_9.mp3").write_bytes((home / "con" / "soleá" / "niña_1.mp3").read_bytes())
    checks = {check.what: check for check in validate(load_concept(str(card(home)), home))}
    assert checks["no sound on both sides"].passed is False
    assert checks["same labels on both sides"].passed is False
    assert Folders("sin", "pool", "file", "con").size(home, "x").without == 3
