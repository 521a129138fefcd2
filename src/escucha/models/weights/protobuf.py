"""As much of the protocol buffers' wire format as a checkpoint's index needs (protobuf.dev, "Encoding")."""

from dataclasses import dataclass, field

VARINT, EIGHT, TEXT, FOUR = 0, 1, 2, 5
"""How a field's value is written."""


@dataclass
class Fields:
    """The fields of a message by their number, in the order they were written."""

    numbers: dict[int, int] = field(default_factory=dict)
    lists: dict[int, list[bytes]] = field(default_factory=dict)

    def number(self, key: int) -> int:
        """An integer; 0 where it was left out, as protocol buffers do."""
        return self.numbers.get(key, 0)

    def texts(self, key: int) -> list[bytes]:
        """All values of a repeated message or text."""
        return self.lists.get(key, [])

    def text(self, key: int) -> bytes:
        """One message or text; empty where it was left out."""
        return b"".join(self.texts(key))


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length at a position, and the position after it; IndexError where the data end before.

    >>> varint(bytes([0xAC, 0x02]), 0)
    (300, 2)
    """
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def message(data: bytes) -> Fields:
    """The fields of a message; IndexError where it is damaged."""
    found, at = Fields(), 0
    while at < len(data):
        tag, at = varint(data, at)
        key, kind = tag >> 3, tag & 7
        if kind == VARINT:
            found.numbers[key], at = varint(data, at)
        elif kind in (FOUR, EIGHT):
            size = 4 if kind == FOUR else 8
            found.numbers[key] = int.from_bytes(data[at : at + size], "little")
            at += size
        elif kind == TEXT:
            size, at = varint(data, at)
            found.lists.setdefault(key, []).append(data[at : at + size])
            at += size
        else:
            raise IndexError(f"a field of kind {kind}")
    return found
