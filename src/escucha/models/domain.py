"""Is this clip far from the music a model was trained on?

Conventions: a window is described by three numbers a mel band (mean level, its standard deviation over time, mean rise
between frames), in dB. A clip's distance is the root mean square over its windows of the Mahalanobis distance to the
training windows (covariance shrunk as by Ledoit and Wolf 2004), divided by the square root of the number of
dimensions: training windows read a little under 1. It asks nothing of the model: a network and an SVM share it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.audio.spectrum import LogMel
from escucha.config import build
from escucha.errors import InputError
from escucha.models.windows import batches

MELS, N_FFT, HOP = 64, 2048, 512
FLOOR = -80.0
"""dB below which nothing is told apart: renders and recordings differ in how silent silence is."""
QUANTILE = 0.99
MARGIN = 1.1
"""The threshold is this times the quantile of validation clips: their families are few, and others will differ more."""


@dataclass(frozen=True)
class DomainReport:
    """How far a clip is from the training music."""

    distance: float
    """A little under 1 for a training window."""
    threshold: float
    far: bool
    """What a model says of such a clip is a guess: explain it with a warning."""


@dataclass(frozen=True)
class _Told:
    """The `[domain]` table of a card."""

    threshold: float
    clips: int = 0
    quantile: float = QUANTILE
    margin: float = MARGIN


@dataclass(frozen=True, eq=False)
class Domain:
    """The training windows' mean and spread, and how far is far."""

    mean: np.ndarray
    """`(3 * MELS,)`."""
    whitening: np.ndarray
    """`(3 * MELS, 3 * MELS)`: makes the training windows' covariance the identity."""
    threshold: float
    clips: int
    """Validation clips that the threshold rests on."""

    @classmethod
    def of(cls, table: Mapping[str, Any], state: Mapping[str, Tensor], where: str) -> "Domain":
        """The domain that a card's `[domain]` table and its weights hold."""
        told = build(_Told, table, f"[domain] in {where}")
        if set(state) != {"mean", "whitening"} or state["whitening"].shape != (3 * MELS, 3 * MELS):
            raise InputError(f"the weights named in {where} do not hold its domain; train it again")
        return cls(state["mean"].numpy(), state["whitening"].numpy(), told.threshold, told.clips)

    def table(self) -> dict[str, Any]:
        """The `[domain]` table of a card."""
        return {"threshold": round(self.threshold, 4), "clips": self.clips, "quantile": QUANTILE, "margin": MARGIN}

    def state(self) -> dict[str, Tensor]:
        """What goes beside the weights."""
        return {"mean": torch.as_tensor(self.mean, dtype=torch.float32),
                "whitening": torch.as_tensor(self.whitening, dtype=torch.float32)}

    def report(self, clip: Clip, window: int) -> DomainReport:
        """How far `clip` is, cut into windows of `window` samples as the model hears it."""
        return self.judge(describe(clip, window))

    def judge(self, described: np.ndarray) -> DomainReport:
        """The same of a clip already described, `(window, 3 * MELS)`."""
        white = (described - self.mean) @ self.whitening
        distance = float(np.sqrt(np.square(white).mean()))
        return DomainReport(distance, self.threshold, distance > self.threshold)


def describe(clip: Clip, window: int) -> np.ndarray:
    """`(window, 3 * MELS)`: the bands' mean level, deviation and mean rise in each window that holds samples."""
    front = LogMel(clip.rate, n_fft=N_FFT, hop=HOP, mels=MELS)
    # a clip shorter than a window is described by what it has, not by the padding behind it
    waves = [clip.wave[None]] if len(clip.wave) < window else list(batches(clip.wave[: _whole(clip, window)], window))
    with torch.no_grad():
        mels = torch.cat([front(torch.tensor(wave)) for wave in waves])[:, 0].clamp(min=FLOOR)
    return described(mels)


def described(mels: Tensor) -> np.ndarray:
    """`(window, 3 * MELS)` float64 of log-mels `(window, mel, frame)`."""
    mels = mels.double().clamp(min=FLOOR)
    rise = mels.diff(dim=-1).clamp(min=0).mean(-1) if mels.shape[-1] > 1 else torch.zeros(mels.shape[:2])
    return torch.cat([mels.mean(-1), mels.std(-1, correction=0), rise], dim=1).numpy()


def _whole(clip: Clip, window: int) -> int:
    return len(clip.wave) // window * window


def fit_domain(train: np.ndarray, valid: Sequence[np.ndarray]) -> Domain:
    """From described training windows `(window, 3 * MELS)` and described validation clips, one array each."""
    from sklearn.covariance import LedoitWolf

    spread = LedoitWolf().fit(train)
    values, vectors = np.linalg.eigh(spread.covariance_)
    domain = Domain(spread.location_, vectors / np.sqrt(np.maximum(values, 1e-6)), 0.0, len(valid))
    reach = float(np.quantile([domain.judge(clip).distance for clip in valid], QUANTILE))
    return Domain(domain.mean, domain.whitening, round(MARGIN * reach, 4), len(valid))


def far_share(domain: Domain, clips: Iterable[np.ndarray]) -> float:
    """Share of described clips that read far."""
    return float(np.mean([domain.judge(clip).far for clip in clips]))
