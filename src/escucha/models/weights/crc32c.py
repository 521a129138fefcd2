"""CRC-32C (Castagnoli), the checksum inside TensorFlow's checkpoints, fast enough in numpy.

The remainder is linear: a message is cut into lanes of equal length that are divided side by side, and the lanes'
remainders are joined with the operator that appends as many zeros (Castagnoli, Braeuer, Herrmann 1993; RFC 3720 B.4).
"""

import numpy as np

POLYNOMIAL = 0x82F63B78
"""Bits reversed."""
LANES = 1024


def _table() -> np.ndarray:
    row = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        row = np.where(row & 1, (row >> 1) ^ np.uint32(POLYNOMIAL), row >> 1)
    return row


TABLE = _table()
"""`(256,)` uint32: the remainder of each byte."""


def crc32c(message: bytes) -> int:
    """The checksum of some bytes.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    data = np.frombuffer(message, dtype=np.uint8)
    if len(data) < 4:
        return int(_divide(data[None], np.array([0xFFFFFFFF], dtype=np.uint32))[0]) ^ 0xFFFFFFFF
    length = -(-len(data) // LANES)
    lanes = np.zeros((LANES, length), dtype=np.uint8)  # zeros before a message leave no remainder
    flat = lanes.reshape(-1)[LANES * length - len(data):]
    flat[:] = data
    flat[:4] ^= 0xFF  # as if the division had begun with ones
    bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
    shifted = _divide(np.zeros((32, length), dtype=np.uint8), bits)
    total = np.uint32(0)
    for remainder in _divide(lanes, np.zeros(LANES, dtype=np.uint32)):
        total = np.bitwise_xor.reduce(shifted[(total & bits) != 0], initial=remainder)
    return int(total) ^ 0xFFFFFFFF


def _divide(lanes: np.ndarray, remainder: np.ndarray) -> np.ndarray:
    """`(lane,)` remainders of bytes `(lane, byte)`, begun with `remainder`."""
    for byte in lanes.T:
        remainder = TABLE[(remainder ^ byte) & 0xFF] ^ (remainder >> 8)
    return remainder


def masked(checksum: int) -> int:
    """As LevelDB and TensorFlow store it: turned by 15 bits plus a constant, so that it is no message's own."""
    return (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF
