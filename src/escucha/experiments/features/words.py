"""What a feature study means, in plain sentences, the answer first; and what to beware of."""

from typing import TYPE_CHECKING

import numpy as np

from escucha.experiments.wording import few
from escucha.explain.digits import places, signed
from escucha.explain.feature_figures import strongest
from escucha.models.resampling import FEW_GROUPS, Interval

if TYPE_CHECKING:
    from escucha.experiments.features.finding import FeatureFinding
    from escucha.experiments.features.summary import Summary

TOLD = 6
"""Labels with a sentence of their own, at most."""
NOISY = 0.5
"""Of the mean size of the strongest features' shares: with standard errors above it they are not to be believed."""
CLEAR = 0.3
"""A rank correlation below this says no direction."""
HOW = {"linear": "exact, for the value is linear in the features",
       "trees": "exact, by shap's TreeExplainer on the raw scores of the boosted trees",
       "exact": "exact, over all subsets of the features",
       "permutation": "by random walks in both directions"}
"""Explainer to what it is, in words."""


def sentences(found: "FeatureFinding") -> list[str]:
    """Headline, labels, the clip that is drawn, what shares are, how they were found, warnings."""
    summary = found.summary
    if not summary.shares.any():
        return [f"{found.told.model} does not use its features: its answer is the same whatever they are.",
                _measure(found), *_warnings(found)]
    told = [_of_label(found, at) for at in range(len(summary.labels[:TOLD]))]
    return [_headline(found), *([] if found.told.single else told), _shown(found), *_unnamed(summary), _measure(found),
            _method(found), _mixtures(found), *_warnings(found)]


def _headline(found: "FeatureFinding") -> str:
    summary, told = found.summary, found.told
    if told.single:
        return _of_one(found)
    several = len(summary.families) > 1
    names = [one.name for one in summary.families] if several else list(found.named)
    first, *others = summary.ranked[:4]
    behind = ""
    if several and summary.families[first].meaning:
        members = f" ({len(summary.families[first].members)} of its {len(found.named)} features)"
        behind = f", {summary.families[first].meaning}{members}"
    size = summary.overall(first)
    shown = f", {'' if summary.leads else 'not '}shown to be more than {names[others[0]]}" if others else ""
    others_moved = ", ".join(f"{names[at]} {summary.sizes[:, at].mean():.2f}" for at in others)
    then = f"; next on the mean: {others_moved}" if others else ""
    sure = "" if not others or summary.leads else "On the mean "
    return (f"{sure}{told.model} listens most to {names[first]}{behind}: in {len(told.units)} clips it moves a label's "
            f"value by {size.value:.2f} on average{_within(size)}{shown}{then}.")


def _of_one(found: "FeatureFinding") -> str:
    summary, told = found.summary, found.told
    label = summary.labels[summary.shown[1]]
    said = told.found.labels[int(told.found.scores.mean(axis=0).argmax())]
    names, shares = _named_shares(found)
    top, value = int(shares.argmax()), float(summary.scores[:, summary.shown[1]].mean())
    answer = f"{told.model} says {said} of {told.origin}" + (f", asked about {label}" if label != said else "")
    if shares[top] <= 0:
        return f"{answer}; nothing it measures speaks for {label}."
    return f"{answer}; {names[top]} speaks most for {label}, {signed(shares[top], 2)} of a value of {signed(value, 2)}."


def _of_label(found: "FeatureFinding", at: int) -> str:
    """`bulerias: timbre (MFCC) 0.51, ...; of single features tempo counts most (0.2): the higher, the more for it.`"""
    summary = found.summary
    label, several = summary.labels[at], len(summary.families) > 1
    sizes = [one[at] for one in summary.feature_sizes]
    top = max(range(len(sizes)), key=lambda column: sizes[column].value)
    way = summary.directions[top, at]
    turn = "" if not abs(way) >= CLEAR else \
        f": the higher, the more {'for' if way > 0 else 'against'} {label} (rank correlation {signed(way, 2)})"
    single = f"{found.named[top]} counts most, {sizes[top].value:.2f} on average{_within(sizes[top])}{turn}"
    if not several:
        return f"{label}: {single}."
    order = sorted(range(len(summary.families)), key=lambda row: -summary.family_sizes[row][at].value)[:3]
    listed = ", ".join(f"{summary.families[row].name} {summary.family_sizes[row][at].value:.2f}" for row in order)
    return f"{label}: {listed}; of single features {single}."


