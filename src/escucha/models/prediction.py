"""What a classifier says of a clip: an answer or `unsure`, tags, probabilities, and the same for every window.

Conventions: probabilities are of the clip's aggregate (`windows.AGGREGATES`), `vote` and `mean` are of its windows
whatever the aggregate. *Mass* is what a model's outputs amount to before they are normalised, window by window:

- sigmoid: the sum of the labels' probabilities, `sum_l sigmoid(logit_l)`: the number of tags expected;
- softmax: `log sum_l exp(logit_l)`, the mass that the softmax divides by. A model that gives probabilities is read
  through their logarithm, so this is then the logarithm of the sum of its raw outputs: about 0 where they sum to one,
  far below where an unnormalised one says next to nothing. Of a network that gives logits it has no zero of its own:
  compare it between clips of one model only.

*Peak* is the largest output of a window: a probability (sigmoid) or a logit (softmax). A mass and a peak far below
those of other music are a sign of weights that do not belong to their network, which probabilities that sum to one
hide. They are no proof, nor is their absence: with its kernels the wrong way round Choi's tagger still gives a mass
between 1.1 and 1.4 to clips that rightly have 1.2 and 1.3.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError, unknown
from escucha.models.classifier import Classifier, Link, probabilities
from escucha.models.windows import AGGREGATES, ClipScore, score_clip, vote_shares

if TYPE_CHECKING:
    from escucha.models.domain import Domain, DomainReport

UNSURE = "unsure"
"""The answer where no label is likely enough."""
THRESHOLD = 0.5
"""The probability from which a sigmoid model's label is given where nothing else is said."""
MASS: dict[Link, str] = {"sigmoid": "sum of the labels' probabilities", "softmax": "log of the sum of exp(logit)"}
"""What `mass` is, in words."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a classifier says of one clip, and of each window of it."""

    score: ClipScore
    duration: float
    """Seconds."""
    unsure_below: float = 0.0
    """The answer is `unsure` where the strongest label's probability is below this; 0: never."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Of a sigmoid model: the probability from which each label is given; .5 for a label left out."""
    domain: "DomainReport | None" = None
    """How far the clip is from the model's training music, where that is known; the answer to a far one is a guess."""
    path: str = ""
    """Where the clip is from."""

    @property
    def label(self) -> str:
        """The strongest label of the aggregate."""
        return self.score.label

    @property
    def confidence(self) -> float:
        """That label's probability."""
        return self.probabilities[self.label]

    @property
    def answer(self) -> str:
        """The label, or `unsure` where its probability is below `unsure_below`."""
        return UNSURE if self.confidence < self.unsure_below else self.label

    @cached_property
    def probabilities(self) -> dict[str, float]:
        """Label to probability of the aggregate."""
        return self.score.probabilities

    @property
    def tags(self) -> tuple[str, ...]:
        """Of a sigmoid model: the labels at or above their thresholds, the likeliest first; of a softmax one: none."""
        if self.score.link == "softmax":
            return ()
        given = [label for label, share in self.probabilities.items() if share >= self.thresholds.get(label, THRESHOLD)]
        return tuple(sorted(given, key=lambda label: -self.probabilities[label]))

    @cached_property
    def windows(self) -> np.ndarray:
        """`(window, label)` probabilities, in time order; their seconds are `score.spans`."""
        return probabilities(self.score.windows, self.score.link)

    @cached_property
    def votes(self) -> dict[str, float]:
        """Label to the share of windows, and of views where the model has several, in which it is the strongest."""
        cast = self.score.cast.reshape(-1, len(self.score.labels))
        return dict(zip(self.score.labels, vote_shares(cast).tolist()))

    @property
    def vote(self) -> str:
        """The label that is the strongest in most windows; of several, the one with the largest mean probability."""
        return max(self.votes, key=lambda label: (self.votes[label], self.means[label]))

    @cached_property
    def means(self) -> dict[str, float]:
        """Label to the mean of its probability over windows."""
        return dict(zip(self.score.labels, self.windows.mean(axis=0).tolist()))

    @property
    def mean(self) -> str:
        """The label whose mean probability is largest."""
        return max(self.means, key=self.means.__getitem__)

    @cached_property
    def masses(self) -> np.ndarray:
        """`(window,)`: see the module."""
        return output_mass(self.score.windows, self.score.link)

    @property
    def mass(self) -> float:
        """The mean over windows."""
        return float(self.masses.mean())

    @property
    def peak(self) -> float:
        """The largest output before normalisation, the mean over windows."""
        raw = self.windows if self.score.link == "sigmoid" else self.score.windows
        return float(raw.max(axis=1).mean())

    def numbers(self) -> dict[str, Any]:
        """Everything, JSON-ready, as `escucha predict --json` prints it; `scores` are logits."""
        far = {} if self.domain is None else {"far": self.domain.far, "distance": self.domain.distance}
        tags = {"tags": list(self.tags)} if self.score.link == "sigmoid" else {}
        return {"path": self.path, "duration": self.duration, "answer": self.answer, "label": self.label,
                "confidence": self.confidence, **tags, "vote": self.vote, "votes": self.votes, "mean": self.mean,
                "means": self.means, "mass": self.mass, "peak": self.peak, **far,
                "probabilities": self.probabilities, "windows": [self._window(at) for at in range(len(self.windows))]}

    def _window(self, at: int) -> dict[str, Any]:
        start, end = self.score.spans[at].tolist()
        labels = self.score.labels
        return {"start": start, "end": end, "mass": float(self.masses[at]),
                "probabilities": dict(zip(labels, self.windows[at].tolist())),
                "scores": dict(zip(labels, self.score.windows[at].tolist()))}


