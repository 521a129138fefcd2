"""The weights and values of an explanation as its sentences tell them.

Conventions: all have the same digits after the point, as many as the largest of them needs.
"""

from typing import TYPE_CHECKING

from escucha.explain.digits import places, signed
from escucha.explain.meanings import Meaning, meaning_of

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation


def meaning(explained: "Explanation") -> Meaning:
    return meaning_of(explained.method)


def interval(explained: "Explanation", index: int) -> str:
    low, high = explained.weights.low[index], explained.weights.high[index]
    sure = high - low <= 1e-3 * abs(explained.weights.weights[index])
    return "" if sure else f" (95 % interval {_signed(explained, low)} to {_signed(explained, high)})"


def _digits(explained: "Explanation") -> int:
    found = explained.weights
    largest = max(map(abs, (*found.weights, *explained.source_weights.values(), found.everything - found.nothing)))
    return places(float(largest))


def _signed(explained: "Explanation", value: float) -> str:
    return signed(value, _digits(explained))


def valued(explained: "Explanation", value: float) -> str:
    """A value; weights that do not add up to it may be of another size and unit, and have digits of their own."""
    if meaning(explained).sums:
        return _signed(explained, value)
    found = explained.weights
    return signed(value, places(max(abs(found.everything), abs(found.nothing))))


def size(explained: "Explanation", value: float) -> str:
    return _signed(explained, abs(value)).removeprefix("+")


def weighed(explained: "Explanation", weight: float) -> str:
    """With a sign only where that says something."""
    return (_signed if meaning(explained).signed else size)(explained, weight)


def told(explained: "Explanation", weight: float) -> str:
    text = weighed(explained, weight)
    return "next to nothing" if text == "0" else text


def whole(explained: "Explanation") -> str:
    """`, all together +5.14`, of weights that add up."""
    if not meaning(explained).sums:
        return ""
    return f", all together {_signed(explained, explained.weights.everything - explained.weights.nothing)}"
