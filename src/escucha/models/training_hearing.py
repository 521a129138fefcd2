"""How crops come to a network in training: through its front end where they are waves, then tilted, hidden, mixed."""

import copy

import torch
from torch import Tensor, nn

from escucha.audio.spectrum import LogMel
from escucha.models.training_crops import QUIET, Batch, ramp


def whole_log_mel(front_end: nn.Module) -> bool:
    """Does a crop of a clip's spectrogram look like the spectrogram of a crop? (Not where each has its own maximum.)"""
    return isinstance(front_end, LogMel) and front_end.top_db is None


class Hearing(nn.Module):
    """What a batch is to the network: `(batch, *shape)`. Without a front end sounds are spectrograms already."""

    def __init__(self, front_end: nn.Module | None = None):
        super().__init__()
        self.front_end = front_end
        self.roughly = rough(front_end)

    def forward(self, sounds: Tensor) -> Tensor:
        """As the deployed classifier hears them: spectrograms as they are, waves through the front end."""
        return self.front_end(sounds) if self.front_end is not None else sounds

    @torch.no_grad()
    def crops(self, batch: Batch) -> Tensor:
        """As they are learned from; a front end has no weights, so nothing is lost without its gradient."""
        heard = batch.sounds if self.roughly is None else self.roughly(batch.sounds)
        if isinstance(self.front_end, LogMel):
            heard = heard + batch.tilts.to(heard.dtype)[:, None, None, None] * ramp(heard.shape[2]).to(heard)
        if batch.hidden.numel():
            heard = torch.where(batch.hidden[:, None], self._nothing(heard), heard)
        if not len(batch.partners):
            return heard
        shares = batch.shares.reshape(-1, *[1] * (heard.ndim - 1))
        return shares * heard + (1 - shares) * heard[batch.partners]

    def _nothing(self, heard: Tensor) -> Tensor:
        """What a hidden cell holds: silence, or where the front end knows none the least of its own picture."""
        if self.front_end is not None and whole_log_mel(self.front_end):
            return heard.new_tensor(QUIET)
        return heard.amin(dim=(2, 3), keepdim=True)


def rough(front_end: nn.Module | None) -> nn.Module | None:
    """The same front end with its spectra in float32: crops are changed by decibels anyway, not by thousandths."""
    made = copy.deepcopy(front_end)
    for part in made.modules() if made is not None else ():
        if isinstance(part, LogMel):
            part.exact = False
    return made


def picture_of(front_end: nn.Module, samples: int) -> tuple[int, int] | None:
    """Rows and columns of what it makes of a wave; None where that is no picture."""
    with torch.no_grad():
        shape = front_end(torch.zeros(1, samples)).shape
    return (int(shape[2]), int(shape[3])) if len(shape) == 4 else None
