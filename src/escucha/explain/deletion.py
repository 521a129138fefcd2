"""What happens to a clip's value when parts are taken away, or put back, in the order of their weights.

A faithful explanation names the parts that matter first: taken away in its order the value falls fast (deletion), put
back in its order it rises fast (insertion; Petsiuk, Das and Saenko 2018, arXiv 1806.07421). Areas are measured against
chance (all orders alike) and against the best that any order could do, so that 0 is a guess and 1 cannot be beaten.

Conventions: `players` are the parts that sound; a curve is `(n + 1,)` values, one a step, for n players; values by size
are indexed by how many players are on.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from escucha.explain.permutation import antithetic, arriving
from escucha.explain.remix import Game
from escucha.explain.shapley import subsets

ENUMERATED = 8
"""Up to so many parts all sets of them are asked: 256 passes a window."""
ORDERS = 64
"""Random orders, half of them reverses, where the sets are too many to ask."""
FLAT = 1e-9
"""Below this share of the largest value, no order is better than another."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """What curves are measured against, `(n + 1,)` each: values by how many players are on."""

    usual: np.ndarray
    """Mean over all sets of the size: what random orders read on average."""
    lowest: np.ndarray
    """Of any set of the size; no deletion curve lies below it."""
    highest: np.ndarray
    """Of any set of the size; no insertion curve lies above it."""
    exact: bool = True
    """Otherwise `usual` is of drawn orders and the others are what greedy orders reach: a share may be above 1."""

    @property
    def flat(self) -> bool:
        """Does the model say the same whichever parts are on? Then there is nothing to tell the truth about."""
        return bool(np.ptp([self.lowest, self.highest]) <= FLAT * max(1.0, float(np.abs(self.usual).max())))

    def deletion(self, curve: np.ndarray) -> float:
        """Share of the possible, 1 for the best order and 0 for chance, from values with 0, 1, 2, ... parts away."""
        return self._share(area(self.usual) - area(curve), area(self.usual) - area(self.lowest))

    def insertion(self, curve: np.ndarray) -> float:
        """The same, from values with 0, 1, 2, ... parts on."""
        return self._share(area(curve) - area(self.usual), area(self.highest) - area(self.usual))

    def _share(self, gain: float, possible: float) -> float:
        """Below 0: worse than a random order. 0 where no order is better than another."""
        return 0.0 if possible <= FLAT * max(1.0, float(np.abs(self.usual).max())) else gain / possible


def ordered(weights: np.ndarray, players: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`players`, the largest weight first; the order of equal weights is drawn."""
    shuffled = rng.permutation(players)
    return shuffled[np.argsort(-weights[shuffled], kind="stable")]


def added(order: np.ndarray, count: int) -> np.ndarray:
    """`(n + 1, part)` masks: nothing, then one part of the order more in each; those not in the order are off.

    >>> added(np.array([2, 0]), 3).astype(int).tolist()
    [[0, 0, 0], [0, 0, 1], [1, 0, 1]]
    """
    return arriving(order[None], count)[0]


def removed(order: np.ndarray, count: int) -> np.ndarray:
    """`(n + 1, part)` masks: everything, then one part of the order less in each."""
    return ~added(order, count)


def area(curve: np.ndarray) -> float:
    """Mean height under straight lines between the points.

    >>> area(np.array([1.0, 0.0, 0.0]))
    0.25
    """
    return float((curve[1:] + curve[:-1]).mean() / 2) if len(curve) > 1 else float(curve[0])


def bounds(game: Game, label: str, *, seed: int = 0) -> Bounds:
    """Chance, and the best there is, for the game's players.

    Exact for few players, and for any number of windows of at most `ENUMERATED` each that add up and share no part: a
    random set of all players is a random set of each window's, and the best of a size is the best split over windows.
    """
    heard = [window.parts for window in game.grid]
    if game.additive and max(map(len, heard)) <= ENUMERATED:
        each = [_sizes(game.window_values(window, subsets(len(window.parts)), label) / len(heard))
                for window in game.grid]
        if sum(map(len, heard)) == len(game.sounding):
            return Bounds(_usual(each, len(game.sounding)), reduce(_lowest, [low for _, low, _ in each]),
                          reduce(_highest, [high for _, _, high in each]))
    if len(game.sounding) <= ENUMERATED:
        masks = np.zeros((2 ** len(game.sounding), len(game.factorization.parts)), dtype=bool)
        masks[:, game.sounding] = subsets(len(game.sounding))
        return Bounds(*_sizes(game.values(masks, label)))
    return Bounds(random_curves(game, label, ORDERS, seed=seed).mean(axis=0), _greedy(game, label, -1),
                  _greedy(game, label, 1), exact=False)


def random_curves(game: Game, label: str, orders: int, *, seed: int = 0) -> np.ndarray:
    """`(order, n + 1)` values by size of random orders, each followed by its reverse."""
    rng, count = np.random.default_rng(seed), len(game.factorization.parts)
    drawn = game.sounding[antithetic(rng, len(game.sounding), (orders + 1) // 2)[:orders]]
    masks = arriving(drawn, count)
    return game.values(masks.reshape(-1, count), label).reshape(masks.shape[:2])


def _sizes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lowest and highest of `2^n` values in subset order, by size `(n + 1,)`."""
    count = len(values).bit_length() - 1
    size = subsets(count).sum(axis=1)
    each = [values[size == at] for at in range(count + 1)]
    mean, low, high = ([float(of(one)) for one in each] for of in (np.mean, np.min, np.max))
    return np.array(mean), np.array(low), np.array(high)


def _usual(each: list[tuple[np.ndarray, np.ndarray, np.ndarray]], players: int) -> np.ndarray:
    """Mean values by size of all players, from those of each window's own."""
    from scipy.stats import hypergeom

    total = np.zeros(players + 1)
    for usual, _, _ in each:
        own = len(usual) - 1
        there = hypergeom.pmf(np.arange(own + 1), players, own, np.arange(players + 1)[:, None])
        total += there @ usual
    return total


def _lowest(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Lowest sum by size of two windows' lowest."""
    sums = np.full(len(one) + len(other) - 1, np.inf)
    for size, value in enumerate(one):
        reached = slice(size, size + len(other))
        sums[reached] = np.minimum(sums[reached], value + other)
    return sums


def _highest(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return -_lowest(-one, -other)


def _greedy(game: Game, label: str, sign: int) -> np.ndarray:
    """Values by size on the way that takes away (-1) or adds (+1) the part that lowers (raises) the value most."""
    on = np.full(len(game.factorization.parts), sign < 0)
    left, values = list(game.sounding), [float(game.values(on, label)[0])]
    while left:
        masks = np.tile(on, (len(left), 1))
        masks[np.arange(len(left)), left] = sign > 0
        said = sign * game.values(masks, label)
        values.append(float(sign * said.max()))
        on = masks[said.argmax()]
        left.pop(int(said.argmax()))
    return np.array(values if sign > 0 else values[::-1])
