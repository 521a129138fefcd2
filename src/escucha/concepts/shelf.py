"""The shelf of concept cards: TOML to `Concept`, and what a card's answer depends on.

A card says what the idea means and where clips with it and without it come from:

    meaning = "Hand claps that mark the compas"

    [examples]
    kind = "pairs"
    change = "palmas"
"""

import pkgutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escucha.concepts.concept import Concept
from escucha.concepts.examples import EXAMPLES
from escucha.concepts.examples.gathering import Examples
from escucha.config import build, fingerprint, read_toml, take_kind
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Card:
    """A concept's TOML."""

    meaning: str
    """One sentence that a musician would sign."""
    examples: dict[str, Any] = field(default_factory=dict)
    """`kind`, and that kind's settings."""


def list_concepts(home: Path) -> list[str]:
    """Names of the cards on the shelf, sorted."""
    return sorted(path.stem for path in (home / "concepts").glob("*.toml"))


def load_concept(card: str, home: Path) -> Concept:
    """The concept of a card (the stem of a file in `concepts/`, or a path to a TOML); nothing is rendered yet.

    InputError for an unknown card, key, kind or contrast.
    """
    path = _place(card, home)
    read = build(Card, read_toml(path), str(path))
    if not read.meaning.strip():
        raise InputError(f"'meaning' in {path} is empty; say in one sentence what the idea is")
    settings = _settings(read, str(path))
    examples, null = settings.gather(home, str(path))
    return Concept(path.stem, read.meaning, examples, null, paired=settings.paired)


def concept_digest(card: str, home: Path) -> str:
    """A hash of the card and of every sound it leads to."""
    concept = load_concept(card, home)
    rows = [[example.source.key(), example.present, example.group, example.label, example.kind]
            for example in (*concept.examples, *concept.null)]
    return fingerprint(concept.name, concept.meaning, rows)


def _settings(card: Card, where: str) -> Examples:
    table = dict(card.examples)
    kind = take_kind(table, EXAMPLES, what="kind of examples", where=f"[examples] in {where}")
    # `with` is a word of Python, so the setting behind it has another name
    table = {"with_" if key == "with" else key: value for key, value in table.items()}
    return build(pkgutil.resolve_name(EXAMPLES[kind]), table, f"[examples] in {where}")


def _place(card: str, home: Path) -> Path:
    path = Path(card) if card.endswith(".toml") else home / "concepts" / f"{card}.toml"
    if not card.endswith(".toml") and not path.is_file():
        raise unknown("concept", card, list_concepts(home), str(home / "concepts"))
    return path
