"""Named features of windows, and what computes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

Describe = Callable[[Sequence[np.ndarray], int, int], np.ndarray]
"""From (waves, rate, jobs) to `(wave, feature)` float32."""


@dataclass(frozen=True, eq=False)
class FeatureSet:
    """Features by name."""

    describe: Describe
    every: tuple[str, ...]
    """What `describe` gives, one a column."""
    names: tuple[str, ...]
    """Those of them that are asked for."""

    def of(self, waves: Sequence[np.ndarray] | np.ndarray, rate: int, jobs: int = 1) -> np.ndarray:
        """`(wave, name)` of waves `(wave, time)`; in `jobs` processes where that helps."""
        table = self.describe(list(waves), rate, jobs)
        if self.names == self.every:
            return table
        return np.ascontiguousarray(table[:, [self.every.index(name) for name in self.names]])

    def only(self, names: Sequence[str]) -> "FeatureSet":
        """The same with fewer columns."""
        return replace(self, names=tuple(names))


def each(extract: Callable[[np.ndarray, int], np.ndarray], waves: Sequence[np.ndarray], rate: int,
         jobs: int = 1) -> np.ndarray:
    """`(wave, feature)`, wave by wave, in parallel processes where `jobs` is more than one."""
    from joblib import Parallel, delayed

    if jobs == 1 or len(waves) == 1:
        return np.stack([extract(wave, rate) for wave in waves])
    return np.stack(Parallel(n_jobs=jobs)(delayed(extract)(wave, rate) for wave in waves))
