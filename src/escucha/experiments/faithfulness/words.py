"""What a comparison of explanations shows, in plain sentences.

Conventions: numbers of measures stand with two decimals, those in per cent with one; intervals are 95 % over groups.
"""

from escucha.experiments.clips.few_groups import too_few
from escucha.experiments.faithfulness.curves import WAYS
from escucha.experiments.faithfulness.summary import ALPHA, Summary
from escucha.experiments.faithfulness.weighing import RANDOM
from escucha.explain.naming import joined
from escucha.models.resampling import FEW_GROUPS, Interval

HEADLINES = ("deletion", "insertion", "comprehensiveness", "FF")
"""What tells truth, the first that was measured."""
STRONGEST = ("AI", "AD", "AG", "Fid-In")
"""Measures of the strongest parts alone, however many these are."""
UNEQUAL = 0.05
"""Shares of the parts that are the strongest differ where they differ by more."""
DEPENDS = 0.5
"""An explanation that stays more alike than this after the network forgot everything hardly tells of the network."""


def sentences(found: Summary) -> list[str]:
    """Which explanation tells most truth and how sure that is, what chance reads, what else was seen."""
    lines = [_headline(found), _other_side(found), _control(found), _strongest_alone(found), _sizes(found),
             _steady(found), _forgetting(found), _tests(found)]
    return [line for line in lines if line]


def warnings(found: Summary) -> list[str]:
    """Why not to believe it, each without the word `Warning`."""
    flat = sum(clip.bounds.flat for clip in found.clips)
    rough = sum(not clip.bounds.exact for clip in found.clips)
    lines = []
    if flat:
        lines.append(f"of {flat} of {len(found.clips)} clips the model says the same whatever is taken away: there is "
                     "nothing to explain, every order is as good as chance, and they count as 0")
    if rough:
        lines.append(f"{rough} of {len(found.clips)} clips have too many parts to find the best order: shares are of "
                     "what a greedy order reaches, and may be above 1")
    groups = len(set(found.groups))
    if groups < FEW_GROUPS:
        lines.append(too_few(groups)
                     + (", and no test can show a difference" if 2 / 2**groups * len(found.contrasts) > ALPHA else ""))
    return [*lines, *_off_chance(found), *_deaf_to_weights(found)]


def headline(found: Summary) -> str:
    """The measure that tells truth; empty where none was measured."""
    return next((name for name in HEADLINES if name in found.measures), "")


def number(name: str, value: float) -> str:
    """A measure as people read it."""
    return f"{value:.1f}" if name in ("AI", "AD", "AG") else f"{value:z.2f}".replace("-", "−")


def with_bounds(name: str, one: Interval) -> str:
    """`0.93 (0.90 to 0.95)`; without bounds where there are none."""
    bounds = "" if one.low != one.low else f" ({number(name, one.low)} to {number(name, one.high)})"
    return f"{number(name, one.value)}{bounds}"


def _headline(found: Summary) -> str:
    name = headline(found)
    if not name:
        return ""
    top = found.best(name)
    worse = found.beaten(name, top)
    level = [one for one in found.intervals[name] if one not in (*worse, top)]
    reads = f"{name} {with_bounds(name, found.intervals[name][top])}"
    what = {"deletion": ", where 0 is a random order and 1 the best there is",
            "insertion": ", where 0 is a random order and 1 the best there is"}.get(name, "") + _picked(found, name)
    if not worse:
        return (f"No method is shown to tell more truth than another, chance included: {top} has the best mean, {reads}"
                f"{what} ({len(found.clips)} clips, {len(set(found.groups))} groups).")
    beside = f", and {joined(level)} {'are' if len(level) > 1 else 'is'} not told apart from it" if level else ""
    others = joined(worse) if level else f"every other method ({joined(worse)})"
    return (f"{top} tells most truth here{beside}: {reads}{what}. It is shown to be better than {others} "
            f"({len(found.clips)} clips, {len(set(found.groups))} groups).")


def _other_side(found: Summary) -> str:
    if headline(found) != "deletion" or "insertion" not in found.measures:
        return ""
    top = found.best("insertion")
    worse = found.beaten("insertion", top)
    shown = f", shown to be better than {joined(worse)}" if worse else ", not shown to be better than any other"
    return f"Putting parts in instead of taking them away, {top} has the best mean: insertion " \
           f"{with_bounds('insertion', found.intervals['insertion'][top])}{shown}."


def _picked(found: Summary, name: str) -> str:
    """The best of several means is a little too good."""
    among = sum(method != RANDOM for method in found.intervals[name])
    return f"; being picked by this mean among {among} flatters it and its interval" if among > 1 else ""


def _control(found: Summary) -> str:
    read = [f"{name} {with_bounds(name, found.intervals[name][RANDOM])}" for name in WAYS
            if RANDOM in found.intervals.get(name, {})]
    return f"Random weights, the control, read {joined(read)}; chance is 0." if read else ""


