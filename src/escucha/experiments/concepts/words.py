"""A concept study in sentences that a musician would understand: as many for twenty ideas as for two."""

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short, spoken
from escucha.concepts.tcav import AWAY, NO_DIRECTION, TOWARDS
from escucha.concepts.telling import NO_LABEL
from escucha.experiments.concepts.beliefs_words import beliefs
from escucha.experiments.concepts.erasing_words import sentences as erasing_sentences
from escucha.experiments.concepts.erasing_words import warnings as erasing_warnings

if TYPE_CHECKING:
    from escucha.concepts.effect import DirectEffect
    from escucha.experiments.concepts.finding import ConceptTable

MOST = 4
"""Ideas that one list of a sentence names; the tables have all."""


def sentences(table: "ConceptTable") -> list[str]:
    """The headline, what each label goes by, which pushes are shown, what is to be believed, and warnings."""
    said = [headline(table), *(label_sentence(table, label) for label in table.labels if table.effects),
            *_erased(table), pushed(table), *unshown(table), *beliefs(table), *_reading(table), *_warnings(table)]
    return [sentence for sentence in said if sentence]


def headline(table: "ConceptTable") -> str:
    """Which ideas move the model, the strongest first, and which are not shown to."""
    moving = sorted((concept for concept in table.meanings if _moves(table, concept)),
                    key=lambda concept: -_strength(table, concept))
    still = [spoken(concept) for concept in table.meanings if concept not in moving]
    if not moving:
        return f"None of {few_of(still, 'or')} is shown to move {table.model}."
    ending = f"; {few_of(still)} {'are' if len(still) > 1 else 'is'} not shown to" if still else ""
    return f"{table.model} is moved by {few_of([_most(table, concept) for concept in moving])}{ending}."


def label_sentence(table: "ConceptTable", label: str) -> str:
    """What switching ideas on does to a label, the strongest first."""
    felt = sorted((effect for effect in table.effects if effect.label == label and effect.felt),
                  key=lambda effect: -abs(effect.mean))
    ways = [f"{word} by {few_of([_told(effect) for effect in some])}"
            for word, some in (("raised", [effect for effect in felt if effect.mean > 0]),
                               ("lowered", [effect for effect in felt if effect.mean < 0])) if some]
    return f"The value of {label} is {'; '.join(ways) or 'changed by none of them more than next to nothing'}."


def pushed(table: "ConceptTable") -> str:
    """The pushes beyond chance, a list a direction."""
    ways = []
    for verdict, word in ((TOWARDS, "towards"), (AWAY, "away from")):
        found: dict[tuple[str, str], list[str]] = {}
        for test in sorted(table.tests, key=lambda test: -abs(test.effect)):
            if test.verdict == verdict:
                found.setdefault((test.concept, test.label), []).append(short(test.layer, table.layers))
        if found:
            ways.append(few_of([f"{spoken(concept)} {word} {label} ({_at(table, layers)})"
                                for (concept, label), layers in found.items()]))
    cells = f"of {len(table.tests)} cells"
    if not ways:
        return f"No idea pushes {table.model} harder than meaningless changes do, at any layer ({cells})."
    shown = sum(test.verdict in (TOWARDS, AWAY) for test in table.tests)
    return f"Beyond chance ({shown} {cells}) push {'; '.join(ways)}."


def unshown(table: "ConceptTable") -> list[str]:
    """Ideas that are felt, yet unstarred; and ideas of which no layer has a direction."""
    starred = {(test.concept, test.label) for test in table.tests if test.verdict in (TOWARDS, AWAY)}
    told = starred | _strange(table)
    missed = sorted((effect for effect in table.effects if effect.felt
                     and (effect.concept, effect.label) not in told), key=lambda effect: -abs(effect.mean))
    said = []
    if missed:
        most = f"{_resolved(table, missed[0])}" if _resolved(table, missed[0]) else ""
        cells = few_of([f"{spoken(effect.concept)} on {effect.label}" for effect in missed])
        said.append(f"Felt, yet no harder a push than meaningless changes have: {cells}{most}.")
    lost = [spoken(concept) for concept in table.meanings if all(
        test.verdict == NO_DIRECTION for test in table.tests if test.concept == concept)]
    if lost:
        said.append(f"No layer of {table.model} holds a direction for {few_of(lost, 'or')}: "
                    "it cannot be told from meaningless changes there, so it was not tested.")
    return said


def _erased(table: "ConceptTable") -> list[str]:
    if table.erasures is None:
        return []
    return erasing_sentences(table.erasures, list(table.meanings), table.layers, alpha=table.settings["alpha"])


