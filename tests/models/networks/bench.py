"""How much sound each network hears in a second of work, front end included, at its design's own settings."""

import time
from collections.abc import Iterator

import numpy as np
import torch

from escucha.models.build import classifier_of, listener
from escucha.models.card import Card
from escucha.models.listener import quick
from escucha.models.networks import NETWORKS
from escucha.models.torch_classifier import TorchClassifier

LABELS = ("alegrias", "bulerias", "sevillanas")
SOUND = 60.0
"""Seconds of sound in one measurement, about."""


def rows() -> Iterator[tuple[str, float, str]]:
    """What is heard, how many times less time it takes than it lasts, and both in words."""
    for name in sorted(NETWORKS):
        classifier = _classifier(name)
        count = max(1, round(SOUND * classifier.rate / classifier.window))
        waves = np.random.default_rng(0).normal(0, 0.1, (count, classifier.window)).astype(np.float32)
        classifier.scores(waves[:1])  # the first pass sets up memory
        seconds = min(_seconds(classifier, waves) for _ in range(2))
        lasts = waves.size / classifier.rate
        million = sum(part.numel() for part in classifier.module.parameters()) / 1e6
        yield (f"{name} hearing sound", lasts / seconds,
               f"{lasts:.0f} s of it in {seconds:.2f} s, {million:.2f} million parameters, {torch.get_num_threads()} "
               f"threads (real-time factor {seconds / lasts:.4f})")


def _seconds(classifier: TorchClassifier, waves: np.ndarray) -> float:
    began = time.perf_counter()
    classifier.scores(waves)
    return time.perf_counter() - began


def _classifier(name: str) -> TorchClassifier:
    design = NETWORKS[name]
    card = Card("", "network", LABELS, design.rate, design.window, front_end=dict(design.front_end),
                network={"name": name})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module, layers = listener(card, name)
    return classifier_of(quick(module).eval().requires_grad_(False), layers, labels=LABELS, rate=design.rate,
                         window=round(design.window * design.rate), link="softmax")
