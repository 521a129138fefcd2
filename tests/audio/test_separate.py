"""Separation: planted sources are found, lengths are kept, and nussl is neither heard nor in the way."""

import subprocess
import sys

import numpy as np
import pytest
from demucs.htdemucs import HTDemucs

from escucha.audio import ffmpeg, io, separate
from escucha.audio.clip import Clip
from escucha.audio.separate import SEPARATORS
from escucha.audio.separation_quality import improvement, pairing, reference_of
from escucha.audio.separators import nussl_door
from escucha.corpora.palos import SOURCES, PaloSource, Recipe
from escucha.errors import InputError
from escucha.explain.factorization import of_sources
from tests.audio.tiny_demucs import random_network, save

RATE = 22050


def planted():
    """A steady tone and clicks, four seconds."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)
    clicks = np.zeros(4 * RATE)
    clicks[RATE // 4::RATE // 2] = 0.9
    return tone, clicks


def likeness(one, other):
    return np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)


def test_hpss_parts_the_tone_from_the_clicks_and_loses_nothing():
    tone, clicks = planted()
    clip = Clip(tone + clicks, RATE)
    parts = separate.separate(clip, "hpss")
    assert likeness(parts["harmonic"].wave, tone) > 0.99
    assert likeness(parts["percussive"].wave, clicks) > 0.8
    assert abs(likeness(parts["percussive"].wave, tone)) < 0.1
    np.testing.assert_allclose(sum(part.wave for part in parts.values()), clip.wave, atol=1e-5)


@pytest.mark.parametrize("count", [1, 220, 2048, 50001])
def test_hpss_keeps_the_length_and_gives_the_same_twice(recwarn, count):
    clip = Clip(np.random.default_rng(0).normal(0, 0.1, count), RATE)
    once, twice = separate.separate(clip, "hpss"), separate.separate(clip, "hpss")
    for name, part in once.items():
        assert len(part.wave) == count
        np.testing.assert_array_equal(part.wave, twice[name].wave)
    assert not recwarn


PROGRAM = """
import sys
import numpy as np
from escucha.audio import io, separate
assert "nussl" not in sys.modules
state = np.random.get_state()[1].copy()
for name, part in separate.separate(io.read("mix.wav"), "repet").items():
    io.write(f"{name}.wav", part, exact=True)
