"""A comparison of models by concepts, in sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from escucha.concepts.names import MOST, few_of, listed, spoken
from escucha.concepts.tcav import AWAY, TOWARDS
from escucha.experiments.concepts.doubts_words import unknown
from escucha.experiments.wording import spanned

if TYPE_CHECKING:
    from escucha.experiments.concepts.comparison_finding import ConceptComparison, Difference


def sentences(found: "ConceptComparison") -> list[str]:
    """The headline, what each goes by, what both do, the pushes, and how to read it."""
    said = [headline(found), *(alone(found, one.model) for one in found.models), shared(found), pushes(found),
            *_reading(found), *(word for one in found.models for word in unknown(
                one.model, one.told, found.settings["alpha"], "it is compared with no other model's"))]
    return [sentence for sentence in said if sentence]


def headline(found: "ConceptComparison") -> str:
    """Where the models differ most."""
    names = listed([one.model for one in found.models])
    if not found.differences:
        return f"{names}: no concept is given as pairs, so what switching it on does cannot be compared."
    if not found.known:
        return f"{names} cannot be compared: there is no label that {_every(found)} of them know."
    apart = found.apart()
    if not apart:
        return f"{names} are not shown to go by different ideas."
    two = f" ({names.replace(' and ', ' less ')})" if len(found.models) == 2 else ""
    return (f"{names} go by different ideas: {len(apart)} of {len(found.differences)} effects on a label differ beyond "
            f"chance, most{two} {listed([_told(one, named=not two) for one in apart[:MOST]])}.")


def alone(found: "ConceptComparison", model: str) -> str:
    """Ideas that move one model and are next to nothing to all others."""
    others = [one.model for one in found.models if one.model != model]
    cells = [(concept, label) for concept in found.meanings for label in found.known
             if (own := found.effect(model, concept, label)) and own.felt
             and all((effect := found.effect(other, concept, label)) and effect.inert for other in others)]
    if not cells:
        return ""
    return (f"Only {model} is moved by {few_of([f'{spoken(concept)} (on {label})' for concept, label in cells])}: to "
            f"{listed(others)} {'that is' if len(cells) == 1 else 'those are'} next to nothing.")


def shared(found: "ConceptComparison") -> str:
    """Ideas that move all of them, and whether one way."""
    ways: dict[bool, list[str]] = {True: [], False: []}
    for concept in found.meanings:
        for label in found.known:
            effects = [found.effect(one.model, concept, label) for one in found.models]
            known = [effect for effect in effects if effect and effect.felt]
            if len(known) == len(effects):
                alike = len({effect.mean > 0 for effect in known}) == 1
                ways[alike].append(f"{spoken(concept)} on {label}")
    every = _every(found).capitalize() if len(found.models) == 2 else "All of them"
    said = [f"{every} are moved the same way by {few_of(ways[True])}"] if ways[True] else []
    said += [f"{'' if said else f'{every} are moved '}opposite ways by {few_of(ways[False])}"] if ways[False] else []
    return f"{'; '.join(said)}." if said else ""


def pushes(found: "ConceptComparison") -> str:
    """What each has as a direction that pushes beyond chance, at the layer that tells ideas best."""
    told = []
    for one in found.models:
        cells = [f"{spoken(test.concept)} {'towards' if test.verdict == TOWARDS else 'away from'} {test.label}"
                 for test in sorted(one.tests, key=lambda test: -abs(test.effect)) if test.verdict in (TOWARDS, AWAY)]
        told.append(f"{one.model} (at {one.layer.rpartition('.')[2]}): {few_of(cells) if cells else 'none'}")
    return f"Pushes beyond chance in {'; in '.join(told)}."


def _every(found: "ConceptComparison") -> str:
    return "both" if len(found.models) == 2 else "all"


def _told(difference: "Difference", *, named: bool) -> str:
    between = f"{difference.one} less {difference.other} " if named else ""
    return (f"{spoken(difference.concept)} on {difference.label} ({between}"
            f"{spanned(difference.mean, difference.low, difference.high)})")


def _reading(found: "ConceptComparison") -> Sequence[str]:
    return [
        "Every model hears the same music, with and without each idea; what that does to a label's value is said in "
        "spreads: 1 is as much as the value differs from clip to clip over the clips under test. So models whose "
        "values have other sizes can be compared. The spreads themselves are taken as they are.",
        "Differences are taken pair by pair; intervals and sign flips are over families, and p is Holm-corrected over "
        f"all {len(found.differences)} (at most {found.settings['alpha']:g})." if found.differences else "",
        "Pushes are read at one layer of each model: the last one that tells the ideas about as well as any. Their "
        f"sizes cannot be compared between models, so they are drawn in spreads of the {found.settings['nulls']} "
        "meaningless ideas."]
