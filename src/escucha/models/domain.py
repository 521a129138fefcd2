"""Is this clip far from the music a model was trained on?

Conventions: a clip is described window by window, in two ways: `log-mel`, three numbers a mel band (mean level, its
standard deviation over time, mean rise between frames, in dB), which any model has; and `inside`, the last layer of a
model whose layers can be asked. Real music of another kind shows in the first, noise in the second. In each way the
distance is the root mean square over windows of the Mahalanobis distance to the training windows, divided by its
*reach*: what all but few validation clips stay within, and a margin. A clip's distance is the larger one; 1 is the
limit. Level by itself counts for little: it is one direction of many, and clips of a corpus differ in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from escucha.audio.clip import Clip
from escucha.audio.spectrum import LogMel
from escucha.config import build
from escucha.errors import InputError
from escucha.models.classifier import Classifier, LayeredClassifier
from escucha.models.windows import batches

MELS, N_FFT, HOP = 64, 2048, 512
QUIET = -80.0
"""dB below which nothing is told apart: renders and recordings differ in how silent silence is."""
QUANTILE = 0.99
MARGIN = 1.1
"""The reach is this times the quantile of validation clips: their families are few, and others will differ more."""
FLOOR = 1e-4
"""Directions in which standardised training windows vary less than this are taken to vary so much."""

Descriptions = Mapping[str, np.ndarray]
"""Way to `(window, unit)`; no rows where the clip has nothing to describe."""


@dataclass(frozen=True)
class DomainReport:
    """How far a clip is from the training music."""

    distance: float
    """Above `threshold` it is further than nearly all validation clips; half of them read under about 0.8."""
    threshold: float
    far: bool
    """What a model says of such a clip is a guess: explain it with a warning."""


@dataclass(frozen=True, eq=False)
class Region:
    """The training windows in one way of describing them."""

    mean: np.ndarray
    """`(unit,)`."""
    whitening: np.ndarray
    """`(unit, unit)`: makes the training windows' covariance the identity."""
    reach: float = 1.0

    def distance(self, described: np.ndarray) -> float:
        """Of a clip described as `(window, unit)`, in reaches; 0 for no windows."""
        if not len(described):
            return 0.0
        return float(np.sqrt(np.square((described - self.mean) @ self.whitening).mean())) / self.reach


@dataclass(frozen=True)
class _Told:
    """The `[domain]` table of a card."""

    reach: Mapping[str, Any]
    clips: int = 0
    quantile: float = QUANTILE
    margin: float = MARGIN


@dataclass(frozen=True, eq=False)
class Domain:
    """Where the training music lies, by way of describing it."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    clips: int = 0
    """Validation clips that the reaches rest on."""

    @classmethod
    def of(cls, table: Mapping[str, Any], state: Mapping[str, Tensor], where: str) -> "Domain":
        """The domain that a card's `[domain]` table and its weights hold."""
        told = build(_Told, table, f"[domain] in {where}")
        wanted = {f"{way}.{part}" for way in told.reach for part in ("mean", "whitening")}
        if set(state) != wanted or not set(told.reach) <= set(WAYS):
            raise InputError(f"the weights named in {where} do not hold its domain; train it again")
        if not all(isinstance(reach, (int, float)) and 0 < reach < np.inf for reach in told.reach.values()):
            raise InputError(f"'reach' in [domain] in {where} should be numbers above 0, got {told.reach}")
        regions = {way: Region(state[f"{way}.mean"].numpy(), state[f"{way}.whitening"].numpy(), float(reach))
                   for way, reach in told.reach.items()}
        return cls(regions, told.clips)

    def table(self) -> dict[str, Any]:
        """The `[domain]` table of a card."""
        reach = {way: round(region.reach, 4) for way, region in self.regions.items()}
        return {"reach": reach, "clips": self.clips, "quantile": QUANTILE, "margin": MARGIN}

    def state(self) -> dict[str, Tensor]:
        """What goes beside the weights."""
        return {f"{way}.{part}": torch.as_tensor(getattr(region, part), dtype=torch.float32)
                for way, region in self.regions.items() for part in ("mean", "whitening")}

    def report(self, clip: Clip, classifier: Classifier) -> DomainReport:
        """How far `clip` (at the classifier's rate) is from what `classifier` was trained on."""
        return self.judge(describe(clip, classifier))

    def judge(self, described: Descriptions) -> DomainReport:
        """The same of a clip already described."""
        distance = max((region.distance(described[way]) for way, region in self.regions.items()), default=0.0)
        return DomainReport(distance, 1.0, distance > 1.0)


