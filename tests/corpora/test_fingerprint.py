"""Fingerprints: a copy is found whatever was done to it, other music of the same players is not."""

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.audio.io import read, resample
from escucha.corpora import fingerprint as module
from escucha.corpora.fingerprint import fingerprint, twins
from escucha.corpora.palos import palos_corpus


@pytest.fixture(scope="module")
def family():
    """Nine clips that three groups of players made, 6 s each."""
    tracks = palos_corpus(clips=9, duration=6.0)
    return {track.name: track.source.clip() for track in tracks}


@pytest.fixture(scope="module")
def marks(family):
    return {name: fingerprint(clip) for name, clip in family.items()}


def as_mp3(clip, folder):
    """The clip through an mp3 of about 64 kb/s."""
    file = folder / "copy.mp3"
    soundfile.write(file, clip.wave / np.abs(clip.wave).max(), clip.rate, format="MP3", bitrate_mode="CONSTANT",
                    compression_level=0.63)
    assert 56 <= file.stat().st_size * 8 / clip.duration / 1000 <= 72
    return read(file)


def noisy(clip, snr):
    noise = np.random.default_rng(0).normal(size=len(clip.wave))
    power = np.square(clip.wave).mean() / 10 ** (snr / 10)
    return Clip(clip.wave + noise * np.sqrt(power / np.square(noise).mean()), clip.rate)


COPIES = {
    "-6 dB": lambda clip, _: Clip(clip.wave * 10 ** (-6 / 20), clip.rate),
    "mp3": as_mp3,
    "noise at 30 dB": lambda clip, _: noisy(clip, 30),
    "another rate": lambda clip, _: resample(clip, 16000),
    "the encoder's delay": lambda clip, _: Clip(np.concatenate([np.zeros(1105), clip.wave]), clip.rate),
    "turned over": lambda clip, _: Clip(-clip.wave, clip.rate),
    "its first half": lambda clip, _: clip.cut(0.0, 3.0),
}


@pytest.mark.parametrize("how", COPIES)
def test_copies_are_found_and_nothing_else(family, marks, tmp_path, how):
    copies = {f"copy of {name}": fingerprint(COPIES[how](family[name], tmp_path)) for name in list(family)[:3]}
    assert twins({**marks, **copies}) == [(name, f"copy of {name}") for name in list(family)[:3]]


def test_other_music_is_no_twin(marks, shared):
    song = read(shared / "audio/lets-go-fishin.ogg", duration=60.0)
    parts = {f"part {start}": fingerprint(song.cut(start, 8.0)) for start in range(0, 50, 4)}
    assert twins({**marks, **parts}) == []
    again = read(shared / "audio/vibe-ace.ogg", duration=20.0)
    assert twins({"a": fingerprint(again), **parts, "b": fingerprint(noisy(again, 30))}) == [("a", "b")]


def test_a_twin_of_a_twin_is_one_too_and_order_is_kept(family, marks, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", 2)  # so that pairs lie in different blocks
    one, two, three, *_ = marks
    copies = {"z": marks[two], "a": marks[one], "m": marks[two]}
    assert twins({**marks, **copies}) == [(one, "a"), (two, "z", "m")]
    assert twins({three: marks[three], "x": marks[three]}) == [(three, "x")]


def test_silence_and_scraps_have_no_twin():
    rng = np.random.default_rng(0)
    scrap = Clip(rng.normal(0, 0.1, 2000), 8000)
    marks = {"silent": fingerprint(Clip(np.zeros(80000), 8000)), "too": fingerprint(Clip(np.zeros(80000), 8000)),
             "scrap": fingerprint(scrap), "same": fingerprint(scrap)}
    assert all(mark.shape == (0, 16) for mark in marks.values())
    assert twins(marks) == []
    assert twins({}) == []


def test_random_marks_agree_in_half_and_are_no_twins():
    rng = np.random.default_rng(0)
    marks = {str(number): rng.integers(-1, 2, (240, 16)).astype(np.int8) for number in range(300)}
    marks["copy"] = np.where(rng.random((240, 16)) < 0.04, -marks["17"], marks["17"])
    assert twins(marks) == [("17", "copy")]
    marks["copy"] = np.where(rng.random((240, 16)) < 0.16, -marks["17"], marks["17"])  # agrees in 84 % only
    assert twins(marks) == []
