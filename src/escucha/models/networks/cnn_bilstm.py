"""Convolutions listen to a log-mel, two LSTMs follow it through time, forwards and backwards.

Conv 8-16-32-64 and two bidirectional LSTMs of 64 units, as in public genre classifiers. These often fold the maps so
that the LSTM walks over channels or mels; here it walks over time: one step is one moment, all its channels and mels.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor, nn

from escucha.config import Within
from escucha.models.networks.stack import stacked

Size = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True)
class CnnBiLstmSettings:
    """What shapes the network."""

    widths: tuple[Size, ...] = (8, 16, 32, 64)
    """Channels of each block."""
    mel_pools: tuple[Size, ...] = (2, 2, 2, 2)
    """By how much each block divides frequency."""
    time_pools: tuple[Size, ...] = (2, 2, 1, 1)
    """By how much each block divides time: eleven steps a second are left of 43 frames."""
    units: Size = 64
    """Of each LSTM, in each direction."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.3
    """Share of the last numbers hidden at each training step."""


class BiLstm(nn.Module):
    """Steps `(batch, before, time)` to `(batch, 2 * units, time)`: what came before each, and what comes after it.

    Units before time, as convolutions have them: what pools a layer over positions then pools over time.
    """

    def __init__(self, before: int, units: int):
        super().__init__()
        self.lstm = nn.LSTM(before, units, batch_first=True, bidirectional=True)

    def forward(self, steps: Tensor) -> Tensor:
        """The states alone."""
        return self.lstm(steps.transpose(1, 2))[0].transpose(1, 2)


class CnnBiLstm(nn.Sequential):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`; no module is used twice.

    Children in order: `level`, `block1` ... `block4`, `steps` (channels and mels of each moment in one), `lstm1`,
    `lstm2`, `pool` (the mean over time: of the first steps little is left in the last state), `flat`, `dropout`,
    `head`.
    """

    def __init__(self, labels: int, shape: tuple[int, int], settings: CnnBiLstmSettings):
        stack, mels, frames = stacked(shape, settings.widths, settings.mel_pools, settings.time_pools)
        parts = OrderedDict(stack)
        parts["steps"] = nn.Flatten(1, 2)
        parts["lstm1"] = BiLstm(settings.widths[-1] * mels, settings.units)
        parts["lstm2"] = BiLstm(2 * settings.units, settings.units)
        parts["pool"] = nn.AvgPool1d(frames)
        parts["flat"] = nn.Flatten()
        parts["dropout"] = nn.Dropout(settings.dropout)
        parts["head"] = nn.Linear(2 * settings.units, labels)
        super().__init__(parts)


def layers(settings: CnnBiLstmSettings) -> tuple[str, ...]:
    """The layers worth asking, from sound to answer: each block, each LSTM and the mean over time."""
    return (*(f"block{at}" for at in range(1, len(settings.widths) + 1)), "lstm1", "lstm2", "pool")
