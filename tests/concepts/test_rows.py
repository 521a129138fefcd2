"""Rows in files are the rows that were piled up, and their products those of whole arrays."""

import numpy as np
import pytest

from escucha.concepts.rows import Pile, gram, read, write
from escucha.corpora.cache import CacheError

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("small", [0, 10**6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_was_piled_up_comes_back_from_a_file_or_from_memory(tmp_path, small, dtype):
    pile = Pile(tmp_path / "new", small=small)
    pieces = [RNG.normal(size=(count, 3, 50)).astype(dtype) for count in (4, 1, 7)]
    for piece in pieces:
        pile.add(piece)
    rows = pile.rows()
    assert isinstance(rows, np.memmap) is (small == 0)
    del pile
    np.testing.assert_array_equal(rows, np.concatenate(pieces))
    assert not list((tmp_path / "new").iterdir()), "the file has no name"


@pytest.mark.parametrize("small", [0, 10**6])
def test_what_was_written_is_read(tmp_path, small):
    blocks = RNG.normal(size=(3, 2, 5)).astype(np.float32)
    write(tmp_path / "a" / "rows.npy", blocks, 6, 5)
    rows = read(tmp_path / "a" / "rows.npy", small=small)
    assert isinstance(rows, np.memmap) is (small == 0)
    np.testing.assert_array_equal(rows, blocks.reshape(6, 5))


@pytest.mark.parametrize("damage", [lambda raw: raw[:-3], lambda raw: b"nonsense" + raw[8:], lambda raw: b""])
@pytest.mark.parametrize("small", [0, 10**6])
def test_a_damaged_file_is_not_read(tmp_path, damage, small):
    place = tmp_path / "rows.npy"
    write(place, [np.ones((4, 5))], 4, 5)
    place.write_bytes(damage(place.read_bytes()))
    assert read(place, small=small) is None
    assert read(tmp_path / "absent.npy") is None


@pytest.mark.parametrize("small", [0, 10**6])
def test_a_file_of_another_number_of_rows_is_damaged(tmp_path, small):
    write(tmp_path / "rows.npy", [np.ones((4, 5))], 4, 5)
    assert read(tmp_path / "rows.npy", small=small, count=4).shape == (4, 5)
    assert read(tmp_path / "rows.npy", small=small, count=5) is None


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_small_file_with_what_is_no_number_is_damaged(tmp_path, wrong):
    write(tmp_path / "rows.npy", [np.array([[1, wrong]])], 1, 2)
    assert read(tmp_path / "rows.npy") is None


def test_where_nothing_can_be_written_that_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match="ESCUCHA_CACHE"):
        Pile(tmp_path / "file" / "below", small=0).add(np.ones((2, 3)))


@pytest.mark.parametrize("units", [3, 9000])
def test_gram_is_the_product_also_of_wide_rows_in_a_file(monkeypatch, units):
    monkeypatch.setattr("escucha.concepts.rows.BLOCK", 10_000)
    pile = Pile(small=0)
    rows = RNG.normal(size=(6, units)).astype(np.float32) + 100
    pile.add(rows)
    kept, exact = pile.rows(), rows.astype(float)
    np.testing.assert_allclose(gram(kept, rows[:2]), exact @ exact[:2].T, rtol=1e-12)
    np.testing.assert_allclose(gram(rows[:2], kept), exact[:2] @ exact.T, rtol=1e-12)
    centred = exact - exact.mean(axis=0)
    np.testing.assert_allclose(gram(kept, centred=True), centred @ centred.T, rtol=1e-9, atol=1e-9)
