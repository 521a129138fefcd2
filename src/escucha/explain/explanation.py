"""One explanation: which parts made a classifier give a clip its label, in numbers, words, figures and sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown
from escucha.explain import caveats, listening, words
from escucha.explain.counterfactual import Counterfactual, counterfactual
from escucha.explain.factorization import Factorization
from escucha.explain.listening import Sound
from escucha.explain.meanings import meaning_of
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.rows import otherwise_row, pair_rows, part_rows, sound_table
from escucha.explain.weights import Sampling, Weights
from escucha.models.classifier import Classifier, Value, label_index
from escucha.models.windows import ClipScore, score_clip

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

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
    seed: int
    game: Game
    """The parts and who was asked about them, with all that was said: asking again for what is known costs nothing."""
    weights: Weights
    score: ClipScore
    """What the classifier says of the whole clip, window by window."""
    otherwise: Counterfactual | None
    """What would have to be missing for another answer; None where nothing was found."""
    threshold: float
    """From which probability on the label is given, where each label stands by itself (sigmoid)."""
    listening: tuple[Sound, ...]
    warnings: tuple[str, ...] = ()

    @property
    def factorization(self) -> Factorization:
        """The clip and its parts."""
        return self.game.factorization

    @property
    def unit(self) -> str:
        """What weights and values are, in words: `logit minus mean logit`."""
        return self.game.unit

    @property
    def probability(self) -> float:
        """The clip's probability of the label explained."""
        return self.score.probabilities[self.label]

    @property
    def source_weights(self) -> dict[str, float]:
        """Each source's weights, summed over time and bands."""
        parts, weights = self.factorization.parts, self.weights.weights
        return {source: float(sum(weight for part, weight in zip(parts, weights) if part.source == source))
                for source in self.factorization.sources}

    def solo(self, part: int | str) -> Sound:
        """Any part alone, by its index or its name (`guitar@0-6s`), and what the model says of it."""
        names = [part.name for part in self.factorization.parts]
        if isinstance(part, str) and part not in names:
            raise unknown("part", part, names)
        index = names.index(part) if isinstance(part, str) else part
        if not 0 <= index < len(names):
            raise InputError(f"there is no part {index}: parts are numbered from 0 to {len(names) - 1}")
        return listening.listen(self.game, self.label, [listening.solo(self.factorization, index)])[0]

    def numbers(self) -> dict[str, Any]:
        """The parts with weight and interval, the value of everything and of nothing, residual, fit and cost."""
        found, meaning = self.weights, meaning_of(self.method)
        return {
            "model": self.model, "path": self.path, "label": self.label, "method": self.method,
            "aggregation": self.game.aggregation, "seed": self.seed, "value": self.unit,
            "absent": self.factorization.absent, "sums": meaning.sums, "signed": meaning.signed,
            "parts": part_rows(self.factorization, found),
            "all": found.everything, "none": found.nothing,
            "residual": found.residual if abs(found.residual) > ROUNDING else 0.0, "fit": found.fit,
            "passes": found.passes, "answer": self.score.label, "probability": self.probability,
            "stability": found.stability, "duration": self.factorization.clip.duration,
            "samples": found.samples, "sources": self.source_weights,
            "counterfactual": otherwise_row(self.factorization, self.otherwise), "notes": list(found.notes),
            "warnings": list(self.warnings),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """`weights`, `low`, `high`, `spans` in seconds; window logits and `window_spans`; `interactions` if known.

        `map`, `map_times` and `map_hertz` where the method says where in time and frequency its weights lie.
        """
        found = self.weights
        spans = np.array([self.factorization.span(index) for index in range(len(found.weights))])
        known = {} if found.interactions is None else {"interactions": found.interactions}
        if found.map is not None:
            known |= {"map": found.map.values, "map_times": found.map.times, "map_hertz": found.map.hertz}
        return {"weights": found.weights, "low": found.low, "high": found.high, "spans": spans,
                "window_logits": self.score.windows, "window_spans": self.score.spans, **known}

    def tables(self) -> "dict[str, DataFrame]":
        """`sources`, `parts` (strongest first), `interactions` where known, and `sounds`."""
        import pandas

        rows = part_rows(self.factorization, self.weights)
        parts = pandas.DataFrame([rows[index] for index in np.argsort(-np.abs(self.weights.weights), kind="stable")])
        summed = pandas.DataFrame(list(self.source_weights.items()), columns=["source", "weight"])
        pairs = pair_rows(self.factorization, self.weights)
        return {"sources": summed, "parts": parts, **({"interactions": pandas.DataFrame(pairs)} if pairs else {}),
                "sounds": sound_table(self.listening)}

    def figures(self) -> "dict[str, Figure]":
        """Where and when (over the spectrogram), the weights with intervals, the stems, from nothing to everything."""
        from escucha.explain.figures import figures

        return figures(self)

    def sounds(self) -> dict[str, Clip]:
        """Original, the strongest parts, everything but them, what spoke against, each source alone; none silent."""
        return {sound.name: sound.clip for sound in self.listening if sound.clip is not None}

    def words(self) -> list[str]:
        """The answer, what spoke for and against it, how sure that is; then warnings."""
        return words.sentences(self) + [f"Warning: {warning}" for warning in self.warnings]


def explain(classifier: Classifier, factorization: Factorization, *, label: str | None = None,
            method: str = "shapley", seed: int = 0, samples: int = 1000, until_stable: bool = False,
            width: float = 0.2, aggregation: str = "mean-logit", value: Value = "logit",
            thresholds: Mapping[str, float] | None = None, model: str = "", path: str = "",
            warnings: Sequence[str] = ()) -> Explanation:
    """Weigh every part for `label` (the classifier's answer when None) and score the sounds that show it.

    `samples`, `seed`, `until_stable` and `width` as in `weights.Sampling`; `aggregation` and `value` as in
    `remix.Game`; `thresholds` of labels say from which probability on each is given, where it stands by itself
    (sigmoid; .5 where nothing is said). `warnings` are sentences that the caller adds (a song far from what the model
    knows). InputError for an unknown label, method or aggregation, and where a method would cost too much.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if label is not None:
        label_index(classifier, label)
    game = Game(classifier, factorization, aggregation, value)
    score = score_clip(classifier, factorization.clip, aggregation=aggregation)
    label = label or score.label
    found = METHODS[method](game, label, Sampling(samples, seed, until_stable, width))
    threshold = (thresholds or {}).get(label, 0.5)
    # a threshold of 0 or 1 is met by all, or by none: nothing changes that
    otherwise = counterfactual(game, label, found, threshold=threshold) if 0 < threshold < 1 else None
    heard = listening.explain_by_ear(game, label, found, otherwise, signed=meaning_of(method).signed)
    explained = Explanation(model or type(classifier).__name__, path, label, method, seed, game, found, score,
                            otherwise, threshold, heard)
    return replace(explained, warnings=(*warnings, *caveats.warnings(explained, classifier.window)))
