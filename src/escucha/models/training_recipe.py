"""How a network is trained, as settings.

Conventions: probabilities from 0 to 1; what is None or 0 is not done. A new setting's default changes no training that
was there before it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from escucha.config import Within
from escucha.models.augmentation import Changes, Share

Count = Annotated[int, Within(0, 1000)]


@dataclass(frozen=True)
class Masks:
    """Bands and moments hidden in a spectrogram (SpecAugment, Park et al. 2019), beside the recipe's own `bands`."""

    probability: Share = 1.0
    mels: Annotated[int, Within(0, 4096)] = 8
    """Rows of the widest band that is hidden."""
    bands: Count = 1
    frames: Annotated[int, Within(0, 100_000)] = 16
    """Columns of the longest moment that is hidden."""
    moments: Count = 1


@dataclass(frozen=True)
class Edges:
    """The lowest and the highest bands hidden, as in a recording of less bandwidth."""

    probability: Share = 0.5
    low: Annotated[int, Within(0, 4096)] = 4
    """Up to this many of the lowest rows."""
    high: Annotated[int, Within(0, 4096)] = 8


@dataclass(frozen=True)
class Mixup:
    """Two crops laid over each other, and their targets with them (Zhang et al. 2018, arXiv 1710.09412)."""

    probability: Share = 1.0
    alpha: Annotated[float, Within(1e-3, 100)] = 0.2
    """Shares are drawn from Beta(alpha, alpha): mostly nearly one crop alone below 1, mostly halves above it."""


@dataclass(frozen=True)
class Augment(Changes):
    """Everything that may be changed in a training crop; validation and test are heard as they are.

    The changes of waves (`stretch` to `noise`) are made to the sound of a crop, which costs a front end for every crop;
    all others leave the quick way from whole-clip log-mels.
    """

    masks: Masks | None = None
    edges: Edges | None = None
    mixup: Mixup | None = None
    fit: Annotated[float, Within(0.05, 600)] | None = None
    """Seconds to which every training clip is stretched, at its pitch, before anything is cropped."""
    skip_start: Annotated[float, Within(0, 600)] = 0.0
    """Seconds of the beginning of every training clip that are never learned from (applause, talk)."""
    skip_end: Annotated[float, Within(0, 600)] = 0.0


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    epochs: Annotated[int, Within(1, 100_000)] = 40
    """At most."""
    patience: Annotated[int, Within(1, 100_000)] = 12
    """Epochs without a better validation loss after which training stops."""
    batch: Annotated[int, Within(1, 4096)] = 32
    rate: Annotated[float, Within(1e-9, 10)] = 2e-3
    """Peak learning rate, reached after a tenth of the epochs."""
    decay: Annotated[float, Within(0, 10)] = 1e-2
    """Of weights."""
    optimiser: Literal["adamw", "sgd"] = "adamw"
    """`sgd` has Nesterov's momentum of .9."""
    schedule: Literal["cosine", "step", "plateau", "constant"] = "cosine"
    """How the rate goes on: a cosine down to nothing, times `drop` every `step` epochs, times `drop` after `step`
    epochs without a better validation loss, or as it is."""
    step: Annotated[int, Within(1, 100_000)] = 10
    drop: Annotated[float, Within(1e-6, 1)] = 0.3
    clip: Annotated[float, Within(0, 1e6)] = 0.0
    """Gradients longer than this are shortened to it; 0 for no limit."""
    smoothing: Annotated[float, Within(0, 0.9)] = 0.0
    """Share of a target that is spread over all labels (label smoothing, Szegedy et al. 2016)."""
    seed: int = 0
    gain: Annotated[float, Within(0, 60)] = 6.0
    """Each crop's level is shifted by up to this many dB either way: loudness then says nothing."""
    tilt: Annotated[float, Within(0, 60)] = 6.0
    """Treble against bass, up to this many dB either way over the whole range: rooms and tones then say little. Of the
    front end `log-mel`."""
    bands: Annotated[int, Within(0, 1024)] = 12
    """Widest band of mels hidden in a crop (SpecAugment, Park et al. 2019); 0 for none. Of spectrograms."""
    crops: Annotated[int, Within(1, 1000)] = 2
    """Crops drawn from each clip in an epoch."""
    balanced: bool = False
    """Weigh classes by the inverse of their share; where a clip may have several labels, what is rare in each."""
    augment: Augment = field(default_factory=Augment)
    accelerator: Literal["auto", "cpu", "gpu"] = "cpu"
    """Only a CPU promises the same weights again, bit for bit."""
    devices: Annotated[int, Within(1, 1024)] = 1
    """The crops of every batch are divided among this many."""
