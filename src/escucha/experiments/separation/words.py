"""What a separation study found, in plain sentences, the headline first.

Conventions: brackets hold 95 % bootstrap intervals over groups.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from escucha.experiments.separation.pairs import CEILING
from escucha.experiments.separation.summary import ALPHA, SMALL, Standing
from escucha.experiments.wording import few
from escucha.models.resampling import FEW_GROUPS, Interval

if TYPE_CHECKING:
    from escucha.experiments.separation.finding import SeparationFinding

NAMED = 3
"""Failures by name; the table has all."""
HEARD = 0.005
"""Of the energy: what sources without a stem hold is said where it rounds to a per cent."""


def sentences(study: "SeparationFinding") -> list[str]:
    """Which separator changes the explanation least, each in turn, what was answered, the controls; then warnings."""
    found = study.found
    return [*_headline(study), *(_each(one) for one in found.judged), _answered(study), *_controls(study),
            _reading(study), *(f"Warning: {doubt}." for doubt in _doubts(study))]


def _headline(study: "SeparationFinding") -> Iterator[str]:
    if not study.found.judged:
        yield f"No separator could take a clip of {study.origin} apart."
        return
    best, among = study.found.judged[0], len(study.found.judged)
    rival = f", though not shown to be better than {study.found.rival}" if study.found.rival else ""
    first = f", by this measure the best of {among} separators{rival}" if among > 1 else ""
    if not any(one.shown for one in study.found.judged):
        which = f"none of {among} separators is" if among > 1 else "it is not"
        first = f"; {which} shown to tell more of the sources than nothing"
    yield (f"Separated by {best.separator}, clips are explained to {study.model} by weights that are off those of the "
           f"true stems by {_share(best.change)} of their size, where knowing nothing of the sources would be off by "
           f"{_percent(best.blind.value)} %{first}; the strongest source x moment stays the same in "
           f"{_share(best.same)} of {best.clips} clips.")


def _each(one: Standing) -> str:
    sources = ", ".join(f"{source.source} {_decibels(source.si_sdr)} ({_gained(source.improvement)}, for "
                        f"{source.stands_for})" for source in one.sources)
    blind = f"{_percent(one.blind.value)} % of knowing nothing"
    known = f"{'less than' if one.shown else 'more than' if one.worse else 'not shown to be less than'} the {blind}"
    return (f"{one.separator}: weights are off by {_share(one.change)} of their size, {known}; rank correlation "
            f"{_number(one.correlation)}; the same strongest part in {_share(one.same)}. SI-SDR: {sources}"
            f"{_unowned(one)}.")


def _unowned(one: Standing) -> str:
    """Said where sources that have no SI-SDR hold something."""
    if one.unowned.value < HEARD:
        return ""
    return f"; sources that own no stem, and so have none, hold {_share(one.unowned)} of the energy"


def _answered(study: "SeparationFinding") -> str:
    answers = {row.clip: row.answer in row.labels for row in study.found.rows if row.labels}
    right = f" (right in {sum(answers.values())} of {len(answers)} clips)" if answers else ""
    return (f"What is explained is the model’s own answer{right}. It is the same whatever takes the clip apart: parts "
            "always sum to the clip.")


def _controls(study: "SeparationFinding") -> Iterator[str]:
    truth, equal = (study.found.standing(name) for name in ("true stems", "equal shares"))
    said = []
    if truth is not None:
        said.append(f"the true stems given as an estimate change {_share(truth.change)}")
    if equal is not None:
        said.append(f"equal shares of the mixture, which tell nothing of sources, change {_share(equal.change)} and "
                    f"gain {equal.improvement.value:+z.1f} dB")
    if said:
        yield f"Controls: {'; '.join(said)}."


def _reading(study: "SeparationFinding") -> str:
    return (f"Both explanations are of the same parts ({study.settings['method']}, {study.settings['segments']}): true "
            "stems are summed as the separator joins them, each with the source that holds most of it in that clip; "
            "who stands for what is chosen by the truth, so SI-SDR reads as high as it can. It compares "
            f"a source with that sum (higher is better, {CEILING:g} dB at most; in brackets, above what the mixture "
            "itself scores). A source that owns no stem has no SI-SDR, but its weights count as off: in truth it has "
            "none. That a separator tells more than nothing is tested by sign flips over groups, p corrected for "
            f"{len(study.found.judged)} separators (Holm), and counts as shown at {ALPHA:g}.")


def _doubts(study: "SeparationFinding") -> Iterator[str]:
    found = study.found
    truth = found.standing("true stems")
    if truth is not None and truth.change.value > SMALL:
        yield f"the true stems given as an estimate change {truth.change.value:.1%}; the method itself varies so much"
    if found.groups < FEW_GROUPS:
        yield few(found.groups) + (", and no test can show that a separator tells more than nothing"
                                   if 2 / 2**found.groups * len(found.judged) > ALPHA else "")
    if found.uneven:
        yield (f"{found.uneven} of {len(found.clips)} clips were taken apart by some separators only; each one's means "
               "are over its own clips, which may be easier or harder")
    if study.failures:
        named = "; ".join(f"{one.path}: {one.reason}" for one in study.failures[:NAMED])
        more = "; the table of failures has all" if len(study.failures) > NAMED else ""
        yield f"{len(study.failures)} are left out ({named}{more})"


def _share(one: Interval) -> str:
    """`31 % [25, 38]`."""
    return f"{_percent(one.value)} %{_bounds(one, _percent)}"


def _number(one: Interval) -> str:
    return f"{one.value:.2f}{_bounds(one, lambda value: f'{value:.2f}')}".replace("-", "−")


def _bounds(one: Interval, told) -> str:
    return "" if one.low != one.low or one.low == one.high else f" [{told(one.low)}, {told(one.high)}]"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}"


def _decibels(one: Interval) -> str:
    return f"{one.value:.1f} dB".replace("-", "−")


def _gained(one: Interval) -> str:
    return "nothing else sounds" if one.value != one.value else f"{one.value:+z.1f}".replace("-", "−")
