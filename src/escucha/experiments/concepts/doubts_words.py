"""What to doubt in a concept study, a warning each."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from escucha.concepts.activations import FEATURES
from escucha.concepts.names import few_of, listed, short, spoken
from escucha.concepts.tcav import AWAY, TOWARDS, UNMOVED
from escucha.experiments.concepts.erasing_words import warnings as erasing_warnings
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.concepts.effect import DirectEffect
    from escucha.concepts.telling import Telling
    from escucha.experiments.concepts.finding import ConceptTable


def warnings(table: "ConceptTable") -> list[str]:
    """Every doubt, of cards, names, labels, pushes and erasing."""
    doubted: dict[str, list[str]] = {}
    for concept, told in table.doubts.items():
        for sentence in told:
            doubted.setdefault(sentence, []).append(spoken(concept))
    alpha = table.settings["alpha"]
    erasing = erasing_warnings(table.erasures, table.layers, alpha=alpha) if table.erasures else []
    return [*(f"Warning: of the examples of {few_of(names)}: {sentence}" for sentence, names in doubted.items()),
            *_few(table), *([_unchecked(table)] if table.unchecked else []), *unknown(table.model, table.told, alpha),
            *_contradictions(table), *erasing]


def unknown(model: str, told: Sequence["Telling"], alpha: float, left: str = "no push on it was tested") -> list[str]:
    """Labels that the model tells no better than chance, and what was `left` out; and those of which nobody can say."""
    unasked = [one.label for one in told if one.least > alpha]
    said = [f"Warning: whether {model} knows {listed(unasked, 'or')} cannot be seen in so few groups of clips: a label "
            "told perfectly is told so by chance too often. It is tested as if known."] if unasked else []
    areas = [f"{one.label} ({100 * one.area:.0f} %)" for one in told if not one.known(alpha)]
    if not areas:
        return said
    return [*said, f"Warning: {model} does not know {listed(areas, 'or')}: it gives a clip of a label a higher value "
            "than another clip no oftener than chance would have it (50 %). Ideas move its values, as they move any "
            f"network's; what such a value is called means nothing, and {left}."]


def blank(table: "ConceptTable") -> list[str]:
    """Layers that give every example alike, that have one direction only, or in which nothing moves a label."""
    def named(layers: Iterable[str]) -> str:
        return listed([short(layer, table.layers) for layer in dict.fromkeys(layers)])

    said = []
    dead = [layer for layer in table.layers if not any(cav.direction.any() for cav in table.cavs if cav.layer == layer)]
    if dead:
        said.append(f"At {named(dead)} {table.model} gives every example alike (a dead or constant layer), so no idea "
                    "has a direction there.")
    lone = [cav.layer for cav in table.cavs if len(cav.direction) == 1 and cav.layer != FEATURES]
    if lone:
        said.append(f"At {named(lone)} there is one unit only: whatever moves it lies along it, so no idea was tested "
                    "there.")
    deaf: dict[str, list[str]] = {}
    for test in table.tests:
        if test.verdict == UNMOVED and test.label not in deaf.setdefault(test.layer, []):
            deaf[test.layer].append(test.label)
    for labels in dict.fromkeys(map(tuple, deaf.values())):
        where = named(layer for layer, some in deaf.items() if tuple(some) == labels)
        said.append(f"At {where} nothing moves the value of {listed(labels, 'or')}, no meaningless change either, so "
                    "no push on it was tested.")
    return said


def _few(table: "ConceptTable") -> list[str]:
    count = table.tested_groups
    if count >= FEW_GROUPS:
        return []
    return [f"Warning: the clips under test come from {count} group{'s' * (count != 1)}; under {FEW_GROUPS} a push "
            "says little of other music."]


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
