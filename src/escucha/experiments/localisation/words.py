"""What a localisation found, in plain sentences, the headline first.

Conventions: areas have two digits; brackets hold 95 % bootstrap intervals over groups.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short, spoken
from escucha.experiments.localisation.summary import ALPHA, Cell
from escucha.experiments.wording import few
from escucha.models.resampling import FEW_GROUPS, Interval

if TYPE_CHECKING:
    from escucha.experiments.localisation.finding import LocalisationFinding

WEAK = 0.7
"""Held-out accuracy of a CAV below which its direction means little."""


def sentences(study: "LocalisationFinding") -> list[str]:
    """Which ideas are found where they sound; each of them; how to read it; warnings."""
    cells = [study.found.cell(concept) for concept in study.found.concepts]
    each = [line for cell in cells for line in _idea(study, cell)]
    return [_headline(study, cells), *each, *_reading(study), *_warnings(study, cells)]


def _headline(study: "LocalisationFinding", cells: list[Cell]) -> str:
    known = [cell for cell in cells if cell.clips]
    if not known:
        return f"{study.model} was asked where {_names(cells)} is; nothing says where it truly is in these clips."
    found = [cell for cell in known if _shown(study, cell)]
    missed = [cell for cell in known if cell not in found]
    if not found:
        return f"{study.model} is not shown to tell where {_names(known, 'or')} sounds."
    told = ", ".join(f"{spoken(cell.concept)} (area {_with(cell.area)}, {_layer(study, cell)})" for cell in found)
    rest = f"; not shown of {_names(missed)}" if missed else ""
    return f"{study.model} tells where these sound: {told}{rest}."


def _idea(study: "LocalisationFinding", cell: Cell) -> Iterator[str]:
    if not cell.clips:
        yield f"{_capital(cell)}: nothing is known of when it sounds in these clips."
        return
    timed, own = study.found.timed[cell.concept], study.found.own[cell.concept]
    yield (f"{_capital(cell)}, in {_layer(study, cell)}, over {cell.clips} clips of {cell.area.groups} groups: a "
           f"moment of it lies above another {cell.area.value:.0%} of the time (area {_with(cell.area)}; the same "
           f"curve moved in time stays below {cell.shifted:.2f} in 95 of a hundred cases, p = {timed:.2g}). The "
           f"highest peak is on one of its moments in {_share(cell.hit)} of clips, where a peak put anywhere would be "
           f"in {cell.chance:.0%}.")
    yield (f"Of meaningless concepts 95 in a hundred stay below {cell.null:.2f} (p = {own:.2g}): "
           + ("its direction finds it as hardly any other does." if own < ALPHA else
              "other directions of this layer find it nearly as well, so little of this is the idea’s own."))
    yield _rivals(cell)
    if cell.silent and cell.clips:
        yield (f"Clips with {spoken(cell.concept)} lie above those without it {cell.detection:.0%} of the time by the "
               f"curve’s mean alone ({cell.clips} with, {cell.silent} without; 50 % is chance).")
    mask = study.mask(cell.concept)
    if mask:
        yield (f"Of the energy that its map lets through {mask['share'].value:.0%} is the true stem’s; of the whole "
               f"mixture {mask['mixture'].value:.0%}, through the same map at other times "
               f"{mask['shifted'].value:.0%}{_gain(mask)}.")


def _rivals(cell: Cell) -> str:
    """Is the idea's curve any better than an onset detector, which knows of no idea?"""
    better = cell.beyond.value > 0
    shown = cell.beyond_p < ALPHA
    verdict = ("so the idea’s curve knows more than that something begins" if shown and better else
               "so an onset detector does better" if shown else "and the difference may be chance")
    return (f"The sound’s own onset strength, which knows of no idea, has {cell.strength.value:.2f}, its loudness "
            f"{cell.loudness.value:.2f}; the curve is {abs(cell.beyond.value):.2f} {'above' if better else 'below'} "
            f"onset strength (p = {cell.beyond_p:.2g}), {verdict}.")


def _gain(mask: dict[str, Interval]) -> str:
    if "gain" not in mask:
        return ""
    near = "nearer to" if mask["gain"].value > 0 else "further from"
    return f"; heard through the map, the clip is {abs(mask['gain'].value):.1f} dB {near} the stem (SI-SDR)"


def _reading(study: "LocalisationFinding") -> list[str]:
    settings = study.settings
    return [f"Area is the area under ROC of moments within {1000 * settings['tolerance']:.0f} ms of a true onset (or "
            "in which the idea is known to be) against all others of the same clip: 1 is perfect, 0.5 chance. A map is "
            "the layer’s channels along the idea’s direction at every position; its curve is the mean over frequency, "
            "zero being the mean over the idea’s examples without it and the unit their standard deviation. The layer "
            "was chosen on the examples, whose families play in none of these clips."]


def _warnings(study: "LocalisationFinding", cells: list[Cell]) -> Iterator[str]:
    groups = min((cell.area.groups for cell in cells if cell.clips), default=FEW_GROUPS)
    if groups < FEW_GROUPS:
        yield f"Warning: {few(groups)}."
    for cell in cells:
        if cell.accuracy < WEAK:
            yield (f"Warning: the direction of {spoken(cell.concept)} tells its examples apart in {cell.accuracy:.0%} "
                   "of held-out cases (50 % is chance): where it points may mean little.")
    mute = [sound.name for one in study.heard for sound in one.sounds if sound.clip is None]
    if mute:
        yield f"Warning: nothing can be heard in {listed(mute)}; it is left out."


def _shown(study: "LocalisationFinding", cell: Cell) -> bool:
    return study.found.timed[cell.concept] < ALPHA


def _with(found: Interval) -> str:
    if found.low != found.low:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _share(found: Interval) -> str:
    return f"{found.value:.0%}" if found.low != found.low else f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}]"


def _layer(study: "LocalisationFinding", cell: Cell) -> str:
    return short(cell.layer, study.found.layers)


def _names(cells: list[Cell], last: str = "and") -> str:
    return listed([spoken(cell.concept) for cell in cells], last)


def _capital(cell: Cell) -> str:
    name = spoken(cell.concept)
    return name[:1].upper() + name[1:]
