"""What a localisation found, in plain sentences, the headline first.

Conventions: areas have two digits; brackets hold 95 % bootstrap intervals over groups.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from escucha.concepts.names import listed, short, spoken
from escucha.experiments.clips.few_groups import too_few
from escucha.experiments.localisation.summary import ALPHA, Cell
from escucha.explain.naming import capital
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
        return f"{study.model} was asked where it hears: {_names(cells)}; nothing can be scored in these clips."
    timed = [cell for cell in known if study.found.timed[cell.concept] < ALPHA]
    found = [cell for cell in timed if study.found.own[cell.concept] < ALPHA]
    missed = [cell for cell in known if cell not in timed]
    told = listed([f"{spoken(cell.concept)} (area {_with(cell.area)}, {_layer(study, cell)})" for cell in found])
    said = [f"{study.model} tells where these sound: {told}"] if found else []
    if others := [cell for cell in timed if cell not in found]:
        said.append(f"{'' if said else f'{study.model}: '}where {_names(others)} sounds, other directions of the layer "
                    "that mean nothing rise nearly as well")
    if missed:
        said.append(f"{'it' if said else study.model} is not shown to tell where {_names(missed, 'or')} sounds")
    return f"{'; '.join(said)}."


def _idea(study: "LocalisationFinding", cell: Cell) -> Iterator[str]:
    if not cell.clips:
        yield f"{_capital(cell)}: {_unscored(study, cell)}"
        return
    name, timed, own = spoken(cell.concept), study.found.timed[cell.concept], study.found.own[cell.concept]
    groups = f"{cell.area.groups} group{'s' if cell.area.groups > 1 else ''}"
    yield (f"{_capital(cell)}, in {_layer(study, cell)}, over {cell.clips} clips of {groups}: of two "
           f"moments of a clip, one with {name} and one without, the curve is higher at the former "
           f"{cell.area.value:.0%} of the time (area {_with(cell.area)}; {_p(timed)}); moved in time it stays "
           f"below {cell.shifted:.2f} in 95 of a hundred cases. Its highest peak meets {name} in {_share(cell.hit)} of "
           f"clips; a moment picked blindly does in {cell.chance:.0%}.")
    yield (f"Of meaningless ideas looked for in the same way, 95 in a hundred stay below {cell.null:.2f} "
           f"(p = {own:.2g}): "
           + (f"hardly any other direction finds {name} as well." if own < ALPHA else
              f"other directions find {name} nearly as well, so little of this is the idea’s own."))
    yield _rivals(cell)
    if cell.silent:
        yield (f"The curve’s mean is higher in a clip with {name} than in one without {cell.detection:.0%} of the time "
               f"({cell.clips} with, {cell.silent} without; 50 % is chance). These clips differ in more than {name}; "
               f"examples held out of the fit are told apart in {cell.accuracy:.0%}.")
    mask = study.mask(cell.concept)
    if mask:
        yield (f"Of the energy that passes the map of {name}, {mask['share'].value:.0%} is the true stem’s; of the "
               f"whole mixture {mask['mixture'].value:.0%}, of what passes the same map at other times "
               f"{mask['shifted'].value:.0%}{_gain(mask)}.")


def _unscored(study: "LocalisationFinding", cell: Cell) -> str:
    if cell.concept not in study.settings["truth"]:
        return ("no truth was named for it, so nothing is scored. Where the clips carry onsets or stems, add [truth] "
                f'{cell.concept} = "{cell.concept}" (a source) or "stem:voice".')
    if cell.silent:
        return "no moment with it can be told from one without in these clips."
    return "nothing is known of when it sounds in these clips."


def _rivals(cell: Cell) -> str:
    """Is the idea's curve any better than an onset detector, which knows of no idea?"""
    better = cell.beyond.value > 0
    shown = cell.beyond_p < ALPHA
    verdict = ("so the idea’s curve knows more than that something begins" if shown and better else
               "so an onset detector does better" if shown else "and the difference may be chance")
    return (f"The sound’s own onset strength, which knows of no idea, has {cell.strength.value:.2f}, its loudness "
            f"{cell.loudness.value:.2f}; the curve is {abs(cell.beyond.value):.2f} {'above' if better else 'below'} "
            f"onset strength ({_p(cell.beyond_p)}), {verdict}.")


def _p(found: float) -> str:
    return "one group has no p" if found != found else f"p = {found:.2g}"


def _gain(mask: dict[str, Interval]) -> str:
    if "gain" not in mask:
        return ""
    near = "nearer to" if mask["gain"].value > 0 else "further from"
    return f"; heard through the map, the clip is {abs(mask['gain'].value):.1f} dB {near} the stem (SI-SDR)"


def _reading(study: "LocalisationFinding") -> list[str]:
    settings = study.settings
    choice = (" The layer was chosen on the examples, whose groups play in none of these clips."
              if len(study.found.layers) > 1 else "")
    return [f"Area is the area under ROC of moments within {1000 * settings['tolerance']:.0f} ms of a true onset (or "
            "in which the idea is known to be) against all others of the same clip: 1 is perfect, 0.5 chance. Its p "
            "says how often luck would lift as many groups above chance. A model is said to tell where an idea sounds "
            f"if that p and the one against {settings['nulls']} meaningless ideas (another room, noise or guitar; or "
            f"other clips drawn alike) are both under {ALPHA}, after Holm. A map is the layer’s channels along the "
            "idea’s direction at every position; its curve is the mean over frequency, zero being the mean of the "
            f"examples without the idea and the unit their standard deviation.{choice}"]


def _warnings(study: "LocalisationFinding", cells: list[Cell]) -> Iterator[str]:
    groups = min((cell.area.groups for cell in cells if cell.clips), default=FEW_GROUPS)
    if groups < FEW_GROUPS:
        yield f"Warning: {too_few(groups)}."
    for cell in cells:
        if cell.accuracy < WEAK:
            yield (f"Warning: the direction of {spoken(cell.concept)} tells its examples apart in {cell.accuracy:.0%} "
                   "of held-out cases (50 % is chance): where it points may mean little.")
    mute = [sound.name for one in study.heard for sound in one.sounds if sound.clip is None]
    if mute:
        yield f"Warning: nothing can be heard in {listed(mute)}; it is left out."


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
    return capital(spoken(cell.concept))
