"""What can be had without listening to the music: logistic regression on annotated tempo and mean log-mel.

A model that is hardly better hears loudness, tone colour and speed, and nothing of metre or mode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from escucha.corpora.corpus import Corpus
from escucha.experiments.accuracy.scoring import Answers, TagAnswers, tags_of, truth_of
from escucha.models import evaluation as ev
from escucha.models.classifier import Link
from escucha.models.domain import MELS, Descriptions
from escucha.models.resampling import Interval, interval, mean_interval, members, redrawn
from escucha.models.tag_evaluation import Ranking

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse penalties tried; the one that does best on validation clips is kept."""
DRAWS = 1000
"""Of the bootstrap of a difference between two rankings."""


class Baseline(Protocol):
    """The plain answers on the test clips."""

    @property
    def inputs(self) -> str:
        """What they were made of, in words."""

    @property
    def said(self) -> np.ndarray:
        """`(clip,)` columns of labels, or of tags `(clip, label)` probabilities."""

    def headline(self, groups: Sequence[str], seed: int) -> Interval:
        """How good they are, in the measure that heads the finding of such a model."""

    def gap(self, plain: Any, seed: int) -> Interval:
        """How much better a model is, whose answers to the same clips are `plain`."""


@dataclass(frozen=True, eq=False)
class PlainLabels:
    """One label a clip; measured by accuracy."""

    said: np.ndarray
    truth: np.ndarray
    inputs: str

    def headline(self, groups: Sequence[str], seed: int) -> Interval:
        """Accuracy."""
        return ev.group_interval(self.truth, self.said, groups, seed=seed)

    def gap(self, plain: Answers, seed: int) -> Interval:
        """Difference of accuracies, clip by clip."""
        better = plain.right.astype(float) - (self.said == self.truth)
        return mean_interval(better, plain.groups, seed=seed)


@dataclass(frozen=True, eq=False)
class PlainTags:
    """A probability for each tag of a clip; measured by mean average precision."""

    said: np.ndarray
    truth: np.ndarray
    inputs: str

    def headline(self, groups: Sequence[str], seed: int) -> Interval:
        """Mean average precision."""
        return self._redrawn([Ranking.of(self.truth, self.said)], groups, seed)

    def gap(self, plain: TagAnswers, seed: int) -> Interval:
        """Difference of mean average precisions, on the same draws of groups."""
        rankings = [Ranking.of(self.truth, probability) for probability in (plain.probabilities, self.said)]
        return self._redrawn(rankings, plain.groups, seed)

    def _redrawn(self, rankings: Sequence[Ranking], groups: Sequence[str], seed: int) -> Interval:
        """The first ranking's mean average precision, minus the second's where there is one."""
        count, member = members(groups)

        def measure(weight: np.ndarray | None) -> float:
            found = [_mean(ranking.average_precision(weight)) for ranking in rankings]
            return found[0] - sum(found[1:])

        drawn = np.array([measure(picked[member]) for picked in redrawn(count, seed=seed, draws=DRAWS)])
        return interval(measure(None), drawn, count, biased=True)


def _mean(each: np.ndarray) -> float:
    there = each[np.isfinite(each)]
    return float(there.mean()) if len(there) else float("nan")


def plain_answers(parts: Mapping[str, Corpus], described: Mapping[str, Sequence[Descriptions]],
                  labels: Sequence[str], link: Link = "softmax") -> Baseline:
    """Fit on `train`, choose the penalty on `valid`, answer on `test`; `described` as by models/domain.describe.

    Of tags (`sigmoid`) there is one regression a label, and the penalty is the same for all.
    """
    tempi = {name: np.array([_tempo(track.source.annotations()) for track in part]) for name, part in parts.items()}
    known = all(np.isfinite(tempo).all() for tempo in tempi.values())
    table = {name: _inputs(described[name], tempi[name] if known else None) for name in parts}
    target = {name: (truth_of if link == "softmax" else tags_of)(part.tracks, labels) for name, part in parts.items()}
    inputs = "annotated tempo and mean log-mel" if known else "mean log-mel (tempo is not annotated)"
    answer = _labels if link == "softmax" else _tags
    return answer(table, target, inputs)


def _labels(table: Mapping[str, np.ndarray], target: Mapping[str, np.ndarray], inputs: str) -> Baseline:
    fits = [_regression(strength).fit(table["train"], target["train"]) for strength in STRENGTHS]
    best = max(fits, key=lambda fit: fit.score(table["valid"], target["valid"]))
    return PlainLabels(best.predict(table["test"]), target["test"], inputs)


def _tags(table: Mapping[str, np.ndarray], target: Mapping[str, np.ndarray], inputs: str) -> Baseline:
    fits = [[_regression(strength).fit(table["train"], column) for column in target["train"].T]
            for strength in STRENGTHS]

    def said(each: Sequence[Any], part: str) -> np.ndarray:
        return np.stack([fit.predict_proba(table[part])[:, 1] for fit in each], axis=1)

    best = max(fits, key=lambda each: _mean(Ranking.of(target["valid"], said(each, "valid")).average_precision()))
    return PlainTags(said(best, "test"), target["test"], inputs)


def _regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=3000))


def _tempo(known: Mapping[str, object]) -> float:
    tempo = known.get("tempo")
    return float(tempo) if isinstance(tempo, int | float) else float("nan")


def _inputs(described: Sequence[Descriptions], tempo: np.ndarray | None) -> np.ndarray:
    levels = np.stack([clip["log-mel"][:, :MELS].mean(axis=0) for clip in described])
    return levels if tempo is None else np.column_stack([tempo, levels])
