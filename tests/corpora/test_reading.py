"""Sounds one after the other: a cache that cannot be trusted is made anew, one that cannot be written is said."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from escucha.audio.clip import Clip
from escucha.corpora.cache import CacheError, trim
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import FileSource
from escucha.corpora.reading import clips, read_cached, readable
from escucha.errors import InputError


@dataclasses.dataclass(frozen=True)
class Ramp:
    """A source that counts how often it is asked."""

    asked: list[int] = dataclasses.field(default_factory=list)

    def clip(self):
        self.asked.append(1)
        return Clip(np.linspace(0, 1, 800), 8000)

    def stems(self):
        return {}

    def annotations(self):
        return {}

    def key(self):
        return "abcd"


def _stored(cache):
    (file,) = cache.rglob("*.npy")
    return file


def test_what_is_in_the_cache_is_not_made_again(tmp_path):
    source = Ramp()
    first, second = (next(iter(clips([source], rate=8000, cache=tmp_path))) for _ in range(2))
    np.testing.assert_array_equal(first.wave, second.wave)
    assert len(source.asked) == 1


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:40], lambda data: data[:-7], lambda data: b"\x80\x04N." + data,
    lambda data: data[:128], lambda data: data[:128] + np.full(800, np.nan, np.float32).tobytes()])
def test_a_damaged_cache_is_made_anew(tmp_path, damage):
    whole = read_cached(Ramp(), 8000, tmp_path)
    good = _stored(tmp_path).read_bytes()
    _stored(tmp_path).write_bytes(damage(good))
    np.testing.assert_array_equal(read_cached(Ramp(), 8000, tmp_path).wave, whole.wave)
    assert _stored(tmp_path).read_bytes() == good


def test_a_cache_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="ESCUCHA_CACHE"):
        read_cached(Ramp(), 8000, tmp_path / "file")

    def full(file, wave):
        file.write(b"half")
        raise OSError("800 requested and 4 written")  # as numpy says it of a full disk

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(InputError, match=r"4 written.*ESCUCHA_CACHE"):
        read_cached(Ramp(), 8000, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["file"]


def test_trimming_takes_the_oldest_and_what_killed_processes_left(tmp_path):
    for age, name in enumerate(("new.npz", "old.npy", ".partial-77-dead")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    trim(tmp_path, 150)
    assert [path.name for path in tmp_path.iterdir()] == ["new.npz"]


@pytest.fixture
def damaged(tmp_path):
    """Three good clips, and every way in which a file is none."""
    for name, peak in (("a", 0.1), ("b", 0.2), ("c", 0.3)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(800, peak), 8000)
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.mp3").write_text("this is not sound\n" * 40)
    (tmp_path / "header.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:44])
    soundfile.write(tmp_path / "nan.wav", np.full(800, np.nan), 8000, subtype="FLOAT")
    names = ("a", "empty", "text", "b", "header", "nan", "gone", "c")
    files = [tmp_path / f"{name}.{'mp3' if name == 'text' else 'wav'}" for name in names]
    return Corpus(tuple(Track(file.stem, ("x",), file.stem, FileSource(file)) for file in files), "folder here")


@pytest.mark.parametrize("cached", [True, False])
def test_what_cannot_be_read_is_named_and_left_out(damaged, tmp_path, cached):
    cache = tmp_path / "cache" if cached else None
    with pytest.warns(UserWarning, match=r"5 of 8 clips of folder here cannot be read and are left out: .*empty\.wav"):
        kept, left_out = readable(damaged, rate=4000, cache=cache)
    assert [track.name for track in kept] == ["a", "b", "c"]
    assert [one.name for one in left_out] == ["empty", "text", "header", "nan", "gone"]
    for one in left_out:
        assert one.name in one.reason
        assert "\n" not in one.reason
    assert [len(clip.wave) for clip in clips([track.source for track in kept], rate=4000, cache=cache)] == [400] * 3
    if cached:
        assert len(list(cache.rglob("*.npy"))) == 3
    assert damaged.digest() != kept.digest()
    assert readable(kept, rate=4000, cache=cache) == (kept, [])


def test_a_corpus_without_any_sound_is_said(damaged, tmp_path):
    with pytest.raises(InputError, match=r"2 of 2 clips .* cannot be read; the first: .*empty\.wav"):
        readable(damaged.where(lambda track: track.name in ("empty", "text")), rate=8000)


def test_a_full_cache_is_no_damaged_file(damaged, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="ESCUCHA_CACHE"):
        readable(damaged, rate=8000, cache=tmp_path / "file")


def test_names_that_no_file_can_have_are_refused_early(tmp_path):
    source = FileSource(tmp_path / "a.wav")
    Corpus((Track("é" * 120, (), "g", source),), "here")
    with pytest.raises(InputError, match="more than 240 bytes"):
        Corpus((Track("é" * 121, (), "g", source),), "here")


def test_relative_paths_are_found_wherever_a_worker_began(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for folder in ("one", "two"):
        place = tmp_path / folder
        place.mkdir()
        for number in range(40):
            soundfile.write(place / f"{folder}-{number}.wav", rng.normal(0, 0.1, 800), 8000)
        monkeypatch.chdir(place)  # workers live on between calls
        sources = [FileSource(Path(f"{folder}-{number}.wav")) for number in range(40)]
        assert len(list(clips(sources, rate=8000))) == 40