assert (np.random.get_state()[1] == state).all()
"""


@pytest.mark.skipif(not ffmpeg.installed(), reason="nussl needs ffmpeg")
def test_repet_finds_what_repeats_and_nussl_says_nothing(tmp_path):
    def notes(frequencies, length, shape):
        return np.concatenate([np.sin(2 * np.pi * f * np.arange(length) / RATE) * shape for f in frequencies])

    background = 0.3 * np.tile(notes([220, 277, 330, 440], 5500, np.exp(-np.arange(5500) / 3700)), 8)[:-17]
    melody = 600 * 2 ** (np.random.default_rng(2).integers(0, 24, 16) / 12)
    foreground = 0.2 * notes(melody, 11000, np.hanning(11000))[:-17]
    mix = Clip(background + foreground, RATE)
    io.write(tmp_path / "mix.wav", mix, exact=True)
    # a process of its own: only the first import of nussl could be heard, and it stays out of the other tests
    answer = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    for name, true in (("background", background), ("foreground", foreground)):
        part = io.read(tmp_path / f"{name}.wav")
        assert len(part.wave) == len(mix.wave)
        assert likeness(part.wave, true) > 0.98 > likeness(mix.wave, true) + 0.1


def test_repet_says_what_it_needs(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="at least 3 s"):
        separate.separate(Clip(np.ones(3 * RATE - 1), RATE), "repet")
    nussl_door.load.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="install"):
        separate.separate(Clip(np.ones(3 * RATE), RATE), "repet")


def test_an_unknown_separator_is_named_with_the_nearest():
    with pytest.raises(InputError, match="'hps'; did you mean 'hpss'"):
        separate.separate(Clip(np.ones(100), RATE), "hps")


def test_stems_are_read_by_name_and_cut_alike(tmp_path):
    tone, clicks = planted()
    io.write(tmp_path / "guitar.wav", Clip(tone, RATE), exact=True)
    io.write(tmp_path / "castanets.wav", Clip(clicks, RATE), exact=True)
    (tmp_path / "notes.txt").write_text("castanets are mine")
    stems = separate.read_stems(tmp_path, start=1, duration=2)
    assert list(stems) == ["castanets", "guitar"]
    np.testing.assert_array_equal(stems["guitar"].wave, tone.astype(np.float32)[RATE:3 * RATE])
    assert len(separate.read_stems(tmp_path, rate=16000)["castanets"].wave) == 64000


def test_stems_that_do_not_belong_together_are_named(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        separate.read_stems(tmp_path / "none")
    with pytest.raises(InputError, match="no audio"):
        separate.read_stems(tmp_path)
    io.write(tmp_path / "a.wav", Clip(np.ones(1000) / 2, 8000))
    io.write(tmp_path / "b.wav", Clip(np.ones(999) / 2, 8000))
    with pytest.raises(InputError, match=r"b\.wav has 999"):
        separate.read_stems(tmp_path)
    io.write(tmp_path / "b.wav", Clip(np.ones(2000) / 2, 16000))
    with pytest.raises(InputError, match=r"b\.wav has 16000 Hz"):
        separate.read_stems(tmp_path)
    assert len(separate.read_stems(tmp_path, rate=8000)) == 2
    io.write(tmp_path / "b.flac", Clip(np.ones(1000) / 2, 8000))
    with pytest.raises(InputError, match="second stem called 'b'"):
        separate.read_stems(tmp_path, rate=8000)


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """Every separator; demucs with a tiny network."""
    weights = save(tmp_path_factory.mktemp("weights") / "net.safetensors", random_network(HTDemucs))
    usual = {name: name for name in SEPARATORS} | {"demucs": f"demucs:{weights}"}
    return [*usual.values()]


@pytest.fixture(scope="module")
def clips():
    """Rendered palos and everything that may go wrong, by name."""
    palos = {palo: PaloSource(Recipe(palo, 3, 1003, 3.2)).clip() for palo in ("bulerias", "seguiriya")}
    wave = palos["bulerias"].wave
    time = np.arange(3 * RATE) / RATE
    waves = {"one sample": wave[9000:9001], "0.05 s": wave[9000:9000 + RATE // 20], "odd": wave[:3 * RATE + 17],
             "a second": wave[:RATE], "silence": np.zeros(3 * RATE), "a tone": 0.3 * np.sin(2 * np.pi * 440 * time),
             "DC": np.full(3 * RATE, 0.3), "a click": np.eye(1, 3 * RATE, 999)[0], "loud": 40 * wave[:3 * RATE + 1]}
    return palos | {name: Clip(wave, RATE) for name, wave in waves.items()}


@pytest.mark.skipif(not ffmpeg.installed(), reason="nussl needs ffmpeg")
def test_every_separator_conserves_every_clip_or_says_why_not(ways, clips, recwarn):
    refused = {}
    for how in ways:
        for name, clip in clips.items():
            try:
                sources = separate.separate(clip, how)
            except InputError as error:
                refused[how, name] = str(error)
                continue
            assert {(source.rate, len(source.wave)) for source in sources.values()} == {(clip.rate, len(clip.wave))}
            parts = of_sources(clip, sources, segments=1, window=len(clip.wave))
            assert set(parts.sources) - set(sources) <= {"rest"}
            off = np.abs(parts.dense().astype(np.float64).sum(axis=0) - clip.wave).max()
            assert off <= 1e-5 * max(1.0, np.abs(clip.wave).max()), (how, name)
    assert not any("\n" in said for said in refused.values())
    assert {how for how, name in refused if name not in ("one sample", "0.05 s", "a second", "silence")} == set()
    assert not {name for how, name in refused if how in ("hpss", ways[6])}
    assert not recwarn


def test_palmas_and_castanets_are_percussive_and_the_voice_is_not():
    recipe = Recipe("sevillanas", 3, 1003, 6.0, changes=tuple(
        (source, source in ("guitar", "voice", "palmas", "castanets")) for source in SOURCES))
    source = PaloSource(recipe)
    found = separate.separate(source.clip(), "hpss")
    stems = {name: stem for name, stem in source.stems().items() if name != "rest"}
    assert pairing(stems, found) == {"harmonic": ("guitar", "voice"), "percussive": ("palmas", "castanets")}
    strokes = reference_of(("palmas", "castanets"), stems)
    assert improvement(found["percussive"], strokes, source.clip()) > 3
    assert np.square(found["harmonic"].wave).sum() > np.square(found["percussive"].wave).sum()


@pytest.mark.parametrize(("how", "said"), [
    ("hpss/2", "hpss takes no argument"), ("nmf:8", "for more as in 'nmf/8'"), ("nmf/", "for more as in 'nmf/8'"),
    ("nmf/1", "from 2 to 32 belongs there, got '1'"), ("nmf/many", "got 'many'"), ("timbre/7", "from 2 to 6"),
    ("demucs/x", "as in 'demucs:htdemucs'"), ("demucs:weights.th", "is a pickle"), ("", "unknown separator ''")])
def test_what_a_separator_does_not_take_is_said(how, said):
    for ask in (separate.asked, separate.content):
        with pytest.raises(InputError, match=said):
            ask(how)


def test_what_an_answer_depends_on():
    assert separate.content("nmf") == separate.content("nmf/8") != separate.content("nmf/9")
    assert separate.content("hpss") != separate.content("repet")
    assert all(separator.description for separator in SEPARATORS.values())
