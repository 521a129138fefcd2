"""Three views of a window, a network for each: its log-mel, its tempogram and its normalised tempogram.

Ensembles of networks over such pictures, with a vote over windows and views, are what palo classifiers of the field
are made of. All three pictures are made here, from the log-mel: what a training changes in that (level, tilt, a hidden
band) reaches every view as it would in a recording.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.networks.short_cnn import Level, MeanMax, block
from escucha.models.networks.tempogram import Normalised, Strength, Tempogram

VIEWS = ("mel", "tempogram", "normalised")


@dataclass(frozen=True)
class PaloViewsSettings:
    """What shapes the network."""

    widths: tuple[Annotated[int, Within(1, 4096)], ...] = (16, 32, 48, 64, 96)
    """Channels of each block of each column; all blocks but the last halve height and time."""
    lags: Annotated[int, Within(2, 4096)] = 192
    """Height of the tempograms, in frames: 4.5 s by default, a compás of twelve from 160 beats a minute."""
    dropout: Annotated[float, Within(0, 0.99)] = 0.3
    """Share of pooled channels hidden at each training step."""
    solo: Annotated[float, Within(0, 1)] = 0.5
    """Share of training examples that one view, drawn anew, answers alone: so each learns enough to have a vote."""


class Together(nn.Module):
    """Answers `(batch, label, view)` to their mean `(batch, label)`; in training, for some examples, to one of them.

    Views that are only ever heard together leave the answer to the one that learns first; the others' votes say little.
    """

    def __init__(self, solo: float):
        super().__init__()
        self.solo = solo
        self.mean, self.flat = nn.AvgPool1d(len(VIEWS)), nn.Flatten()

    def forward(self, answers: Tensor) -> Tensor:
        """Logits `(batch, label)`."""
        together = self.flat(self.mean(answers))
        if not self.training or not self.solo:
            return together
        drawn = torch.randint(answers.shape[2], answers.shape[:1], device=answers.device)
        alone = answers[torch.arange(len(answers), device=answers.device), :, drawn]
        return torch.where(torch.rand(len(answers), 1, device=answers.device) < self.solo, alone, together)


class PaloViews(nn.Module):
    """Log-mels `(batch, 1, mel, frame)` in decibels to logits `(batch, label)`, the mean of the views' logits.

    Children: `level`, `tempogram_picture`, `strength` and `normalised_picture` make the pictures; `mel`, `tempogram`
    and `normalised` are the columns (`block1` ... `blockN`, `pool`, `dropout`, `head`); `answers` is what they say,
    `(batch, label, view)`, and `together` their mean. No module is used twice.
    """

    views: ClassVar[tuple[str, ...]] = VIEWS
    """Names of the views in `answers`."""

    def __init__(self, labels: int, shape: tuple[int, int], settings: PaloViewsSettings):
        super().__init__()
        self.level, self.tempogram_picture = Level(), Tempogram(settings.lags)
        self.strength, self.normalised_picture = Strength(), Normalised()
        self.mel = _column(labels, shape, settings)
        self.tempogram = _column(labels, (settings.lags, shape[1]), settings)
        self.normalised = _column(labels, (settings.lags, shape[1]), settings)
        self.answers = nn.Identity()
        self.together = Together(settings.solo)

    def forward(self, mels: Tensor) -> Tensor:
        """Logits `(batch, label)`."""
        mel = self.mel(self.level(mels))
        picture = self.tempogram_picture(mels)
        answers = [mel, self.tempogram(self.strength(picture)), self.normalised(self.normalised_picture(picture))]
        return self.together(self.answers(torch.stack(answers, dim=2)))


def _column(labels: int, shape: tuple[int, int], settings: PaloViewsSettings) -> nn.Sequential:
    """A picture `(batch, 1, height, frame)` to logits `(batch, label)`."""
    widths = settings.widths
    if not widths:
        raise InputError("'widths' is empty; give the channels of one block or more")
    size = (shape[0] >> (len(widths) - 1), shape[1] >> (len(widths) - 1))
    if min(size) < 1:
        raise InputError(f"{len(widths)} blocks halve a picture of {shape[0]} rows x {shape[1]} frames away; give "
                         "fewer widths, more lags, or a longer window")
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for at, (before, width) in enumerate(zip((1, *widths), widths), start=1):
        parts[f"block{at}"] = block(before, width, pool=(2, 2) if at < len(widths) else None)
    parts["pool"] = MeanMax(size)
    parts["dropout"] = nn.Dropout(settings.dropout)
    parts["head"] = nn.Linear(2 * widths[-1], labels)
    return nn.Sequential(parts)


def layers(settings: PaloViewsSettings) -> tuple[str, ...]:
    """The layers worth asking: of each view its picture, each block and the pooled vector; then what all views say."""
    inside = (*(f"block{at}" for at in range(1, len(settings.widths) + 1)), "pool")
    columns = {view: [f"{view}.{part}" for part in inside] for view in VIEWS}
    return (*columns["mel"], "tempogram_picture", *columns["tempogram"], "normalised_picture", *columns["normalised"],
            "answers")
