"""How far a direction and its push depend on who happened to play: a concept's groups, and the clips', drawn anew."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from escucha.concepts.design import Design
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.layer import Layer
from escucha.models.resampling import ALONE, NOTHING, Interval, interval, members, redrawn

DRAWS = 200
"""Of an interval: each is a direction fitted anew."""


def push_intervals(layer: Layer, design: Design, having: np.ndarray, groups: Sequence[str] | np.ndarray, *,
                   seed: int) -> list[Interval]:
    """One a label: what the mean push could have been with other examples and with other clips of the label.

    In every draw the concept's groups and the groups of the clips under test `(clip,)` are drawn anew, each by itself,
    and the direction is fitted to the former. It keeps the length of the concept's own: what a redrawn direction has
    more of is noise, and a cosine with that would only be nearer to zero. So the interval holds the push along the
    true direction, as long as the one found; what lies beyond the most that a push can be (`Layer.most`) is cut off.
    NaN bounds with a single group of clips, and where no direction of any draw pushes at all.
    """
    own = layer.grams(design.own[None])
    like = ESTIMATORS[design.estimator](own, design.signs)[0][0]
    alphas = redrawn_weights(own[0], design, seed=seed, draws=DRAWS)
    pushed = layer.pushed(design.own, np.concatenate([like[None], alphas]), like)
    sides = len(set(design.groups.tolist()))
    found = [drawn_interval(pushed[:, mine, column], np.asarray(groups)[mine], sides, seed=seed)
             if pushed[:, mine, column].any() else Interval(0.0, float("nan"), float("nan"), sides, NOTHING)
             for column, mine in enumerate(having.T)]
    return [replace(one, low=max(one.low, -layer.most), high=min(one.high, layer.most)) for one in found]


def redrawn_weights(own: np.ndarray, design: Design, *, seed: int, draws: int) -> np.ndarray:
    """`(draw, example)` weights of directions fitted to the concept's groups drawn with replacement.

    `own` is the concept's Gram matrix. The first of many draws are those of few.
    """
    fit = ESTIMATORS[design.estimator]
    alike: dict[bytes, list[tuple[int, np.ndarray]]] = defaultdict(list)
    for number, drawn in enumerate(islice(_drawn(design, seed), draws)):
        alike[design.signs[drawn].tobytes()].append((number, drawn))
    found = np.zeros((draws, len(own)))
    for several in alike.values():  # draws with one order of signs are fitted at once
        rows = np.stack([drawn for _, drawn in several])
        weights = fit(own[rows[:, :, None], rows[:, None, :]], design.signs[rows[0]])[0]
        for (number, drawn), weight in zip(several, weights):
            found[number] = np.bincount(drawn, weights=weight, minlength=len(own))
    return found


def _drawn(design: Design, seed: int) -> Iterator[np.ndarray]:
    """Places of the examples of redrawn groups, for ever; draws that lack a side are left out."""
    rng = np.random.default_rng(seed)
    names = np.unique(design.groups)
    places = {name: np.flatnonzero(design.groups == name) for name in names}
    while True:
        drawn = np.concatenate([places[name] for name in rng.choice(names, len(names))])
        if (design.signs[drawn] > 0).any() and (design.signs[drawn] < 0).any():
            yield drawn


def drawn_interval(found: np.ndarray, groups: np.ndarray, sides: int, *, seed: int) -> Interval:
    """Of a mean over clips, from `(1 + draw, clip)`: what the concept's own direction gives, and redrawn ones.

    In every draw the clips' groups `(clip,)` are drawn anew too; `sides` groups supply the concept's examples.
    """
    count = members(groups)[0]
    value = float(found[0].mean())
    if count == 1:
        return Interval(value, float("nan"), float("nan"), 1, ALONE)
    return interval(value, drawn_means(found[1:], groups, seed=seed), min(count, sides))


def drawn_means(found: np.ndarray, groups: np.ndarray, *, seed: int) -> np.ndarray:
    """`(draw,)` means over clips of `(draw, clip)`, the clips' groups drawn anew in each."""
    count, member = members(groups)
    clips = np.stack(list(redrawn(count, seed=seed + 1, draws=len(found))))[:, member]
    return (found * clips).sum(axis=1) / clips.sum(axis=1)
