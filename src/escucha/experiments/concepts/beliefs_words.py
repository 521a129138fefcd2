"""What to believe of a concept study, a sentence each: layers, directions, estimators, entangled ideas, degrees."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from escucha.concepts.doses import FALLS, RISES, TURNS, course, steady
from escucha.concepts.estimators import spread
from escucha.concepts.names import few_of, listed, short, spoken
from escucha.experiments.concepts.agreement import closest
from escucha.experiments.wording import signed, spanned

if TYPE_CHECKING:
    from escucha.concepts.estimators import Estimated
    from escucha.experiments.concepts.agreement import Agreement
    from escucha.experiments.concepts.finding import ConceptTable

SHAKY = 0.5
"""A direction whose redrawn likenesses agree less than this is said to hang on the examples."""
ALIKE = 0.7
"""Estimators whose directions have a cosine below this are said to disagree."""


def beliefs(table: "ConceptTable") -> list[str]:
    """Only what there is something to say of."""
    said = [layers(table), entangled(table), shaky(table), estimators(table), *degrees(table)]
    return [sentence for sentence in said if sentence]


def layers(table: "ConceptTable") -> str:
    """Which layer's pushes tell what switching ideas on does."""
    best = closest(table.agreements)
    if best is None:
        return ""
    order = [one for one in table.agreements if one.measure == "effect"]
    if best.p > table.settings["alpha"] or best.rank <= 0:
        return ("At no layer have pushes the order of what switching ideas on does, beyond chance (agreement at most "
                f"{signed(best.rank, 2)}, at {short(best.layer, table.layers)}; 1 is the same order, 0 none): believe "
                "what switching on does.")
    least = min(order, key=lambda one: one.rank)
    other = "" if least is best else (f"; least at {short(least.layer, table.layers)} ({signed(least.rank, 2)}"
                                      f"{', no more than chance' if least.p > table.settings['alpha'] else ''})")
    where = f"{'best ' if len(table.layers) > 1 else ''}at {short(best.layer, table.layers)}"
    return (f"Pushes have the order of what switching ideas on does {where} (agreement "
            f"{spanned(best.rank, best.low, best.high)}; 1 is the same order, 0 none){_signs(best)}{other}.")


def _signs(found: "Agreement") -> str:
    if not found.signs:
        return ""
    return f", and go the right way in {found.right} of {found.signs} cases where that is felt"


def entangled(table: "ConceptTable") -> str:
    """The two ideas that most nearly are one direction, beyond what meaningless ideas reach."""
    beyond = [pair for pair in table.entangled if pair.beyond]
    if not table.entangled:
        return ""
    if not beyond:
        return "No two ideas are the same direction to the model, no more than two meaningless ones may be."
    most = max(beyond, key=lambda pair: abs(pair.cosine) - pair.chance)
    pairs = {(pair.one, pair.other) for pair in table.entangled}
    share = len({(pair.one, pair.other) for pair in beyond})
    return (f"The most entangled ideas are {spoken(most.one)} and {spoken(most.other)}: a push of one is partly that "
            f"of the other (cosine {signed(most.cosine, 2)} at {short(most.layer, table.layers)}; 1 is one direction, "
            f"0 nothing in common, and two meaningless ideas stay within {most.chance:.2f}, 95 times in 100). {share} "
            f"of {len(pairs)} pairs are beyond chance{_somewhere(table)}, each taken by itself: so would one in twenty "
            "pairs of meaningless ideas be.")


def _somewhere(table: "ConceptTable") -> str:
    return " at some layer" if len(table.layers) > 1 else ""


def shaky(table: "ConceptTable") -> str:
    """Ideas whose direction hangs on the examples drawn, at every layer."""
    found = []
    for concept in table.meanings:
        known = [cav.agreement for cav in table.cavs if cav.concept == concept and cav.direction.any()]
        if known and (best := max(known)) < SHAKY:
            found.append(f"{spoken(concept)} ({best:.2f})")
    if not found:
        return ""
    return (f"Fitted to other groups the directions of {few_of(found)} come out otherwise (mean cosine below "
            f"{SHAKY:g}{' at every layer' if len(table.layers) > 1 else ''}): more examples would settle them.")


def estimators(table: "ConceptTable") -> str:
    """Where other estimators find another direction, of ideas that a layer holds, or a push the other way."""
    tested = str(table.settings["estimator"])
    held = {(cav.concept, cav.layer) for cav in table.cavs if cav.accuracy_p <= table.settings["alpha"]}
    others = [one for one in table.estimated if one.estimator != tested and one.label == table.labels[0]
              and (one.concept, one.layer) in held]
    if not others:
        return ""
    apart = {(one.concept, one.layer) for one in others if one.cosine < ALIKE}
    medians = {name: float(np.median([one.cosine for one in others if one.estimator == name]))
               for name in dict.fromkeys(one.estimator for one in others)}
    middle = listed([f"{median:.2f} for {name}" for name, median in medians.items()])
    said = (f"Fitted in other ways ({listed(list(medians))}) the ideas have much the same directions (cosine "
            f"with the tested ones {spread(others):.2f} at least)" if not apart else
            f"Fitted in other ways the direction is another in {len(apart)} of {_cells(others)} (cosine with the "
            f"tested one below {ALIKE:g}; in the middle it is {middle})")
    turned = _turned(table, tested)
    ending = f", and push the other way for {few_of(turned)}" if turned else "; none pushes the other way"
    return f"{said}{ending}. Only {tested} is tested."


def _cells(found: Sequence["Estimated"]) -> str:
    count = len({(one.concept, one.layer) for one in found})
    return f"{count} cases of an idea and a layer that holds it"


def _turned(table: "ConceptTable", tested: str) -> list[str]:
    """Ideas and labels that another estimator's direction pushes the other way, either push beyond chance."""
    pushes = {(one.concept, one.layer, one.label): one.push for one in table.estimated if one.estimator == tested}
    felt = {(test.concept, test.layer, test.label): test.needed for test in table.tests}
    return sorted({f"{spoken(one.concept)} on {one.label}" for one in table.estimated
                   if (key := (one.concept, one.layer, one.label)) in pushes and one.push * pushes[key] < 0
                   and min(abs(one.push), abs(pushes[key])) > felt[key]})


def degrees(table: "ConceptTable") -> list[str]:
    """Of graded ideas, whether more is always more."""
    said = []
    for concept in dict.fromkeys(dose.concept for dose in table.doses):
        curves = {label: [dose for dose in table.doses if (dose.concept, dose.label) == (concept, label)]
                  for label in table.labels}
        words = {RISES: "rises", FALLS: "falls", TURNS: "turns (one number misleads)"}
        ways = [f"the value of {label} {words[way]}{'' if way == TURNS or steady(curve) else ', not at every step'}"
                for label, curve in curves.items() if (way := course(curve)) in words]
        ends = [dose.level for dose in table.doses if dose.concept == concept]
        said.append(f"From little to much {spoken(concept)} (level {np.min(ends):g} to {np.max(ends):g}): "
                    f"{'; '.join(ways) or 'no value is shown to rise or fall'}.")
    return said
