"""How much faster explanations are than the obvious way, measured side by side on the same network in one run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.explain.factorization import Factorization, of_sources
from escucha.explain.lime import draw_masks, fit_ridge, kernel, lime
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley, shapley_values, subsets
from escucha.explain.weights import Sampling
from escucha.models.build import listener
from escucha.models.card import find_card, read_card
from escucha.models.classifier import Classifier
from escucha.models.listener import quick
from escucha.models.shelf import load_model
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.windows import score_clip
from tests.conftest import REPOSITORY
from tests.explain.memory import LIMIT, peak

CARD = "palos-cnn"
LABEL = "bulerias"
REMIXES = 1000
SAME = 1e-5
"""Weights of one method by two ways may differ by so much: float32 adds up in another order."""
REPEATS = 3
"""The fastest of so many counts, taken in turns: another program's work slows both."""


def rows() -> Iterator[tuple[str, float, str]]:
    """What is compared, how many times less time it takes, and both costs in words."""
    yield from (_remixes(), _forward(), _brute_force(), _memory())


def hearing(seconds: float | None = None) -> TorchClassifier:
    """The committed card, with its own window or with its weights on windows of `seconds`."""
    own = load_model(CARD, REPOSITORY)
    assert isinstance(own, TorchClassifier)
    if seconds is None:
        return own
    module, _ = listener(replace(read_card(find_card(CARD, REPOSITORY)), window=seconds), CARD)
    module.load_state_dict(own.module.state_dict())
    return replace(own, module=quick(module).eval().requires_grad_(False), window=round(seconds * own.rate))


def sounds(classifier: Classifier, *, sources: int, windows: int, long: bool = False) -> Factorization:
    """Sources that differ in every window: tones with overtones, struck again and again. `long`: each is one part."""
    rng, rate = np.random.default_rng(0), classifier.rate
    moment = np.arange(windows * classifier.window) / rate
    clips = {}
    for source in range(sources):
        decay = np.exp(-rng.uniform(3, 9) * (moment * rng.uniform(1, 4) % 1))
        level = rng.uniform(0.02, 0.2, windows).repeat(classifier.window)
        tone = np.sign(np.sin(2 * np.pi * rng.uniform(80, 900) * moment)) + 0.2 * rng.normal(size=len(moment))
        clips[f"source {source}"] = Clip(level * decay * tone, rate)
    mix = Clip(sum(clip.wave for clip in clips.values()), rate)
    return of_sources(mix, clips, segments=1 if long else "windows", window=classifier.window)


def naive(classifier: Classifier, parts: Factorization, masks: np.ndarray, label: str) -> np.ndarray:
    """`(remix,)` as the published package goes about it: each remix rendered whole, its windows in one batch."""
    return np.array([score_clip(classifier, Clip(parts.render(mask)[0], parts.clip.rate)).value(label)
                     for mask in masks])


def naive_lime(classifier: Classifier, parts: Factorization, label: str, sampling: Sampling) -> np.ndarray:
    """`(part,)` LIME weights from `naive` values of the same masks."""
    masks = draw_masks(np.random.default_rng(sampling.seed), sampling.samples, len(parts.parts))
    return fit_ridge(masks, naive(classifier, parts, masks, label), kernel(masks)).weights


def taking_turns(*works: Callable[[], Any], repeats: int = REPEATS) -> list[tuple[float, Any]]:
    """For each of `works`: the seconds of its fastest run, and its last answer."""
    best = [(np.inf, None)] * len(works)
    for _ in range(repeats):
        for at, work in enumerate(works):
            began = time.perf_counter()
            answer = work()
            best[at] = (min(best[at][0], time.perf_counter() - began), answer)
    return best


def _remixes() -> tuple[str, float, str]:
    classifier, sampling = hearing(), Sampling(REMIXES)
    parts = sounds(classifier, sources=4, windows=10)
    classifier.scores(np.zeros((1, classifier.window)))  # the first pass sets up memory
    (slow, expected), = taking_turns(lambda: naive_lime(classifier, parts, LABEL, sampling), repeats=1)
    (fast, found), = taking_turns(lambda: lime(Game(classifier, parts), LABEL, sampling))
    off = np.abs(found.weights - expected).max()
    assert off < SAME, f"the same masks give weights that differ by {off:.1e}"
    return (f"LIME on {REMIXES} remixes of 4 stems x 10 windows, {CARD}", slow / fast,
            f"{found.passes} passes in {fast:.2f} s with intervals, not {10 * REMIXES} in {slow:.1f} s; the weights, "
            f"up to {np.abs(expected).max():.2g}, differ by {off:.0e} at most")


def _forward() -> tuple[str, float, str]:
    classifier = hearing()
    parts = sounds(classifier, sources=5, windows=10)
    inputs = parts.render(subsets(5).repeat(10, axis=1)).reshape(-1, classifier.window)
    (pure, _), (took, found) = taking_turns(lambda: classifier.scores(inputs),
                                            lambda: shapley(Game(classifier, parts), LABEL), repeats=5)
    assert found.passes == len(inputs)
    return (f"exact Shapley of 5 stems x 10 windows against its passes alone, {CARD}", pure / took,
            f"{took:.2f} s with rendering, weights and interactions; the forward passes of its {len(inputs)} window "
            f"inputs take {pure:.2f} s, front end included: {took / pure:.2f} times that, not 2^50 passes")


def _brute_force() -> tuple[str, float, str]:
    classifier = hearing(1.0)
    parts = sounds(classifier, sources=3, windows=3)
    (fast, found), (slow, brute) = taking_turns(
        lambda: shapley(Game(classifier, parts), LABEL).weights,
        lambda: shapley_values(naive(classifier, parts, subsets(9), LABEL)), repeats=1)
    off = np.abs(found - brute).max()
    assert off < SAME, f"Shapley values differ by {off:.1e}"
    return ("exact Shapley of 3 stems x 3 windows", slow / fast,
            f"{fast:.3f} s by windows, {slow:.2f} s over all 512 remixes; they differ by {off:.0e} at most")


def _memory() -> tuple[str, float, str]:
    told = peak("long", 22050, 16384)
    assert told["bytes"] < LIMIT
    return ("memory of LIME on 16384 remixes of 50 parts of 30 s that every window hears", LIMIT / told["bytes"],
            f"{told['bytes'] / 2**20:.0f} MB at its peak, libraries included, of the 2 GB that it may have "
            f"({told['passes']:.0f} different inputs of a trivial classifier, {told['seconds']:.0f} s)")
