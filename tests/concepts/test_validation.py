"""Validation of cards: a sound card passes, and each thing that can be wrong with one is found, and only that."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.loudness import level
from escucha.concepts.concept import Concept, Example
from escucha.concepts.validation import CHECKS, doubts, validate
from escucha.corpora.corpus import Track

PALOS = ("soleá", "rumba")


@dataclass(frozen=True)
class Named:
    """A source that is its name."""

    name: str

    def key(self) -> str:
        """The name."""
        return self.name


def card(*, sides: int = 24, groups: int = 24, paired: bool = False, spare: int = 4) -> Concept:
    examples = tuple(Example(Named(f"{number}-{there}"), there, f"artist{number % groups}", PALOS[number % 2])
                     for number in range(sides) for there in (True, False))
    null = tuple(Example(Named(f"n{number}"), not number % 2, f"artist{number // 2 % groups}", PALOS[number // 2 % 2])
                 for number in range(spare * 2 * sides))
    return Concept("compás", "An idea.", examples, null, paired=paired)


def sounds(concept: Concept, *, louder: float = 0.0, silent: int = 0) -> list[float]:
    rng = np.random.default_rng(0)
    gains = [10 ** (louder * one.present / 20) * (at >= silent) for at, one in enumerate(concept.examples)]
    return [level(Clip(gain * rng.normal(0, .1, 2000), 8000)) for gain in gains]


def track(name: str, group: str) -> Track:
    return Track(name, ("soleá",), group, Named(name))


OTHERS = (track("t1", "somebody"), track("t2", "else"))


@pytest.mark.parametrize("paired", [True, False])
def test_a_sound_card_passes_everything(paired):
    concept = card(paired=paired)
    assert [check.passed for check in validate(concept, OTHERS, sounds(concept))] == [True] * len(CHECKS)
    assert doubts(concept, OTHERS, sounds(concept)) == ()


def test_what_was_not_asked_is_neither_right_nor_wrong():
    found = {check.what: check.passed for check in validate(card())}
    assert [what for what, passed in found.items() if passed is None] == [
        "same level on both sides", "nothing shared with the clips under test", "no silence"]
    unknown = replace(card(), examples=tuple(replace(one, label="") for one in card().examples))
    assert validate(unknown)[2].passed is None


def uneven(concept: Concept) -> Concept:
    return replace(concept, examples=tuple(replace(one, label="tangos") if one.present and not at else one
                                           for at, one in enumerate(concept.examples)))


def repeated(concept: Concept) -> Concept:
    first, *others = concept.examples
    return replace(concept, examples=(first, replace(others[0], source=first.source), *others[1:]))


WRONG = {
    "enough examples": (card(sides=11, groups=11), {}, r"11 examples with the idea and 11 without are few"),
    "enough groups": (card(groups=19), {}, r"19 groups on each side are few: .*under 20"),
    "same labels on both sides": (uneven(card()), {}, r"differ in labels \(soleá and tangos\)"),
    "same level on both sides": (card(), {"louder": 5.0}, r"5\.\d dB louder on average: what is found may be loudness"),
    "enough null examples": (card(spare=3), {}, r"48 examples and 144 null examples"),
    "no sound on both sides": (repeated(card()), {}, r"1 sound is on both sides"),
    "no silence": (card(), {"silent": 2}, r"2 of 48 examples are silent"),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_fault_is_found_and_named(what):
    concept, heard, says = WRONG[what]
    found = {check.what: check for check in validate(concept, OTHERS, sounds(concept, **heard))}
    assert found[what].passed is False
    assert re.search(says, found[what].sentence)
    others = {name for name, check in found.items() if check.passed is False} - {what}
    assert others <= {"enough groups"}  # eleven examples have eleven groups at most
    assert any(re.search(says, doubt) for doubt in doubts(concept, OTHERS, sounds(concept, **heard)))


def test_groups_and_sounds_shared_with_clips_under_test_are_named():
    concept = card()
    shared = validate(concept, (*OTHERS, track("t3", "artist3")))[5]
    assert shared.passed is False
    assert "Group artist3 is among the clips under test too" in shared.sentence
    same = validate(concept, (*OTHERS, track("n7", "nobody")))[5]  # a null example counts as well
    assert same.passed is False
    assert "Sound n7 is among" in same.sentence


def test_sides_of_unequal_groups_and_several_shared_ones_are_told():
    concept = card()
    few = replace(concept, examples=tuple(replace(one, group="artist0") if one.present else one
                                          for one in concept.examples))
    assert validate(few)[1].sentence.startswith("1 group with the idea and 24 without are few")
    assert validate(concept)[1].sentence == "24 groups on each side."
    wide = replace(concept, examples=(*concept.examples, replace(concept.examples[0], source=Named("x"), group="y")))
    assert validate(wide)[1].sentence == "25 groups with the idea and 24 without."
    shared = validate(concept, [track(f"t{number}", f"artist{number}") for number in range(4)])[5]
    assert "4 groups (artist0, artist1, artist2, …) are among" in shared.sentence


def test_level_of_softer_clips_is_said_with_its_direction():
    concept = card()
    assert re.search(r"[34]\.\d dB softer", validate(concept, (), sounds(concept, louder=-4.0))[3].sentence)
    assert validate(concept, (), sounds(concept, louder=2.0))[3].passed
