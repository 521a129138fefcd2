"""What an explanation means, in plain sentences."""

from typing import TYPE_CHECKING

import numpy as np

from escucha.explain.amounts import interval, meaning, size, told, valued, weighed, whole
from escucha.explain.listening import taken_away
from escucha.explain.naming import capital, spoken, stretch

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

CLOSE = 0.1
"""Two labels whose probabilities differ by less are not told apart."""
TINY = 0.01
"""Logits: where no weight, nor all of them together, is as much, the parts are not ranked."""
LISTED = 6
"""Sources that are named with their sums; the table has all."""
OVER_SILENCE = ("What is played alone is heard and scored over silence instead: the values beside those sounds do not "
                "compare with these.")

def sentences(explained: "Explanation") -> list[str]:
    """The answer, what spoke for it and against it, what the sounds show, and how the weights were found."""
    if not explained.weights.weights.any():
        return [_answer(explained), "No part of this clip changes what the model says; there is nothing to weigh.",
                _method(explained)]
    ranked = [_hardly(explained)] if _tiny(explained) else [
        _strongest(explained), _by_source(explained), _against(explained)]
    lines = [_answer(explained), _values(explained), _elsewhere(explained), *ranked, _otherwise(explained),
             _proof(explained), _together(explained), _unheard(explained), _method(explained), *explained.weights.notes]
    return [line for line in lines if line]


def _answer(explained: "Explanation") -> str:
    model, score = explained.model, explained.score
    verb = "answers" if score.link == "softmax" else "is surest of"  # each label by itself: none is the answer
    said = f"{model} {verb} {score.label} ({score.probabilities[score.label]:.2f})"
    if score.label == explained.label:
        return f"{said}{_chiefly(explained)}."
    return f"{said}; explained here is {explained.label} ({explained.probability:.2f})."


def _chiefly(explained: "Explanation") -> str:
    """`; guitar speaks most for it (+4.34, all together +5.14)`; nothing where one source is all, or none speaks."""
    weights, found = explained.source_weights, explained.weights
    source = max(weights, key=weights.__getitem__)
    if len(weights) < 2 or weights[source] <= found.floor or _tiny(explained):
        return ""
    counts = "speaks most for it" if meaning(explained).signed else "counts most"
    return f"; {spoken(source)} {counts} ({told(explained, weights[source])}{whole(explained)})"


def _values(explained: "Explanation") -> str:
    """From where to where the value goes, and what a weight is of that."""
    none, every = (valued(explained, value) for value in (explained.weights.nothing, explained.weights.everything))
    means = meaning(explained)
    sums = "" if means.sums else "; these weights do not add up to the value"
    return (f"The model's value for {explained.label} ({explained.unit}) goes from {none} for {_nothing(explained)} "
            f"(none) to {every} for the whole clip (all); a weight is {means.weight}{sums}.")


def _nothing(explained: "Explanation") -> str:
    """What sounds where every part is off."""
    absent = explained.factorization.absent
    return absent if absent == "silence" else f"{absent} in place of everything"


def _elsewhere(explained: "Explanation") -> str:
    """Said where the label has less of the clip than of nothing."""
    if explained.weights.nothing - explained.weights.everything < TINY:
        return ""
    why = ": the answer comes from elsewhere than these parts (the model's bias)" if _answered(explained) else ""
    return f"{capital(_nothing(explained))} alone speaks more for {explained.label} than the clip does{why}."


def _tiny(explained: "Explanation") -> bool:
    """Do the parts change nothing that a person would call a change? Weights of a map may be of another unit."""
    found = explained.weights
    own = found.map is None or found.map.unit == explained.unit
    return own and max(abs(found.everything - found.nothing), float(np.abs(found.weights).max(initial=0))) < TINY


def _hardly(explained: "Explanation") -> str:
    return (f"The parts hardly matter: none of them changes the value by {TINY:g}, nor do all of them together, so "
            "which is the strongest says nothing.")


def _strongest(explained: "Explanation") -> str:
    found = explained.weights
    top = int(found.weights.argmax())
    signed = meaning(explained).signed
    if found.weights[top] <= found.floor:
        return f"No part {'speaks for ' + explained.label if signed else 'counts'}."
    counts = f"speaks most for {explained.label}" if signed else "counts most"
    return (f"{capital(stretch(explained.factorization, top))} {counts}: {told(explained, found.weights[top])}"
            f"{interval(explained, top)}{whole(explained)}.")


def _by_source(explained: "Explanation") -> str:
    summed = sorted(explained.source_weights.items(), key=lambda item: -abs(item[1]))
    if len(summed) < 2 or len(explained.weights.weights) == len(summed):
        return ""
    over = "Summed over time and bands" if any(part.band for part in explained.factorization.parts) else \
        "Summed over time"
    told = ", ".join(f"{spoken(source)} {weighed(explained, weight)}" for source, weight in summed[:LISTED])
    return f"{over}: {told}{', …' if len(summed) > LISTED else ''}."


