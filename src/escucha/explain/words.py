"""What an explanation means, in plain sentences.

Conventions: all weights and values have the same digits after the point, as many as the largest of them needs.
"""

from typing import TYPE_CHECKING

import numpy as np

from escucha.explain.digits import places, signed
from escucha.explain.listening import taken_away
from escucha.explain.meanings import Meaning, meaning_of
from escucha.explain.naming import capital, spoken, stretch

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

CLOSE = 0.1
"""Two labels whose probabilities differ by less are not told apart."""
LISTED = 6
"""Sources that are named with their sums; the table has all."""


def sentences(explained: "Explanation") -> list[str]:
    """The answer, what spoke for it and against it, what the sounds show, and how the weights were found."""
    if not explained.weights.weights.any():
        return [_answer(explained), "No part of this clip changes what the model says; there is nothing to weigh.",
                _method(explained)]
    lines = [_answer(explained), _values(explained), _strongest(explained), _by_source(explained), _against(explained),
             _otherwise(explained), _proof(explained), _together(explained), _unheard(explained), _method(explained),
             *explained.weights.notes]
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
    if len(weights) < 2 or weights[source] <= found.floor:
        return ""
    return f"; {spoken(source)} {_counts(explained)} it ({_told(explained, weights[source])}{_whole(explained)})"


def _values(explained: "Explanation") -> str:
    """From where to where the value goes, and what a weight is of that."""
    none, every = (_valued(explained, value) for value in (explained.weights.nothing, explained.weights.everything))
    nothing = "silence" if explained.factorization.absent == "silence" else \
        f"{explained.factorization.absent} in place of everything"
    meaning = _meaning(explained)
    sums = "" if meaning.sums else "; these weights do not add up to the value"
    return (f"The model's value for {explained.label} ({explained.unit}) goes from {none} for {nothing} "
            f"(none) to {every} for the whole clip (all); a weight is {meaning.weight}{sums}.")


def _strongest(explained: "Explanation") -> str:
    found = explained.weights
    top = int(found.weights.argmax())
    if found.weights[top] <= found.floor:
        return f"No part speaks for {explained.label}."
    return (f"{capital(stretch(explained.factorization, top))} {_counts(explained)} {explained.label}: "
            f"{_told(explained, found.weights[top])}{_interval(explained, top)}{_whole(explained)}.")


def _by_source(explained: "Explanation") -> str:
    summed = sorted(explained.source_weights.items(), key=lambda item: -abs(item[1]))
    if len(summed) < 2 or len(explained.weights.weights) == len(summed):
        return ""
    over = "Summed over time and bands" if any(part.band for part in explained.factorization.parts) else \
        "Summed over time"
    told = ", ".join(f"{spoken(source)} {_weight(explained, weight)}" for source, weight in summed[:LISTED])
    return f"{over}: {told}{', …' if len(summed) > LISTED else ''}."


def _against(explained: "Explanation") -> str:
    weights = explained.weights.weights
    low = int(weights.argmin())
    if not _meaning(explained).signed:
        return "These weights are sizes alone: they do not say what speaks for it and what against it."
    if weights[low] >= -explained.weights.floor:
        return f"Nothing speaks against {explained.label}."
    return (f"{capital(stretch(explained.factorization, low))} speaks most against it: "
            f"{_told(explained, weights[low])}{_interval(explained, low)}.")


def _otherwise(explained: "Explanation") -> str:
    """What would have to be missing for another answer."""
    found, label = explained.otherwise, explained.label
    if found is None:
        other = "that changes the answer" if _answered(explained) else f"after which {label} would be answered"
        return f"No removal of parts was found {other}."
    without = capital(taken_away(explained.factorization, found.removed))
    if found.removed[explained.game.sounding].all():
        without = "Nothing less changes it than the removal of all parts: then"
    least = "no smaller set of parts does that" if found.smallest else "a smaller set of parts may do that too"
    if explained.score.link == "softmax":
        return f"{without} the answer would be {found.becomes} ({found.probability:.2f}): {least}."
    falls = "fall below" if _answered(explained) else "reach"
    return f"{without} {label} would {falls} its threshold ({found.left:.2f}): {least}."


def _answered(explained: "Explanation") -> bool:
    if explained.score.link == "softmax":
        return explained.score.label == explained.label
    return explained.probability >= explained.threshold


def _proof(explained: "Explanation") -> str:
    heard = {sound.name: sound for sound in explained.listening}
    if "everything-but-them" not in heard:
        return ""
    alone, without = (_valued(explained, heard[name].value) for name in ("strongest-parts", "everything-but-them"))
    return f"The model's value of the strongest parts alone is {alone}, of everything but them {without}."


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
    than = f"{_size(explained, strength)} {'more' if strength > 0 else 'less'} than the sum of what each adds alone"
    return (f"{capital(stretch(explained.factorization, first))} and {stretch(explained.factorization, second)} {how}: "
            f"on average over what else sounds, both at once add {than}.")


def _unheard(explained: "Explanation") -> str:
    silent = [sound.name.replace("-", " ") for sound in explained.listening if sound.clip is None]
    if all(sound.name != "everything-but-them" for sound in explained.listening):
        silent.insert(1, "everything but them")
    return f"Nothing to hear, so not played: {', '.join(silent)}." if silent else ""


def _method(explained: "Explanation") -> str:
    found = explained.weights
    drawn = "" if found.samples is None else f", drawn: {found.samples}"
    cost = f"parts: {len(found.weights)}{drawn}, windows scored (passes): {found.passes}"
    said = f"Weights by {explained.method} ({cost})"
    if found.fit is not None:
        return f"{said}: a linear model with R² {found.fit:.2f}."
    if not _meaning(explained).sums:
        return f"{said}."
    gap = _size(explained, found.residual)
    return f"{said}; they sum to the whole{'' if gap == '0' else f' within {gap}'}."


def _meaning(explained: "Explanation") -> Meaning:
    return meaning_of(explained.method)


def _counts(explained: "Explanation") -> str:
    return "speaks most for" if _meaning(explained).signed else "counts most for"


def _interval(explained: "Explanation", index: int) -> str:
    low, high = explained.weights.low[index], explained.weights.high[index]
    sure = high - low <= 1e-3 * abs(explained.weights.weights[index])
    return "" if sure else f" (95 % interval {_signed(explained, low)} to {_signed(explained, high)})"


def _digits(explained: "Explanation") -> int:
    found = explained.weights
    largest = max(map(abs, (*found.weights, *explained.source_weights.values(), found.everything - found.nothing)))
    return places(float(largest))


def _signed(explained: "Explanation", value: float) -> str:
    return signed(value, _digits(explained))


def _valued(explained: "Explanation", value: float) -> str:
    """A value; weights that do not add up to it may be of another size and unit, and have digits of their own."""
    if _meaning(explained).sums:
        return _signed(explained, value)
    found = explained.weights
    return signed(value, places(max(abs(found.everything), abs(found.nothing))))


def _size(explained: "Explanation", value: float) -> str:
    return _signed(explained, abs(value)).removeprefix("+")


def _weight(explained: "Explanation", weight: float) -> str:
    """With a sign only where that says something."""
    return (_signed if _meaning(explained).signed else _size)(explained, weight)


def _told(explained: "Explanation", weight: float) -> str:
    text = _weight(explained, weight)
    return "next to nothing" if text == "0" else text


def _whole(explained: "Explanation") -> str:
    """`, all together +5.14`, of weights that add up."""
    if not _meaning(explained).sums:
        return ""
    return f", all together {_signed(explained, explained.weights.everything - explained.weights.nothing)}"
