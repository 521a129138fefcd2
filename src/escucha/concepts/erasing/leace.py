"""LEACE (Belrose et al. 2023, arXiv 2306.03819): the least change of a layer that leaves no line to read an idea by.

It is fitted on examples pooled over positions and applied at every position: it is affine, so what it does to the mean
over positions is the mean of what it does to each.

Conventions: rows are `(row, unit)`; sets are indices into them, `(set, example)`, in the order of `meaningless`.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Eraser:
    """Takes one direction out of a layer: `x - ((x - middle) @ right) left`."""

    left: np.ndarray
    """`(unit,)`."""
    right: np.ndarray
    """`(unit,)`."""
    middle: np.ndarray
    """`(unit,)`: what stays where it is."""

    def __call__(self, heard: np.ndarray) -> np.ndarray:
        """Activations `(batch, unit, *position)` with the idea erased at every position."""
        along = np.tensordot(heard, self.right, axes=(1, 0)) - self.middle @ self.right
        spread = self.left.reshape(-1, *[1] * (heard.ndim - 2))
        return (heard - along[:, None] * spread).astype(heard.dtype)


def fit_erasers(rows: np.ndarray, sets: np.ndarray, signs: np.ndarray) -> list[Eraser]:
    """LEACE of concepts given as rows `(set, example)` of `(row, unit)`; signs `(example,)` of every set.

    All share the covariance of the rows, units brought to one scale, shrunk (`concept_erasure`): LEACE erases an idea
    from the examples whatever covariance it takes, and changes them the less the better that is known.
    """
    import torch
    from concept_erasure import LeaceFitter

    scale = scales(rows)
    told = torch.tensor(rows / scale, dtype=torch.float64)
    size, axes = np.linalg.eigh(LeaceFitter.fit(told, told[:, :1]).sigma_xx.numpy())
    size = np.where(size > size[-1] * len(size) * np.finfo(float).eps, size, np.nan)
    whiten, colour = (np.nan_to_num(axes * size**power) @ axes.T for power in (-0.5, 0.5))
    level = np.where(signs > 0, 1 / (signs > 0).sum(), -1 / (signs < 0).sum())
    along = np.stack([level @ rows[one] for one in sets]) / scale @ whiten
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = np.divide(along, length, out=np.zeros_like(along), where=length > 1e-9 * length.max(initial=0.0))
    return [Eraser(left, right, rows[one].mean(axis=0))
            for left, right, one in zip(along @ colour * scale, along @ whiten / scale, sets)]


def scales(rows: np.ndarray) -> np.ndarray:
    """`(unit,)` standard deviations, 1 where a unit does not vary."""
    spread = rows.std(axis=0, dtype=np.float64)
    return np.where(spread > 0, spread, 1.0)
