"""A log-mel drawn as the picture that Lola's palo classifier learned from, without drawing a figure.

The recipe was recovered by matching the pictures of https://github.com/alesanmed/lola: a window's decibels stretched
from 0 to 1, in matplotlib's viridis, low frequencies at the top, 1600 x 900 points on a transparent canvas of 1620 x
919, of which 432 x 288 are kept. All of these are choices of the nearest point, so a picture is a look-up.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn

from escucha.audio.spectrum import LogMel
from escucha.config import Within

CANVAS = (919, 1620)
"""Points, height and width."""
DRAWN = ((9, 900), (10, 1600))
"""Of height and width: the first point that is not margin, and how many there are."""
MARGIN = (255.0, 255.0, 255.0, 0.0)
"""White that is not there: RGBA."""
SHADES = 256


@dataclass(frozen=True)
class PaloImageSettings:
    """The published recipe by default; other settings are for networks trained here."""

    n_fft: Annotated[int, Within(16, 65_536)] = 2048
    hop: Annotated[int, Within(1, 65_536)] = 512
    mels: Annotated[int, Within(1, 1024)] = 128
    height: Annotated[int, Within(8, 2048)] = 288
    width: Annotated[int, Within(8, 2048)] = 432
    """Of the picture, in points."""


class PaloImage(nn.Module):
    """`(batch, time)` at `rate` -> `(batch, 4, height, width)`: red, green, blue and opacity from 0 to 255.

    The numbers are the 256 shades exactly; the gradient is that of the line between neighbouring shades, for that of a
    look-up is nothing. A window of one level, such as silence, has the darkest shade.

    >>> PaloImage(22050, PaloImageSettings())(torch.zeros(1, 22050)).shape
    torch.Size([1, 4, 288, 432])
    """

    def __init__(self, rate: int, settings: PaloImageSettings):
        super().__init__()
        self.mel = LogMel(rate, n_fft=settings.n_fft, hop=settings.hop, mels=settings.mels, top_db=80.0)
        self.size = (settings.height, settings.width)
        self._colours = viridis()

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, time)` -> `(batch, 4, height, width)`."""
        return self.draw(stretched(self.mel(waves)[:, 0]))

    def draw(self, levels: Tensor) -> Tensor:
        """The picture `(batch, 4, height, width)` of levels `(batch, mel, frame)` from 0 to 1."""
        rows, columns = (points(*place, count=count) for place, count in zip(zip(self.size, CANVAS, DRAWN),
                                                                            levels.shape[1:]))
        inside = torch.from_numpy((rows >= 0)[:, None] & (columns >= 0)).to(levels.device)
        picked = levels[:, np.maximum(rows, 0)][:, :, np.maximum(columns, 0)]
        colours = coloured(picked, self._colours.to(levels.dtype).to(levels.device)).permute(0, 3, 1, 2)
        return torch.where(inside, colours, levels.new_tensor(MARGIN)[:, None, None])


def stretched(decibels: Tensor) -> Tensor:
    """`(batch, mel, frame)` with the least of each example at 0 and the most at 1; all 0 where they are the same."""
    low, high = (extreme(decibels, dim=(1, 2), keepdim=True) for extreme in (torch.amin, torch.amax))
    return (decibels - low) / (high - low).clamp(min=1e-6)


def points(size: int, canvas: int, drawn: tuple[int, int], *, count: int) -> np.ndarray:
    """`(size,)`: which of `count` rows (or columns) each point of the small picture shows; -1 in the margin.

    >>> points(6, 12, (2, 8), count=4).tolist()
    [-1, 0, 1, 2, 3, -1]
    """
    first, length = drawn
    on_canvas = np.floor((np.arange(size) + 0.5) * canvas / size).astype(int) - first
    shown = cells(length, count)[on_canvas.clip(0, length - 1)]
    return np.where((on_canvas >= 0) & (on_canvas < length), shown, -1)


def cells(length: int, count: int) -> np.ndarray:
    """`(length,)`: which of `count` cells matplotlib's renderer shows at each point of a line, the nearest one.

    In whole 256ths of a cell, as Agg's line interpolator counts: with real numbers, a few columns of the published
    pictures would come out one point beside.

    >>> cells(8, 3).tolist()
    [0, 0, 0, 1, 1, 2, 2, 2]
    """
    begin, end = (int(256 * at * count / length + 0.5) for at in (0.5, length + 0.5))
    way = np.arange(length) * (end - begin) + (end - begin) % length
    return (begin - 1 - (-way // length)) >> 8


def coloured(levels: Tensor, colours: Tensor) -> Tensor:
    """`(..., 4)`: the shade of each level, with the gradient of the line through the middles of the shades."""
    exact = colours[(levels * SHADES).long().clamp(0, SHADES - 1)]
    between = (levels * SHADES - 0.5).clamp(0, SHADES - 1)
    below = between.detach().floor().clamp(max=SHADES - 2)
    share = (between - below)[..., None]
    line = (1 - share) * colours[below.long()] + share * colours[below.long() + 1]
    return exact + (line - line.detach())


def viridis() -> Tensor:
    """`(256, 4)`: red, green, blue and opacity from 0 to 255."""
    import matplotlib

    return torch.from_numpy(matplotlib.colormaps["viridis"](np.arange(SHADES), bytes=True).astype(np.float64))
