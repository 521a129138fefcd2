"""The shelf of concept cards: TOML to `Concept`, and what a card's answer depends on.

A card says what the idea means and where clips with it and without it come from:

    meaning = "Hand claps that mark the compas"

    [examples]
    kind = "pairs"
    change = "palmas"

Cards may stand in folders: `theory/perfect-fifth` is a card, and its concept is called `theory-perfect-fifth`.
"""

import os
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escucha.concepts.concept import Concept, halves
from escucha.concepts.examples import EXAMPLES
from escucha.concepts.examples.gathering import Examples
from escucha.config import build, fingerprint, read_toml, take_kind
from escucha.corpora.corpus import UNREADABLE, key_of, known_of
from escucha.corpora.shelf import CORPORA
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Card:
    """A concept's TOML."""

    meaning: str
    """One sentence that a musician would sign."""
    examples: dict[str, Any] = field(default_factory=dict)
    """`kind`, and that kind's settings."""


def list_concepts(home: Path) -> list[str]:
    """The cards on the shelf, sorted: stems of files, after the folder they stand in (`theory/perfect-fifth`)."""
    shelf = home / "concepts"
    inside = (path.relative_to(shelf).with_suffix("") for path in shelf.rglob("*.toml"))
    return sorted(card.as_posix() for card in inside if not any(part.startswith(".") for part in card.parts))


def load_concept(card: str, home: Path) -> Concept:
    """The concept of a card (of `list_concepts`, or a path to a TOML); nothing is rendered yet.

    InputError for an unknown card, key, kind or contrast, and for a name that another card has too.
    """
    read, settings = read_card(card, home)
    examples, null = settings.gather(home, str(_place(card, home)))
    concept = Concept(concept_name(card, home), read.meaning, examples, null, paired=settings.paired)
    if _same_sides(concept):
        raise InputError(f"concept {concept.name!r} has the same sounds with the idea and without it, so it shows "
                         f"nothing; mend [examples] in {_place(card, home)}")
    return concept


def read_card(card: str, home: Path) -> tuple[Card, Examples]:
    """What a card says and the settings of its examples, checked; nothing is gathered. InputError as `load_concept`."""
    path = _place(card, home)
    concept_name(card, home)
    read = build(Card, read_toml(path), str(path))
    if not read.meaning.strip():
        raise InputError(f"'meaning' in {path} is empty; say in one sentence what the idea is")
    return read, _settings(read, str(path))


def concept_digest(card: str, home: Path) -> str:
    """A hash of the card and of everything that an answer takes from its examples."""
    concept = load_concept(card, home)
    rows = [[example.source.key(), example.present, example.group, example.label, example.kind, example.degree,
             example.level, *known_of(example.source)] for example in (*concept.examples, *concept.null)]
    return fingerprint(concept.name, concept.meaning, rows)


def concept_name(card: str, home: Path) -> str:
    """What the concept of a card is called: its place on the shelf with hyphens for slashes, fit for a file's name.

    InputError where another card of the shelf would be called the same, and for an unknown card.
    """
    path, shelf = (Path(os.path.normpath(place.absolute())) for place in (_place(card, home), home / "concepts"))
    if not path.is_relative_to(shelf):
        return path.stem
    own = path.relative_to(shelf).with_suffix("").as_posix()
    name = own.replace("/", "-")
    for other in list_concepts(home):
        if other != own and other.replace("/", "-") == name:
            raise InputError(f"the cards {own!r} and {other!r} in {shelf} would both be called {name!r}; rename one")
    return name


def check_apart(cards: Sequence[str], names: Sequence[str]) -> None:
    """Raise InputError where two cards have concepts of one name: each would count as an idea of its own."""
    first: dict[str, str] = {}
    for card, name in zip(cards, names):
        if name in first:
            both = f"{card!r} is named twice" if card == first[name] else f"{first[name]!r} and {card!r} are both"
            way = "; name it once" if card == first[name] else f" called {name!r}; name one of them, or rename its file"
            raise InputError(f"of the concept cards {both}{way}")
        first[name] = card


def _same_sides(concept: Concept) -> bool:
    """Is there not one sound that is on one side alone, or of pairs, not one that differ?"""
    having, without = ([concept.examples[place].source for place in side] for side in halves(concept.examples))
    if concept.paired:
        return all(key_of(one) == key_of(other) != UNREADABLE for one, other in zip(having, without))
    known = {key_of(source) for source in without} - {UNREADABLE}
    return len(having) == len(without) and all(key_of(source) in known for source in having)


def _settings(card: Card, where: str) -> Examples:
    table = dict(card.examples)
    kind = take_kind(table, EXAMPLES, what="kind of examples", where=f"[examples] in {where}")
    # `with` is a word of Python, so the setting behind it has another name
    table = {"with_" if key == "with" else key: value for key, value in table.items()}
    settings = build(pkgutil.resolve_name(EXAMPLES[kind]), table, f"[examples] in {where}")
    if "corpus" in table:
        take_kind(dict(table["corpus"]), CORPORA, what="corpus kind", where=f"the corpus in {where}")
    return settings


def _place(card: str, home: Path) -> Path:
    if not card.endswith(".toml") and (".." in Path(card).parts or Path(card).is_absolute()):
        raise InputError(f"the concept {card!r} is not below {home / 'concepts'}; name it as `escucha list concepts` "
                         "does, or give a path that ends in .toml")
    path = Path(card) if card.endswith(".toml") else home / "concepts" / f"{card}.toml"
    if not card.endswith(".toml") and not path.is_file():
        raise unknown("concept", card, list_concepts(home), str(home / "concepts"))
    return path
