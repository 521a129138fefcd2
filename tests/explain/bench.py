"""How much faster explanations are than the obvious way, measured side by side on the same network."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.explain.factorization import Factorization, of_sources
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley, shapley_values, subsets
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.windows import score_clip

RATE = 8000


def rows() -> Iterator[tuple[str, float, str]]:
    """What is compared, how many times less time it takes, and both costs in words."""
    classifier = _network()
    parts = _parts(stems=4, windows=10)
    masks = np.random.default_rng(0).integers(0, 2, (1000, len(parts.parts))).astype(bool)
    game = Game(classifier, parts)
    fast, _ = _timed(lambda: game.score(masks))
    slow, _ = _timed(lambda: [score_clip(classifier, Clip(parts.render(mask)[0], RATE)) for mask in masks[:100]])
    yield ("1000 remixes of 4 stems x 10 windows", 10 * slow / fast,
           f"{game.asked} passes in {fast:.2f} s, not 10000 in {10 * slow:.1f} s (scaled from 100)")
    small = _parts(stems=4, windows=3)
    fast, found = _timed(lambda: shapley(Game(classifier, small), "yes"))
    slow, brute = _timed(lambda: shapley_values(Game(classifier, small).score(subsets(12)).values("yes")))
    off = np.abs(found.weights - brute).max()
    yield ("exact Shapley, 4 stems x 3 windows", slow / fast,
           f"{fast:.2f} s by windows, {slow:.2f} s over all 4096 remixes (the engine under both; differ by {off:.0e})")
    large = _parts(stems=5, windows=10)
    seconds, found = _timed(lambda: shapley(Game(classifier, large), "yes"))
    yield ("exact Shapley, 5 stems x 10 windows", 2.0**50 / found.passes, f"{found.passes} passes in {seconds:.2f} s, "
           "not 2^50 (counted in passes)")


def _timed(work: Callable):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def _parts(*, stems: int, windows: int) -> Factorization:
    rng = np.random.default_rng(0)
    sources = {f"stem {number}": Clip(0.1 * rng.normal(size=windows * RATE), RATE) for number in range(stems)}
    return of_sources(Clip(sum(stem.wave for stem in sources.values()), RATE), sources, segments="windows", window=RATE)


def _network() -> TorchClassifier:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = nn.Sequential(nn.Unflatten(1, (1, RATE)), nn.Conv1d(1, 16, 64, 16), nn.ReLU(), nn.Conv1d(16, 32, 8, 4),
                               nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(32, 3))
    return TorchClassifier.of(module.eval(), labels=["yes", "no", "perhaps"], rate=RATE, window=RATE)

