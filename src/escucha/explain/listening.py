"""Which remixes explain an explanation, and what the model says of what a listener hears.

Conventions: a sound's value is that of its hard-edged remix, before any gain. What is heard alone is heard over
silence, whatever stands for absent parts elsewhere, and its value is that of just this sound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.explain import digits
from escucha.explain.counterfactual import Counterfactual
from escucha.explain.factorization import Factorization, Part
from escucha.explain.maps import AttributionMap, heard
from escucha.explain.naming import capital, listed, spoken, stretch
from escucha.explain.remix import Game
from escucha.explain.sounds import level, play, slug
from escucha.explain.weights import NEGLIGIBLE, Weights

SHARE = 0.5
"""The strongest parts are the fewest that hold this share of everything on their side."""
SOURCES = 12
"""At most so many sources are played alone."""
PARTS = 4
"""At most so many parts are played alone, the strongest first; `Explanation.solo` plays any."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One remix to listen to."""

    name: str
    """A slug: `strongest-parts`."""
    caption: str
    keep: np.ndarray | None
    """`(part,)` bool: what is in it; None where it is no choice of parts."""
    clip: Clip | None
    """None where there is nothing to hear."""
    gain_db: float
    """Added for listening, so that all sounds are about as loud as the original."""
    value: float = float("nan")
    """What the model says of it, before any gain."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A remix that is worth hearing."""

    name: str
    caption: str
    keep: np.ndarray
    """`(part,)` bool."""
    alone: bool = False
    """Over silence; otherwise with what stands for absent parts."""
    condensed: bool = False
    """Without its long silences."""


def strongest(weights: np.ndarray, *, share: float = SHARE) -> np.ndarray:
    """`(part,)` bool: the fewest parts above zero that hold `share` of what all of them add up to.

    >>> strongest(np.array([3.0, 1.0, -9.0, 2.0])).tolist()
    [True, False, False, False]
    """
    order = np.argsort(-weights, kind="stable")
    counted = np.where(weights > NEGLIGIBLE * np.abs(weights).max(), weights, 0)
    sums = np.cumsum(counted[order])
    keep = np.zeros(len(weights), dtype=bool)
    if sums[-1] > 0:
        keep[order[: 1 + int(np.searchsorted(sums, share * sums[-1] * (1 - 1e-9)))]] = True
    return keep


def explain_by_ear(game: Game, label: str, found: Weights, otherwise: Counterfactual | None, *,
                   signed: bool = True) -> tuple[Sound, ...]:
    """Every sound of an explanation, in the order in which a person should hear them; `signed` as in `choices`."""
    taken = game.factorization
    chosen = choices(taken, found.weights, value=_value_told(game, label, found), signed=signed)
    if otherwise is not None and not otherwise.removed[game.sounding].all():
        chosen.append(without(game, label, otherwise))
    alone = unheard([*sources_alone(taken), *parts_alone(taken, found.weights, signed=signed)], chosen, game.sounding)
    return (*listen(game, label, chosen), *of_map(game, label, found.map), *listen(game, label, alone))


def choices(factorization: Factorization, weights: np.ndarray, *, value: str = "",
            signed: bool = True) -> list[Choice]:
    """The original, the strongest parts alone, everything but them, and what spoke against.

    `value` is a sentence of the model's value, for the first caption. `signed`: weights below zero speak against the
    label.
    Where nothing speaks for the label, nothing is taken away either.
    """
    top, against = strongest(weights), strongest(-weights)
    everything = np.ones(len(weights), dtype=bool)
    half, counts = f"{capital(_alone(factorization))}, the fewest parts that hold half of what", "speaks for it"
    rows = [Choice("original", f"The clip as the model heard it. {value}".strip(), everything),
            Choice("strongest-parts", f"{half} {counts if signed else 'counts'}: {listed(factorization, top)}.", top,
                   alone=True, condensed=True)]
    if top.any():
        rest = "" if factorization.absent == "silence" else f", with {factorization.absent} in their place"
        rows.append(Choice("everything-but-them", f"The clip without the strongest parts{rest}.", everything & ~top))
    if signed:
        rows.append(Choice("what-spoke-against", f"{half} speaks against it: {listed(factorization, against)}.",
                           against, alone=True, condensed=True))
    return rows


def _value_told(game: Game, label: str, found: Weights) -> str:
    """What a value is, of what, and that of silence: whether a sound alone says anything is told by comparing."""
    silence = float(over_silence(game).values(np.zeros((1, len(found.weights)), dtype=bool), label)[0])
    number = digits.signed(silence, digits.places(max(abs(found.everything), abs(silence))))
    return (f"The model’s value is the {game.unit} of {label}, always of the whole clip: of a sound alone with "
            f"everything else silent, of silence {number}.")


def _alone(factorization: Factorization) -> str:
    """Over silence, which is said where something else stands for absent parts elsewhere."""
    return "alone" if factorization.absent == "silence" else "alone, over silence"


