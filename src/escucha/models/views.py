"""A torch network that looks in several ways, and can be asked for what each of them says."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from escucha.models.taps import tapped
from escucha.models.torch_classifier import TorchClassifier

ANSWERS = "network.answers"
"""The layer `(batch, label, view)` of a network with `views`."""


@dataclass(frozen=True, eq=False)
class ViewedTorchClassifier(TorchClassifier):
    """A ViewedClassifier: a Listener whose network has `views`, their names, and a layer `answers`."""

    @property
    def views(self) -> tuple[str, ...]:
        """Names, in the order of `view_scores`."""
        return tuple(self.module.get_submodule("network").views)  # type: ignore[arg-type]

    def view_scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(view, batch, label)` of waves `(batch, window)`."""
        def ask(piece: Tensor) -> dict[str, Tensor]:
            with torch.no_grad(), tapped(self.module, [ANSWERS]) as taps:
                self.module(piece)
            return taps

        return np.moveaxis(self._batched(waves, ask)[ANSWERS], -1, 0)
