"""What can be had without listening to the music: logistic regression on annotated tempo and mean log-mel.

A model that is hardly better hears loudness, tone colour and speed, and nothing of metre or mode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.corpora.corpus import Corpus
from escucha.experiments.scoring import truth_of
from escucha.models.domain import MELS, Descriptions

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse penalties tried; the one with the best validation accuracy is kept."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """The plain answers on the test clips."""

    predicted: np.ndarray
    """`(clip,)`."""
    truth: np.ndarray
    inputs: str
    """What it was given, in words."""

    @property
    def accuracy(self) -> float:
        """Share of test clips named right."""
        return float((self.predicted == self.truth).mean())


def plain_answers(parts: Mapping[str, Corpus], described: Mapping[str, Sequence[Descriptions]],
                  labels: Sequence[str]) -> Baseline:
    """Fit on `train`, choose the penalty on `valid`, answer on `test`; `described` as by models/domain.describe."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    tempi = {name: np.array([_tempo(track.source.annotations()) for track in part]) for name, part in parts.items()}
    known = all(np.isfinite(tempo).all() for tempo in tempi.values())
    table = {name: _inputs(described[name], tempi[name] if known else None) for name in parts}
    truth = {name: truth_of(part.tracks, labels) for name, part in parts.items()}
    fits = [make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=3000)).fit(
        table["train"], truth["train"]) for strength in STRENGTHS]
    best = max(fits, key=lambda fit: fit.score(table["valid"], truth["valid"]))
    return Baseline(best.predict(table["test"]), truth["test"],
                    "annotated tempo and mean log-mel" if known else "mean log-mel (tempo is not annotated)")


def _tempo(known: Mapping[str, object]) -> float:
    tempo = known.get("tempo")
    return float(tempo) if isinstance(tempo, int | float) else float("nan")


def _inputs(described: Sequence[Descriptions], tempo: np.ndarray | None) -> np.ndarray:
    levels = np.stack([clip["log-mel"][:, :MELS].mean(axis=0) for clip in described])
    return levels if tempo is None else np.column_stack([tempo, levels])
