"""LEACE (Belrose et al. 2023, arXiv 2306.03819): the least change of a layer that leaves no line to read an idea by.

It is fitted on examples pooled over positions and applied at every position: it is affine, so what it does to the mean
over positions is the mean of what it does to each.

Conventions: rows are `(row, unit)`; sets are indices into them, `(set, example)`, in the order of `meaningless`.
"""

from dataclasses import dataclass

import numpy as np

from escucha.errors import InputError

WIDEST = 4096
"""Units: their covariance is a square of so many."""


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


@dataclass(frozen=True, eq=False)
class Space:
    """A layer's rows with their covariance, shared by everything that is erased there."""

    rows: np.ndarray
    """`(row, unit)`."""
    middle: np.ndarray
    """`(unit,)`: their mean. What is erased takes its value there, whatever is erased."""
    whiten: np.ndarray
    """`(unit, unit)`: what makes units vary alike, and each by itself."""
    colour: np.ndarray
    """`(unit, unit)`: its inverse."""

    def erasers(self, differences: np.ndarray) -> list[Eraser]:
        """LEACE of binary ideas given as their mean with minus their mean without, `(idea, unit)`; 0 erases nothing."""
        along = differences @ self.whiten.T
        length = np.linalg.norm(along, axis=1, keepdims=True)
        along = np.divide(along, length, out=np.zeros_like(along), where=length > 1e-9)
        return [Eraser(left, right, self.middle) for left, right in zip(along @ self.colour.T, along @ self.whiten)]

    def differences(self, sets: np.ndarray, signs: np.ndarray) -> np.ndarray:
        """`(set, unit)` mean with minus mean without, of sets `(set, example)` of rows; signs `(example,)` of all."""
        level = np.where(signs > 0, 1 / (signs > 0).sum(), -1 / (signs < 0).sum())
        return np.stack([level @ self.rows[one] for one in sets])


def space_of(rows: np.ndarray) -> Space:
    """The space of rows `(row, unit)`: units brought to one scale, their covariance shrunk (`concept_erasure`).

    LEACE erases an idea whatever covariance and middle it takes, and changes the rows the less the better the first is
    known: so both are of all rows (without their answers), not of one idea's examples. A middle of the idea's own would
    depend on its direction, as that of a meaningless one, turned by chance, does not. InputError for more units than
    WIDEST.
    """
    if rows.shape[1] > WIDEST:
        raise InputError(f"an idea is erased from at most {WIDEST} units, and this layer has {rows.shape[1]}; erase it "
                         "from pooled maps, or at another layer")
    import torch
    from concept_erasure import LeaceFitter

    scale = scales(rows)
    told = torch.tensor(rows / scale, dtype=torch.float64)
    size, axes = np.linalg.eigh(LeaceFitter.fit(told, told[:, :1]).sigma_xx.numpy())
    there = size > size[-1] * len(size) * np.finfo(float).eps
    powers = [np.where(there, np.where(there, size, 1.0)**power, 0.0) for power in (-0.5, 0.5)]
    whiten, colour = (axes * power @ axes.T for power in powers)
    return Space(rows, rows.mean(axis=0, dtype=np.float64), whiten / scale, colour * scale[:, None])


def scales(rows: np.ndarray) -> np.ndarray:
    """`(unit,)` standard deviations, 1 where a unit does not vary."""
    spread = rows.std(axis=0, dtype=np.float64)
    return np.where(spread > 0, spread, 1.0)
