"""Checkpoints written by the book come back; one wrong byte anywhere is noticed."""

import contextlib

import numpy as np
import pytest

from escucha.errors import InputError
from escucha.models.weights.crc32c import crc32c
from escucha.models.weights.tensorflow import read_bundle
from tests.models.weights.bundles import slow_crc, write_bundle

RNG = np.random.default_rng(0)
ARRAYS = {"layer_with_weights-0/kernel": RNG.normal(size=(3, 3, 4, 8)).astype(np.float32),
          "layer_with_weights-0/bias": RNG.normal(size=8).astype(np.float32),
          "layer_with_weights-10/gamma": RNG.normal(size=5),
          "save_counter": np.array(300, dtype=np.int64), "half": np.arange(3, dtype=np.float16)}


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 1023, 1024, 1025, 5000])
def test_the_checksum_is_that_of_the_bits_one_by_one(size):
    message = RNG.integers(0, 256, size, dtype=np.uint8).tobytes()
    assert crc32c(message) == slow_crc(message)


@pytest.mark.parametrize(("shards", "per_block"), [(1, 2), (3, 1), (2, 9)])
def test_all_tensors_come_back_from_all_shards(tmp_path, shards, per_block):
    index = write_bundle(tmp_path / "variables", ARRAYS, shards, per_block=per_block)
    for path in (index, tmp_path / "variables", next(tmp_path.glob("*.data-*"))):
        found = read_bundle(path)
        assert set(found) == set(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == array.dtype


def test_every_wrong_byte_is_noticed(tmp_path):
    index = write_bundle(tmp_path / "variables", {"a": np.arange(4.0), "b": np.ones(3, np.float32)})
    shard = tmp_path / "variables.data-00000-of-00001"
    silent = []
    for path in (index, shard):
        data = path.read_bytes()
        for at in range(len(data)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 0x15]) + data[at + 1 :])
            with contextlib.suppress(InputError):
                np.testing.assert_array_equal(read_bundle(index)["a"], np.arange(4.0))
                silent.append((path.suffix, at - len(data)))
        path.write_bytes(data)
    # the footer's filling and the place of the (absent) block of filters mean nothing
    assert all(suffix == ".index" and -48 <= at < -8 for suffix, at in silent)


def test_what_is_cut_absent_compressed_or_a_pointer_is_named(tmp_path):
    index = write_bundle(tmp_path / "variables", ARRAYS)
    shard, whole = tmp_path / "variables.data-00000-of-00001", index.read_bytes()
    numbers = shard.read_bytes()
    shard.write_bytes(numbers[:-7])
    with pytest.raises(InputError, match=r"data-00000-of-00001 ends before .*download it again"):
        read_bundle(index)
    shard.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(InputError, match=r"data-00000-of-00001 is a Git LFS pointer"):
        read_bundle(index)
    shard.unlink()
    with pytest.raises(InputError, match=r"no weights .*data-00000-of-00001"):
        read_bundle(index)
    index.write_bytes(whole[:-20])
    with pytest.raises(InputError, match="not a whole index of a TensorFlow checkpoint"):
        read_bundle(index)
    with pytest.raises(InputError, match=r"is compressed \(snappy\)"):
        read_bundle(write_bundle(tmp_path / "variables", ARRAYS, kind=1))


def test_the_palo_checkpoint_tells_what_it_was_last_tested_on(shared):
    found = read_bundle(shared / "golden" / "lola" / "variables.index")
    assert (found["keras_api/metrics/1/total"], found["keras_api/metrics/1/count"]) == (303, 333)
    weights = [array for name, array in found.items() if name.startswith("layer_") and "SLOT" not in name]
    assert sum(array.size for array in weights) == 129_019
