"""How long meaningless concepts take: a thousand in the dual, beside captum's default fit of one."""

import time
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from captum.concept._utils.classifier import DefaultClassifier
from torch.utils.data import DataLoader, TensorDataset

from escucha.concepts.design import inside
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.tcav import mean_pulls, pushes

SETS, EXAMPLES, POOL, UNITS, CLIPS, CAPTUM_FITS = 1000, 72, 500, 2048, 60, 10


def meaningless_concepts() -> dict[str, float]:
    """Estimator to seconds for SETS fits with their pushes, and `captum` to seconds for one fit without any."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(POOL, UNITS)).astype(np.float32)
    layer = inside("layer", rows, rng.normal(size=(CLIPS, 3, UNITS)).astype(np.float32))
    labels = ("a", "b", "c")
    towards = mean_pulls(layer, np.resize(labels, CLIPS)[:, None] == np.array(labels), labels)
    sets = rng.random((SETS, POOL)).argsort(axis=1)[:, :EXAMPLES]
    signs = np.repeat([1, -1], EXAMPLES // 2)
    seconds = {}
    for name in ESTIMATORS:
        began = time.perf_counter()
        pushes(layer, towards, sets, signs, estimator=name)
        seconds[name] = time.perf_counter() - began
    return {**seconds, "captum": _captum(rows, signs)}


def _captum(rows: np.ndarray, signs: np.ndarray) -> float:
    data = TensorDataset(torch.tensor(rows[:EXAMPLES]), torch.tensor((signs < 0).astype(int)))
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(CAPTUM_FITS):
            DefaultClassifier().train_and_eval(DataLoader(data, batch_size=EXAMPLES))
    return (time.perf_counter() - began) / CAPTUM_FITS


def rows() -> Iterator[tuple[str, float, str]]:
    """What is compared, how many times less time it takes, and both costs in words: one row an estimator."""
    seconds = meaningless_concepts()
    one = seconds.pop("captum")
    for name, took in seconds.items():
        yield (f"{SETS} meaningless concepts, {name}", one * SETS / took,
               f"{took:.2f} s with their pushes; captum's default fit of one takes {one * 1000:.1f} ms")
