"""Pairs of real clips with and without a stem: what differs is the stem, and the nulls are the same parts disturbed."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.audio.io import read
from escucha.concepts.concept import Concept
from escucha.concepts.examples.stems import Stems
from escucha.concepts.meaningless import draw
from escucha.concepts.shelf import load_concept
from escucha.corpora.measures import measure
from escucha.errors import InputError

RATE = 16000
TABLE = {"kind": "folder", "path": "music", "group": "parent"}


def played(seconds: float, seed: int, hertz: float, *, from_second: float = 0.0) -> np.ndarray:
    """A tone that sets in at `from_second`."""
    time = np.arange(round(seconds * RATE)) / RATE
    return .2 * np.sin(2 * np.pi * hertz * time + seed) * (time >= from_second)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Twelve stereo songs of six artists; a voice, in the second half, is in all but the last two."""
    folder = tmp_path_factory.mktemp("home")
    for number in range(12):
        song = folder / "music" / ("soleá" if number % 2 else "rumba") / f"artist{number // 2}" / f"{number}.wav"
        (song.with_suffix(".stems")).mkdir(parents=True)
        voice = played(4, number, 900, from_second=2.5) * (number < 10)
        guitar = played(4, number, 300 + 5 * number)
        for name, wave in (("voice", voice), ("guitar", guitar)):
            soundfile.write(song.with_suffix(".stems") / f"{name}.wav", wave, RATE, subtype="FLOAT")
        soundfile.write(song, np.stack([voice + guitar] * 2, axis=1), RATE, subtype="FLOAT")
    return folder


@pytest.fixture(scope="module")
def concept(home) -> Concept:
    return Concept("voice", "Someone sings.", *Stems(TABLE, "voice", duration=1.5).gather(home, "voice.toml"),
                   paired=True)


def test_members_of_a_pair_differ_by_the_stem_alone(home, concept):
    assert len(concept.examples) == 20  # the two songs without a voice are left out
    for one, other in zip(concept.examples[::2], concept.examples[1::2]):
        song = one.source.source.path
        start = one.source.start
        voice = read(song.with_suffix(".stems") / "voice.wav").cut(start, 1.5)
        assert start == 2.5  # where the voice is
        np.testing.assert_allclose(one.source.clip().wave - other.source.clip().wave, voice.wave, atol=1e-6)


def test_labels_and_groups_take_turns(home):
    examples, _ = Stems(TABLE, "voice", pairs=6, duration=1.5).gather(home, "voice.toml")
    assert Counter(one.label for one in examples[::2]) == {"rumba": 3, "solea": 3}
    assert all(count <= 2 for count in Counter(one.group for one in examples[::2]).values())


def test_null_pairs_are_the_same_parts_disturbed_and_enough(concept):
    concept.check_spare()
    assert Counter(one.kind for one in concept.null) == dict.fromkeys(("room", "noise", "tilt"), 80)
    parts = {one.source.key() for one in concept.examples if one.present}
    for one, other in zip(concept.null[::2], concept.null[1::2]):
        disturbed = [example for example in (one, other) if example.source.key() not in parts]
        assert len(disturbed) == 1
        same, heard = disturbed[0].source.source.clip(), disturbed[0].source.clip()
        assert heard.rate == same.rate
        # nothing was made equally loud: a tilt of 6 dB is a factor of 2, and a room may take from a tone
        assert .4 < float(np.std(heard.wave) / np.std(same.wave)) < 2.5
    turned = [one.source.key() in parts for one in concept.null[::2]]
    assert .3 < np.mean(turned) < .7
    assert draw(concept, count=20, seed=0).shape == (20, 20)


def test_keys_follow_the_stems_bytes(home, concept, tmp_path):
    shutil.copytree(home / "music", tmp_path / "music")
    settings = Stems(TABLE, "voice", duration=1.5)
    before = [one.source.key() for one in settings.gather(tmp_path, "x")[0]]
    assert before == [one.source.key() for one in concept.examples]
    for file in (tmp_path / "music").rglob("voice.wav"):
        wave, rate = soundfile.read(file)
        soundfile.write(file, wave * .5, rate, subtype="FLOAT")
    after = [one.source.key() for one in settings.gather(tmp_path, "x")[0]]
    assert before[::2] == after[::2]
    assert not set(before[1::2]) & set(after[1::2])


