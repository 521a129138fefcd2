"""A concept study in sentences that a musician would understand: as many for twenty ideas as for two."""

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from escucha.concepts.activations import FEATURES
from escucha.concepts.names import few_of, listed, short, spoken
from escucha.concepts.tcav import AWAY, NO_DIRECTION, TOWARDS
from escucha.experiments.concepts.beliefs_words import beliefs
from escucha.experiments.concepts.doubts_words import blank, warnings
from escucha.experiments.concepts.erasing_words import sentences as erasing_sentences
from escucha.experiments.wording import signed, spanned

if TYPE_CHECKING:
    from escucha.concepts.effect import DirectEffect
    from escucha.experiments.concepts.finding import ConceptTable


def sentences(table: "ConceptTable") -> list[str]:
    """What each label goes by, which pushes are shown, what is to be believed; each with how to read it; warnings."""
    said = [headline(table), *(label_sentence(table, label) for label in table.labels if table.effects),
            switching(table), *erasing_sentences(table), pushed(table), *unshown(table), *_pushing(table),
            *beliefs(table), *warnings(table)]
    return [sentence for sentence in said if sentence]


def headline(table: "ConceptTable") -> str:
    """Which ideas move the model, the strongest first, which are not shown to, and which could not be asked of."""
    lost = [spoken(concept) for concept in table.meanings if _untestable(table, concept)]
    untested = (f"{few_of(lost)} could not be tested on {table.model}: no layer holds a direction for "
                f"{'it' if len(lost) == 1 else 'them'}")
    if len(lost) == len(table.meanings):
        return f"{untested}."
    return f"{_moved(table)}{f'; {untested}' if lost else ''}."


def _moved(table: "ConceptTable") -> str:
    """The headline of what could be tested, without its full stop."""
    moving = sorted((concept for concept in table.meanings if _moves(table, concept)),
                    key=lambda concept: -_strength(table, concept))
    still = [spoken(concept) for concept in table.meanings
             if concept not in moving and not _untestable(table, concept)]
    if not moving and len(still) == 1:
        return f"{still[0]} is not shown to move {table.model}"
    if not moving:
        return f"None of {few_of(still, 'or')} is shown to move {table.model}"
    ending = f"; {few_of(still)} {'are' if len(still) > 1 else 'is'} not shown to move it" if still else ""
    return f"{table.model} is moved by {few_of([_most(table, concept) for concept in moving])}{ending}"


def label_sentence(table: "ConceptTable", label: str) -> str:
    """What switching ideas on does to a label, the strongest first."""
    felt = sorted((effect for effect in table.effects if effect.label == label and effect.felt),
                  key=lambda effect: -abs(effect.mean))
    ways = [f"{word} by {few_of([_told(table, effect) for effect in some])}"
            for word, some in (("raised", [effect for effect in felt if effect.mean > 0]),
                               ("lowered", [effect for effect in felt if effect.mean < 0])) if some]
    return f"The value of {label} is {' and '.join(ways) or 'changed by none of them more than next to nothing'}."


def switching(table: "ConceptTable") -> str:
    """How to read direct effects."""
    if not table.effects:
        return ""
    graded = ", or with the most and with the least of it," if table.doses else ""
    return (f"These are facts: the same music was played with the idea and without it{graded} and the model's score "
            f"for a label read off both (its value, here {table.settings['value']}); in brackets where the mean would "
            f"lie with other music, 95 times in 100.{_scale(table)}")


def _scale(table: "ConceptTable") -> str:
    """What is much and what is little."""
    share = table.settings["margin"]
    if not share:
        return ""
    spread = {effect.label: effect.margin / share for effect in table.effects}
    return (" For scale: from clip to clip the value differs by about "
            f"{listed([f'{value:.2g} for {label}' for label, value in spread.items()])}, and less than {share:.0%} of "
            "that is next to nothing.")


def pushed(table: "ConceptTable") -> str:
    """The pushes beyond chance, a list a direction."""
    ways = []
    for verdict, word in ((TOWARDS, "towards"), (AWAY, "away from")):
        found: dict[tuple[str, str], list[str]] = {}
        for test in sorted(table.tests, key=lambda test: -abs(test.effect)):
            if test.verdict == verdict:
                found.setdefault((test.concept, test.label), []).append(short(test.layer, table.layers))
        if found:
            ways.append(few_of([f"{spoken(concept)} {word} {label}{_at(table, layers)}"
                                for (concept, label), layers in found.items()]))
    if all(isnan(test.p) for test in table.tests):
        return f"No push on {table.model} was tested (0 of {len(table.tests)}: idea, label and layer)."
    if not ways:
        return (f"No idea pushes {table.model} harder than meaningless changes do "
                f"(0 of {len(table.tests)}: idea, label and layer).")
    shown = sum(test.verdict in (TOWARDS, AWAY) for test in table.tests)
    return f"Pushes beyond chance, {shown} of {len(table.tests)} (idea, label and layer): {'; '.join(ways)}."


