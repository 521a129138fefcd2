"""Why an explanation may mislead; sentences without the word `Warning`."""

from typing import TYPE_CHECKING

from escucha.explain.shapley import LARGEST
from escucha.explain.words import CLOSE

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

POOR_FIT = 0.5
"""A linear model that explains less of the variance than this says little of the parts."""
ABOUT = 2
"""Exact weights that take up to so many times the windows that were scored are asked for rather than more samples."""
SHAKY = 0.7
"""Below this mean overlap of the three strongest parts between draws, they may be chance."""


def warnings(explained: "Explanation", window: int) -> list[str]:
    """What to beware of; `window` is in samples."""
    return [line for line in (_undecided(explained), _unheard(explained), _brief(explained, window), _poor(explained),
                              _shaky(explained)) if line]


def _undecided(explained: "Explanation") -> str:
    shares = sorted(explained.score.probabilities.items(), key=lambda item: -item[1])
    if explained.score.link == "sigmoid":
        unsure = abs(explained.probability - explained.threshold) < CLOSE
        line = "" if explained.threshold == 0.5 else f", where {explained.threshold:.2f} is needed"
        return f"the model is undecided about {explained.label} ({explained.probability:.2f}{line})" if unsure else ""
    if len(shares) > 1 and shares[0][1] - shares[1][1] < CLOSE:
        (first, most), (second, next_most) = shares[:2]
        return f"the model is undecided between {first} ({most:.2f}) and {second} ({next_most:.2f})"
    return ""


def _unheard(explained: "Explanation") -> str:
    if not explained.factorization.clip.wave.any():
        return "the clip is digitally silent: there is nothing to explain"
    if explained.weights.weights.any():
        return ""
    if explained.weights.map is not None:
        return "every gradient is zero: the model does not hear this clip, or its answer is beyond its slopes"
    nothing = "silence" if explained.factorization.absent == "silence" else explained.factorization.absent
    return f"the model says the same of every remix, {nothing} included: it does not hear this clip"


def _brief(explained: "Explanation", window: int) -> str:
    clip = explained.factorization.clip
    if len(clip.wave) >= window:
        return ""
    return (f"the clip ({clip.duration:.3g} s) is shorter than what the model hears at once "
            f"({window / clip.rate:.3g} s): it heard the clip and then silence")


def _poor(explained: "Explanation") -> str:
    fit = explained.weights.fit
    if fit is None or fit >= POOR_FIT:
        return ""
    return (f"the linear model behind these weights explains only {fit:.0%} of what the remixes do: trust Shapley "
            "values more (--method shapley, or permutation where parts are many)")


def _shaky(explained: "Explanation") -> str:
    stability = explained.weights.stability
    if stability is None or stability >= SHAKY:
        return ""
    cost = _exactly(explained)
    way = "ask for more samples (8192), for --until-stable, or for Shapley values" if cost is None else (
        f"--method shapley is exact at about this cost ({cost} windows)")
    return f"the three strongest parts change when the remixes are drawn again (overlap {stability:.2f}): {way}"


def _exactly(explained: "Explanation") -> int | None:
    """Windows that exact Shapley values take, where they can be had for about what was spent."""
    game = explained.game
    games = [len(window.parts) for window in game.grid]
    cost = sum(2**count for count in games)
    solved = max(games) if game.additive else len(game.sounding)
    return cost if solved <= LARGEST and cost <= ABOUT * explained.weights.passes else None
