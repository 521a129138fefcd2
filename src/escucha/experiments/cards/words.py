"""What concept cards turned out to be, in plain sentences, the headline first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from escucha.concepts.names import listed, spoken
from escucha.concepts.validation import CHECKS, LOUDER
from escucha.explain.digits import signed

if TYPE_CHECKING:
    from escucha.experiments.cards.finding import CardsFinding
    from escucha.experiments.cards.heard import Heard

NAMED = 6
"""Concepts that a warning names; the table has all."""
LEVEL = "same level on both sides"


def sentences(found: "CardsFinding") -> list[str]:
    """The headline, how to listen, what was asked; then a warning for every check that some card fails."""
    cards = found.cards
    sound = sum(not card.failed for card in cards)
    first = (f"{len(cards)} ideas can be heard with and without" if len(cards) > 1 else
             f"{spoken(cards[0].name).capitalize()} can be heard with and without")
    headline = f"{first}; {'all' if sound == len(cards) else sound} of {len(cards)} cards pass every check."
    return [headline, _listening(), _asked(found), *_warnings(found)]


def captions(pair: "Heard", meaning: str) -> tuple[str, str]:
    """What is said of the sound with the idea and of the one without it."""
    label = f" ({pair.label})" if pair.label else ""
    changes = [f"{abs(pair.level):.1f} dB {'softer' if pair.level > 0 else 'louder'}"
               if abs(pair.level) >= 0.05 else "as loud"]
    if pair.strokes is not None:
        changes.append(f"{abs(pair.strokes)} {'fewer' if pair.strokes > 0 else 'more'} notes and strokes"
                       if pair.strokes else "as many notes and strokes")
    return f"With{label}: {meaning}", f"Without{label}: {listed(changes)}."


def _listening() -> str:
    return ("Each sound stands beside one without the idea; both have one and the same gain, so that a difference in "
            "loudness can be heard too. Of pairs the one is heard whose differences in level and strokes are nearest "
            "to the middle of all pairs; of clips that are no pairs, one of each side and one label.")


def _asked(found: "CardsFinding") -> str:
    kinds = sorted({card.kind for card in found.cards})
    unasked = "" if found.under_test else (" Whether clips under test share groups with them was not asked: name them "
                                           "in a [corpus] table.")
    return (f"Their examples are of the kind{'s' if len(kinds) > 1 else ''} {listed(kinds)}. Differences are with the "
            "idea minus without it, intervals are of 95 % over groups (artists, singers, render families)."
            f"{unasked}")


def _warnings(found: "CardsFinding") -> Iterator[str]:
    for what in CHECKS:
        failing = [card.name for card in found.cards if any(check.what == what for check in card.failed)]
        if failing and what != LEVEL:
            yield f"Warning: “{what}” does not hold for {_named(failing)}; the table of doubts says why."
    louder = [f"{card.name} ({signed(card.level.value, 1)} dB)" for card in found.cards
              if any(check.what == LEVEL for check in card.failed)]
    if louder:
        yield (f"Warning: clips with the idea differ by more than {LOUDER:g} dB from those without it for "
               f"{_named(louder)}: where the idea is not loudness, a model may answer to loudness alone.")
    for one in found.unread:
        yield f"Warning: the card {one.card} leads to no sound: {one.reason}."


def _named(names: list[str]) -> str:
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more" if len(names) > NAMED else listed(names)
