"""A probe study in sentences: what can be read, how far that is memory, whether it was learned, and what to doubt."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short
from escucha.concepts.probes.baselines import ANYWHERE, LOG_MEL, UNTRAINED, Beside
from escucha.concepts.probes.ends import Ends
from escucha.concepts.probes.fits import SPOKEN
from escucha.concepts.probes.probe import Probe
from escucha.concepts.probes.scores import MEASURES
from escucha.experiments.clips.few_groups import FEWEST, too_few
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.experiments.probes.finding import ProbeTable

TIED = 0.95
"""A property that the label alone tells this well cannot be told from the label."""
APART = 0.1
"""Scores on control tasks, or rendered and real scores, further apart than this are worth a sentence."""


SHORTER = 1.25
"""A code that is not shorter by so much is hardly shortened."""


def sentences(table: "ProbeTable") -> list[str]:
    """The headline, one sentence a property, what was learned and what else was asked, how to read it, and warnings."""
    best = {subject: table.chosen(subject) for subject in table.subjects}
    return [headline(table, best), *(_sentence(table, found) for found in best.values()),
            *_learned(table, best), *_crooked(table, best), *_beyond(table, best), *_transferred(table, best),
            *_reading(table), *_warnings(table, best)]


def headline(table: "ProbeTable", best: dict[str, Probe]) -> str:
    """Which properties can be read at the layer chosen for them, and which cannot; nothing of too few groups."""
    groups = table.probes[0].groups
    if groups < FEWEST:
        return f"Nothing is told of {listed(table.subjects)}: {_needed(groups)}; take more clips."
    held = [subject for subject, found in best.items() if found.held]
    reader = SPOKEN[table.kinds[0]]
    if not held:
        return f"{_upper(reader)} is not shown to read {listed(table.subjects, 'or')} off the layers of {table.model}."
    rest = [subject for subject in table.subjects if subject not in held]
    ending = f"; {listed(rest)} {'are' if len(rest) > 1 else 'is'} not shown to be" if rest else ""
    return f"From the layers of {table.model} {reader} can read {listed(held)}{ending}."


def _sentence(table: "ProbeTable", found: Probe) -> str:
    code, log_mel = table.code(found), table.beside(found, LOG_MEL)
    how = "is read at" if found.held else "is not shown to be read: at"
    return (f"{_upper(found.subject)} {how} {short(found.layer, table.layers)} with {MEASURES[found.task]} "
            f"{found.score:.2f} {_bounds(found.low, found.high)} (chance {found.chance:.2f}), control tasks "
            f"{found.control:.2f}, selectivity {found.selectivity:+.2f}"
            + (f"; with the layer its labels take {1 / code.over_prior:.0%} of the bits they take without"
               if code and code.over_prior >= SHORTER
               else "; knowing the layer hardly shortens its labels" if code else "")
            + (f"; off log-mel statistics {log_mel.score:.2f}" if log_mel else "") + ".")


def _learned(table: "ProbeTable", best: dict[str, Probe]) -> Iterator[str]:
    """Which of what can be read the training put there, and which the untrained layer tells as well."""
    asked = {subject: against for subject, found in best.items()
             if found.held and (against := table.beside(found, UNTRAINED))}
    learned = {subject: one for subject, one in asked.items() if one.better}
    if learned:
        yield (f"Learned: {_against(learned)} read better than off the same layer of the network before training.")
    carried = {subject: one for subject in learned for baseline in (ANYWHERE, LOG_MEL)
               if (one := table.beside(best[subject], baseline)) and not one.better}
    if carried:
        yield (f"But {_against(carried)} not shown to be read better than off the best layer of the network before "
               "training, or off log-mel statistics: training may only have carried it this far.")
    heard = {subject: one for subject, one in asked.items() if not one.better and one.gain < APART}
    if heard:
        yield (f"Not shown to be learned: {_against(heard)} read about as well off the same layer before training; the "
               "sound itself tells it, and random weights let it through.")
    unsure = {subject: one for subject, one in asked.items() if not one.better and one.gain >= APART}
    if unsure:
        yield (f"Perhaps learned: {_against(unsure)} read better than off the same layer before training, but by no "
               "more than the choice of test groups could make.")


def _against(besides: dict[str, Beside]) -> str:
    found = [f"{subject} ({one.score + one.gain:.2f} against {one.score:.2f})" for subject, one in besides.items()]
    return f"{listed(found)} {'are' if len(found) > 1 else 'is'}"


def _crooked(table: "ProbeTable", best: dict[str, Probe]) -> Iterator[str]:
    """What a small network reads that a straight line does not, and how much less selective it is."""
    if "mlp" not in table.kinds[1:]:
        return
    bent = {subject: table.chosen(subject, "mlp") for subject in best}
    more = [f"{subject} ({found.score:.2f} at {short(found.layer, table.layers)}, by a straight line "
            f"{table.probe(subject, found.layer, 'linear').score:.2f})" for subject, found in bent.items()
            if found.held and (one := table.beside(found, "linear")) and one.better]
    if more:
        yield (f"A small network with one hidden layer reads {listed(more)} better than a straight line at the same "
               "layer: it is there in a bent form, which what follows can use only if it unbends it.")
    else:
        yield ("A small network with one hidden layer is not shown to read anything better than a straight line does "
               "at the same layer.")
    line = {subject: table.probe(subject, found.layer, table.kinds[0]) for subject, found in bent.items()}
    heart = [f"{subject} ({found.control:.2f} against {line[subject].control:.2f})" for subject, found in bent.items()
             if found.control - max(line[subject].control, found.chance) > APART]
    if heart:
        yield (f"But the small network also learns control tasks better, for {listed(heart)}: it is the less selective "
               "of the two, and some of what it reads it has learnt by heart (Hewitt and Liang 2019).")


def _beyond(table: "ProbeTable", best: dict[str, Probe]) -> Iterator[str]:
    for found in best.values():
        ends = table.end(found)
        if ends is not None:
            yield (f"Out of range: having learned {found.subject} from {ends.span[0]:.4g} to {ends.span[1]:.4g} only, "
                   f"the probe is {ends.error:.3g} off beyond that on average; always saying the mean is "
                   f"{ends.plain:.3g} off, the nearer edge of what it has learned {ends.edge:.3g}. {_verdict(ends)} "
                   f"(R² beyond {_told(ends.score)} {_bounds(ends.low, ends.high)}, usual range {found.score:.2f}.)")


def _verdict(ends: Ends) -> str:
    if ends.groups < FEWEST:
        return f"Nothing is told of that: {_needed(ends.groups)}."
    if ends.past_low > 0:
        return "It goes on beyond what it has heard."
    if ends.saved_low > 0:
        return "It tells low from high, and is not shown to go further than the edge of what it has heard."
    return "It is not shown to tell anything there."


def _transferred(table: "ProbeTable", best: dict[str, Probe]) -> Iterator[str]:
    found = [one for probe in best.values() if (one := table.on_real(probe))]
    for one in found:
        shown = (f"nothing is told of that, {_needed(one.groups)}" if one.groups < FEWEST
                 else "it carries over" if one.low > one.chance else "not shown to carry over")
        yield (f"On {one.clips} real clips of {one.groups} groups the probe of {one.subject}, learned from rendered "
               f"ones, reads {MEASURES[one.task]} {_told(one.score)} {_bounds(one.low, one.high)} (chance "
               f"{one.chance:.2f}, rendered {one.rendered:.2f}): {shown}.")


def _reading(table: "ProbeTable") -> Iterator[str]:
    found = table.probes[0]
    how = (f"random labels for each combination of {listed(list(table.settings['types']))}"
           if found.control_kind == "types" else "random labels for each group, scored on its held-out clips")
    yield ("A straight line is a weighted sum of a layer's units, as the next layer could form it in one step. "
           "Balanced accuracy is the share told right, class by class, and their mean; R² is 1 where every "
           "number is told exactly, and 0 where always saying their mean would do as well.")
    yield (f"A control task is the same probe on {how}: what it reads there it has learnt by heart. Every number "
           f"is of {found.clips} clips of {found.groups} groups that the probe has not heard; the layer is the best "
           "on yet other groups, so the interval is that of one layer, not of the best of many. That something can be "
           "read does not say that the model uses it; that is what a concept study asks.")
    if table.codes:
        code = table.codes[0]
        yield (f"The bits are an online code (Voita and Titov 2020) in {code.blocks} blocks of whole groups, each told "
               "by a probe that has learned the blocks before it; without the layer only the sizes of the classes "
               "are known (column over_prior; compression counts from classes of equal size).")


def _warnings(table: "ProbeTable", best: dict[str, Probe]) -> Iterator[str]:
    if table.probes[0].groups < FEW_GROUPS:
        yield f"Warning: of the test clips, {too_few(table.probes[0].groups)}."
    real = min((one.groups for one in table.real), default=FEW_GROUPS)
    if real < FEW_GROUPS:
        yield f"Warning: of the real clips, {too_few(real)}."
    tied = [subject for subject, told in table.from_label.items() if told >= TIED]
    if tied:
        yield (f"Warning: in this corpus the label alone tells {listed(tied)}; a probe that reads it may only read the "
               "answer.")
    heart = [subject for subject, found in best.items() if found.control >= found.score > found.chance]
    if heart:
        yield (f"Warning: control tasks of {listed(heart)} are read as well as the property itself; the probe shows "
               "its own memory there, not the layer.")
    yield from (f"Warning: {note}." for note in table.notes)


def _bounds(low: float, high: float) -> str:
    if low != low:
        return "(no interval)"
    return f"[{_told(low)}, {_told(high)}]"


def _needed(groups: int) -> str:
    return f"{groups} group{'s are' if groups != 1 else ' is'} asked about, and {FEWEST} are needed"


def _told(score: float) -> str:
    """Further below what the mean would do, an R² says nothing more."""
    return "below −1" if score < -1 else f"{score:.2f}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
