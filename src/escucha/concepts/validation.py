"""Is a concept's card sound? What should hold of its examples before a number about it means something.

Conventions: levels are dB of the root mean square; groups are what must not cross a split (artists, singers, families).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escucha.concepts.concept import Concept, halves
from escucha.concepts.names import listed
from escucha.corpora.corpus import UNREADABLE, Track, key_of
from escucha.errors import InputError
from escucha.models.resampling import FEW_GROUPS

FEWEST = 12
"""Examples a side: with fewer a direction and its held-out accuracy are hardly measured."""
LOUDER = 3.0
"""dB: sides further apart than this may be told from each other by loudness alone."""
SILENT = -70.0
"""dB of full scale: below it nothing is heard (the absolute gate of ITU-R BS.1770)."""


@dataclass(frozen=True)
class Check:
    """One thing that should hold."""

    what: str
    passed: bool | None
    """None where it could not be asked: no clips under test were named, or nothing was heard."""
    sentence: str
    """What was found; where it fails, what that means and what to do."""


def validate(concept: Concept, under_test: Iterable[Track] = (),
             levels: Sequence[float] | None = None) -> tuple[Check, ...]:
    """Every check, in the order of CHECKS; nothing is rendered or decoded.

    `under_test` are the clips that the concept is going to be tested on; `levels` those of `concept.examples`, dB (of
    `audio.loudness.level`), where they were heard.
    """
    asked = Asked(concept, tuple(under_test), None if levels is None else np.array(levels))
    return tuple(Check(what, *check(asked)) for what, check in CHECKS.items())


def doubts(concept: Concept, under_test: Iterable[Track] = (),
           levels: Sequence[float] | None = None) -> tuple[str, ...]:
    """What fails, a sentence each; empty for a sound card. Arguments as of `validate`."""
    return tuple(check.sentence for check in validate(concept, under_test, levels) if check.passed is False)


@dataclass(frozen=True, eq=False)
class Asked:
    """What the checks look at."""

    concept: Concept
    under_test: tuple[Track, ...]
    levels: np.ndarray | None
    """`(example,)` dB, where the examples were heard."""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """One an example; files are read for them, so once."""
        return tuple(key_of(example.source) for example in self.concept.examples)


Answer = tuple[bool | None, str]


def _examples(asked: Asked) -> Answer:
    sides = [len(side) for side in halves(asked.concept.examples)]
    unpaired = f"{sides[0]} examples with the idea and {sides[1]} without"
    said = f"{sides[0]} pairs" if asked.concept.paired else unpaired
    if min(sides) >= FEWEST:
        return True, f"{said}."
    return False, f"{said} are few; give it {FEWEST} or more on each side."


def _groups(asked: Asked) -> Answer:
    examples = asked.concept.examples
    found = [len({examples[place].group for place in side}) for side in halves(examples)]
    named = f"{found[0]} group{'s' if found[0] > 1 else ''}"
    said = f"{named} on each side" if found[0] == found[1] else f"{named} with the idea and {found[1]} without"
    if min(found) >= FEW_GROUPS:
        return True, f"{said}."
    return False, (f"{said} are few: what is taken for the idea may be an artist or a recording, and intervals say "
                   f"little under {FEW_GROUPS}; take examples from more groups.")


def _labels(asked: Asked) -> Answer:
    examples = asked.concept.examples
    with_, without = (Counter(examples[place].label for place in side) for side in halves(examples))
    if set(with_) == set(without) == {""}:
        return None, "The labels of the examples are not known, so nobody can say whether both sides have the same."
    if with_ == without:
        return True, f"The same labels on both sides ({listed(sorted(with_)) if len(with_) <= 4 else len(with_)})."
    apart = sorted({label or "(unknown)" for label in (with_ - without) + (without - with_)})
    return False, (f"The two sides differ in labels ({listed(apart[:4])}): the idea cannot be told from them; give "
                   "both sides as many clips of each label.")


def _levels(asked: Asked) -> Answer:
    if asked.levels is None:
        return None, "Nothing was heard, so levels were not compared."
    with_, without = (asked.levels[side] for side in halves(asked.concept.examples))
    apart = float(np.mean(np.maximum(with_, SILENT)) - np.mean(np.maximum(without, SILENT)))
    said = f"With the idea clips are {abs(apart):.1f} dB {'louder' if apart >= 0 else 'softer'} on average"
    if abs(apart) <= LOUDER:
        return True, f"{said}."
    return False, f"{said}: what is found may be loudness. That is as it should be only where the idea is loudness."


def _null(asked: Asked) -> Answer:
    try:
        asked.concept.check_spare()
    except InputError as error:
        return False, f"There are too few null examples: {error}."
    return True, f"{len(asked.concept.null)} null examples."


def _apart(asked: Asked) -> Answer:
    if not asked.under_test:
        return None, "No clips under test were named."
    shared = sorted({track.group for track in asked.under_test} & set(asked.concept.groups))
    shown = {*asked.keys, *(key_of(one.source) for one in asked.concept.null)} - {UNREADABLE}
    same = [track.name for track in asked.under_test if key_of(track.source) in shown]
    if not shared and not same:
        return True, "No group and no sound is shared with the clips under test."
    kind, found = ("group", shared) if shared else ("sound", same)
    named = f"{', '.join(found[:3])}{', …' if len(found) > 3 else ''}"
    what = f"{len(found)} {kind}s ({named}) are" if len(found) > 1 else f"{kind.capitalize()} {named} is"
    return False, (f"{what} among the clips under test too: what is found may be those artists or recordings; test it "
                   "on others.")


def _different(asked: Asked) -> Answer:
    with_, without = ({asked.keys[place] for place in side} for side in halves(asked.concept.examples))
    same = (with_ & without) - {UNREADABLE}
    if not same:
        return True, "No sound is on both sides."
    return False, (f"{len(same)} sound{'s are' if len(same) > 1 else ' is'} on both sides, with the idea and without "
                   "it; take it out of one.")


def _heard(asked: Asked) -> Answer:
    if asked.levels is None:
        return None, "Nothing was heard, so silence was not looked for."
    silent = int((asked.levels < SILENT).sum())
    if not silent:
        return True, "Every example sounds."
    return False, f"{silent} of {len(asked.levels)} examples are silent; take them out."


CHECKS: dict[str, Callable[[Asked], Answer]] = {
    "enough examples": _examples,
    "enough groups": _groups,
    "same labels on both sides": _labels,
    "same level on both sides": _levels,
    "enough null examples": _null,
    "nothing shared with the clips under test": _apart,
    "no sound on both sides": _different,
    "no silence": _heard,
}
"""What is asked, in the order in which it is told."""

