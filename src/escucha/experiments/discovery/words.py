"""What a discovery found, in plain sentences, the headline first.

Conventions: brackets hold 95 % intervals over groups; r is a rank correlation over clips held out.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from escucha.concepts.discovering.cues import cue_named
from escucha.concepts.discovering.facts import told_upwards
from escucha.concepts.names import listed, short, spoken
from escucha.experiments.clips.few_groups import FEWEST, too_few
from escucha.experiments.discovery.cue_words import cue_sentences
from escucha.experiments.discovery.scanning import Scan
from escucha.experiments.discovery.summary import NOTED, Cell, Summary, called
from escucha.explain.digits import places, signed
from escucha.explain.naming import capital
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.experiments.discovery.finding import DiscoveryFinding

SENTENCES = 12
"""Components that have a sentence of their own, those that count most; the table has all."""
POOR = 0.5
"""Less of the variance accounted for than this is worth a warning."""


def sentences(finding: "DiscoveryFinding") -> list[str]:
    """Headlines, a line a component, cues, how to read it, warnings."""
    found, scan = finding.found, finding.scan
    said: list[str] = []
    if found:
        said += [_headline(found), *(_component(found, at) for at in found.ranking[:SENTENCES])]
    if scan:
        cues = list(cue_sentences(finding.model, scan))
        said = [said[0], cues[0], *said[1:], *cues[1:]] if said else cues
    if found:
        said += [_reading(found, finding.settings["value"], finding.settings["controls"])]
    return [*said, *_warnings(found, scan)]


def _headline(found: Summary) -> str:
    share = found.explained[found.count][1]
    leads = [cell for at in found.ranking for cell in found.counting(at)][:1]
    most = _unasked(found) or "; none is shown to matter to a label more than as much of meaningless patterns"
    if leads:
        lead = leads[0]
        most = (f"; most counts {called(lead.component)}{_what(found, lead.component)}: it is worth "
                f"{_size(found, lead)} to {lead.label}, and as much of meaningless patterns "
                f"{_signed(found, lead.chance)}")
    several = found.count > 1
    return (f"{found.count} component{'s' if several else ''} account{'' if several else 's'} for {100 * share:.0f} % "
            f"of what differs between clips in {short(found.layer, [found.layer])}{most}.")


def _unasked(found: Summary) -> str:
    """Why no component could be tested against any label; empty where some could."""
    if len(found.untested) < len(found.labels):
        return ""
    most = max(cell.lost.groups for cell in found.cells)
    there = _held(most) if most == found.held_out[2] else f"no label has clips of more than {_groups(most)} held out"
    return f"; what they matter to the labels could not be tested: {there}, and {FEWEST} are needed (take more clips)"


def _held(groups: int) -> str:
    return f"{_groups(groups)} {'is' if groups == 1 else 'are'} held out"


def _groups(count: int) -> str:
    return f"{count} group{'' if count == 1 else 's'}"


def _what(found: Summary, component: int) -> str:
    """In brackets, what it goes with most closely."""
    noted = found.annotated.noted(component)[:1]
    return f" (it goes {_gone_with(noted)})" if noted else ""


def _component(found: Summary, component: int) -> str:
    noted = found.annotated.noted(component)[:NOTED]
    follows = f"it goes {_gone_with(noted)}" if noted else "it follows nothing that is known of the clips"
    cued = [(cue_named(name).words, r) for name, r in found.cues.noted(component)[:NOTED]]
    cues = f"; of the recording it goes {_gone_with(cued)}" if cued else ""
    near = "" if found.named is None else _near(found, component)
    steady = found.steadiness[component]
    back = (f"it comes back in refits (cosine {steady.cosine:.2f})" if steady.steady else
            f"it does not come back in refits (cosine {steady.cosine:.2f}): do not lean on it")
    if len(found.untested) == len(found.labels):
        known = f"; {follows}" if noted else ""
        return f"{capital(called(component))} {_taken(found, component)}{known}{cues}{near}; {back}."
    return f"{capital(called(component))} {_speaks(found, component)}; {follows}{cues}{near}; {back}."


def _speaks(found: Summary, component: int) -> str:
    speaks = [f"{cell.speaks} {cell.label} ({_size(found, cell)})" for cell in found.counting(component)]
    return f"speaks {listed(speaks)}" if speaks else "is not shown to speak for any label or against it"


def _taken(found: Summary, component: int) -> str:
    """What is lost most without a component, where it could not be tested."""
    cell = found.of(component)[0]
    lost, reach = (_signed(found, abs(value)).lstrip("+") for value in (cell.lost.value, cell.reach))
    verb = "gains" if cell.lost.value < 0 and lost != "0" else "loses"
    return (f"was not tested against labels ({_groups(cell.lost.groups)}); taken out, {cell.label} "
            f"{verb} {lost}, meaningless patterns at most {reach}")


def _near(found: Summary, component: int) -> str:
    assert found.named
    name = found.named.nearest(component)
    if not name:
        return "; no card points its way more than meaningless ones do"
    cosine = found.named.cosines[component, found.named.concepts.index(name)]
    reach = found.named.reach[component, found.named.concepts.index(name)]
    return (f"; the nearest card is {spoken(name)} (cosine {signed(float(cosine), 2)}, meaningless ones reach "
            f"{reach:.2f})")


def _gone_with(facts: Sequence[tuple[str, float]]) -> str:
    """`with tempo (+0.48) and palmas (+0.40), against mode major (−0.50)`."""
    upwards = [told_upwards(*fact) for fact in facts]
    said = [(f"{name.replace(': ', ' ')} ({signed(r, 2)})", r > 0) for name, r in upwards]
    sides = (("with", [text for text, up in said if up]), ("against", [text for text, up in said if not up]))
    return ", ".join(f"{side} {listed(mine)}" for side, mine in sides if mine)


def _reading(found: Summary, unit: str, controls: int) -> str:
    stretch = "a whole window, for this layer has no steps in time" if found.whole_windows else f"{found.seconds:.2g} s"
    sided = (" Its units also go below zero, so each was told by how far it lies above its mean and how far below."
             if found.sided else "")
    return (f"Components are patterns of units that add up to what the layer says of an excerpt ({stretch}); they were "
            f"fitted to {found.fitted[0]} excerpts of {found.fitted[2]} groups, and all else is of {found.held_out[1]} "
            f"clips of {found.held_out[2]} other groups.{sided}{_brackets(found, unit, controls)} "
            "A layer hears more than the excerpt's own seconds: listen for what the ten moments share.")


def _brackets(found: Summary, unit: str, controls: int) -> str:
    """What the numbers are that the lines above give; of none, nothing."""
    lost = (f"what the label's value ({unit}) loses over its own clips when the component is taken out of the layer "
            "and the rest of the model is run")
    if len(found.untested) == len(found.labels):
        said = f" A loss is {lost}; as much of each of {controls} meaningless patterns was taken out beside it."
    elif any(found.counting(at) for at in range(found.count)):
        said = (f" Numbers in brackets: {lost}, with a 95 % interval over groups (a component is said to speak only "
                f"where that is more than as much of each of {controls} meaningless patterns).")
    else:
        said = ""
    told = any(of.noted(at) for of in (found.annotated, found.cues) for at in range(found.count))
    return said + (" In brackets after facts: the rank correlation with the component's strength." if told else "")


def _warnings(found: Summary | None, scan: Scan | None) -> Iterator[str]:
    groups = found.held_out[2] if found else scan.moved_groups if scan else FEW_GROUPS
    if groups < FEW_GROUPS:
        yield f"Warning: {too_few(groups)}."
    if found and 0 < len(found.untested) < len(found.labels):
        yield (f"Warning: {listed(found.untested)} could not be tested: of a label {FEWEST} groups held out are "
               "needed; take more clips.")
    if found:
        unsteady = [str(at + 1) for at, one in enumerate(found.steadiness) if not one.steady]
        if unsteady:
            yield (f"Warning: component{'s' if len(unsteady) > 1 else ''} {listed(unsteady)} "
                   f"{'do' if len(unsteady) > 1 else 'does'} not come back when fitted to other groups; ask for fewer "
                   "components, or take more clips.")
        if found.explained[found.count][1] < POOR:
            yield (f"Warning: {found.count} components account for only {found.explained[found.count][1]:.0%} of what "
                   "the layer says of other clips; what they leave out may count too.")
    if scan and scan.groups < FEW_GROUPS and (found is None or scan.groups != groups):
        yield f"Warning: of the scan {too_few(scan.groups)}."


def _size(found: Summary, cell: Cell) -> str:
    value = _signed(found, cell.lost.value)
    if cell.lost.low != cell.lost.low:  # of too few groups
        return value
    return f"{value} [{_signed(found, cell.lost.low)}, {_signed(found, cell.lost.high)}]"


def _signed(found: Summary, value: float) -> str:
    return signed(value, min(places(max(abs(cell.lost.value) for cell in found.cells)), 3))