def _strongest_alone(found: Summary) -> str:
    """What the strongest parts of the best method do."""
    name = headline(found)
    if not name or "Fid-In" not in found.measures or "FF" not in found.measures:
        return ""
    top = found.best(name)
    few = f" ({found.intervals['kept'][top].value:.0%} of the parts)" if "kept" in found.measures else ""
    alone, gone = found.intervals["Fid-In"][top], found.intervals["FF"][top]
    return (f"The fewest parts that hold half of {top}'s weights{few} alone make the explained label the surest in "
            f"{alone.value:.0%} of clips{_percent(alone)}; without them its probability falls by "
            f"{with_bounds('FF', gone)}.{_unequal(found)}")


def _percent(one: Interval) -> str:
    return "" if one.low != one.low else f" ({one.low:.0%} to {one.high:.0%})"


def _unequal(found: Summary) -> str:
    """Said where methods keep different shares of the parts: a larger share says more alone, whatever its order."""
    there = found.intervals.get("kept", {})
    least, most = (pick(there, key=lambda name: there[name].value, default="") for pick in (min, max))
    if not there or there[most].value - there[least].value < UNEQUAL:
        return ""
    measured = joined([name for name in STRONGEST if name in found.measures])
    return (f" Each method has its own number of strongest parts, from {there[least].value:.0%} ({least}) to "
            f"{there[most].value:.0%} ({most}) of them; {measured} favour one that keeps more (FF one that "
            "takes more away), and deletion, insertion, comprehensiveness and sufficiency take as many of each.")


def _sizes(found: Summary) -> str:
    names = found.sizes_only
    if not names:
        return ""
    return (f"The weights of {joined(names)} are sizes and do not tell for from against: what speaks against the label "
            "counts among the strongest parts too.")


def _steady(found: Summary) -> str:
    said = []
    for name, what in (("seeds", "other seeds"), ("shift", "a start a little later")):
        there = {method: one.value for method, one in found.intervals.get(name, {}).items()
                 if method != RANDOM and (name != "seeds" or method in found.drawing)}
        if len(there) == 1:
            said.append(f"under {what} {joined(list(there))} keeps its order at {number(name, *there.values())}")
        elif there:
            least, most = min(there, key=there.__getitem__), max(there, key=there.__getitem__)
            unsure = "" if least in found.beaten(name, most) else "; the two are not shown to differ"
            said.append(f"under {what} {least} keeps its order least ({number(name, there[least])}) and {most} most "
                        f"({number(name, there[most])}{unsure})" if there[least] < there[most]
                        else f"under {what} all keep their order alike ({number(name, there[most])})")
    return f"Steadiness, as rank correlation: {'; '.join(said)}." if said else ""


def _forgetting(found: Summary) -> str:
    there = {name: one for name, one in found.intervals.get("reset", {}).items() if name != RANDOM}
    if not there:
        return ""
    read = joined([f"{name} {with_bounds('reset', one)}" for name, one in there.items()])
    clips = found.forgetful
    said = (f"When the network has forgotten everything ({len(found.layers)} layers reset; {clips} "
            f"clip{'s' if clips > 1 else ''}), explanations correlate with those of the network as it is: {read}.")
    if found.relearned is None:
        return said
    again, shuffled, between = found.relearned
    shown = "" if between.low > 0 or between.high < 0 else "; the two are not shown to differ"
    return (f"{said} A last layer that learned the same answers again leaves them at "
            f"{number('refitted', again.value)} (mean over methods), one that learned shuffled answers at "
            f"{number('scrambled', shuffled.value)}; on the same clips the first minus the second is "
            f"{with_bounds('refitted', between)}{shown}.")


def _tests(found: Summary) -> str:
    count = len(found.contrasts)
    if not count:
        return ""
    names = len({two.measure for two in found.contrasts})
    return (f"Methods are compared on the same clips by sign flips over groups; p is corrected for all {count} "
            f"comparisons ({names} measures, every two of {len(found.methods)} methods) together (Holm), and "
            f"differences count as shown at {ALPHA:g}.")


def _off_chance(found: Summary) -> list[str]:
    """The control should read what chance reads; where it does not, something is wrong, or luck."""
    off = [name for name in WAYS if RANDOM in found.intervals.get(name, {})
           and not found.intervals[name][RANDOM].low <= 0 <= found.intervals[name][RANDOM].high
           and found.intervals[name][RANDOM].low == found.intervals[name][RANDOM].low]
    return [f"the random control is off chance in {joined(off)}: with intervals of 95 % that happens in one of twenty "
            "by luck alone; ask again with another seed"] if off else []


def _deaf_to_weights(found: Summary) -> list[str]:
    deaf = [name for name, one in found.intervals.get("reset", {}).items()
            if name != RANDOM and one.low > DEPENDS]
    return [f"{joined(deaf)} explain a network that has forgotten everything much as the network itself (rank "
            f"correlation above {DEPENDS} by the whole interval over {found.forgetful} clips): they tell of the sound "
            "more than of what was learned"] if deaf else []