def unshown(table: "ConceptTable") -> list[str]:
    """Ideas that are felt, yet unstarred; ideas of which no layer has a direction; layers that cannot be asked."""
    starred = {(test.concept, test.label) for test in table.tests if test.verdict in (TOWARDS, AWAY)}
    asked = {(test.concept, test.label) for test in table.tests if not isnan(test.p)}
    missed = sorted((effect for effect in table.effects if effect.felt
                     and (effect.concept, effect.label) in asked - starred), key=lambda effect: -abs(effect.mean))
    said = []
    if missed:
        cells = few_of([f"{spoken(effect.concept)} on {effect.label}" for effect in missed])
        said.append(f"Felt, yet no harder a push than meaningless changes have: {cells}{_resolved(table, missed[0])}.")
    lost = [spoken(concept) for concept in table.meanings if _nowhere(table, concept)]
    if lost:
        said.append(f"No layer of {table.model} holds a direction for {few_of(lost, 'or')}: "
                    "it cannot be told from meaningless changes there, so it was not tested.")
    return [*said, *blank(table)]


def _resolved(table: "ConceptTable", effect: "DirectEffect") -> str:
    """Why a real effect may go unstarred, at the layer where it comes nearest: for one test, or for so many."""
    tests = [test for test in table.tests if (test.concept, test.label) == (effect.concept, effect.label)
             and not isnan(test.p)]
    best = min(tests, key=lambda test: test.needed / max(abs(test.push), 1e-12))
    cell, layer = f"{spoken(effect.concept)} on {effect.label}", short(best.layer, table.layers)
    if best.p <= table.settings["alpha"]:
        return (f"; that of {cell} at {layer} ({signed(best.push, 2)}) would be shown if it had been the only question "
                f"(p = {best.p:.2g}), not as one of {len(table.tests)}")
    return (f"; for {cell} a push below {best.needed:.2f} at {layer} (it has {abs(best.push):.2f}) cannot be told from "
            "chance")


def _at(table: "ConceptTable", layers: Sequence[str]) -> str:
    if len(table.layers) == 1:
        return ""
    if len(layers) == len(table.layers) > 2:
        return " (every layer)"
    return f" ({listed(sorted(layers, key=[short(layer, table.layers) for layer in table.layers].index))})"


def _told(table: "ConceptTable", effect: "DirectEffect") -> str:
    return f"{_more(table, effect.concept)} ({spanned(effect.mean, effect.low, effect.high)})"


def _moves(table: "ConceptTable", concept: str) -> bool:
    """A direct effect beyond the margin; where there are no pairs to show one, a push beyond chance."""
    effects = [effect for effect in table.effects if effect.concept == concept]
    if effects:
        return any(effect.felt for effect in effects)
    return any(test.concept == concept and test.verdict in (TOWARDS, AWAY) for test in table.tests)


def _nowhere(table: "ConceptTable", concept: str) -> bool:
    return all(test.verdict == NO_DIRECTION for test in table.tests if test.concept == concept)


def _untestable(table: "ConceptTable", concept: str) -> bool:
    """Neither pairs to switch it on in, nor a direction at any layer."""
    return _nowhere(table, concept) and not any(effect.concept == concept for effect in table.effects)


def _strength(table: "ConceptTable", concept: str) -> float:
    return max((abs(effect.mean) for effect in table.effects if effect.concept == concept), default=0.0)


def _most(table: "ConceptTable", concept: str) -> str:
    """`phrygian mode (bulerias +3.27)`."""
    effects = [effect for effect in table.effects if effect.concept == concept]
    if not effects:
        return spoken(concept)
    most = max(effects, key=lambda effect: abs(effect.mean))
    return f"{_more(table, concept)} ({most.label} {signed(most.mean, 2)})"


def _more(table: "ConceptTable", concept: str) -> str:
    """`more tempo` of a graded idea, which is never off."""
    return f"{'more ' * any(dose.concept == concept for dose in table.doses)}{spoken(concept)}"


def _pushing(table: "ConceptTable") -> list[str]:
    """How to read pushes."""
    correction = str(table.settings["correction"]).replace("-", "/").title()
    deep = ("" if len(table.layers) == 1 else " Late layers bend along few directions, so meaningless changes push "
            "hard there too, and a true idea can go unshown.")
    return [
        "A push says whether the model has the idea as a direction that it follows: the "
        f"{table.settings['push']}{_how(table)}, over clips of the label whose groups (players, recordings, families) "
        "supply no example.",
        f"Beyond chance means that of {table.settings['nulls']} meaningless ideas (another room, noise or guitar; or "
        f"other clips of the same labels) hardly any push as hard: p, {correction}-corrected over all "
        f"{len(table.tests)}, is at most {table.settings['alpha']:g}.{deep}",
    ]


def _how(table: "ConceptTable") -> str:
    """What the numbers of pushes are of."""
    if table.layers == (FEATURES,):
        return " (the model has no gradients, so clips are moved along the idea in its features)"
    maps = "layers pooled over time and frequency" if table.settings["maps"] == "pooled" else (
        "layers position by position, so that it also says where")
    return (" between the idea and the direction in the layer that raises the label (1 is one direction, 0 none, −1 "
            f"the opposite; {maps})")
