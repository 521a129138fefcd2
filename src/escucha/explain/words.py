"""What an explanation means, in plain sentences, and what to beware of."""

from typing import TYPE_CHECKING

import numpy as np

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
    lines = [_answer(explained), _strongest(explained), _by_source(explained), _against(explained),
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


def signed(value: float) -> str:
    """Three digits and a sign.

    >>> signed(0.5), signed(-0.12345), signed(0.0)
    ('+0.5', '−0.123', '0')
    """
    text = f"{abs(value):.3g}"
    return "0" if text == "0" else ("−" if value < 0 else "+") + text


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
    together = signed(found.everything - found.nothing)
    return f"; {source} speaks most for it ({signed(weights[source])}, all together {together})"


def _strongest(explained: "Explanation") -> str:
    found = explained.weights
    top = int(found.weights.argmax())
    if found.weights[top] <= found.floor:
        return f"No part speaks for {explained.label}."
    span = f"{signed(found.everything - found.nothing)} between silence and the whole clip"
    return (f"{_capital(stretch(explained, top))} speaks most for {explained.label}: {signed(found.weights[top])}"
            f"{_interval(explained, top)} of {span}.")


def _by_source(explained: "Explanation") -> str:
    summed = sorted(explained.source_weights.items(), key=lambda item: -abs(item[1]))
    if len(summed) < 2:
        return ""
    listed = ", ".join(f"{source} {signed(weight)}" for source, weight in summed[:6])
    return f"Summed over time: {listed}{', …' if len(summed) > 6 else ''}."


def _against(explained: "Explanation") -> str:
    weights = explained.weights.weights
    low = int(weights.argmin())
    if weights[low] >= -explained.weights.floor:
        return f"Nothing speaks against {explained.label}."
    return f"{_capital(stretch(explained, low))} speaks most against it: {signed(weights[low])}" \
           f"{_interval(explained, low)}."


def _proof(explained: "Explanation") -> str:
    heard = {sound.name: sound for sound in explained.listening}
    alone, without = heard["strongest-parts"], heard["everything-but-them"]
    if not alone.keep.any():
        return ""
    return (f"Of the strongest parts alone the model says {signed(alone.value)}, of everything but them "
            f"{signed(without.value)}; of the whole clip {signed(explained.weights.everything)}, of silence "
            f"{signed(explained.weights.nothing)}.")


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
    than = f"{abs(strength):.3g} {'more' if strength > 0 else 'less'} than the sum of what each adds alone"
    return f"{_capital(stretch(explained, first))} and {stretch(explained, second)} {how}: both at once add {than}."


def _unheard(explained: "Explanation") -> str:
    silent = [sound.name.replace("-", " ") for sound in explained.listening if sound.clip is None]
    return f"Nothing to hear, so not played: {', '.join(silent)}." if silent else ""


def _method(explained: "Explanation") -> str:
    found, parts = explained.weights, len(explained.weights.weights)
    cost = f"parts: {parts}, windows scored: {found.passes}"
    if found.fit is not None:
        return f"Weights by {explained.method} ({cost}): a linear model with R² {found.fit:.2f}."
    gap = abs(found.residual)
    return f"Weights by {explained.method} ({cost}); they sum to the whole{f' within {gap:.1g}' if gap > 1e-9 else ''}."


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
    return "" if sure else f" (95 % interval {signed(low)} to {signed(high)})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