def _shown(found: "FeatureFinding") -> str:
    """The waterfall in words."""
    summary = found.summary
    unit, label = summary.shown
    names, shares = _named_shares(found)
    value = summary.scores[:, label].mean() if unit is None else summary.scores[unit, label]
    for_it, against, among = int(shares.argmax()), int(shares.argmin()), [*shares, value]
    begins, ends, most, least = (_signed(one, among) for one in (summary.base[label], value, shares[for_it],
                                                                 shares[against]))
    parts = [f"{names[for_it]} adds {most}"] if most.startswith("+") else []
    parts += [f"{names[against]} takes {least.removeprefix('−')}"] if least.startswith("−") else []
    which = "this clip" if unit is None else f"{found.told.units[unit]}, the surest clip,"
    return (f"From other music ({begins}) to {which} the value of {summary.labels[label]} goes to {ends}"
            f"{': ' if parts else ''}{', '.join(parts)}.")


def _named_shares(found: "FeatureFinding") -> tuple[list[str], np.ndarray]:
    """Families and what they say of the clip that is shown; features where there is one family only."""
    summary = found.summary
    if len(summary.families) > 1:
        return [one.name for one in summary.families], summary.of_shown(summary.by_family)
    return list(found.named), summary.of_shown(summary.shares)


def _unnamed(summary: "Summary") -> list[str]:
    if any(one.meaning for one in summary.families):
        return []
    return ["These features have no name in music: a concept-study says what a network's layer knows of palmas, mode "
            "or tempo, and an explanation by sources which of them it hears."]


def _measure(found: "FeatureFinding") -> str:
    told = found.told
    return (f"A share is what a feature adds to a label's value ({told.value}) when it is as in the clip rather than "
            f"as in {told.found.background} windows of {told.table}; shares add up to the value less those windows' "
            f"mean.{_ranking(found)}")


def _ranking(found: "FeatureFinding") -> str:
    """How it is told which moves most, and what that does not mean."""
    summary = found.summary
    if found.told.single or summary.sizes.shape[1] < 2 or not summary.shares.any():
        return ""
    adds = (" A family adds up its members' shares, so that one of many features tends to move more than one of few."
            if len(summary.families) > 1 else "")
    return (f"{adds} Which moves most is tested by sign flips over groups of clips, corrected for all "
            f"{summary.comparisons} pairs; this and the intervals take those windows as given, as if no others could "
            "have been drawn.")


def _method(found: "FeatureFinding") -> str:
    told = found.told
    exact = not told.found.errors.any()
    error = "" if exact else f", with a standard error of {np.nanmean(told.found.errors):.2g} on average"
    return (f"Shares are SHAP values, {HOW[told.found.explainer]}{error}; rows of features scored for them: "
            f"{told.found.evaluations}; what they do not add up to: {told.residual:.0e} at most.")


def _mixtures(found: "FeatureFinding") -> str:
    told = found.told
    alike = (f" {told.alike} of {len(told.found.names)} features go together with another one (|r| above .9), and what "
             "one of them says may be shared among them.") if told.alike else ""
    return ("Read with care: a feature is replaced while the others stay, which makes mixtures that no music has; "
            f"shares say what the model uses, not what the music needs.{alike}")


def _warnings(found: "FeatureFinding") -> list[str]:
    told, found_values = found.told, found.told.found
    said = list(told.doubts)
    groups = len(set(told.groups))
    if not told.single and groups < FEW_GROUPS:
        said.append(f"{few(groups)}.")
    shown = strongest(found_values.values.mean(axis=2))
    error, size = (float(np.abs(table[:, shown]).mean()) if len(shown) else 0.0
                   for table in (found_values.errors, found_values.values))
    if error > NOISY * size:
        said.append(f"even the strongest features' shares are noisy (standard error {error:.2g}, mean size "
                    f"{size:.2g}), so that their mean sizes read too high: give more samples.")
    return [f"Warning: {one}" for one in said]


def _within(found: Interval) -> str:
    """` (95 % interval 0.31 to 0.38)`; nothing where there is none."""
    if not np.isfinite(found.low) or found.low == found.high:
        return ""
    return f" (95 % interval {found.low:.2f} to {found.high:.2f})"


def _signed(value: float, among: "np.ndarray | list[float]") -> str:
    return signed(float(value), places(float(np.abs(among).max())))