def few_of(items: Sequence[str], last: str = "and") -> str:
    """The first MOST items of a list, and how many more.

    >>> few_of(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    more = len(items) - MOST
    return listed([*items[:MOST], f"{more} more"], "and") if more > 1 else listed(items, last)


def _resolved(table: "ConceptTable", effect: "DirectEffect") -> str:
    """Why a real effect may go unstarred, at the layer where it comes nearest: for one test, or for so many."""
    tests = [test for test in table.tests if (test.concept, test.label) == (effect.concept, effect.label)
             and not isnan(test.p)]
    if not tests:
        return ""
    best = min(tests, key=lambda test: test.needed / max(abs(test.push), 1e-12))
    cell, layer = f"{spoken(effect.concept)} on {effect.label}", short(best.layer, table.layers)
    if best.p <= table.settings["alpha"]:
        return (f"; that of {cell} at {layer} ({best.push:+.2f}) would be shown if it had been the only question "
                f"(p = {best.p:.2g}), not as one of {len(table.tests)}")
    return (f"; for {cell} a push below {best.needed:.2f} at {layer} (it has {abs(best.push):.2f}) cannot be told from "
            "chance")


def _at(table: "ConceptTable", layers: Sequence[str]) -> str:
    if len(layers) == len(table.layers) > 2:
        return "every layer"
    return listed(sorted(layers, key=[short(layer, table.layers) for layer in table.layers].index))


def _told(effect: "DirectEffect") -> str:
    return f"{spoken(effect.concept)} ({effect.mean:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}])"


def _moves(table: "ConceptTable", concept: str) -> bool:
    """A direct effect beyond the margin; where there are no pairs to show one, a push beyond chance."""
    effects = [effect for effect in table.effects if effect.concept == concept]
    if effects:
        return any(effect.felt for effect in effects)
    return any(test.concept == concept and test.verdict in (TOWARDS, AWAY) for test in table.tests)


def _strength(table: "ConceptTable", concept: str) -> float:
    return max((abs(effect.mean) for effect in table.effects if effect.concept == concept), default=0.0)


def _most(table: "ConceptTable", concept: str) -> str:
    """`phrygian mode (bulerias +3.27)`."""
    effects = [effect for effect in table.effects if effect.concept == concept]
    if not effects:
        return spoken(concept)
    most = max(effects, key=lambda effect: abs(effect.mean))
    return f"{spoken(concept)} ({most.label} {most.mean:+.2f})"


def _reading(table: "ConceptTable") -> list[str]:
    correction = str(table.settings["correction"]).replace("-", "/").title()
    return [
        "Switching an idea on is a fact: the same music, with and without it (of an idea of degree with the most and "
        f"with the least of it), and the label's value ({table.settings['value']}) read off both. A push says whether "
        f"the model has the idea as a direction: the {table.settings['push']}, over clips of the label from groups "
        "that supply no example. Intervals of pushes are over groups of examples and of clips.",
        f"Beyond chance means that of {table.settings['nulls']} meaningless ideas (another room, noise or guitar; or "
        f"other clips of the same labels) hardly any push as hard: p, {correction}-corrected over {len(table.tests)} "
        f"cells, is at most {table.settings['alpha']:g}. Late layers bend along few directions, so meaningless changes "
        "push hard there too, and a true idea can go unstarred.",
        f"Activations are {table.settings['maps']}"
        f"{' over time and frequency' if table.settings['maps'] == 'pooled' else ': they also encode where'}."
        if table.layers != ("features",) else
        "The model has no gradients: clips are moved along an idea in its features, standardised.",
    ]


def _warnings(table: "ConceptTable") -> list[str]:
    doubted: dict[str, list[str]] = {}
    for concept, told in table.doubts.items():
        for sentence in told:
            doubted.setdefault(sentence, []).append(spoken(concept))
    return [*(f"Warning: of the examples of {few_of(names)}: {sentence}" for sentence, names in doubted.items()),
            *([_unchecked(table)] if table.unchecked else []), *_unknown(table), *_contradictions(table),
            *(erasing_warnings(table.erasures, table.layers) if table.erasures else [])]


def _strange(table: "ConceptTable") -> set[tuple[str, str]]:
    """Cells of labels that the model does not know."""
    return {(test.concept, test.label) for test in table.tests if test.verdict == NO_LABEL}


def _unknown(table: "ConceptTable") -> list[str]:
    """Labels that the model tells no better than chance: nothing about them was tested."""
    areas = [f"{one.label} ({100 * one.area:.0f} %)" for one in table.told if not one.known(table.settings["alpha"])]
    if not areas:
        return []
    return [f"Warning: {table.model} does not know {listed(areas, 'or')}: it gives a clip of a label a higher value "
            "than another clip no oftener than chance would have it (50 %). Ideas move its values, as they move any "
            "network's; what such a value is called means nothing, and no push on it was tested."]


def _unchecked(table: "ConceptTable") -> str:
    names = listed([spoken(concept) for concept in table.unchecked])
    return (f"Warning: no group has one name among the examples of {names} and among the clips under test, so only the "
            "same sounds were kept apart; if both hold the same artist or recording under two names, believe nothing.")


def _contradictions(table: "ConceptTable") -> list[str]:
    """What to believe where a push beyond chance says other than the direct effect."""
    found: dict[tuple[str, str], list[str]] = {}
    for test in table.tests:
        effect = table.effect(test.concept, test.label)
        if effect and test.verdict in (TOWARDS, AWAY) and (effect.inert or _against(effect, test.push)):
            found.setdefault((test.concept, test.label), []).append(short(test.layer, table.layers))
    if not found:
        return []
    cells = few_of([f"{spoken(concept)} on {label} (at {listed(layers)})"
                    for (concept, label), layers in found.items()])
    return [f"Warning: a push beyond chance says other than switching it on does for {cells}; believe the direct "
            "effect."]


def _against(effect: "DirectEffect", push: float) -> bool:
    return (effect.low > 0 > push) or (effect.high < 0 < push)
