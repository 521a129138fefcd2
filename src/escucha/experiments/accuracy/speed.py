"""How long a model takes to listen, on this machine."""

import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from escucha.models.classifier import Classifier

BATCH = 8
"""Windows scored at once."""
REPEATS = 9
"""Batches timed at most, after one that is not (it fills caches)."""
PATIENCE = 3.0
"""Seconds after which no further batch is timed; three always are."""


@dataclass(frozen=True)
class Speed:
    """Medians over batches of noise; a property of this machine, these threads and this load, not of the model."""

    seconds_per_window: float
    audio_seconds_per_second: float
    """How much sound it hears in a second: above 1 it keeps up with a live one."""
    real_time_factor: float
    """Seconds it takes for one second of sound: 1 / `audio_seconds_per_second`."""
    batch: int
    batches: int
    threads: int
    device: str

    def numbers(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    def words(self) -> str:
        """One sentence."""
        return (f"It hears {self.audio_seconds_per_second:,.0f} s of sound in a second ({self.batch} windows at once, "
                f"{self.threads} thread{'s' if self.threads > 1 else ''}, {self.device}; the median of "
                f"{self.batches} batches).")


def speed(classifier: Classifier, *, seed: int = 0) -> Speed:
    """Time the scoring of windows of noise; reading, resampling and cutting are not in it."""
    waves = np.random.default_rng(seed).normal(0, 0.1, (BATCH, classifier.window)).astype(np.float32)
    classifier.scores(waves)
    taken: list[float] = []
    while len(taken) < 3 or (len(taken) < REPEATS and sum(taken) < PATIENCE):
        began = time.perf_counter()
        classifier.scores(waves)
        taken.append(time.perf_counter() - began)
    each = max(statistics.median(taken), 1e-9) / BATCH
    window = classifier.window / classifier.rate
    return Speed(each, window / each, each / window, BATCH, len(taken), *_where(classifier))


def _where(classifier: Classifier) -> tuple[int, str]:
    """Threads, and the device of a torch module (`cpu` for anything else)."""
    import torch

    module = getattr(classifier, "module", None)
    first = next(iter(module.parameters()), None) if isinstance(module, torch.nn.Module) else None
    return torch.get_num_threads(), str(first.device) if first is not None else "cpu"
