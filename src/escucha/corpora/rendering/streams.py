"""Named random streams: each stem and each nuisance draws from its own, so changing one leaves the others alone."""

import hashlib

import numpy as np


def stream(seed: int, *name: str | int) -> np.random.Generator:
    """A generator that depends on `seed` and on `name` only, never on what was drawn elsewhere.

    >>> float(stream(1, "palmas").random()) == float(stream(1, "palmas").random())
    True
    >>> float(stream(1, "palmas").random()) == float(stream(1, "voice").random())
    False
    """
    return np.random.default_rng(integer(seed, *name))


def integer(seed: int, *name: str | int) -> int:
    """The 48-bit seed behind `stream(seed, *name)`; small enough for any JSON reader."""
    text = repr((int(seed), *name)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")
