"""Teaching a head: from tracks to a table of window features to a fitted machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch

from escucha.config import jsonable
from escucha.corpora.corpus import Corpus
from escucha.experiments.training.task import Task, Taught
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.decisions import decisions, fit_scale
from escucha.models.embedding import embedder_mark, embedder_path
from escucha.models.features.choosing import uncorrelated
from escucha.models.features.feature_set import FeatureSet
from escucha.models.features.sets import correlation_limit, feature_set
from escucha.models.heads import fit_head
from escucha.models.sklearn_classifier import SklearnClassifier

WHERE = "the experiment"


def teach_features(task: Task, workbench: Workbench) -> Taught:
    """A head on a table of window features; the table itself is what the card keeps."""
    cards = workbench.home / "models"
    hears = feature_set(task.features, WHERE, cards)
    table, owners = _features(task.train, task, workbench, hears)
    if (limit := correlation_limit(task.features, WHERE)) < 1:
        kept = uncorrelated(table, hears.names, limit)
        # laid out as it will be read from the card: sums over other layouts end in other bits
        table = np.ascontiguousarray(table[:, [hears.names.index(name) for name in kept]])
        hears = hears.only(kept)
    targets = task.targets(task.train)[owners]
    pipeline = fit_head(task.head, table, targets, WHERE)
    checked, owned = _features(task.valid, task, workbench, hears)
    decided = decisions(pipeline, checked, task.link)
    clips = np.stack([decided[owned == clip].mean(axis=0) for clip in range(len(task.valid))])
    scale = fit_scale(clips, task.targets(task.valid))
    classifier = SklearnClassifier(pipeline, task.labels, task.rate, task.samples, hears, scale, task.link)
    state = {"features": torch.as_tensor(table), "targets": torch.as_tensor(targets),
             "scale": torch.tensor(scale, dtype=torch.float64)}
    size = f"{len(hears.names)} features, fitted to {len(table)} windows"
    return Taught(classifier, state, (), size, lambda: None, features=_told(task.features, hears, cards))


def _features(corpus: Corpus, task: Task, workbench: Workbench, hears: FeatureSet) -> tuple[np.ndarray, np.ndarray]:
    """`(window, feature)` of every window, and the row of the track each belongs to."""
    waves = [windows.cut(clip.wave, task.samples) for clip in task.clips(corpus, workbench, "cutting")]
    owners = np.repeat(np.arange(len(waves)), [len(piece) for piece in waves])
    return hears.of([wave for piece in waves for wave in piece], task.rate, joblib.cpu_count()), owners


def _told(table: Mapping[str, Any], hears: FeatureSet, cards: Path) -> dict[str, Any]:
    """The card's `[features]`: as asked, with what was chosen and whose activations they are."""
    told = dict(table)
    if hears.names != hears.every:
        told["chosen"] = jsonable(hears.names)
    if "card" in told:
        told["mark"] = embedder_mark(embedder_path(str(told["card"]), WHERE, cards))
    return told
