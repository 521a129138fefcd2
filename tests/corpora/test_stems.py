"""Sources in the cache: the same to the last bit, found by what they were made of, made anew where they are damaged."""

import multiprocessing

import numpy as np
import pytest

from escucha.audio import separate as separating
from escucha.audio.clip import Clip
from escucha.audio.separators.separator import Argument, Separator, between
from escucha.corpora import stems
from escucha.corpora.cache import CacheError
from escucha.corpora.stems import separated
from escucha.errors import InputError

CLIP = Clip(np.random.default_rng(0).normal(0, 0.1, 4001), 8000)


@pytest.fixture
def asked(monkeypatch):
    """A separator that counts how often it is asked, as `halves` and `halves/3`."""
    times = []

    def halves(clip, argument):
        times.append(argument)
        waves = {"one (A3, 220 Hz)": clip.wave / int(argument), "otra ñ": clip.wave / 3}
        return {name: Clip(wave, clip.rate) for name, wave in waves.items()}

    monkeypatch.setitem(separating.SEPARATORS, "halves", Separator("", halves, Argument("/", "2", between(2, 9))))
    return times


def _kept(cache):
    return sorted(cache.rglob("*.npz"))


def test_what_was_separated_once_comes_back_bit_for_bit(tmp_path, asked):
    first, second = separated(CLIP, "halves", tmp_path), separated(CLIP, "halves/2", tmp_path)
    assert asked == ["2"]
    assert list(first) == list(second) == ["one (A3, 220 Hz)", "otra ñ"]
    for name, source in first.items():
        assert (second[name].rate, second[name].wave.dtype) == (8000, np.float32)
        np.testing.assert_array_equal(second[name].wave, source.wave)
    assert separated(CLIP, "halves").keys() == first.keys()
    assert len(asked) == 2


def test_another_sound_rate_argument_or_revision_is_asked_for_anew(tmp_path, asked, monkeypatch):
    quieter = Clip(np.nextafter(CLIP.wave, 0), CLIP.rate)
    for clip, how in ((CLIP, "halves"), (quieter, "halves"), (Clip(CLIP.wave, 8001), "halves"), (CLIP, "halves/3")):
        separated(clip, how, tmp_path)
    monkeypatch.setattr(separating, "REVISION", separating.REVISION + 1)
    separated(CLIP, "halves", tmp_path)
    assert asked == ["2", "2", "2", "3", "2"]
    assert len(_kept(tmp_path)) == 5


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:200], lambda data: data[:-9], lambda data: b"\x80\x04N." + data,
    lambda data: data[:3000] + bytes([data[3000] ^ 1]) + data[3001:], lambda data: b"not a zip at all"])
def test_a_damaged_file_is_made_anew(tmp_path, asked, damage):
    whole = separated(CLIP, "halves", tmp_path)
    (file,) = _kept(tmp_path)
    good = file.read_bytes()
    file.write_bytes(damage(good))
    again = separated(CLIP, "halves", tmp_path)
    np.testing.assert_array_equal(again["otra ñ"].wave, whole["otra ñ"].wave)
    assert len(asked) == 2
    np.testing.assert_array_equal(separated(CLIP, "halves", tmp_path)["otra ñ"].wave, whole["otra ñ"].wave)
    assert len(asked) == 2


def test_a_file_of_another_clip_is_not_believed(tmp_path, asked):
    separated(CLIP, "halves", tmp_path)
    (file,) = _kept(tmp_path)
    np.savez(file, names=np.array(["one"]), waves=np.zeros((1, 10), np.float32))
    assert len(separated(CLIP, "halves", tmp_path)["otra ñ"].wave) == 4001


def test_it_is_trimmed_with_the_rest_of_the_cache(tmp_path, asked, monkeypatch):
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "old.npy").write_bytes(bytes(90_000))
    monkeypatch.setattr(stems, "CACHE_BYTES", 50_000)
    separated(CLIP, "halves", tmp_path)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".npz"]


def test_what_cannot_be_separated_or_kept_is_said(tmp_path, asked):
    with pytest.raises(InputError, match="at least 3 s"):
        separated(CLIP, "repet", tmp_path)
    assert _kept(tmp_path) == []
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="ESCUCHA_CACHE"):
        separated(CLIP, "halves", tmp_path / "file")


def _many(cache):
    return [float(separated(Clip(CLIP.wave * np.float32(gain), 8000), "halves", cache)["otra ñ"].wave.sum())
            for gain in (1, 2, 1, 3, 2) * 8]


def test_two_processes_may_fill_it_at_once(tmp_path, asked):
    with multiprocessing.get_context("fork").Pool(2) as pool:  # the planted separator goes with it
        answers = pool.map(_many, [tmp_path] * 2)
    assert answers[0] == answers[1]
    assert len(_kept(tmp_path)) == 3
    assert [path for path in tmp_path.rglob(".partial*")] == []
