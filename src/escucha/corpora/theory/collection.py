"""Corpora of music theory: balanced, crossed, seeded, split by instrument."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.rendering.changes import Changes, checked
from escucha.corpora.rendering.families import SPLITS, check_corpus, split_of, turns
from escucha.corpora.rendering.streams import integer, stream
from escucha.corpora.theory.instrument import INSTRUMENTS, seated
from escucha.corpora.theory.recipe import CHANGES, Recipe, check_program, check_topic
from escucha.corpora.theory.source import TheorySource
from escucha.corpora.theory.topic import TOPICS
from escucha.errors import InputError


def theory_corpus(*, about: str = "intervals", clips: int = 360, seed: int = 0, duration: float = 6.0,
                  values: tuple[str, ...] = (), manners: tuple[str, ...] = (),
                  instruments: tuple[int, ...] = INSTRUMENTS, labelled: bool = True, split: str = "",
                  changes: Mapping[str, Any] | tuple[Any, ...] = ()) -> Corpus:
    """The first `clips` clips of an endless seeded sequence, or of the part of it that belongs to one split.

    The sequence goes by instrument: each in turn plays every value of the topic in every manner (see `topic.TOPICS`),
    all with one tonic, one register, one pace, one room, one touch. So within a turn clips differ in nothing but value
    and manner, and no other annotation tells either. Three in five `instruments` (General MIDI programs, a multiple of
    five of them) are train, one valid, one test, the same in every corpus with this list whatever its seed; the
    instrument is the group. `values` and `manners` are some of the topic's, all when empty. Labels are values;
    `labelled` false leaves them out, for concepts that are about the value itself. `changes` are set in every recipe
    (see `recipe.CHANGES`). A wrong value raises InputError.
    """
    check_topic(about, values, manners)
    topic = TOPICS[about]
    _check_instruments(instruments)
    values, manners = values or topic.values, manners or topic.manners
    for chosen, known in ((values, topic.values), (manners, topic.manners)):
        check_corpus(about, known, chosen, clips=clips, split=split, numbers=range(len(instruments)))
    fixed, seats = checked(changes, CHANGES, "theory"), seated(instruments)
    rows = islice(turns(seed, tuple(f"{value} {manner}" for value in values for manner in manners), split,
                        numbers=range(len(seats))), clips)
    tracks = tuple(_track(row, about, seed, seats, duration=duration, labelled=labelled, changes=fixed) for row in rows)
    return Corpus(tracks, f"theory(about={about}, seed={seed}, clips={clips}, instruments={len(seats)}, "
                          f"split={split or 'all'})")


def tonic_of(seed: int, number: int, seat: int, seats: int) -> int:
    """The tonic of a turn: the instruments of a split, in their order, go through all twelve before any comes again."""
    block, place = divmod(seat, len(SPLITS))
    split = split_of(seat)
    turn = block * SPLITS.count(split) + place % SPLITS.count(split)
    lap = number // seats
    return int(stream(seed, "tonic", split, lap, turn // 12).permutation(12)[turn % 12])


def _track(row: tuple[str, int, int], about: str, seed: int, seats: tuple[int, ...], *, duration: float, labelled: bool,
           changes: Changes) -> Track:
    asked, number, seat = row
    value, manner = asked.split(" ")
    recipe = Recipe(about, value, manner, seats[seat], tonic_of(seed, number, seat, len(seats)),
                    integer(seed, about, number), duration, changes)
    label = value.replace("/", "-")
    return Track(f"{about}-{number:06d}-{label}-{manner}", (label,) if labelled else (),
                 f"program-{seats[seat]:03d}", TheorySource(recipe), split_of(seat))


def _check_instruments(instruments: tuple[int, ...]) -> None:
    """InputError for programs that cannot be split by instrument."""
    for program in instruments:
        check_program(program)
    if not instruments or len(instruments) % len(SPLITS) or len(set(instruments)) != len(instruments):
        raise InputError(f"instruments is a list of different General MIDI programs, a multiple of {len(SPLITS)} of "
                         f"them (three train, one valid, one test), got {len(instruments)}: {list(instruments)}")
