"""One explanation: which parts made a classifier give a clip its label, in numbers, words, figures and sound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import unknown
from escucha.explain import sounds, words
from escucha.explain.factorization import Factorization
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.sounds import Sound
from escucha.explain.weights import Sampling, Weights
from escucha.models.classifier import Classifier, Value, label_index
from escucha.models.windows import ClipScore, score_clip

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

PAIRS = 20
"""Rows of the table of interactions."""
ROUNDING = 1e-9
"""A residual below this is how doubles round, and 0."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """One weight a part for one label, what it cost, and how it sounds: a Finding."""

    model: str
    path: str
    label: str
    """The label explained."""
    method: str
    aggregation: str
    seed: int
    unit: str
    """What weights and values are, in words: `logit minus mean logit`."""
    factorization: Factorization
    weights: Weights
    score: ClipScore
    """What the classifier says of the whole clip, window by window."""
    listening: tuple[Sound, ...]
    warnings: tuple[str, ...] = ()

    def numbers(self) -> dict[str, Any]:
        """The parts with weight and interval, the value of everything and of nothing, residual, fit and cost."""
        found = self.weights
        return {
            "model": self.model, "path": self.path, "label": self.label, "method": self.method,
            "aggregation": self.aggregation, "seed": self.seed, "value": self.unit,
            "parts": [self._row(index) for index in range(len(found.weights))],
            "all": found.everything, "none": found.nothing,
            "residual": found.residual if abs(found.residual) > ROUNDING else 0.0, "fit": found.fit,
            "passes": found.passes, "answer": self.score.label, "probability": self.probability,
            "stability": found.stability, "duration": self.factorization.clip.duration,
            "sources": self.source_weights, "warnings": list(self.warnings),
        }

    @property
    def probability(self) -> float:
        """The clip's probability of the label explained."""
        return self.score.probabilities[self.label]

    @property
    def source_weights(self) -> dict[str, float]:
        """Each source's weights, summed over time."""
        parts, weights = self.factorization.parts, self.weights.weights
        return {source: float(sum(weight for part, weight in zip(parts, weights) if part.source == source))
                for source in self.factorization.sources}

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights`, `low`, `high`, `spans` in seconds; window logits and `window_spans`; `interactions` if known."""
        found = self.weights
        spans = np.array([self.factorization.span(index) for index in range(len(found.weights))])
        known = {} if found.interactions is None else {"interactions": found.interactions}
        return {"weights": found.weights, "low": found.low, "high": found.high, "spans": spans,
                "window_logits": self.score.windows, "window_spans": self.score.spans, **known}

    def tables(self) -> "dict[str, DataFrame]":
        """`parts` (strongest first), `sources`, `interactions` where known, and `sounds`."""
        import pandas

        parts = pandas.DataFrame([self._row(index) for index in np.argsort(-np.abs(self.weights.weights))])
        summed = pandas.DataFrame(list(self.source_weights.items()), columns=["source", "weight"])
        heard = pandas.DataFrame(
            [(sound.name, sound.caption, sound.value, sound.gain_db) for sound in self.listening if sound.clip],
            columns=["name", "caption", "value", "gain_db"])
        pairs = pandas.DataFrame(self._pairs(), columns=["first", "second", "interaction"])
        return {"sources": summed, "parts": parts, **({} if pairs.empty else {"interactions": pairs}), "sounds": heard}

    def figures(self) -> "dict[str, Figure]":
        """Where and when (over the spectrogram), the weights with intervals, the stems, from nothing to everything."""
        from escucha.explain import figures

        return {"sources-and-time": figures.sources_and_time(self), "part-weights": figures.part_weights(self),
                "stems": figures.stems(self), "from-nothing-to-everything": figures.waterfall(self)}

    def sounds(self) -> dict[str, Clip]:
        """Original, the strongest parts, everything but them, what spoke against, each source alone; none silent."""
        return {sound.name: sound.clip for sound in self.listening if sound.clip is not None}

    def words(self) -> list[str]:
        """The answer, what spoke for and against it, how sure that is; then warnings."""
        return words.sentences(self) + [f"Warning: {warning}" for warning in self.warnings]

    def _row(self, index: int) -> dict[str, Any]:
        part, found = self.factorization.parts[index], self.weights
        start, end = self.factorization.span(index)
        return {"name": part.name, "source": part.source, "start": start, "end": end,
                "weight": float(found.weights[index]), "low": float(found.low[index]), "high": float(found.high[index])}

    def _pairs(self) -> list[tuple[str, str, float]]:
        """The strongest interactions, by size."""
        if self.weights.interactions is None:
            return []
        first, second = np.triu_indices(len(self.weights.weights), k=1)
        strength = self.weights.interactions[first, second]
        order = np.argsort(-np.abs(strength))[:PAIRS]
        parts = self.factorization.parts
        return [(parts[first[at]].name, parts[second[at]].name, float(strength[at])) for at in order if strength[at]]


def explain(classifier: Classifier, factorization: Factorization, *, label: str | None = None,
            method: str = "shapley", seed: int = 0, samples: int = 1000, until_stable: bool = False,
            aggregation: str = "mean-logit", value: Value = "logit", model: str = "", path: str = "",
            warnings: Sequence[str] = ()) -> Explanation:
    """Weigh every part for `label` (the classifier's answer when None) and score the sounds that show it.

    `samples`, `seed` and `until_stable` as in `weights.Sampling`; `aggregation` and `value` as in `remix.Game`.
    `warnings` are sentences that the caller adds (a song far from what the model knows). InputError for an unknown
    label, method or aggregation, and where a method would cost too much.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if label is not None:
        label_index(classifier, label)
    game = Game(classifier, factorization, aggregation, value)
    score = score_clip(classifier, factorization.clip, aggregation=aggregation)
    label = label or score.label
    found = METHODS[method](game, label, Sampling(samples, seed, until_stable))
    listening = _listen(game, label, found.weights)
    explained = Explanation(model or type(classifier).__name__, path, label, method, aggregation, seed, game.unit,
                            factorization, found, score, listening)
    return replace(explained, warnings=(*warnings, *words.warnings(explained, classifier.window)))


def _listen(game: Game, label: str, weights: np.ndarray) -> tuple[Sound, ...]:
    rows = sounds.choices(game.factorization, weights, value=f"{game.unit} of {label}")
    made = []
    for (name, caption, keep, condensed), said in zip(rows, game.values(np.stack([row[2] for row in rows]), label)):
        clip, gain = sounds.play(game.factorization, keep, condensed=condensed)
        made.append(Sound(name, caption, keep, clip, gain, float(said)))
    return tuple(made)