def _against(explained: "Explanation") -> str:
    weights = explained.weights.weights
    low = int(weights.argmin())
    if not meaning(explained).signed:
        return "These weights are sizes alone: they do not say what speaks for it and what against it."
    if weights[low] >= -explained.weights.floor:
        return f"Nothing speaks against {explained.label}."
    return (f"{capital(stretch(explained.factorization, low))} speaks most against it: "
            f"{told(explained, weights[low])}{interval(explained, low)}.")


def _otherwise(explained: "Explanation") -> str:
    """What would have to be missing for another answer."""
    found, label = explained.otherwise, explained.label
    if found is None:
        other = "that changes the answer" if _answered(explained) else f"after which {label} would be answered"
        return f"No removal of parts was found {other}."
    without = capital(taken_away(explained.factorization, found.removed))
    if found.removed[explained.game.sounding].all():
        without = "Nothing less changes it than the removal of all parts: then"
    else:
        without += ","
    least = "no smaller set of parts does that" if found.smallest else "a smaller set of parts may do that too"
    if explained.score.link == "softmax":
        return f"{without} the answer would be {found.becomes} ({found.probability:.2f}): {least}."
    side = "below" if _answered(explained) else "no longer below"
    left, line = _told_apart(found.left, explained.threshold)
    return f"{without} the probability of {label} would be {left}, {side} its threshold {line}: {least}."


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two probabilities with two digits after the point, or as many as it takes until they differ."""
    pairs = [(f"{one:.{digits}f}", f"{other:.{digits}f}") for digits in (2, 3, 4, 5, 6)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])


def _answered(explained: "Explanation") -> bool:
    if explained.score.link == "softmax":
        return explained.score.label == explained.label
    return explained.probability >= explained.threshold


def _proof(explained: "Explanation") -> str:
    """Values of one game: what is on, and in the place of the others what stands for them everywhere."""
    heard, absent = {sound.name: sound for sound in explained.listening}, explained.factorization.absent
    if "everything-but-them" not in heard:
        return "" if absent == "silence" else OVER_SILENCE
    rest, top = (heard[name] for name in ("everything-but-them", "strongest-parts"))
    alone = top.value if absent == "silence" or top.keep is None else float(
        explained.game.values(top.keep[None], explained.label)[0])
    how = "alone" if absent == "silence" else f"with {absent} in place of the others"
    values = [valued(explained, value) for value in (alone, rest.value, explained.weights.nothing)]
    said = (f"The model's value of the strongest parts {how} is {values[0]}, of everything but the strongest parts "
            f"{values[1]}, of {_nothing(explained)} {values[2]}.")
    return said if absent == "silence" else f"{said} {OVER_SILENCE}"


def _together(explained: "Explanation") -> str:
    """Said only where two parts do more (or less) together than the stronger of them weighs."""
    pairs = explained.weights.interactions
    if pairs is None or np.abs(pairs).max() <= explained.weights.floor:
        return ""
    first, second = (int(at) for at in np.unravel_index(np.abs(pairs).argmax(), pairs.shape))
    strength = float(pairs[first, second])
    if abs(strength) < np.abs(explained.weights.weights[[first, second]]).max():
        return ""
    how = "count together" if strength > 0 else "stand in for each other"
    than = f"{size(explained, strength)} {'more' if strength > 0 else 'less'} than the sum of what each adds alone"
    return (f"{capital(stretch(explained.factorization, first))} and {stretch(explained.factorization, second)} {how}: "
            f"on average over what else sounds, both at once add {than}.")


def _unheard(explained: "Explanation") -> str:
    """What would be played if it could be heard; that nothing speaks for or against it is said elsewhere."""
    silent = [sound.name.replace("-", " ").replace("but them", "but the strongest parts")
              for sound in explained.listening if sound.clip is None and (sound.keep is None or sound.keep.any())]
    return f"Nothing to hear, so not played: {', '.join(silent)}." if silent else ""


def _method(explained: "Explanation") -> str:
    found = explained.weights
    drawn = "" if found.samples is None else f", drawn: {found.samples}"
    cost = f"parts: {len(found.weights)}{drawn}, windows scored (passes): {found.passes}"
    said = f"Weights by {explained.method} ({cost})"
    if found.fit is not None:
        return f"{said}: a linear model with R² {found.fit:.2f}."
    if not meaning(explained).sums:
        return f"{said}."
    gap = size(explained, found.residual)
    return f"{said}; they sum to the whole{'' if gap == '0' else f' within {gap}'}."
