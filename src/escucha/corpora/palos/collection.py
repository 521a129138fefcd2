"""Corpora of rendered palos: balanced, seeded, split by family."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.palos.family import CONCEPT_FAMILY, SPLITS, split_of
from escucha.corpora.palos.palo import PALOS
from escucha.corpora.palos.recipe import Recipe, checked
from escucha.corpora.palos.source import PaloSource
from escucha.corpora.palos.streams import integer, stream
from escucha.errors import InputError, unknown

FAMILIES = 120
MOST = 1_000_000
"""Clips in one corpus, at most: months of music."""


def palos_corpus(*, clips: int = 60, seed: int = 0, palos: tuple[str, ...] = tuple(PALOS), families: int = FAMILIES,
                 first_family: int = 0, duration: float = 12.0, split: str = "", natural: bool = False,
                 changes: Mapping[str, Any] | tuple[Any, ...] = ()) -> Corpus:
    """The first `clips` clips of an endless seeded sequence, or of the part of it that belongs to one split.

    The sequence goes by family: each family in turn plays every palo once, so palos are balanced, and clip
    `bulerias-000123` is the same whatever `clips` and `split` are. Of `families` families from number `first_family`
    on (multiples of five) three in five are train, one valid, one test, by their number alone. `changes` are set in
    every recipe (see `recipe.CHANGES`). A wrong value raises InputError.
    """
    numbers = range(first_family, first_family + families)
    _check(clips, palos, split, numbers=numbers)
    fixed = checked(changes)
    tracks = islice(_tracks(seed, tuple(palos), split, numbers=numbers), clips)
    made = tuple(_track(row, seed, duration=duration, natural=natural, changes=fixed) for row in tracks)
    played = f"{families}" + (f" from {first_family}" if first_family else "")
    named = f"palos(seed={seed}, clips={clips}, families={played}, split={split or 'all'}"
    return Corpus(made, named + (", natural)" if natural else ")"))


def _check(clips: int, palos: Sequence[str], split: str, *, numbers: range) -> None:
    for palo in palos:
        if palo not in PALOS:
            raise unknown("palo", str(palo), PALOS)
    if not palos or len(set(palos)) != len(palos):
        raise InputError(f"palos is a list of different names, got {list(palos)}; available: {', '.join(PALOS)}")
    if not isinstance(clips, int) or isinstance(clips, bool) or not 1 <= clips <= MOST:
        raise InputError(f"a palos corpus needs clips = 1 or more, up to {MOST}, got {clips!r}")
    if not numbers or numbers.start % 5 or numbers.stop % 5 or not 0 <= numbers.start < numbers.stop <= CONCEPT_FAMILY:
        raise InputError(f"families and first_family are multiples of 5 that stay within 0 and {CONCEPT_FAMILY}, got "
                         f"{len(numbers)} from {numbers.start}")
    if split and split not in SPLITS:
        raise unknown("split", split, set(SPLITS))


def _tracks(seed: int, palos: tuple[str, ...], split: str, *, numbers: range) -> Iterator[tuple[str, int, int]]:
    """Endless rows (palo, number, family): in every five turns three train, one valid and one test family play."""
    groups = len(numbers) // len(SPLITS)
    for block in count():
        lap, turn = divmod(block, groups)
        group = int(stream(seed, "families", lap).permutation(groups)[turn])
        for place, within in enumerate(stream(seed, "turns", block).permutation(len(SPLITS))):
            number = numbers.start + group * len(SPLITS) + int(within)
            if not split or split_of(number) == split:
                yield from ((palo, block * len(SPLITS) + place, number) for palo in palos)


def _track(row: tuple[str, int, int], seed: int, *, duration: float, natural: bool,
           changes: tuple[tuple[str, Any], ...]) -> Track:
    palo, number, group = row
    recipe = Recipe(palo, integer(seed, palo, number), group, duration, natural, changes)
    return Track(f"{palo}-{number:06d}", (palo,), f"family-{group:04d}", PaloSource(recipe), split_of(group))
