"""Corpora of rendered genres: balanced, seeded, split by family."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.genres.genre import GENRES
from escucha.corpora.genres.recipe import CHANGES, Recipe
from escucha.corpora.genres.source import GenreSource
from escucha.corpora.rendering.changes import checked
from escucha.corpora.rendering.families import FAMILIES, check_corpus, split_of, turns
from escucha.corpora.rendering.streams import integer


def genres_corpus(*, clips: int = 60, seed: int = 0, genres: tuple[str, ...] = tuple(GENRES), families: int = FAMILIES,
                  first_family: int = 0, duration: float = 30.0, split: str = "",
                  changes: Mapping[str, Any] | tuple[Any, ...] = ()) -> Corpus:
    """The first `clips` clips of an endless seeded sequence, or of the part of it that belongs to one split.

    The sequence goes by family: each family in turn plays every genre once, so genres are balanced, and clip
    `jazz-000123` is the same whatever `clips` and `split` are. Of `families` families from number `first_family` on
    (multiples of five) three in five are train, one valid, one test, by their number alone. A clip lasts `duration`
    seconds, GTZAN's 30 unless told. `changes` are set in every recipe (see `recipe.CHANGES`). A wrong value raises
    InputError.
    """
    numbers = range(first_family, first_family + families)
    check_corpus("genres", GENRES, genres, clips=clips, split=split, numbers=numbers)
    fixed = checked(changes, CHANGES, "genres")
    rows = islice(turns(seed, tuple(genres), split, numbers=numbers), clips)
    played = f"{families}" + (f" from {first_family}" if first_family else "")
    return Corpus(tuple(_track(row, seed, duration, fixed) for row in rows),
                  f"genres(seed={seed}, clips={clips}, families={played}, split={split or 'all'})")


def _track(row: tuple[str, int, int], seed: int, duration: float, changes: tuple[tuple[str, Any], ...]) -> Track:
    genre, number, group = row
    recipe = Recipe(genre, integer(seed, genre, number), group, duration, changes)
    return Track(f"{genre}-{number:06d}", (genre,), f"family-{group:04d}", GenreSource(recipe), split_of(group))
