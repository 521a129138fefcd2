"""The most memory that LIME on many remixes of fifty parts takes: run alone, under a limit, it tells its peak.

`python -m tests.explain.memory KIND RATE REMIXES LIMIT`, KIND one of CLIPS, LIMIT in bytes; as JSON on stdout.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.explain.factorization import Factorization, of_sources
from escucha.explain.lime import lime
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from escucha.models.classifier import Link
from tests.conftest import REPOSITORY

LIMIT = 2 * 2**30
"""Bytes that the program may have, libraries included."""
SECONDS, WINDOWS = 30, 10
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Each thread of a library of linear algebra reserves memory, whatever is asked of it."""


@dataclass(frozen=True)
class Cheap:
    """Says how much of one sine it hears: next to no work, so that the engine's own shows."""

    rate: int
    window: int
    labels: tuple[str, ...] = ("yes", "no")
    link: Link = "softmax"

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`."""
        heard = np.asarray(waves[:, ::40], dtype=np.float64) @ np.sin(np.arange(0, self.window, 40))
        return np.stack([heard, -heard], axis=1)


def _sources(count: int, rate: int, segments: int) -> Factorization:
    """White noise: `count` sources in `segments` equal segments."""
    rng = np.random.default_rng(0)
    sources = {f"source {at}": Clip(0.02 * rng.standard_normal(SECONDS * rate, dtype=np.float32), rate)
               for at in range(count)}
    return of_sources(Clip(sum(source.wave for source in sources.values()), rate), sources, segments=segments,
                      window=SECONDS * rate // WINDOWS)


CLIPS: dict[str, Callable[[int], Factorization]] = {
    "pieces": lambda rate: _sources(5, rate, WINDOWS),
    "long": lambda rate: _sources(50, rate, 1),
}
"""Fifty parts: five sources in ten windows, or fifty that every window hears, so that no remix is like another."""


def peak(kind: str, rate: int, remixes: int, limit: int = LIMIT) -> dict[str, float]:
    """What a program of its own told: `bytes` at its peak, `passes`, `seconds`, and the mean `width` of intervals."""
    asked = [kind, *(str(number) for number in (rate, remixes, limit))]
    told = subprocess.run([sys.executable, "-m", "tests.explain.memory", *asked],
                          cwd=REPOSITORY, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    return json.loads(told.stdout)


def main() -> None:
    """Explain under the limit, and tell."""
    kind, (rate, remixes, limit) = sys.argv[1], map(int, sys.argv[2:])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    parts = CLIPS[kind](rate)
    began = time.perf_counter()
    found = lime(Game(Cheap(rate, SECONDS * rate // WINDOWS), parts), "yes", Sampling(remixes))
    print(json.dumps({"bytes": _most(), "passes": found.passes, "seconds": time.perf_counter() - began,
                      "width": float((found.high - found.low).mean())}))


def _most() -> int:
    """The peak of this program since it began (`ru_maxrss` would count what began it too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    main()
