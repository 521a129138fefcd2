"""The tables of a concept study, as rows."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from escucha.concepts.cav import Cav
from escucha.experiments.wording import signed

if TYPE_CHECKING:
    from escucha.experiments.concepts.finding import ConceptTable, Sounding

MORE = ("agreement", "estimators", "entanglement", "doses", "erased", "read-when-erased")
"""Those that have the same name among a study's numbers."""


def rows(found: "ConceptTable") -> dict[str, list[dict[str, Any]]]:
    """Each table's rows, none for what was not asked."""
    return {
        "pushes": [asdict(test) for test in found.tests],
        "directions": [_cav(found, cav) for cav in found.cavs],
        "direct-effects": [{**asdict(effect), "inert": effect.inert, "felt": effect.felt} for effect in found.effects],
        "agreement": [asdict(one) for one in found.agreements],
        "estimators": [asdict(one) for one in found.estimated],
        "entanglement": [{**asdict(pair), "beyond": pair.beyond} for pair in found.entangled],
        "doses": [asdict(dose) for dose in found.doses],
        "erased": found.erasures.effects_table() if found.erasures else [],
        "read-when-erased": found.erasures.readings_table() if found.erasures else [],
        "pairs": [asdict(pair) for pair in found.pairs],
        "sounds": [_caption(found, sounding) for sounding in found.soundings],
    }


def _cav(found: "ConceptTable", cav: Cav) -> dict[str, Any]:
    row = {field.name: getattr(cav, field.name) for field in fields(cav) if field.name != "direction"}
    return {**row, "groups": found.groups[cav.concept], "units": len(cav.direction)}


def _caption(found: "ConceptTable", sounding: "Sounding") -> dict[str, Any]:
    said = ", ".join(f"{label} {signed(value, 2)}" for label, value in zip(found.labels, sounding.values))
    what = found.meanings[sounding.concept] if sounding.present else "The same clip without it."
    return {"name": sounding.name, "caption": f"{what} The model says: {said}."}
