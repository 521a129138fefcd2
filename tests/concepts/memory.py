"""The most memory that tests at a very wide layer take: run alone, under a limit, it tells its peak.

`python -m tests.concepts.memory HOW CLIPS UNITS LIMIT`, HOW one of HOWS, LIMIT in bytes beyond what the libraries have;
as JSON on stdout.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.activations import hear
from escucha.concepts.design import Inside, inside, reduced
from escucha.concepts.slopes import pulled, slopes
from escucha.concepts.tcav import mean_pulls, pushes, rank_p
from escucha.models.classifier import Link
from tests.conftest import REPOSITORY
from tests.explain.memory import ONE_THREAD

WINDOW, EXAMPLES, UNDER_TEST, NULLS = 32, 72, 40, 199


@dataclass(frozen=True, eq=False)
class Wide:
    """Its only layer is the wave seen by very many units; each label is the energy of half of the wave's samples."""

    weights: np.ndarray
    """`(time, unit)`, its rows at right angles or nearly so, of length one."""
    rate: int = 1000
    window: int = WINDOW
    labels: tuple[str, ...] = ("first half", "second half")
    link: Link = "sigmoid"
    layers: tuple[str, ...] = ("wide",)

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """`(batch, label)`."""
        return np.stack([(half**2).sum(axis=1) for half in np.split(waves, 2, axis=1)], axis=1)

    def activations(self, waves: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
        """`(batch, unit)`."""
        return {"wide": waves @ self.weights}

    def gradients(self, waves: np.ndarray, layers: Sequence[str], labels: Sequence[str]) -> dict[str, np.ndarray]:
        """`(batch, label, unit)`: twice the samples of a label's half, led back to the layer."""
        halves = [np.where((np.arange(WINDOW) < WINDOW // 2) == (label == self.labels[0]), 2 * waves, 0)
                  for label in labels]
        return {"wide": np.stack([half @ self.weights for half in halves], axis=1).astype(np.float32)}


def _heard(model: Wide, clips: Sequence[Clip], tested: Sequence[Clip]) -> Inside:
    rows = hear(model, clips, model.layers).rows
    return reduced("wide", rows["wide"], pulled(model, tested, rows))


def _whole_gradients(model: Wide, clips: Sequence[Clip], tested: Sequence[Clip]) -> Inside:
    """As `_heard`, every clip under test and its gradients in memory."""
    gradients = slopes(model, clips, model.layers).rows["wide"]
    return inside("wide", hear(model, clips, model.layers).rows["wide"], gradients)


def _whole_rows(model: Wide, clips: Sequence[Clip], tested: Sequence[Clip]) -> Inside:
    """As `_heard`, the rows copied into memory."""
    rows = {"wide": np.array(hear(model, clips, model.layers).rows["wide"])}
    return reduced("wide", rows["wide"], pulled(model, tested, rows))


HOWS: dict[str, Callable[[Wide, Sequence[Clip], Sequence[Clip]], Inside]] = {
    "bounded": _heard, "whole rows": _whole_rows, "whole gradients": _whole_gradients}


def peak(how: str, clips: int, units: int, limit: int) -> dict[str, float]:
    """What a program of its own told: `bytes` at its peak beyond the libraries, `seconds`, and p of both labels."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.concepts.memory", how, *(str(number) for number in (clips, units, limit))],
        cwd=REPOSITORY, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    return json.loads(told.stdout)


def main() -> None:
    """Test a concept at the wide layer under the limit, and tell: clips with the idea are louder in their first half.

    What is limited is memory that is not of a file (RLIMIT_DATA): a mapped file takes addresses, and none of the limit.
    The peak counts pages of mapped files too.
    """
    how, (clips, units, limit) = sys.argv[1], map(int, sys.argv[2:])
    rng = np.random.default_rng(0)
    Clip(np.zeros(1), 1000), np.ones((9, 9)) @ np.ones((9, 9))  # what libraries take when first called
    libraries, data = _status("VmHWM"), _status("VmData")
    resource.setrlimit(resource.RLIMIT_DATA, (data + limit, data + limit))
    model = Wide((rng.normal(size=(WINDOW, units)) / np.sqrt(units)).astype(np.float32))
    waves = rng.normal(size=(clips + UNDER_TEST, WINDOW)).astype(np.float32)
    waves[:, 0] = np.abs(waves[:, 0])  # so that a louder first sample is louder in every clip under test
    waves[:EXAMPLES // 2, 0] += 3
    began = time.perf_counter()
    heard = [Clip(wave, 1000) for wave in waves]
    layer = HOWS[how](model, heard[:clips], heard[clips:])
    signs = np.repeat([1, -1], EXAMPLES // 2)
    towards = mean_pulls(layer, np.ones((layer.pulls.shape[0], 2), dtype=bool), model.labels)
    nulls = np.array([rng.choice(np.arange(EXAMPLES, clips), EXAMPLES, replace=False) for _ in range(NULLS)])
    own, null = (pushes(layer, towards, sets, signs, estimator="ridge") for sets in (np.arange(EXAMPLES)[None], nulls))
    print(json.dumps({"bytes": _status("VmHWM") - libraries, "seconds": time.perf_counter() - began,
                      "p": rank_p(own[0], null).tolist()}))


def _status(what: str) -> int:
    """Bytes of a line of this program's status; VmHWM is its peak (`ru_maxrss` would count what began it too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith(what)))


if __name__ == "__main__":
    main()
