"""A probe study in sentences: what a straight line can read, how far that is memory, and what to doubt."""

from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short
from escucha.concepts.probes.selectivity import Probe
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.concepts.probes.table import ProbeTable

TIED = 0.95
"""A property that the label alone tells this well cannot be told from the label."""


def sentences(table: "ProbeTable") -> list[str]:
    """The headline, one sentence a property, how to read it, and warnings."""
    best = {subject: chosen(table, subject) for subject in table.subjects}
    return [headline(table, best), *(_sentence(table, found) for found in best.values()), _reading(table),
            *_warnings(table)]


def headline(table: "ProbeTable", best: dict[str, Probe]) -> str:
    """Which properties can be read at the layer chosen for them, and which cannot."""
    held = [subject for subject, found in best.items() if _held(found)]
    if not held:
        return f"A straight line is not shown to read {listed(table.subjects, 'or')} off the layers of {table.model}."
    rest = [subject for subject in table.subjects if subject not in held]
    ending = f"; {listed(rest)} {'are' if len(rest) > 1 else 'is'} not shown to be" if rest else ""
    return f"From the layers of {table.model} a straight line can read {listed(held)}{ending}."


def chosen(table: "ProbeTable", subject: str) -> Probe:
    """The probe of the layer that reads it best on valid, the earliest of equals.

    Chosen on test, the best of many layers would look better than it is, and its interval would not hold.
    """
    return max((found for found in table.probes if found.subject == subject), key=lambda found: found.valid)


def _held(found: Probe) -> bool:
    """Above chance, and above what could be learnt by heart."""
    return found.low > found.chance and found.low > found.control


def _sentence(table: "ProbeTable", found: Probe) -> str:
    measure = "R²" if found.task == "number" else "balanced accuracy"
    return (f"{found.subject.capitalize()} is read at {short(found.layer, table.layers)} with {measure} "
            f"{found.score:.2f} [{found.low:.2f}, {found.high:.2f}] (chance {found.chance:.2f}), control tasks "
            f"{found.control:.2f}, selectivity {found.selectivity:+.2f}.")


def _reading(table: "ProbeTable") -> str:
    found = table.probes[0]
    how = (f"random labels for each combination of {listed(list(table.settings['types']))}"
           if found.control_kind == "types" else "random labels for each group, scored on its held-out clips")
    return (f"A control task is the same probe on {how}: what it reads there it has learnt by heart. Every number "
            f"is of {found.clips} clips of {found.groups} groups that the probe has not heard; the layer is the best "
            "on yet other groups, so the interval is that of one layer, not of the best of many. That something can be "
            "read does not say that the model uses it; that is what a concept study asks.")


def _warnings(table: "ProbeTable") -> list[str]:
    made = []
    if table.probes[0].groups < FEW_GROUPS:
        made.append(f"Warning: the test clips come from {table.probes[0].groups} groups; under {FEW_GROUPS} an "
                    "interval is rough.")
    tied = [subject for subject, told in table.from_label.items() if told >= TIED]
    if tied:
        made.append(f"Warning: in this corpus the label alone tells {listed(tied)}; a probe that reads it may only "
                    "read the answer.")
    return made
