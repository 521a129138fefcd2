"""What a source study found, in plain sentences, the headline first.

Conventions: brackets hold 95 % bootstrap intervals over groups; all weights have the same digits after the point.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from escucha.experiments.clips.clip_reasons import FAR
from escucha.experiments.clips.few_groups import too_few
from escucha.experiments.sources.summary import EVERY, Cell
from escucha.explain.digits import places, signed
from escucha.explain.meanings import meaning_of
from escucha.explain.naming import joined, spoken
from escucha.models.resampling import FEW_GROUPS

if TYPE_CHECKING:
    from escucha.experiments.sources.finding import SourceFinding

NAMED = 4
"""Labels in the headline, and failures by name; tables have all."""
SOURCES = 6
"""Sources in a label's sentence."""
OWN_SOURCES = ("nmf", "timbre")
"""Separators whose sources are each clip's own: `component 1` of one has nothing to do with that of another."""
DOUBTED = 0.2
"""Share of clips about which the model is undecided that is worth a warning."""


def sentences(study: "SourceFinding") -> list[str]:
    """What each label rests on, label by label, how it was found and how to read it; then warnings."""
    found = study.found
    each = [_label(study, pair) for pair in found.headlines]
    return [_headline(study), *each, _counted(study), _reading(study), *_warnings(study)]


def _headline(study: "SourceFinding") -> str:
    found = study.found
    leads = [(pair, found.of(*pair)[0]) for pair in found.headlines]
    leads = [(pair, lead) for pair, lead in leads if lead.weight.value > found.floor]
    if not leads:
        return f"No source speaks for any label to {study.model} on the mean of {len(found.clips)} clips."
    said = [f"{lead.label}{'' if at else ' rests most'} on {spoken(lead.source)} ({_with_interval(study, lead)} of "
            f"{_signed(study, found.gains[pair].value)}{_unshown(study, lead)})"
            for at, (pair, lead) in enumerate(leads[:NAMED])]
    more = f"; the table tells of {len(leads) - NAMED} more" if len(leads) > NAMED else ""
    return f"To {study.model} {', '.join(said)}{more}."


def _unshown(study: "SourceFinding", lead: Cell) -> str:
    """What the leading source was not shown to do: to speak for the label at all, or more than the next one."""
    if lead.speaks != "for":
        return ", which may be chance"
    rival = study.found.rival(lead.clips_of, lead.label)
    return f", not shown to be more than {spoken(rival)}" if rival else ""


def _label(study: "SourceFinding", pair: tuple[str, str]) -> str:
    (clips_of, label), cells = pair, study.found.of(*pair)
    clips, groups = cells[0].clips, cells[0].weight.groups
    listed = ", ".join(f"{cell.source} {_with_interval(study, cell)}" for cell in cells[:SOURCES])
    among = "all" if clips_of == EVERY else "its"
    seldom = [f"{cell.source} sounds in {cell.sounds_in:.0%} and weighs {_signed(study, cell.where_it_sounds.value)} "
              "there" for cell in cells[:SOURCES] if 0 < cell.sounds_in < 1]
    return (f"{label[:1].upper()}{label[1:]}, over {among} {clips} clips of {groups} groups: {listed}"
            f"{', …' if len(cells) > SOURCES else ''}{_shown(cells)}{'; ' if seldom else ''}{', '.join(seldom)}.")


def _shown(cells: Sequence[Cell]) -> str:
    """Which of them is not shown to speak either way."""
    mute = [cell.source for cell in cells if not cell.speaks]
    if len(mute) == len(cells):
        return "; none is shown to speak for it or against it"
    return f"; {joined(mute)} {'is' if len(mute) == 1 else 'are'} not shown to speak either way" if mute else ""


def _counted(study: "SourceFinding") -> str:
    """What stood for the labels, and how often the model agrees."""
    found, clips = study.found, len(study.found.clips)
    known = [row for row, clip in enumerate(found.clips) if set(clip.labels) & set(found.known)]
    right = sum(found.clips[row].answer in found.counted[row] for row in known)
    if not known:
        return f"Nothing says what these {clips} clips are: each counts under the model's answer."
    by_answer = f"; the other {found.by_answer} have no label that the model knows and count under its answer"
    return (f"The model answers {right} of {len(known)} labelled clips as they are labelled"
            f"{by_answer if found.by_answer else ''}.")


