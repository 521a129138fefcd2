"""What concept cards sound like and whether they are sound."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.experiments.cards.card import CardFound, Unread
from escucha.experiments.cards.heard import Heard
from escucha.explain.sounds import audible

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

ANSWERS = {True: "yes", False: "no", None: "not asked"}
A_PAGE = 6
"""Pairs in one figure of spectrograms."""


@dataclass(frozen=True, eq=False)
class CardsFinding:
    """A finding; see `escucha.finding.Finding`. Spectrograms are of the sounds, and drawn from them."""

    cards: tuple[CardFound, ...]
    heard: tuple[Heard, ...]
    unread: tuple[Unread, ...] = ()
    under_test: int = 0
    """Clips under test that were named."""

    def numbers(self) -> dict[str, Any]:
        """How many cards hold in everything that was asked, and of each what fails."""
        return {"concepts": len(self.cards), "pass_everything": sum(not card.failed for card in self.cards),
                "unread": [asdict(one) for one in self.unread], "clips_under_test": self.under_test,
                "cards": {card.name: _told(card) for card in self.cards}}

    def arrays(self) -> dict[str, np.ndarray]:
        """`level` (dB) and `strokes`, `(concept, 3)`: value, low, high, with the idea minus without; `concepts`."""
        return {"concepts": np.array([card.name for card in self.cards], dtype=str),
                "level": np.array([[card.level.value, *card.level.bounds] for card in self.cards]),
                "strokes": np.array([[card.strokes.value, *card.strokes.bounds] for card in self.cards])}

    def tables(self) -> "dict[str, DataFrame]":
        """`concepts`; `validation`, a column a check; `doubts`, what fails in words; what cannot be read; captions."""
        from pandas import DataFrame

        checked = [{"concept": card.name, **{check.what: ANSWERS[check.passed] for check in card.checks}}
                   for card in self.cards]
        tables = {"concepts": DataFrame([_row(card) for card in self.cards]), "validation": DataFrame(checked)}
        failed = [{"concept": card.name, "check": check.what, "finding": check.sentence}
                  for card in self.cards for check in card.failed]
        if failed:
            tables["doubts"] = DataFrame(failed)
        if self.unread:
            tables["unread"] = DataFrame([asdict(one) for one in self.unread])
        return {**tables, "sounds": DataFrame(
            [{"name": name, "caption": caption, "gain_db": pair.gain_db} for pair in self.heard
             for name, caption, _ in self._both(pair)], columns=["name", "caption", "gain_db"])}

    def figures(self) -> "dict[str, Figure]":
        """Differences in level and strokes; spectrograms with and without, A_PAGE pairs a figure."""
        from escucha.experiments.cards import figures as drawn

        made = {"level-and-strokes": drawn.differences(self.cards)}
        for first in range(0, len(self.heard), A_PAGE):
            made[f"spectrograms-{first // A_PAGE + 1}"] = drawn.spectrograms(self.heard[first:first + A_PAGE])
        return made

    def sounds(self) -> dict[str, Clip]:
        """Each pair, with the idea and without it, both at one gain."""
        return {name: clip for pair in self.heard for name, _, clip in self._both(pair)}

    def words(self) -> list[str]:
        """How many cards hold; how to listen; warnings."""
        from escucha.experiments.cards.words import sentences

        return sentences(self)

    def _both(self, pair: Heard) -> list[tuple[str, str, Clip]]:
        """Name, caption and sound of each member that is no silence."""
        from escucha.experiments.cards.words import captions

        meaning = next(card.meaning for card in self.cards if card.name == pair.concept)
        texts = captions(pair, meaning)
        members = ((f"{pair.name}-with", texts[0], pair.with_), (f"{pair.name}-without", texts[1], pair.without))
        return [member for member in members if audible(member[2])]


def _told(card: CardFound) -> dict[str, Any]:
    return {"meaning": card.meaning, "kind": card.kind, "with": card.having, "without": card.without,
            "groups": card.groups, "level_db": card.level.value, "level_interval": card.level.bounds,
            "strokes": card.strokes.value, "strokes_interval": card.strokes.bounds,
            "fails": [check.what for check in card.failed]}


def _row(card: CardFound) -> dict[str, Any]:
    return {"concept": card.name, "kind": card.kind, "with": card.having, "without": card.without,
            "groups": card.groups, "level_db": card.level.value, "level_low": card.level.low,
            "level_high": card.level.high, "strokes": card.strokes.value, "strokes_low": card.strokes.low,
            "strokes_high": card.strokes.high, "meaning": card.meaning}
