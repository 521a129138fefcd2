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
    """A layer without the dotted name that all of them begin with.

    >>> short("network.block1", ["network.block1", "network.pool"])
    'block1'
    """
    heads = {name.rpartition(".")[0] for name in layers if "." in name}
    return layer.rpartition(".")[2] if len(heads) == 1 else layer
