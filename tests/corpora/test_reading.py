"""Sounds one after the other: a cache that cannot be trusted is made anew, one that cannot be written is said."""

import dataclasses
import os

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.corpora.reading import clips, read_cached, trim
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
    for age, name in enumerate(("new.npy", "old.npy", "dead.77.partial")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    trim(tmp_path, 150)
    assert [path.name for path in tmp_path.iterdir()] == ["new.npy"]
