"""Numbers that are remembered: made once, made anew where they are damaged or made from something else."""

import pytest

from escucha.corpora.cache import CacheError, remembered


def test_numbers_are_made_once_and_anew_where_damaged(tmp_path):
    made = []

    def make():
        made.append(1)
        return [float(len(made)), -0.5]

    assert remembered(tmp_path, ("a", 1), make) == [1.0, -0.5]
    assert remembered(tmp_path, ("a", 1), make) == [1.0, -0.5]
    assert remembered(tmp_path, ("a", 2), make) == [2.0, -0.5]
    for damage in (lambda whole: whole[:-3], lambda whole: b"", lambda whole: b"no numbers"):
        for file in tmp_path.rglob("*.npy"):
            file.write_bytes(damage(file.read_bytes()))
        count = len(made)
        assert remembered(tmp_path, ("a", 1), make) == [count + 1.0, -0.5]


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(CacheError, match=r"cannot write the cache .*ESCUCHA_CACHE"):
        remembered(tmp_path / "file", ("a",), lambda: [1.0])