def test_a_separator_gives_the_stem_where_no_one_knows_it(home):
    clicks = home / "struck" / "rumba" / "a"
    clicks.mkdir(parents=True, exist_ok=True)
    for number in range(3):
        wave = played(2, number, 400)
        wave[3000 + number * 100::4000] += .8
        soundfile.write(clicks / f"{number}.mp3", wave, RATE)
    table = {**TABLE, "path": "struck"}
    examples, null = Stems(table, "percussive", separator="hpss", pairs=2, duration=1.0).gather(home, "x")
    assert (len(examples), len(null)) == (4, 2 * 2 * 12)
    with_, without = (np.abs(one.source.clip().wave).max() for one in examples[:2])
    assert with_ > without + .3


@pytest.mark.parametrize("loud", [0.0, 1e-5])
def test_silence_has_no_stem_that_is_heard(home, tmp_path, loud):
    folder = tmp_path / "music" / "rumba" / "a"
    folder.mkdir(parents=True)
    for number in range(3):
        soundfile.write(folder / f"{number}.wav", loud * played(2, number, 400), RATE, subtype="FLOAT")
    with pytest.raises(InputError, match=r"stem 'percussive' in x is heard in 0 of 3 .* is not heard in a track"):
        Stems(TABLE, "percussive", separator="hpss", pairs=2, duration=1.0).gather(tmp_path, "x")


def test_a_song_that_cannot_be_read_is_left_out_and_counted(home, tmp_path):
    shutil.copytree(home / "music", tmp_path / "music")
    next((tmp_path / "music").rglob("3.wav")).write_bytes(b"RIFF" + bytes(40))
    with pytest.warns(UserWarning, match=r"1 of 12 clips of folder .* cannot be read and are left out: .*3\.wav"):
        examples, _ = Stems(TABLE, "voice", duration=1.5).gather(tmp_path, "x")
    assert len(examples) == 18


@pytest.mark.parametrize(("settings", "says"), [
    ({"stem": "piano"}, "stem 'piano' in x is heard in 0 of 12.*has no stem 'piano'; its stems: guitar, voice"),
    ({"stem": "voice", "separator": "hpps"}, "unknown separator 'hpps'; did you mean 'hpss'"),
    ({"stem": "voice", "separator": "hpss"}, "has no stem 'voice'; its stems: harmonic, percussive"),
])
def test_a_stem_that_is_not_there_is_one_line(home, settings, says):
    with pytest.raises(InputError, match=says):
        Stems(TABLE, **settings, duration=1.5).gather(home, "x")


def test_a_rendered_corpus_has_its_own_stems(tmp_path):
    (tmp_path / "concepts").mkdir()
    (tmp_path / "concepts" / "palmas-real.toml").write_text(
        'meaning = "Hand claps."\n[examples]\nkind = "stems"\nstem = "palmas"\npairs = 4\nduration = 2.0\n'
        'corpus = {kind = "palos", clips = 12, duration = 4.0}\n', encoding="utf-8")
    concept = load_concept("palmas-real", tmp_path)
    assert len(concept.examples) == 8
    concept.check_spare()
    track = concept.examples[0].source
    palmas = track.cut(track.source.stems()["palmas"])
    difference = track.clip().wave - concept.examples[1].source.clip().wave
    np.testing.assert_allclose(difference, palmas.wave, atol=1e-5)
    assert isinstance(track.stems()["guitar"], Clip)


def test_real_recordings_lose_their_strokes_and_keep_their_length(shared, tmp_path):
    rows = [f"{shared}/audio/{name}.ogg,music,{name},,{start},2" for name in ("vibe-ace", "lets-go-fishin")
            for start in (4, 8)]
    (tmp_path / "real.csv").write_text("\n".join(["path,label,group,split,start,duration", *rows]), encoding="utf-8")
    settings = Stems({"kind": "manifest", "path": "real.csv"}, "percussive", separator="hpss", pairs=2, duration=1.5)
    examples, null = settings.gather(tmp_path, "x")
    assert {one.group for one in examples} == {"vibe-ace", "lets-go-fishin"}  # groups in turn
    for one, other in zip(examples[::2], examples[1::2]):
        with_, without = one.source.clip(), other.source.clip()
        assert (with_.rate, len(with_.wave)) == (without.rate, len(without.wave))
        assert measure(with_, "percussive-share") > 1.5 * measure(without, "percussive-share")
    assert all(example.source.clip().rate == with_.rate for example in null[:6])