def _reading(study: "SourceFinding") -> str:
    settings = study.settings
    sums = f", so that the weights of all sources add up to what whole clips add to {settings['absent']}" if meaning_of(
        settings["method"]).sums else ""
    return (f"A weight ({settings['method']}, summed over a source's parts) is in units of the model's value "
            f"({settings['unit']}); a source that does not sound in a clip weighs 0 there{sums}. "
            f"{_absent(settings)} In brackets: 95 % intervals over groups of clips. A source is shown to speak where "
            f"sign flips over groups say so after Holm's correction over {study.found.tests} tests.")


def _absent(settings: Mapping[str, Any]) -> str:
    """What is heard of a part that is switched off: other weights follow from something else in its place."""
    if settings["absent"] == "silence":
        return "Parts that are off are silent; noise in their place may give other weights."
    return (f"In the place of parts that are off is {settings['absent']}, as loud as they are; silence may give other "
            "weights.")


def _warnings(study: "SourceFinding") -> Iterator[str]:
    found, failed = study.found, study.failures
    if study.settings.get("group") == "file":
        yield ("Warning: each file counts as a group by itself; where several are by the same people, say so by "
               "'group' (--group), for the intervals are too narrow.")
    if found.groups < FEW_GROUPS:
        unable = ", and no test can show that a source speaks" if found.hopeless else ""
        yield f"Warning: {too_few(found.groups)}{unable}."
    parts = str(study.settings["parts"])
    if parts.partition("/")[0] in OWN_SOURCES:
        yield (f"Warning: the sources that {parts} finds are other ones in every clip; means over clips say nothing of "
               "them: read the clips one by one, or take them apart by stems, hpss or demucs.")
    if failed:
        named = "; ".join(one.reason if one.path in one.reason else f"{one.path}: {one.reason}"
                          for one in failed[:NAMED])
        yield (f"Warning: {len(failed)} of {len(failed) + len(found.clips)} clips could not be explained ({named}"
               f"{'; the table of failures has all' if len(failed) > NAMED else ''}).")
    yield from _far(study)
    for doubt, count in _doubts(study).items():
        if doubt != FAR and count >= DOUBTED * len(found.clips):
            yield f"Warning: {count} of {len(found.clips)} clips: {doubt}."


def _far(study: "SourceFinding") -> Iterator[str]:
    """How many clips are far from what the model was trained on; said however few they are."""
    clips = study.found.clips
    if far := [clip for clip in clips if clip.far]:
        one = len(far) == 1
        farthest = max(far, key=lambda clip: clip.distance or 0)
        yield (f"Warning: {len(far)} of {len(clips)} clips {'is' if one else 'are'} far from the music {study.model} "
               f"was trained on ({farthest.name} {'' if one else 'most, '}at a distance of {farthest.distance:.2f}, "
               "where up to 1 is usual; a codec's low-pass alone can do that): trust "
               f"{'its answer and its' if one else 'their answers and their'} weights less.")


def _doubts(study: "SourceFinding") -> dict[str, int]:
    """What is doubtful of clips, without its details, to how many clips it is."""
    counts: dict[str, int] = {}
    for clip in study.found.clips:
        for doubt in clip.doubts:
            name = doubt.split(" between ")[0].split(" with ")[0]
            counts[name] = counts.get(name, 0) + 1
    return counts


def _with_interval(study: "SourceFinding", cell: Cell) -> str:
    """`+2.10 [1.80, 2.40]`."""
    value = _signed(study, cell.weight.value)
    if cell.weight.low != cell.weight.low:  # of too few groups
        return value
    low, high = (_signed(study, bound) for bound in cell.weight.bounds)
    return f"{value} [{low}, {high}]"


def _signed(study: "SourceFinding", value: float) -> str:
    largest = max(abs(cell.weight.value) for cell in study.found.cells)
    return signed(value, min(places(largest), 3))
