"""A concept study in sentences that a musician would understand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from escucha.concepts.effect import DirectEffect
from escucha.concepts.names import listed, short, spoken
from escucha.concepts.tcav import AWAY, NO_DIRECTION, TOWARDS
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.concepts.table import ConceptTable


def sentences(table: "ConceptTable") -> list[str]:
    """The headline, one sentence a concept, how to read it, and warnings."""
    return [headline(table), *(sentence(table, concept) for concept in table.meanings), *_reading(table),
            *_warnings(table)]


def headline(table: "ConceptTable") -> str:
    """Which ideas move the model, the strongest first, and which are not shown to."""
    moving = sorted((concept for concept in table.meanings if _moves(table, concept)),
                    key=lambda concept: -_strength(table, concept))
    still = [spoken(concept) for concept in table.meanings if concept not in moving]
    if not moving:
        return f"None of {listed(still)} is shown to move {table.model}."
    ending = f"; {listed(still)} {'are' if len(still) > 1 else 'is'} not shown to" if still else ""
    return f"{table.model} is moved by {listed([_most(table, concept) for concept in moving])}{ending}."


def sentence(table: "ConceptTable", concept: str) -> str:
    """Where a concept pushes, label by label, and what switching it on does."""
    tests = [test for test in table.tests if test.concept == concept]
    name, effect = spoken(concept).capitalize(), _switched(table, concept)
    pushed = [f"{way} {label} at {listed([short(test.layer, table.layers) for test in found])}"
              for verdict, way in ((TOWARDS, "towards"), (AWAY, "away from")) for label in table.labels
              if (found := [test for test in tests if (test.label, test.verdict) == (label, verdict)])]
    if pushed:
        return f"{name} pushes {table.model} {'; '.join(pushed)}{', and ' + effect if effect else ''}."
    if all(test.verdict == NO_DIRECTION for test in tests):
        said = f"{name}: no layer of {table.model} holds such a direction"
    else:
        said = f"{name} pushes {table.model} no harder than meaningless changes do"
    felt = [found for found in table.effects if found.concept == concept and found.felt]
    joint = ", yet " if felt else ", and "
    return f"{said}{joint + effect if effect else ''}{_resolved(table, concept, felt) if felt else ''}."


def _resolved(table: "ConceptTable", concept: str, felt: Sequence[DirectEffect]) -> str:
    """Why a real effect may go unstarred: the cosine that the test needs, on the label it is felt most by."""
    label = max(felt, key=lambda found: abs(found.mean)).label
    tests = sorted((test for test in table.tests if (test.concept, test.label) == (concept, label)
                    and test.verdict != NO_DIRECTION), key=lambda test: test.needed)
    if not tests:
        return ""
    ends = [tests[0], tests[-1]] if len(tests) > 1 else tests
    said = listed([f"{test.needed:.2f} at {short(test.layer, table.layers)} (it has {abs(test.push):.2f})"
                   for test in ends])
    return f"; for {label} a cosine below {said} cannot be told from chance"


def _switched(table: "ConceptTable", concept: str) -> str:
    """The direct effects that are not chance, strongest first; empty where the concept is not given as pairs."""
    found = [effect for effect in table.effects if effect.concept == concept]
    if not found:
        return ""
    shown = sorted((effect for effect in found if not effect.low <= 0 <= effect.high),
                   key=lambda effect: -abs(effect.mean))
    if not shown:
        return "switching it on changes no label's value beyond chance"
    said = [f"{'raises' if effect.mean > 0 else 'lowers'} the value of {effect.label} by {abs(effect.mean):.2f} "
            f"[{min(abs(effect.low), abs(effect.high)):.2f}, {max(abs(effect.low), abs(effect.high)):.2f}]"
            f"{'' if effect.felt else ' (little)'}" for effect in shown]
    return f"switching it on {listed(said)}"


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
        "Switching an idea on is a fact: the same music, with and without it, and the label's value "
        f"({table.settings['value']}) read off both. A push says whether the model has the idea as a direction: the "
        "mean cosine between the gradient of the value and that direction, over clips of the label from groups that "
        "supply no example.",
        f"Beyond chance means that of {table.settings['nulls']} meaningless ideas (another room, noise or guitar; or "
        f"other clips of the same labels) hardly any push as hard: p, {correction}-corrected over {len(table.tests)} "
        f"cells, is at most {table.settings['alpha']:g}. Late layers bend along few directions, so meaningless changes "
        "push hard there too, and a true idea can go unstarred.",
        f"Activations are {table.settings['maps']}"
        f"{' over time and frequency' if table.settings['maps'] == 'pooled' else ': they also encode where'}.",
    ]


def _warnings(table: "ConceptTable") -> list[str]:
    few = [f"Warning: the examples of {spoken(concept)} come from {count} groups; under {FEW_GROUPS} an interval is "
           "rough." for concept, count in table.groups.items() if count < FEW_GROUPS]
    apart = [_unchecked(table)] if table.unchecked else []
    return few + apart + [said for concept in table.meanings for label in table.labels
                          if (said := _contradiction(table, concept, label))]


def _unchecked(table: "ConceptTable") -> str:
    names = listed([spoken(concept) for concept in table.unchecked])
    return (f"Warning: no group has one name among the examples of {names} and among the clips under test, so only the "
            "same sounds were kept apart; if both hold the same artist or recording under two names, believe nothing.")


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
