"""The sound of remixes inside one window: what a classifier is asked about.

Parts of one stretch of time (the sources of a segment) are mixed together, as one matrix product: the cost is that of
reading them, whatever their number, and so is the memory.

Conventions: masks are `(row, sounding part)` bool; waves are `(row, window)` float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from escucha.explain.factorization import Factorization, Part


@dataclass(frozen=True, eq=False)
class Stretch:
    """Parts that begin and end together inside a window."""

    at: slice
    """Where in the window they sound."""
    columns: np.ndarray
    """`(part,)` their columns in the masks."""
    waves: np.ndarray
    """`(part, length)`."""
    absent: np.ndarray | None
    """`(part, length)`: what is heard in their place; None: silence."""

    def add(self, out: np.ndarray, gains: np.ndarray) -> None:
        """Add its parts to waves `out`, by gains `(row, sounding part)` of 0 and 1."""
        chosen = gains[:, self.columns]
        out[:, self.at] += _product(chosen, self.waves)
        if self.absent is not None:
            out[:, self.at] += _product(1 - chosen, self.absent)


def _product(gains: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """`gains @ waves` by torch: numpy's threads and those of a network that waits for more would hinder each other."""
    return (torch.from_numpy(gains) @ torch.from_numpy(waves)).numpy()


def rendered(factorization: Factorization, parts: np.ndarray, masks: np.ndarray, *, start: int, window: int,
             batch: int) -> Iterator[np.ndarray]:
    """`(window,)` of each row of `masks` in turn, made `batch` at a time; `parts` are those the columns stand for.

    With everything on they are the clip's own samples: separated sources sum to the clip to a millionth only, and
    `predict` hears the clip, so the explanation does.
    """
    stretches = stretches_of([factorization.parts[index] for index in parts], start, window)
    clip = factorization.clip.wave[start : start + window]
    for at in range(0, len(masks), batch):
        rows = masks[at : at + batch]
        waves, gains = np.zeros((len(rows), window), dtype=np.float32), rows.astype(np.float32)
        for stretch in stretches:
            stretch.add(waves, gains)
        waves[rows.all(axis=1)] = np.pad(clip, (0, window - len(clip)))
        yield from waves


def stretches_of(parts: list[Part], start: int, window: int) -> list[Stretch]:
    """The stretches of a window that begins at sample `start`: each part is in one of them."""
    together: dict[tuple[int, int], list[int]] = {}
    for column, part in enumerate(parts):
        first, last = max(part.start, start), min(part.end, start + window)
        together.setdefault((first, last), []).append(column)
    return [_stretch(parts, columns, first, last, start) for (first, last), columns in together.items()]


def _stretch(parts: list[Part], columns: list[int], first: int, last: int, start: int) -> Stretch:
    inside = [(part, slice(first - part.start, last - part.start)) for part in (parts[column] for column in columns)]
    waves = np.stack([part.wave[cut] for part, cut in inside])
    silence = np.zeros(last - first, dtype=np.float32)
    absent = [silence if part.absent is None else part.absent[cut] for part, cut in inside]
    replaced = any(part.absent is not None for part, _ in inside)
    return Stretch(slice(first - start, last - start), np.array(columns), waves, np.stack(absent) if replaced else None)
