"""How concepts and layers are written for people."""

from collections.abc import Sequence

MOST = 4
"""Items that one list of a sentence names; the tables have all."""


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items with commas and a last word.

    >>> listed(["palmas", "voice", "castanets"])
    'palmas, voice and castanets'
    """
    return f"{', '.join(items[:-1])} {last} {items[-1]}" if len(items) > 1 else items[0] if items else "nothing"


def few_of(items: Sequence[str], last: str = "and") -> str:
    """The first MOST items of a list, and how many more.

    >>> few_of(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    more = len(items) - MOST
    return listed([*items[:MOST], f"{more} more"]) if more > 1 else listed(items, last)


def spoken(concept: str) -> str:
    """A card's name as words: `phrygian-mode` is `phrygian mode`."""
    return concept.replace("-", " ")


def short(layer: str, layers: Sequence[str]) -> str:
    """A layer without the dotted name that all of them begin with, unless only numbers are left.

    >>> short("network.block1", ["network.block1", "network.pool"]), short("layer.1", ["layer.0", "layer.1"])
    ('block1', 'layer.1')
    """
    heads, tails = zip(*(name.rpartition(".")[::2] for name in layers))
    plain = len(set(heads)) > 1 or any(tail.isdigit() for tail in tails)
    return layer if plain else layer.rpartition(".")[2]
