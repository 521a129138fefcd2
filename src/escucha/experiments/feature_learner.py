"""Teaching a head: from tracks to a table of window features to a fitted machine."""

import joblib
import numpy as np
import torch

from escucha.corpora.corpus import Corpus
from escucha.experiments.scoring import truth_of
from escucha.experiments.task import Task, Taught
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.features import FEATURES
from escucha.models.heads import fit_head
from escucha.models.sklearn_classifier import SklearnClassifier, decisions, feature_table, fit_scale


def teach_features(task: Task, workbench: Workbench) -> Taught:
    """A head on a table of window features; the table itself is what the card keeps."""
    table, owners = _features(task.train, task, workbench)
    targets = truth_of(task.train.tracks, task.labels)[owners]
    pipeline = fit_head(task.head, table, targets, "the experiment")
    checked, owned = _features(task.valid, task, workbench)
    decided = decisions(pipeline, checked)
    clips = np.stack([decided[owned == clip].mean(axis=0) for clip in range(len(task.valid))])
    scale = fit_scale(clips, truth_of(task.valid.tracks, task.labels))
    extract, names = FEATURES[str(task.features["name"])]
    classifier = SklearnClassifier(pipeline, task.labels, task.rate, task.samples, extract, names, scale)
    state = {"features": torch.as_tensor(table), "targets": torch.as_tensor(targets), "scale": torch.tensor(scale)}
    size = f"{len(names)} features, fitted to {len(table)} windows"
    return Taught(classifier, state, (), size, lambda: None)


def _features(corpus: Corpus, task: Task, workbench: Workbench) -> tuple[np.ndarray, np.ndarray]:
    """`(window, feature)` of every window, and the row of the track each belongs to."""
    waves = [windows.cut(clip.wave, task.samples) for clip in task.clips(corpus, workbench, "cutting")]
    owners = np.repeat(np.arange(len(waves)), [len(piece) for piece in waves])
    table = feature_table([wave for piece in waves for wave in piece], task.rate, features=str(task.features["name"]),
                          jobs=joblib.cpu_count())
    return table, owners