def without(game: Game, label: str, otherwise: Counterfactual) -> Choice:
    """The clip to which the model gives another answer."""
    gone = taken_away(game.factorization, otherwise.removed)
    told = (f"the model answers {otherwise.becomes} ({otherwise.probability:.2f})" if game.classifier.link == "softmax"
            else f"the probability of {label} is {otherwise.left:.2f}, on the other side of its threshold")
    return Choice("with-another-answer", f"The clip {gone}: now {told}.", ~otherwise.removed)


def taken_away(factorization: Factorization, removed: np.ndarray) -> str:
    """`without guitar at 0–6 s`, or `with noise as loud as each part in place of guitar at 0–6 s`."""
    parts, instead = listed(factorization, removed), factorization.absent
    return f"without {parts}" if instead == "silence" else f"with {instead} in place of {parts}"


def solo(factorization: Factorization, index: int) -> Choice:
    """One part alone."""
    part = factorization.parts[index]
    return Choice(f"part-{slug(part.name)}", f"{capital(stretch(factorization, index))} {_alone(factorization)}.",
                  np.arange(len(factorization.parts)) == index, alone=True, condensed=True)


def listen(game: Game, label: str, chosen: Sequence[Choice]) -> tuple[Sound, ...]:
    """The sound of each choice, with what the classifier says of it."""
    values = np.empty(len(chosen))
    for alone, of in ((False, game), (True, over_silence(game))):
        if rows := [at for at, choice in enumerate(chosen) if choice.alone is alone]:
            values[rows] = of.values(np.stack([chosen[at].keep for at in rows]), label)
    made = []
    for choice, value in zip(chosen, values):
        clip, gain = play(game.factorization, choice.keep, condensed=choice.condensed, alone=choice.alone)
        made.append(Sound(choice.name, choice.caption, choice.keep, clip, gain, float(value)))
    return tuple(made)


def of_map(game: Game, label: str, found: AttributionMap | None) -> Iterator[Sound]:
    """The clip through a mask made of the attribution map: what spoke for the label, and against it."""
    if found is None:
        return
    clip = game.factorization.clip
    sides: list[tuple[Literal["for", "against"], str]] = [
        ("for", "speaks for it" if found.signed else "counts"), ("against", "speaks against it")]
    for side, what in sides[: 2 if found.signed else 1]:
        masked = heard(found, clip, side)
        sound, gain = level(masked, bound(clip)[0])
        yield Sound("attribution-map" if side == "for" else "attribution-map-against",
                    f"The clip where the map says that it {what}, through a mask of its spectrum.", None,
                    sound, gain, _value(game, label, masked))


def over_silence(game: Game) -> Game:
    """The same parts, silent where they are off; the same game where they are so already."""
    taken = game.factorization
    if all(part.absent is None for part in taken.parts):
        return game
    parts = tuple(replace(part, absent=None) for part in taken.parts)
    return replace(game, factorization=Factorization(taken.clip, parts))


def _value(game: Game, label: str, clip: Clip) -> float:
    """What the game's classifier says of another sound, in the game's unit."""
    return float(Game(game.classifier, Factorization(clip, (Part("all", "all", 0, clip.wave),)), game.aggregation,
                      game.value).values(np.array([[True]]), label)[0])


def sources_alone(factorization: Factorization) -> Iterator[Choice]:
    """Each source alone, where there are several."""
    sources = factorization.sources if len(factorization.sources) > 1 else ()
    for source in sources[:SOURCES]:
        keep = np.array([part.source == source for part in factorization.parts])
        yield Choice(f"only-{slug(source)}", f"{capital(spoken(source))} {_alone(factorization)}.", keep, alone=True)


def unheard(alone: Sequence[Choice], before: Sequence[Choice], sounding: np.ndarray) -> list[Choice]:
    """Those of `alone` that are not of the same parts as another one, `before` them or among them, heard over silence.

    `sounding` are the numbers of the parts that are not silent: others tell no two apart. What is silent is kept.
    """
    known, fresh = {choice.keep[sounding].tobytes() for choice in before if choice.alone or choice.keep.all()}, []
    for choice in alone:
        keep = choice.keep[sounding]
        if not keep.any() or keep.tobytes() not in known:
            fresh.append(choice)
        known.add(keep.tobytes())
    return fresh


def parts_alone(factorization: Factorization, weights: np.ndarray, *, signed: bool = True) -> Iterator[Choice]:
    """The parts of the largest weights alone, each with its weight, where parts are more than sources."""
    if len(factorization.parts) <= len(factorization.sources):
        return
    largest = float(np.abs(weights).max())
    for rank, at in enumerate(np.argsort(-np.abs(weights), kind="stable")[:PARTS], start=1):
        if abs(weights[at]) > NEGLIGIBLE * largest:
            number = digits.signed(weights[at], digits.places(largest))
            told = f"weight {number}, {'for' if weights[at] > 0 else 'against'} it" if signed else \
                f"weight {number.removeprefix('+')}"
            yield replace(solo(factorization, at), name=f"part-{rank}-alone",
                          caption=f"{capital(stretch(factorization, at))} {_alone(factorization)}: {told}.")
