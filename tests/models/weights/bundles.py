"""A slow writer of TensorFlow checkpoints, by the book of LevelDB's table format, to read them back."""

from pathlib import Path

import numpy as np

from escucha.models.weights.tensorflow import DTYPES, MAGIC, SAVED


def slow_crc(data: bytes) -> int:
    """CRC-32C, bit by bit."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """As it is stored."""
    crc = slow_crc(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def number(value: int) -> bytes:
    """A varint."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def block(entries: list[tuple[bytes, bytes]], kind: int = 0) -> bytes:
    """Entries with shared beginnings, one restart, the kind and the checksum."""
    body, before = b"", b""
    for key, value in entries:
        shared = max(size for size in range(len(key) + 1) if before.startswith(key[:size]))
        body += number(shared) + number(len(key) - shared) + number(len(value)) + key[shared:] + value
        before = key
    body += bytes(4) + (1).to_bytes(4, "little") + bytes([kind])
    return body + masked(body).to_bytes(4, "little")


def field(key: int, kind: int, value: bytes) -> bytes:
    """One field of a message."""
    return number(key << 3 | kind) + value


def entry(array: np.ndarray, shard: int, offset: int) -> bytes:
    """A BundleEntryProto."""
    dtype = next(key for key, name in DTYPES.items() if np.dtype(name) == array.dtype)
    dims = b"".join(field(2, 2, number(len(dim)) + dim) for dim in (field(1, 0, number(size)) for size in array.shape))
    data = array.tobytes()
    return (field(1, 0, number(dtype)) + field(2, 2, number(len(dims)) + dims) + field(3, 0, number(shard))
            + field(4, 0, number(offset)) + field(5, 0, number(len(data)))
            + field(6, 5, masked(data).to_bytes(4, "little")))


def write_bundle(prefix: Path, arrays: dict[str, np.ndarray], shards: int = 1, *, kind: int = 0,
                 per_block: int = 2) -> Path:
    """The index of a checkpoint of `arrays`, dealt to shards in turn."""
    held = [b""] * shards
    rows = [(b"", field(1, 0, number(shards)))]
    for at, (name, array) in enumerate(sorted(arrays.items())):
        rows.append(((name + SAVED).encode(), entry(array, at % shards, len(held[at % shards]))))
        held[at % shards] += array.tobytes()
    for at, data in enumerate(held):
        prefix.with_name(f"{prefix.name}.data-{at:05d}-of-{shards:05d}").write_bytes(data)
    table, places = b"", []
    for at in range(0, len(rows), per_block):
        piece = block(rows[at : at + per_block], kind)
        places.append((rows[min(at + per_block, len(rows)) - 1][0], number(len(table)) + number(len(piece) - 5)))
        table += piece
    last = block(places)
    footer = (number(0) + number(0) + number(len(table)) + number(len(last) - 5)).ljust(40, b"\0") + MAGIC
    index = prefix.with_name(f"{prefix.name}.index")
    index.write_bytes(table + last + footer)
    return index
