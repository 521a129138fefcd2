"""What a classifier says of many clips, one at a time in memory.

Conventions: a model of one label a clip (softmax) gives `Answers`, one that gives each label by itself (sigmoid)
`TagAnswers`; both say what is `right`, how strongly the truth is `held`, and how much has `moved` in another answer.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.perturb import Perturbation
from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier, Link, probabilities, values
from escucha.models.windows import score_clip


@dataclass(frozen=True, eq=False, kw_only=True)
class Heard:
    """What a classifier said of tracks, in their order."""

    labels: tuple[str, ...]
    link: Link
    names: tuple[str, ...]
    groups: tuple[str, ...]
    truth: np.ndarray
    logits: np.ndarray
    """`(clip, label)`: aggregated over windows."""
    digests: tuple[str, ...]
    """Of the samples: equal for clips that sound the same."""

    @property
    def probabilities(self) -> np.ndarray:
        """`(clip, label)`."""
        return probabilities(self.logits, self.link)

    @property
    def values(self) -> np.ndarray:
        """`(clip, label)`: what explanations explain."""
        return values(self.logits, self.link)

    def take(self, rows: np.ndarray) -> Self:
        """Only these clips."""
        keep = [int(row) for row in rows]
        return replace(self, names=tuple(self.names[at] for at in keep), groups=tuple(self.groups[at] for at in keep),
                       truth=self.truth[keep], logits=self.logits[keep],
                       digests=tuple(self.digests[at] for at in keep))


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers(Heard):
    """Of a softmax model: one label a clip. `truth` is `(clip,)` columns of `labels`."""

    @property
    def predicted(self) -> np.ndarray:
        """`(clip,)` columns of the strongest label."""
        return self.logits.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """`(clip,)`: was it named right?"""
        return self.predicted == self.truth

    @property
    def held(self) -> np.ndarray:
        """`(clip,)` the value of the true label: how strongly the truth is held."""
        return np.take_along_axis(self.values, self.truth[:, None], axis=1)[:, 0]

    def moved(self, other: Self) -> np.ndarray:
        """`(clip,)`: is the answer another one?"""
        return (self.predicted != other.predicted).astype(float)

    def moved_by_label(self, other: Self) -> dict[str, float]:
        """Label to the share of its clips whose answer is another one."""
        differs = self.moved(other)
        return {label: float(differs[self.truth == at].mean()) for at, label in enumerate(self.labels)
                if (self.truth == at).any()}


@dataclass(frozen=True, eq=False, kw_only=True)
class TagAnswers(Heard):
    """Of a sigmoid model: each label by itself. `truth` is `(clip, label)` booleans."""

    thresholds: np.ndarray
    """`(label,)`: the probability from which a label is given."""

    @property
    def given(self) -> np.ndarray:
        """`(clip, label)` booleans."""
        return self.probabilities >= self.thresholds

    @property
    def right(self) -> np.ndarray:
        """`(clip,)`: share of labels that are right."""
        return (self.given == self.truth).mean(axis=1)

    @property
    def held(self) -> np.ndarray:
        """`(clip,)` mean over labels of the logit where it is there, and of its opposite where it is not."""
        return np.where(self.truth, self.logits, -self.logits).mean(axis=1)

    def moved(self, other: Self) -> np.ndarray:
        """`(clip,)`: share of labels given here and not there, or the other way round."""
        return (self.given != other.given).mean(axis=1)

    def moved_by_label(self, other: Self) -> dict[str, float]:
        """Label to the share of all clips in which it is given by one of the two only."""
        return dict(zip(self.labels, (self.given != other.given).mean(axis=0).tolist()))


Said = Answers | TagAnswers


def truth_of(tracks: Sequence[Track], labels: Sequence[str]) -> np.ndarray:
    """`(clip,)` columns of the tracks' labels; InputError for a label the classifier does not know."""
    strange = sorted({track.label for track in tracks} - set(labels))
    if strange:
        raise _strange(strange, labels)
    return np.array([list(labels).index(track.label) for track in tracks])


def tags_of(tracks: Sequence[Track], labels: Sequence[str]) -> np.ndarray:
    """`(clip, label)` booleans: which labels each track has; InputError for a label the classifier does not know."""
    strange = sorted({label for track in tracks for label in track.labels} - set(labels))
    if strange:
        raise _strange(strange, labels)
    return np.array([[label in track.labels for label in labels] for track in tracks])


def _strange(found: Sequence[str], labels: Sequence[str]) -> InputError:
    return InputError(f"the corpus has labels that the model does not know: {', '.join(found)} "
                      f"(it knows {', '.join(labels)})")


@dataclass(frozen=True)
class Ears:
    """How a classifier is asked about tracks."""

    classifier: Classifier
    workbench: Workbench
    aggregation: str = "mean-logit"
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Of a sigmoid model; .5 for a label that is not named."""

    def ask(self, tracks: Sequence[Track], *, doing: str = "listening", change: Perturbation | None = None,
            seed: int = 0) -> Said:
        """What the classifier says of every track, its sound changed where that is asked for.

        The chance in a change is drawn from `seed` and the track's place, so that every model hears the same.
        """
        labels = tuple(self.classifier.labels)
        softmax = self.classifier.link == "softmax"
        truth = truth_of(tracks, labels) if softmax else tags_of(tracks, labels)
        heard = [self._hear(clip, change, [seed, at]) for at, clip in enumerate(self.clips(tracks, doing=doing))]
        told: dict[str, Any] = {
            "labels": labels, "link": self.classifier.link, "names": tuple(track.name for track in tracks),
            "groups": tuple(track.group for track in tracks), "truth": truth,
            "logits": np.stack([logits for logits, _ in heard]), "digests": tuple(mark for _, mark in heard)}
        if softmax:
            return Answers(**told)
        return TagAnswers(**told, thresholds=np.array([self.thresholds.get(label, 0.5) for label in labels]))

    def clips(self, tracks: Sequence[Track], *, doing: str) -> Iterator[Clip]:
        """The tracks' sounds, at the classifier's rate."""
        return self.workbench.clips([track.source for track in tracks], rate=self.classifier.rate, doing=doing)

    def _hear(self, clip: Clip, change: Perturbation | None, seed: list[int]) -> tuple[np.ndarray, str]:
        heard = change(clip, np.random.default_rng(seed)) if change else clip
        return score_clip(self.classifier, heard, aggregation=self.aggregation).logits, sound_digest(heard)


def sound_digest(clip: Clip) -> str:
    """Sixteen hex digits of the samples."""
    return hashlib.sha256(clip.wave.tobytes()).hexdigest()[:16]