def describe(clip: Clip, classifier: Classifier) -> dict[str, np.ndarray]:
    """The clip in every way that the classifier allows."""
    layered = isinstance(classifier, LayeredClassifier) and bool(classifier.layers)
    return {way: describer(clip, classifier) for way, describer in WAYS.items() if way != "inside" or layered}


def _log_mel(clip: Clip, classifier: Classifier) -> np.ndarray:
    front = LogMel(clip.rate, n_fft=N_FFT, hop=HOP, mels=MELS)
    # a clip shorter than a window is described by what it has, not by the padding behind it
    waves = list(_whole_windows(clip, classifier.window)) or [clip.wave[None]]
    with torch.no_grad():
        mels = torch.cat([front(torch.tensor(wave)) for wave in waves])[:, 0].double().clamp(min=QUIET)
    rise = mels.diff(dim=-1).clamp(min=0).mean(-1) if mels.shape[-1] > 1 else torch.zeros(mels.shape[:2])
    return torch.cat([mels.mean(-1), mels.std(-1, correction=0), rise], dim=1).numpy()


def _inside(clip: Clip, classifier: LayeredClassifier) -> np.ndarray:
    layer = classifier.layers[-1]
    heard = [classifier.activations(waves, [layer])[layer] for waves in _whole_windows(clip, classifier.window)]
    return np.concatenate([units.reshape(len(units), -1) for units in heard]) if heard else np.zeros((0, 0))


def _whole_windows(clip: Clip, window: int) -> Sequence[np.ndarray]:
    whole = len(clip.wave) // window * window
    return list(batches(clip.wave[:whole], window)) if whole else []


WAYS: dict[str, Callable[[Clip, Any], np.ndarray]] = {"log-mel": _log_mel, "inside": _inside}
"""Way of describing to the function from (clip, classifier) to `(window, unit)`."""


def fit_domain(train: Sequence[Descriptions], valid: Sequence[Descriptions]) -> Domain:
    """From training clips and validation clips, each described by `describe`.

    What describes whole windows only is left out where hardly any clip has one: nothing could be said by it.
    """
    found = {way: ([clip[way] for clip in train], [clip[way] for clip in valid]) for way in train[0]}
    enough = [way for way, (learned, chosen) in found.items() if sum(map(len, learned)) > 1 and any(map(len, chosen))]
    return Domain({way: _region(*found[way]) for way in enough}, len(valid))


def _region(train: Sequence[np.ndarray], valid: Sequence[np.ndarray]) -> Region:
    rows = np.concatenate([clip for clip in train if len(clip)]).astype(np.float64)
    scale = np.maximum(rows.std(axis=0), 1e-6 + 1e-3 * rows.std())  # a unit that never varied is not divided by nothing
    spread, turn = np.linalg.eigh(np.cov(rows.T / scale[:, None]))
    wide = Region(rows.mean(axis=0), turn / scale[:, None] / np.sqrt(np.maximum(spread, FLOOR)))
    reach = MARGIN * float(np.quantile([wide.distance(clip) for clip in valid if len(clip)], QUANTILE))
    return Region(wide.mean, wide.whitening, max(reach, 1e-6))  # validation clips that all sound alike are no reach


def far_share(domain: Domain, clips: Sequence[Descriptions]) -> float:
    """Share of described clips that read far."""
    return float(np.mean([domain.judge(clip).far for clip in clips]))
