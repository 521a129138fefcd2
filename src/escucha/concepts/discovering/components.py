"""Components of a layer: patterns of units that, added up in different strengths, give what it says of every excerpt.

Non-negative matrix factorisation, as in CRAFT (Fel et al. 2023, arXiv 2211.10154): strengths and patterns are never
negative, so a component is something that is there or not, and parts add up.

Conventions: rows are `(row, unit)` in the layer's own units; told rows `(row, column)` are never negative.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError

STEPS = 600
"""Of the factorisation, at most."""


@dataclass(frozen=True, eq=False)
class Space:
    """How a layer's numbers are told as ones that are never negative.

    A layer that is never below 0 (behind a ReLU) is told as it is. Of any other, and of features in units of their
    own, the mean is taken off and the spread divided by, and each unit is told twice: how far above its mean it lies,
    and how far below. That can be undone, and a component is still a pattern of units that add up.
    """

    middle: np.ndarray
    """`(unit,)`, 0 where told as it is."""
    scale: np.ndarray
    """`(unit,)`, 1 where told as it is."""
    sided: bool
    """True where every unit is told twice."""

    def told(self, rows: np.ndarray) -> np.ndarray:
        """`(row, column)`, never negative."""
        if not self.sided:
            return np.maximum(rows, 0)
        apart = (rows - self.middle) / self.scale
        return np.concatenate([np.maximum(apart, 0), np.maximum(-apart, 0)], axis=1)

    def directions(self, parts: np.ndarray) -> np.ndarray:
        """`(component, unit)` of `(component, column)`: which way each pushes, in units of `scale`."""
        if not self.sided:
            return parts
        above, below = np.split(parts, 2, axis=1)
        return above - below


@dataclass(frozen=True, eq=False)
class Components:
    """Patterns of units, the one that takes part most first."""

    space: Space
    parts: np.ndarray
    """`(component, column)`, never negative, each of length one."""
    middle: np.ndarray
    """`(column,)`: the mean told row that they were fitted to; what is explained is compared with it."""

    def strengths(self, rows: np.ndarray) -> np.ndarray:
        """`(row, component)`: the strengths, never negative, whose sum comes closest to each row, by itself."""
        from scipy.optimize import nnls

        told = self.space.told(rows)
        # the same answer from as many numbers as there are components: |P's - x| and |R s - Q'x| differ by a constant
        basis, triangle = np.linalg.qr(self.parts.T)
        return np.array([nnls(triangle, row)[0] for row in told @ basis])

    def explained(self, rows: np.ndarray) -> float:
        """Share of the rows' squared distance from the mean row that the components account for; 1 is all of it."""
        told = self.space.told(rows)
        missed = told - self.strengths(rows) @ self.parts
        return float(1 - np.sum(missed**2) / np.sum((told - self.middle) ** 2))


def space_of(rows: np.ndarray, *, own_units: bool = False) -> Space:
    """The space of a layer from rows of it; `own_units`: its columns are in units of their own, as features are."""
    units = rows.shape[1]
    if rows.min() >= 0 and not own_units:
        return Space(np.zeros(units), np.ones(units), sided=False)
    spread = rows.std(axis=0)
    return Space(rows.mean(axis=0), np.where(spread > 1e-12, spread, 1.0), sided=True)


def fit_components(rows: np.ndarray, count: int, *, space: Space, seed: int = 0, start: str = "nndsvda") -> Components:
    """So many components of rows; `start` is scikit-learn's `init`, where the factorisation begins.

    InputError where there are fewer rows or columns than components, or the rows do not differ.
    """
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    told = space.told(rows)
    if min(told.shape) < count:
        raise InputError(f"{count} components need as many excerpts and units, and there are {told.shape[0]} excerpts "
                         f"of {rows.shape[1]} units; ask for fewer components")
    if np.ptp(told, axis=0).max(initial=0) <= 1e-12:
        raise InputError("the layer says the same of every excerpt, so there are no components in it; name another")
    size = told.mean() or 1.0  # its tolerance and its floor are absolute numbers
    model = NMF(count, init=start, solver="cd", max_iter=STEPS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        strengths = model.fit_transform(told / size)
    length = np.linalg.norm(model.components_, axis=1)
    order = np.argsort(-strengths.mean(axis=0) * length, kind="stable")
    parts = model.components_ / np.where(length > 0, length, 1.0)[:, None]
    return Components(space, parts[order], told.mean(axis=0))
