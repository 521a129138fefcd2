"""Corpora of rendered palos: balanced, seeded, split by family."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.palos.palo import DEFAULT_PALOS, PALOS
from escucha.corpora.palos.recipe import CHANGES, Recipe
from escucha.corpora.palos.source import PaloSource
from escucha.corpora.rendering.changes import checked
from escucha.corpora.rendering.families import FAMILIES, check_corpus, split_of, turns
from escucha.corpora.rendering.streams import integer


def palos_corpus(*, clips: int = 60, seed: int = 0, palos: tuple[str, ...] = DEFAULT_PALOS, families: int = FAMILIES,
                 first_family: int = 0, duration: float = 12.0, split: str = "", natural: bool = False,
                 changes: Mapping[str, Any] | tuple[Any, ...] = ()) -> Corpus:
    """The first `clips` clips of an endless seeded sequence, or of the part of it that belongs to one split.

    The sequence goes by family: each family in turn plays every palo once, so palos are balanced, and clip
    `bulerias-000123` is the same whatever `clips` and `split` are. Of `families` families from number `first_family`
    on (multiples of five) three in five are train, one valid, one test, by their number alone. `changes` are set in
    every recipe (see `recipe.CHANGES`); `palos` are keys of `palo.PALOS`. A wrong value raises InputError.
    """
    numbers = range(first_family, first_family + families)
    check_corpus("palos", PALOS, palos, clips=clips, split=split, numbers=numbers)
    fixed = checked(changes, CHANGES, "palos")
    tracks = islice(turns(seed, tuple(palos), split, numbers=numbers), clips)
    made = tuple(_track(row, seed, duration=duration, natural=natural, changes=fixed) for row in tracks)
    played = f"{families}" + (f" from {first_family}" if first_family else "")
    named = f"palos(seed={seed}, clips={clips}, families={played}, split={split or 'all'}"
    return Corpus(made, named + (", natural)" if natural else ")"))


def _track(row: tuple[str, int, int], seed: int, *, duration: float, natural: bool,
           changes: tuple[tuple[str, Any], ...]) -> Track:
    palo, number, group = row
    recipe = Recipe(palo, integer(seed, palo, number), group, duration, natural, changes)
    return Track(f"{palo}-{number:06d}", (palo,), f"family-{group:04d}", PaloSource(recipe), split_of(group))
