"""What a discovery found, in plain sentences, the headline first.

Conventions: brackets hold 95 % intervals over groups; r is a rank correlation over clips held out.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from escucha.concepts.discovering.cues import cue_named
from escucha.concepts.discovering.facts import told_upwards
from escucha.concepts.discovering.scan import Verdict
from escucha.concepts.names import listed, spoken
from escucha.experiments.clips.few_groups import too_few
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
        said += [_headline(finding.model, found), *(_component(found, at) for at in found.ranking[:SENTENCES])]
    if scan:
        cues = list(_cues(finding.model, scan))
        said = [said[0], cues[0], *said[1:], *cues[1:]] if said else cues
    if found:
        said += [_reading(found, finding.settings["value"], finding.settings["controls"])]
    return [*said, *_warnings(found, scan)]


def _headline(model: str, found: Summary) -> str:
    share = found.explained[found.count][1]
    leads = [cell for at in found.ranking for cell in found.counting(at)][:1]
    most = "; none is shown to matter to a label more than as much of meaningless patterns"
    if leads:
        lead = leads[0]
        most = (f"; most counts {called(lead.component)}{_what(found, lead.component)}: it is worth "
                f"{_size(found, lead)} to {lead.label}, and as much of meaningless patterns "
                f"{_signed(found, lead.chance)}")
    return (f"{share:.0%} of how clips differ to layer {found.layer} of {model} is made up of {found.count} "
            f"components{most}.")


def _what(found: Summary, component: int) -> str:
    """In brackets, what it goes with most closely."""
    noted = found.annotated.noted(component)[:1]
    return f" (it goes {_gone_with(noted)})" if noted else ""


def _component(found: Summary, component: int) -> str:
    speaks = [f"{cell.speaks} {cell.label} ({_size(found, cell)})" for cell in found.counting(component)]
    counts = f"speaks {listed(speaks)}" if speaks else "is not shown to speak for any label or against it"
    noted = found.annotated.noted(component)[:NOTED]
    follows = f"it goes {_gone_with(noted)}" if noted else "it follows nothing that is known of the clips"
    cued = [(cue_named(name).words, r) for name, r in found.cues.noted(component)[:NOTED]]
    cues = f"; of the recording it goes {_gone_with(cued)}" if cued else ""
    near = "" if found.named is None else _near(found, component)
    steady = found.steadiness[component]
    back = (f"it comes back in refits (cosine {steady.cosine:.2f})" if steady.steady else
            f"it does not come back in refits (cosine {steady.cosine:.2f}): do not lean on it")
    return f"{capital(called(component))} {counts}; {follows}{cues}{near}; {back}."


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


def _cues(model: str, scan: Scan) -> Iterator[str]:
    """Which cues are ridden on; which only tell the label; which only move the model."""
    if not scan.verdicts:
        yield (f"Whether {model} rides on a simple cue could not be asked: these {scan.clips} clips are alike in all "
               f"{len(scan.names)} that are measured.")
        return
    if scan.hans:
        yield (f"Clever Hans: {listed([_ridden(verdict) for verdict in scan.hans])}; a listener should ask whether "
               f"that belongs to the music, for {model} hears it.")
    elif not any(verdict.moves for verdict in scan.verdicts):
        yield (f"Whether {model} rides on a simple cue could not be asked: none of the {len(scan.verdicts)} in which "
               "these clips differ can be put into these sounds or taken out.")
    else:
        yield (f"No simple cue both tells the label of these {scan.clips} clips and moves {model} that way: none of "
               f"{len(scan.verdicts)} that were measured.")
    telling = [verdict for verdict in scan.verdicts if verdict.tells and not verdict.clever_hans]
    unmoved, unasked = ([_told(one) for one in telling if bool(one.moves) == asked] for asked in (True, False))
    if unmoved:
        yield f"Better than by luck, but without moving {model} that way, the label is told by {listed(unmoved)}."
    if unasked:
        yield (f"Better than by luck the label is told by {listed(unasked)}; no more or less of that can be put "
               f"into these sounds, so {model} was not asked, and the music itself may make it so.")
    moving = [cue_named(one.cue).words for one in scan.verdicts if one.used and not one.clever_hans]
    if moving:
        yield (f"{capital(listed(moving))} {'moves' if len(moving) == 1 else 'move'} {model} when changed, but "
               f"{'does' if len(moving) == 1 else 'do'} not tell these labels the same way: something to know, and no "
               "shortcut on this corpus.")
    if any(verdict.moves for verdict in scan.verdicts):
        yield _asked(scan)


def _asked(scan: Scan) -> str:
    return (f"A cue is measured on every clip (groups held out in turn, chance is {1 / scan.kinds:.0%}), then put into "
            f"or taken out of {scan.moved_clips} clips of {scan.moved_groups} groups; it is called Clever Hans where "
            "it tells the label better than shuffled labels allow and the value of a label moves the way the cue tells "
            "it, both after Holm's correction.")


def _ridden(verdict: Verdict) -> str:
    moved = [move for move in verdict.moves if move.astray]
    said = [f"{move.label} by {signed(move.move.value, 2)} [{signed(move.move.low, 2)}, {signed(move.move.high, 2)}]"
            for move in moved]
    return f"{_told(verdict)} tells the label, and more of it moves {listed(said)}"


def _told(verdict: Verdict) -> str:
    """`level (42% right, 39% by luck at most)`."""
    told = verdict.told
    return f"{cue_named(verdict.cue).words} ({told.accuracy:.0%} right, {told.usual:.0%} by luck at most)"


def _reading(found: Summary, unit: str, controls: int) -> str:
    stretch = "a whole window, for this layer has no steps in time" if found.whole_windows else f"{found.seconds:.2g} s"
    sided = (" Its units also go below zero, so each was told by how far it lies above its mean and how far below."
             if found.sided else "")
    return (f"Components are patterns of units that add up to what the layer says of an excerpt ({stretch}); they were "
            f"fitted to {found.fitted[0]} excerpts of {found.fitted[2]} groups, and all else is of {found.held_out[1]} "
            f"clips of {found.held_out[2]} other groups.{sided} Numbers in brackets: what the label's value ({unit}) "
            "loses over its own clips when the component is taken out of the layer and the rest of the model is run, "
            "with a 95 % interval over groups (a component is said to speak only where that is more than as much of "
            f"each of {controls} meaningless patterns); of facts, the rank correlation with the component's strength. "
            "A layer hears more than the excerpt's own seconds: listen for what the ten moments share.")


def _warnings(found: Summary | None, scan: Scan | None) -> Iterator[str]:
    groups = found.held_out[2] if found else scan.moved_groups if scan else FEW_GROUPS
    if groups < FEW_GROUPS:
        yield f"Warning: {too_few(groups)}."
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