@dataclass(frozen=True)
class Failure:
    """A file of which nothing can be said."""

    path: str
    reason: str
    """One line that names the file and the way out."""

    @classmethod
    def of(cls, path: object, error: BaseException) -> "Failure":
        """What an error says, in one line that can be written down: of a name not in UTF-8 the bytes are spelled."""
        reason = " ".join((str(error) or type(error).__name__).split())
        return cls(*(text.encode(errors="backslashreplace").decode() for text in (str(path), reason)))


def output_mass(scores: np.ndarray, link: Link) -> np.ndarray:
    """`(window,)` of logits `(window, label)`: the sum of sigmoids, or the logarithm of the sum of exponentials.

    >>> output_mass(np.log([[0.2, 0.3, 0.5]]), "softmax").round(6), output_mass(np.zeros((1, 4)), "sigmoid")
    (array([0.]), array([2.]))
    """
    if link == "sigmoid":
        return probabilities(scores, link).sum(axis=1)
    scores = np.asarray(scores, dtype=np.float64)
    peak = scores.max(axis=1)
    return peak + np.log(np.exp(scores - peak[:, None]).sum(axis=1))


def predict(classifier: Classifier, clip: Clip, *, aggregation: str = "mean-logit", unsure_below: float = 0.0,
            thresholds: Mapping[str, float] | None = None, domain: "Domain | None" = None,
            path: str = "") -> Prediction:
    """What `classifier` says of `clip` (of any length, at the classifier's rate).

    `thresholds` are a sigmoid model's (`shelf.load_thresholds`); with the `domain` of its training music
    (`shelf.load_domain`) the answer says how far the clip is from it. InputError for an unknown aggregation, a
    threshold that is no probability, and another rate.
    """
    check_asked(aggregation, unsure_below)
    for label in thresholds or {}:
        if label not in classifier.labels:
            raise unknown("label", label, classifier.labels, "the thresholds")
    score = score_clip(classifier, clip, aggregation=aggregation)
    return Prediction(score, clip.duration, unsure_below, dict(thresholds or {}),
                      None if domain is None else domain.report(clip, classifier), path)


def predict_file(classifier: Classifier, path: Path, *, start: float = 0.0, duration: float | None = None,
                 aggregation: str = "mean-logit", unsure_below: float = 0.0,
                 thresholds: Mapping[str, float] | None = None, domain: "Domain | None" = None) -> Prediction:
    """The same of an audio file, or of `duration` seconds of it from `start`; InputError where it cannot be read."""
    from escucha.audio.io import read

    clip = read(path, rate=classifier.rate, start=start, duration=duration)
    return predict(classifier, clip, aggregation=aggregation, unsure_below=unsure_below, thresholds=thresholds,
                   domain=domain, path=str(path))


def predict_files(ask: Callable[[Path], Prediction], paths: Iterable[Path]) -> Iterator[Prediction | Failure]:
    """One answer a file, in order, as they come; a file that cannot be read is a Failure, and the others go on.

    `ask` is `predict_file` with all but the path settled. One file is in memory at a time. A file on which a model of
    the user's own stumbles is a Failure too.
    """
    from escucha.models.own import fault

    for path in paths:
        try:
            answer: Prediction | Failure = ask(path)
        except (InputError, OSError) as error:
            answer = Failure.of(path, error)
        except Exception as error:
            told = fault(error)
            if told is None:
                raise
            answer = Failure.of(path, told)
        yield answer


def check_asked(aggregation: str, unsure_below: float) -> None:
    """Raise InputError for an unknown aggregation and for a threshold that is no probability."""
    if aggregation not in AGGREGATES:
        raise unknown("aggregation", aggregation, AGGREGATES)
    if not 0 <= unsure_below <= 1:
        raise InputError(f"'unsure below' is a probability, from 0 (never unsure) to 1, got {unsure_below:g}")
