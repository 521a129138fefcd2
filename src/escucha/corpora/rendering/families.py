"""Families by number, their splits, and the endless seeded sequence in which they play.

Family numbers below `CONCEPT_FAMILY` belong to corpora, and the number alone fixes the split (three in five train,
one valid, one test), whatever the corpus; those from `CONCEPT_FAMILY` on are kept for concept examples. So no family
ever stands on both sides of a split, and none supplies both concept examples and test clips.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import count

from escucha.corpora.rendering.streams import stream
from escucha.errors import InputError, unknown

CONCEPT_FAMILY = 1000
CONCEPT_FAMILIES = range(CONCEPT_FAMILY, CONCEPT_FAMILY + 40)
SPLITS = ("train", "train", "train", "valid", "test")
"""The split of family `n` is `SPLITS[n % 5]`."""
FAMILIES = 120
MOST = 1_000_000
"""Clips in one corpus, at most: months of music."""


def split_of(number: int) -> str:
    """`train`, `valid` or `test` of a corpus family.

    >>> [split_of(n) for n in range(5)]
    ['train', 'train', 'train', 'valid', 'test']
    """
    return SPLITS[number % len(SPLITS)]


def turns(seed: int, labels: Sequence[str], split: str, *, numbers: range) -> Iterator[tuple[str, int, int]]:
    """Endless rows (label, number, family): in every five turns three train, one valid and one test family play."""
    groups = len(numbers) // len(SPLITS)
    for block in count():
        lap, turn = divmod(block, groups)
        group = int(stream(seed, "families", lap).permutation(groups)[turn])
        for place, within in enumerate(stream(seed, "turns", block).permutation(len(SPLITS))):
            number = numbers.start + group * len(SPLITS) + int(within)
            if not split or split_of(number) == split:
                yield from ((label, block * len(SPLITS) + place, number) for label in labels)


def check_corpus(what: str, known: Collection[str], labels: Sequence[str], *, clips: int, split: str,
                 numbers: range) -> None:
    """InputError for what no rendered corpus can be; `what` is the corpus' kind, `palos` or `genres`."""
    for label in labels:
        if label not in known:
            raise unknown(what.removesuffix("s"), str(label), known)
    if not labels or len(set(labels)) != len(labels):
        raise InputError(f"{what} is a list of different names, got {list(labels)}; available: {', '.join(known)}")
    if not isinstance(clips, int) or isinstance(clips, bool) or not 1 <= clips <= MOST:
        raise InputError(f"a {what} corpus needs clips = 1 or more, up to {MOST}, got {clips!r}")
    if not numbers or numbers.start % 5 or numbers.stop % 5 or not 0 <= numbers.start < numbers.stop <= CONCEPT_FAMILY:
        raise InputError(f"families and first_family are multiples of 5 that stay within 0 and {CONCEPT_FAMILY}, got "
                         f"{len(numbers)} from {numbers.start}")
    if split and split not in SPLITS:
        raise unknown("split", split, set(SPLITS))
