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


def palos_corpus(*, clips: int = 60, seed: int = 0, palos: tuple[str, ...] = tuple(PALOS), families: int = FAMILIES,
                 duration: float = 12.0, split: str = "", natural: bool = False,
                 changes: Mapping[str, Any] | tuple[Any, ...] = ()) -> Corpus:
    """The first `clips` clips of an endless seeded sequence, or of the part of it that belongs to one split.

    The sequence goes by family: each family in turn plays every palo once, so palos are balanced, and clip
    `bulerias-000123` is the same whatever `clips` and `split` are. Of `families` families (a multiple of five), three
    in five are train, one valid, one test, by their number alone. `changes` are set in every recipe (see
    `recipe.CHANGES`). A wrong value raises InputError.
    """
    _check(clips, palos, families, split)
    fixed = checked(changes)
    tracks = islice(_tracks(seed, tuple(palos), families, split), clips)
    made = tuple(_track(row, seed, duration=duration, natural=natural, changes=fixed) for row in tracks)
    named = f"palos(seed={seed}, clips={clips}, families={families}, split={split or 'all'}"
    return Corpus(made, named + (", natural)" if natural else ")"))


def _check(clips: int, palos: Sequence[str], families: int, split: str) -> None:
    for palo in palos:
        if palo not in PALOS:
            raise unknown("palo", str(palo), PALOS)
    if not palos or len(set(palos)) != len(palos):
        raise InputError(f"palos is a list of different names, got {list(palos)}; available: {', '.join(PALOS)}")
    if not isinstance(clips, int) or isinstance(clips, bool) or clips < 1:
        raise InputError(f"a palos corpus needs clips = 1 or more, got {clips!r}")
    if not 5 <= families <= CONCEPT_FAMILY or families % 5:
        raise InputError(f"families is a multiple of 5 from 5 to {CONCEPT_FAMILY}, got {families!r}")
    if split and split not in SPLITS:
        raise unknown("split", split, set(SPLITS))


def _tracks(seed: int, palos: tuple[str, ...], families: int, split: str) -> Iterator[tuple[str, int, int]]:
    """Endless rows (palo, number, family): in every five turns three train, one valid and one test family play."""
    groups = families // len(SPLITS)
    for block in count():
        lap, turn = divmod(block, groups)
        group = int(stream(seed, "families", lap).permutation(groups)[turn])
        for place, within in enumerate(stream(seed, "turns", block).permutation(len(SPLITS))):
            number = group * len(SPLITS) + int(within)
            if not split or split_of(number) == split:
                yield from ((palo, block * len(SPLITS) + place, number) for palo in palos)


def _track(row: tuple[str, int, int], seed: int, *, duration: float, natural: bool,
           changes: tuple[tuple[str, Any], ...]) -> Track:
    palo, number, group = row
    recipe = Recipe(palo, integer(seed, palo, number), group, duration, natural, changes)
    return Track(f"{palo}-{number:06d}", (palo,), f"family-{group:04d}", PaloSource(recipe), split_of(group))
