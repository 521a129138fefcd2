"""How long concepts take: a whole study of palos-cnn, and a direction beside captum's and scikit-learn's.

All that is compared starts from the same activations and is timed in processor seconds of this process, since others
may use the machine; captum and scikit-learn fit directions only, escucha's seconds hold the layer's Gram matrix, the
clips' gradients reduced to it, and every direction's push on every label.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from captum.concept import TCAV, Concept
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import nn
from torch.utils.data import DataLoader

from escucha.concepts.design import inside
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.tcav import mean_pulls, pushes
from escucha.experiments.concepts.study import ConceptStudy
from escucha.experiments.workbench import Workbench
from tests.conftest import REPOSITORY

SETS, EXAMPLES, POOL, UNITS, CLIPS, RIVAL_FITS = 1000, 72, 500, 2048, 60, 20
IDEAS = ("palmas", "castanets", "voice", "phrygian-mode", "twelve-beat-compas", "fast-tempo", "cajon", "melisma",
         "stepwise-melody", "major-mode")
LAYERS = ("network.block1", "network.block3", "network.block5", "network.pool")
CORPUS = {"kind": "palos", "split": "test", "clips": 60, "seed": 11, "duration": 6.0}
TARGET = 60.0
"""Seconds that the whole study may take."""

Costs = Iterator[tuple[str, float, str]]
"""What is compared, how many times less time it takes, and both costs in words."""


def rows() -> Costs:
    """All rows."""
    yield from directions()
    yield from study()


def directions() -> Costs:
    """A thousand meaningless concepts, one row an estimator and rival."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(POOL, UNITS)).astype(np.float32)
    sets = rng.random((SETS, POOL)).argsort(axis=1)[:, :EXAMPLES]
    signs = np.repeat([1, -1], EXAMPLES // 2)
    gradients = rng.normal(size=(CLIPS, 3, UNITS)).astype(np.float32)
    with threadpool_limits(1):
        rivals = {"captum's TCAV.compute_cavs (its own classifier, activations saved)": _captum(points, sets),
                  "scikit-learn's LogisticRegression": _scikit_learn(points, sets, signs)}
        for name in ESTIMATORS:
            ours = _spent(lambda name=name: _directions(points, gradients, sets, signs, name)) / SETS
            for rival, theirs in rivals.items():
                yield (f"a direction, {name}, beside {rival}", theirs / ours,
                       f"{ours * 1e3:.3f} ms with its push, of {SETS}; {theirs * 1e3:.2f} ms for the direction alone")


def study() -> Costs:
    """Ten concepts, four layers, three labels, as many meaningless concepts as the correction needs."""
    asked = ConceptStudy("palos-cnn", IDEAS, CORPUS, layers=LAYERS)
    bench = Workbench.here(REPOSITORY)
    began = time.perf_counter()
    sounds = _render(asked, bench)
    rendering = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "audio").symlink_to(bench.cache / "audio")
        began, spent = time.perf_counter(), time.process_time()
        found = asked.run(Workbench(REPOSITORY, Path(folder)))
        took, spent = time.perf_counter() - began, time.process_time() - spent
        began = time.perf_counter()
        asked.run(Workbench(REPOSITORY, Path(folder)))
        again = time.perf_counter() - began
    numbers = found.numbers()
    yield (f"{len(IDEAS)} concepts x {len(LAYERS)} layers x {len(found.labels)} labels beside {TARGET:.0f} s",
           TARGET / took, f"{took:.1f} s ({spent:.1f} s of processors) with {numbers['nulls']} meaningless concepts "
           f"and the activations of {sounds} cached sounds; rendering or reading those first took {rendering:.1f} s; "
           f"asked again {again:.1f} s")


def _render(asked: ConceptStudy, bench: Workbench) -> int:
    """Every sound of the study, in the cache; how many there are."""
    concepts = [bench.concept(name) for name in asked.concepts]
    sources = [example.source for concept in concepts for example in (*concept.examples, *concept.null)]
    sources += [track.source for track in bench.corpus(asked.corpus)]
    different = {source.key(): source for source in sources}
    return sum(1 for _ in bench.clips(list(different.values()), rate=bench.model(asked.model).rate))


def _directions(points: np.ndarray, gradients: np.ndarray, sets: np.ndarray, signs: np.ndarray, name: str) -> None:
    layer, labels = inside("layer", points, gradients), ("a", "b", "c")
    towards = mean_pulls(layer, np.resize(labels, CLIPS)[:, None] == np.array(labels), labels)
    pushes(layer, towards, sets, signs, estimator=name)


def _scikit_learn(points: np.ndarray, sets: np.ndarray, signs: np.ndarray) -> float:
    """Seconds a fit."""
    return _spent(lambda: [LogisticRegression(max_iter=1000).fit(points[those], signs)
                           for those in sets[:RIVAL_FITS]]) / RIVAL_FITS


def _captum(points: np.ndarray, sets: np.ndarray) -> float:
    """Seconds a CAV: captum reads the activations it has saved, fits, judges, and saves the direction."""
    module = nn.Sequential(nn.Identity())
    half = EXAMPLES // 2
    pairs = [[Concept(2 * number + side, f"{number}-{side}", DataLoader(torch.tensor(points[those]), batch_size=half))
              for side, those in enumerate((chosen[:half], chosen[half:]))]
             for number, chosen in enumerate(sets[:RIVAL_FITS])]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = TCAV(module, ["0"], model_id="bench", save_path=folder)
        asked.concepts.update(concept for pair in pairs for concept in pair)
        asked.generate_all_activations()
        asked.concepts.clear()
        return _spent(lambda: asked.compute_cavs(pairs), times=1) / RIVAL_FITS  # asked again, it would read them


def _spent(do: Callable[[], object], *, times: int = 3) -> float:
    """Processor seconds, the least of so many times."""
    least = float("inf")
    for _ in range(times):
        began = time.process_time()
        do()
        least = min(least, time.process_time() - began)
    return least
