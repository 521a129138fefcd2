"""Checkpoints of TensorFlow 2 (`NAME.index` and `NAME.data-0000k-of-0000n`), read without TensorFlow.

The index is a sorted table of LevelDB's kind (its table_format.md): blocks of entries whose keys share beginnings, each
with a checksum, and a footer that says where the block of blocks is. Its values are protocol buffers (TensorFlow's
tensor_bundle.proto) that say where a tensor lies in which shard.
Conventions: `{"layer_with_weights-0/kernel": array}`; what saving adds to a key is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from escucha.errors import InputError
from escucha.models.weights.crc32c import crc32c, masked
from escucha.models.weights.files import first_bytes
from escucha.models.weights.protobuf import Fields, message, varint

MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
SAVED = "/.ATTRIBUTES/VARIABLE_VALUE"
DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 10: "?", 17: "<u2", 19: "<f2",
          22: "<u4", 23: "<u8"}
"""TensorFlow's number of a type to numpy's; texts, such as the graph of objects, are passed over."""
TEXT = 7


@dataclass(frozen=True)
class Entry:
    """Where one tensor lies."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    checksum: int
    """Of its bytes, masked."""


def read_bundle(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a checkpoint, given by its `.index`, by a shard, or by what their names have in common.

    InputError for missing, damaged, cut or compressed files, and for an LFS pointer in the place of one.
    """
    index = _index_of(path)
    try:
        table = dict(_table(index))
        header = message(table[b""])
        entries = {key.decode(): _entry(message(value)) for key, value in table.items() if key}
    except (IndexError, KeyError, UnicodeDecodeError):
        raise _damaged(index) from None
    if header.number(2):
        raise InputError(f"{index} was written on a big-endian machine; save it again on a common one")
    shards = _Shards(index.with_suffix(""), max(header.number(1), 1))
    return {name.removesuffix(SAVED): shards.tensor(name, entry) for name, entry in entries.items()
            if entry.dtype != TEXT}


def _index_of(path: Path) -> Path:
    if path.suffix == ".index":
        return path
    return path.with_suffix(".index") if path.suffix.startswith(".data-") else path.with_name(path.name + ".index")


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is not a whole TensorFlow checkpoint; download it again")


def _table(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of the index."""
    first_bytes(path)
    data = path.read_bytes()
    if data[-len(MAGIC):] != MAGIC or len(data) < FOOTER:
        raise InputError(f"{path} is not a whole index of a TensorFlow checkpoint (its last bytes are missing); "
                         "download it again")
    footer, at = data[-FOOTER:], 0
    handle = []
    for _ in range(4):  # where the block of filters is and its size, then the same of the block of blocks
        number, at = varint(footer, at)
        handle.append(number)
    for _, place in _block(data, handle[2], handle[3], path):
        offset, after = varint(place, 0)
        yield from _block(data, offset, varint(place, after)[0], path)


def _block(data: bytes, offset: int, size: int, path: Path) -> Iterator[tuple[bytes, bytes]]:
    block, kind = data[offset : offset + size], data[offset + size]
    stored = int.from_bytes(data[offset + size + 1 : offset + size + 5], "little")
    if len(block) != size or masked(crc32c(data[offset : offset + size + 1])) != stored:
        raise _damaged(path)
    if kind:
        raise InputError(f"{path} is compressed (snappy), which is not read here; save the checkpoint again with "
                         "tf.train.Checkpoint, which does not compress")
    end = size - 4 * (1 + int.from_bytes(block[-4:], "little"))  # after the entries: where keys stand in full
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        length, at = varint(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + length]
        at += own + length


def _entry(fields: Fields) -> Entry:
    sizes = tuple(message(dim).number(1) for dim in message(fields.text(2)).texts(2))
    return Entry(fields.number(1), sizes, fields.number(3), fields.number(4), fields.number(5), fields.number(6))


class _Shards:
    """The files that hold the numbers, each read once."""

    def __init__(self, prefix: Path, count: int):
        self._prefix, self._count, self._read = prefix, count, dict[int, bytes]()

    def tensor(self, name: str, entry: Entry) -> np.ndarray:
        """One tensor; InputError where its bytes are missing or are not those that were saved."""
        path = self._prefix.with_name(f"{self._prefix.name}.data-{entry.shard:05d}-of-{self._count:05d}")
        if entry.dtype not in DTYPES:
            raise InputError(f"{name!r} in {path} is of a type that is not read here (number {entry.dtype})")
        if entry.shard not in self._read:
            first_bytes(path)
            self._read[entry.shard] = path.read_bytes()
        data = self._read[entry.shard][entry.offset : entry.offset + entry.size]
        dtype = np.dtype(DTYPES[entry.dtype])
        if not len(data) == entry.size == np.prod(entry.shape, dtype=float) * dtype.itemsize:
            raise InputError(f"{path} ends before {name!r} does; download it again")
        if masked(crc32c(data)) != entry.checksum:
            raise InputError(f"{name!r} in {path} is damaged (its checksum does not match); download it again")
        return np.frombuffer(data, dtype).reshape(entry.shape)
