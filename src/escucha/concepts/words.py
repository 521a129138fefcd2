"""A concept study in sentences that a musician would understand."""

from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short, spoken
from escucha.concepts.tcav import AWAY, NO_DIRECTION, TOWARDS
from escucha.models.evaluation import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.concepts.table import ConceptTable

def sentences(table: "ConceptTable") -> list[str]:
    """The headline, one sentence a concept, how to read it, and warnings."""
    return [headline(table), *(sentence(table, concept) for concept in table.meanings), *_reading(table),
            *_warnings(table)]


def headline(table: "ConceptTable") -> str:
    """Which ideas move the model, and which do not."""
    moving = [concept for concept in table.meanings if _moves(table, concept)]
    still = [concept for concept in table.meanings if concept not in moving]
    if not moving:
        return f"None of {listed(still)} moves {table.model} beyond chance."
    ending = f", and not {listed(still, 'or')}" if still else ""
    return f"{table.model} goes by {listed(moving)}{ending}."


def sentence(table: "ConceptTable", concept: str) -> str:
    """Where a concept pushes, label by label, and what switching it on does."""
    name = spoken(concept).capitalize()
    parts = []
    for verdict, way in ((TOWARDS, "towards"), (AWAY, "away from")):
        for label in table.labels:
            layers = [short(test.layer, table.layers) for test in table.tests
                      if (test.concept, test.label, test.verdict) == (concept, label, verdict)]
            if layers:
                parts.append(f"{way} {label} at {listed(layers)}")
    if parts:
        said = f"{name} pushes {table.model} {'; '.join(parts)}"
    elif all(test.verdict == NO_DIRECTION for test in table.tests if test.concept == concept):
        said = f"{name}: no layer of {table.model} holds such a direction"
    else:
        said = f"{name} pushes {table.model} nowhere beyond chance"
    return f"{said}{_switched(table, concept)}."


def _switched(table: "ConceptTable", concept: str) -> str:
    """The direct effects: those that matter, strongest first."""
    found = [effect for effect in table.effects if effect.concept == concept]
    if not found:
        return ""
    found.sort(key=lambda effect: -abs(effect.mean))
    felt = [effect for effect in found if not effect.low <= 0 <= effect.high]
    if not felt:
        return "; switching it on changes no label's value beyond chance"
    said = [f"{'raises' if effect.mean > 0 else 'lowers'} the value of {effect.label} by {abs(effect.mean):.2f} "
            f"[{min(abs(effect.low), abs(effect.high)):.2f}, {max(abs(effect.low), abs(effect.high)):.2f}]"
            f"{' (within the margin: inert)' if effect.inert else ''}" for effect in felt]
    return f"; switching it on {listed(said)}"


def _moves(table: "ConceptTable", concept: str) -> bool:
    """Beyond chance at some layer, and not shown to be inert."""
    return any(test.concept == concept and test.verdict in (TOWARDS, AWAY)
               and not ((effect := table.effect(concept, test.label)) and effect.inert) for test in table.tests)


def _reading(table: "ConceptTable") -> list[str]:
    correction = str(table.settings["correction"]).replace("-", "/").title()
    return [
        f"A push is the mean cosine between the gradient of a label's value and the direction of the idea, over clips "
        f"of that label from groups that supply no example; beyond chance means that of {table.settings['nulls']} "
        f"meaningless ideas of the same design too few push as hard (p {correction}-corrected over {len(table.tests)} "
        f"cells at {table.settings['alpha']:g}). Activations are {table.settings['maps']} over time and frequency.",
    ]


def _warnings(table: "ConceptTable") -> list[str]:
    few = [f"Warning: the examples of {spoken(concept)} come from {count} groups; under {FEW_GROUPS} an interval is "
           "rough." for concept, count in table.groups.items() if count < FEW_GROUPS]
    return few + [said for concept in table.meanings for label in table.labels
                  if (said := _contradiction(table, concept, label))]


def _contradiction(table: "ConceptTable", concept: str, label: str) -> str:
    """What to believe where a push says other than the direct effect; empty where they agree."""
    effect = table.effect(concept, label)
    if effect is None:
        return ""
    layers = [short(test.layer, table.layers) for test in table.tests
              if (test.concept, test.label) == (concept, label) and test.verdict in (TOWARDS, AWAY)
              and (effect.inert or _against(effect.low, effect.high, test.push))]
    if not layers:
        return ""
    return (f"Warning: at {listed(layers)} the push of {spoken(concept)} on {label} says other than switching it on "
            f"does ({effect.mean:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}]); believe the direct effect.")


def _against(low: float, high: float, push: float) -> bool:
    return (low > 0 > push) or (high < 0 < push)
