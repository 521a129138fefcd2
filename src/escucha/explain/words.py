"""What an explanation means, in plain sentences, and what to beware of.

Conventions: all weights and values have the same digits after the point, as many as the largest of them needs.
"""

from typing import TYPE_CHECKING

import numpy as np

from escucha.explain.digits import places, signed

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

CLOSE = 0.1
"""Two labels whose probabilities differ by less are not told apart."""
POOR_FIT = 0.5
"""A linear model that explains less of the variance than this says little of the parts."""
SHAKY = 0.7
"""Below this mean overlap of the three strongest parts between draws, they may be chance."""


def sentences(explained: "Explanation") -> list[str]:
    """The answer, what spoke for it and against it, what the sounds show, and how the weights were found."""
    if not explained.weights.weights.any():
        return [_answer(explained), "No part of this clip changes what the model says; there is nothing to weigh.",
                _method(explained)]
    lines = [_answer(explained), _values(explained), _strongest(explained), _by_source(explained), _against(explained),
             _proof(explained), _together(explained), _unheard(explained), _method(explained)]
    return [line for line in lines if line]


def warnings(explained: "Explanation", window: int) -> list[str]:
    """Why the explanation may mislead; sentences without the word `Warning`. `window` is in samples."""
    clip, found = explained.factorization.clip, explained.weights
    lines = [_undecided(explained)]
    if not clip.wave.any():
        lines.append("the clip is digitally silent: there is nothing to explain")
    elif not found.weights.any():
        lines.append("the model says the same of every remix, silence included: it does not hear this clip")
    if len(clip.wave) < window:
        lines.append(f"the clip ({clip.duration:.3g} s) is shorter than what the model hears at once "
                     f"({window / clip.rate:.3g} s): it heard the clip and then silence")
    if found.fit is not None and found.fit < POOR_FIT:
        lines.append(f"the linear model behind these weights explains only {found.fit:.0%} of what the remixes do: "
                     "trust Shapley values more (--method shapley)")
    if found.stability is not None and found.stability < SHAKY:
        lines.append(f"the three strongest parts change when the remixes are drawn again (overlap "
                     f"{found.stability:.2f}): ask for more samples (8192), or for Shapley values")
    return [line for line in lines if line]


def short(explained: "Explanation", index: int) -> str:
    """`palmas, 6–12 s`, for a figure: tenths of a second, or finer where the part is shorter than one."""
    start, end = explained.factorization.span(index)
    digits = max(1, places(end - start) - 1)
    return f"{explained.factorization.parts[index].source}, {round(start, digits):g}–{round(end, digits):g} s"


def stretch(explained: "Explanation", index: int) -> str:
    """`palmas between 6 and 12 s`."""
    start, end = explained.factorization.span(index)
    return f"{explained.factorization.parts[index].source} between {round(start, 2):g} and {round(end, 2):g} s"


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
    return f"; {source} speaks most for it ({_told(explained, weights[source])}, all together {_whole(explained)})"


def _values(explained: "Explanation") -> str:
    none, every = (_signed(explained, value) for value in (explained.weights.nothing, explained.weights.everything))
    return (f"The model's value for {explained.label} ({explained.unit}) goes from {none} for silence "
            f"(none) to {every} for the whole clip (all); a weight is what a part adds to it.")


def _strongest(explained: "Explanation") -> str:
    found = explained.weights
    top = int(found.weights.argmax())
    if found.weights[top] <= found.floor:
        return f"No part speaks for {explained.label}."
    return (f"{_capital(stretch(explained, top))} speaks most for {explained.label}: "
            f"{_told(explained, found.weights[top])}{_interval(explained, top)}, all together {_whole(explained)}.")


def _by_source(explained: "Explanation") -> str:
    summed = sorted(explained.source_weights.items(), key=lambda item: -abs(item[1]))
    if len(summed) < 2:
        return ""
    listed = ", ".join(f"{source} {_signed(explained, weight)}" for source, weight in summed[:6])
    return f"Summed over time: {listed}{', …' if len(summed) > 6 else ''}."


def _against(explained: "Explanation") -> str:
    weights = explained.weights.weights
    low = int(weights.argmin())
    if weights[low] >= -explained.weights.floor:
        return f"Nothing speaks against {explained.label}."
    return f"{_capital(stretch(explained, low))} speaks most against it: {_told(explained, weights[low])}" \
           f"{_interval(explained, low)}."


def _proof(explained: "Explanation") -> str:
    heard = {sound.name: sound for sound in explained.listening}
    if "everything-but-them" not in heard:
        return ""
    alone, without = (_signed(explained, heard[name].value) for name in ("strongest-parts", "everything-but-them"))
    return f"The model's value of the strongest parts alone is {alone}, of everything but them {without}."


def _together(explained: "Explanation") -> str:
    """Said only where two parts do more (or less) together than the stronger of them weighs."""
    pairs = explained.weights.interactions
    if pairs is None or not pairs.any():
        return ""
    first, second = (int(at) for at in np.unravel_index(np.abs(pairs).argmax(), pairs.shape))
    strength = float(pairs[first, second])
    if abs(strength) < np.abs(explained.weights.weights[[first, second]]).max():
        return ""
    how = "count together" if strength > 0 else "stand in for each other"
    size = _signed(explained, abs(strength)).removeprefix("+")
    than = f"{size} {'more' if strength > 0 else 'less'} than the sum of what each adds alone"
    return f"{_capital(stretch(explained, first))} and {stretch(explained, second)} {how}: both at once add {than}."


def _unheard(explained: "Explanation") -> str:
    silent = [sound.name.replace("-", " ") for sound in explained.listening if sound.clip is None]
    if all(sound.name != "everything-but-them" for sound in explained.listening):
        silent.insert(1, "everything but them")
    return f"Nothing to hear, so not played: {', '.join(silent)}." if silent else ""


def _method(explained: "Explanation") -> str:
    found, parts = explained.weights, len(explained.weights.weights)
    cost = f"parts: {parts}, windows scored (passes): {found.passes}"
    if found.fit is not None:
        return f"Weights by {explained.method} ({cost}): a linear model with R² {found.fit:.2f}."
    gap = _signed(explained, abs(found.residual)).removeprefix("+")
    return f"Weights by {explained.method} ({cost}); they sum to the whole{'' if gap == '0' else f' within {gap}'}."


def _undecided(explained: "Explanation") -> str:
    shares = sorted(explained.score.probabilities.items(), key=lambda item: -item[1])
    if explained.score.link == "sigmoid":
        unsure = abs(explained.probability - 0.5) < CLOSE
        return f"the model is undecided about {explained.label} ({explained.probability:.2f})" if unsure else ""
    if len(shares) > 1 and shares[0][1] - shares[1][1] < CLOSE:
        (first, most), (second, next_most) = shares[:2]
        return f"the model is undecided between {first} ({most:.2f}) and {second} ({next_most:.2f})"
    return ""


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


def _told(explained: "Explanation", weight: float) -> str:
    text = _signed(explained, weight)
    return "next to nothing" if text == "0" else text


def _whole(explained: "Explanation") -> str:
    return _signed(explained, explained.weights.everything - explained.weights.nothing)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
