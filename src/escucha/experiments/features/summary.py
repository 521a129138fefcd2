"""What SHAP values come to: how far each feature and family moves a label on average, and which way.

Conventions: a unit is a clip, or a window where there is one clip only; shares are `(unit, feature, label)`.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, comb

import numpy as np

from escucha.explain.feature_families import Family, families, summed
from escucha.explain.feature_shap import FeatureValues
from escucha.explain.listening import Sound
from escucha.models.resampling import FLIPS, Interval, mean_interval, sign_flip

DRAWS = 1000
"""Of the bootstrap over groups."""
ALPHA = 0.05
"""A family is said to move more than the next one where its corrected p is below this."""
MOST_FLIPS = 10**6
"""Where correction asks for more, features are too many for any test to show which moves most."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Told:
    """What was asked of a model, and its features' SHAP values."""

    model: str
    origin: str
    """The corpus in one line, or the file."""
    value: str
    """What is explained, in words."""
    single: bool
    """One clip: units are its windows."""
    units: tuple[str, ...]
    groups: tuple[str, ...]
    truth: tuple[str, ...]
    """What each unit is known to be; empty where nobody knows."""
    heights: np.ndarray
    """`(unit, feature)`: the features' own values."""
    found: FeatureValues
    """Of the units."""
    residual: float
    """The largest over all windows of what the shares do not add up to."""
    columns: tuple[int, ...]
    """Labels that are told of."""
    table: str
    """What the background was drawn from, in words."""
    alike: int
    """Features that go together with another one in that table."""
    examples: tuple[Sound, ...]
    """With the values of the labels that they were chosen for."""
    doubts: tuple[str, ...]
    """What to beware of, beyond what the numbers say."""
    seed: int


@dataclass(frozen=True, eq=False)
class Summary:
    """The same, counted."""

    told: Told

    @property
    def labels(self) -> tuple[str, ...]:
        """Those that are told of."""
        return tuple(self.told.found.labels[at] for at in self.told.columns)

    @cached_property
    def shares(self) -> np.ndarray:
        """`(unit, feature, label)` of those labels."""
        return self.told.found.values[:, :, list(self.told.columns)]

    @cached_property
    def scores(self) -> np.ndarray:
        """`(unit, label)`: values of those labels."""
        return self.told.found.scores[:, list(self.told.columns)]

    @property
    def base(self) -> np.ndarray:
        """`(label,)`: what the shares start at."""
        return self.told.found.base[list(self.told.columns)]

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """Of the model's features."""
        return families(self.told.found.names)

    @cached_property
    def by_family(self) -> np.ndarray:
        """`(unit, family, label)`: sums over members."""
        return summed(self.shares, self.families)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """Each unit's strongest label, among all of the model's."""
        return tuple(self.told.found.labels[at] for at in self.told.found.scores.argmax(axis=1))

    @cached_property
    def feature_sizes(self) -> list[list[Interval]]:
        """`[feature][label]`: mean size of its share."""
        return self._sizes(self.shares)

    @cached_property
    def family_sizes(self) -> list[list[Interval]]:
        """`[family][label]`: mean size of its share."""
        return self._sizes(self.by_family)

    def overall(self, at: int) -> Interval:
        """Of one column of `sizes`: its mean over units."""
        return self._size(self.sizes[:, at])

    @property
    def ranked(self) -> list[int]:
        """The columns of `sizes`, the largest mean first."""
        return np.argsort(-self.sizes.mean(axis=0), kind="stable").tolist()

    @cached_property
    def sizes(self) -> np.ndarray:
        """`(unit, family)`: mean size of its share over labels; `(unit, feature)` where there is one family only."""
        return np.abs(self.by_family if len(self.families) > 1 else self.shares).mean(axis=2)

    @property
    def comparisons(self) -> int:
        """Pairs of columns of `sizes`: any of them might have been the first two."""
        return comb(self.sizes.shape[1], 2)

    @cached_property
    def leads(self) -> bool:
        """Is the first of `ranked` shown to move labels more than the second?

        Sign flips of the difference, over groups; both were chosen by their means, so p is corrected for every pair of
        columns (Bonferroni).
        """
        first, second = self.ranked[:2]
        draws = max(FLIPS, ceil(2 * self.comparisons / ALPHA))  # so many that the least p can stand the correction
        if draws > MOST_FLIPS:
            return False
        p = sign_flip(self.sizes[:, first] - self.sizes[:, second], self.told.groups, seed=self.told.seed, draws=draws)
        return p * self.comparisons < ALPHA

    @cached_property
    def directions(self) -> np.ndarray:
        """`(feature, label)`: rank correlation of a feature and its share; above 0 the higher the more for the label.

        NaN where either is the same in every unit.
        """
        from scipy.stats import rankdata

        high, shares = rankdata(self.told.heights, axis=0), rankdata(np.round(self.shares, 12), axis=0)
        high, shares = high - high.mean(axis=0), shares - shares.mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            both = np.sqrt((high**2).sum(axis=0)[:, None] * (shares**2).sum(axis=0))
            return np.where(both > 0, (high[:, :, None] * shares).sum(axis=0) / both, np.nan)

    @cached_property
    def shown(self) -> tuple[int | None, int]:
        """Unit and label of the waterfall: of one clip all its windows, of several the clip with the highest value."""
        if self.told.single:
            return None, int(self.scores.mean(axis=0).argmax())
        unit, label = np.unravel_index(self.scores.argmax(), self.scores.shape)
        return int(unit), int(label)

    def of_shown(self, table: np.ndarray) -> np.ndarray:
        """`(column,)` of `(unit, column, label)`, of the unit (the mean of all) and the label that are shown."""
        unit, label = self.shown
        return table[:, :, label].mean(axis=0) if unit is None else table[unit, :, label]

    def _sizes(self, shares: np.ndarray) -> list[list[Interval]]:
        return [[self._size(np.abs(shares[:, at, label])) for label in range(shares.shape[2])]
                for at in range(shares.shape[1])]

    def _size(self, sizes: np.ndarray) -> Interval:
        return mean_interval(sizes, self.told.groups, seed=self.told.seed, draws=DRAWS)
