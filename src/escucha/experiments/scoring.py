"""What a classifier says of many clips, one at a time in memory; and of the same clips with something changed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier, Link, probabilities, values
from escucha.models.windows import score_clip


@dataclass(frozen=True, eq=False)
class Answers:
    """What a classifier said of tracks, in their order."""

    labels: tuple[str, ...]
    link: Link
    names: tuple[str, ...]
    groups: tuple[str, ...]
    truth: np.ndarray
    """`(clip,)` columns of `labels`."""
    logits: np.ndarray
    """`(clip, label)`: aggregated over windows."""
    digests: tuple[str, ...]
    """Of the samples: equal for clips that sound the same."""

    @property
    def predicted(self) -> np.ndarray:
        """`(clip,)` columns of the strongest label."""
        return self.logits.argmax(axis=1)

    @property
    def probabilities(self) -> np.ndarray:
        """`(clip, label)`."""
        return probabilities(self.logits, self.link)

    @property
    def values(self) -> np.ndarray:
        """`(clip, label)`: what explanations explain."""
        return values(self.logits, self.link)

    @property
    def right(self) -> np.ndarray:
        """`(clip,)`: was it named right?"""
        return self.predicted == self.truth


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


def answers(classifier: Classifier, tracks: Sequence[Track], workbench: Workbench, *, aggregation: str = "mean-logit",
            doing: str = "listening") -> Answers:
    """Ask the classifier about every track."""
    truth = truth_of(tracks, classifier.labels)
    clips = workbench.clips([track.source for track in tracks], rate=classifier.rate, doing=doing)
    said = [(score_clip(classifier, clip, aggregation=aggregation).logits, sound_digest(clip)) for clip in clips]
    return Answers(tuple(classifier.labels), classifier.link, tuple(track.name for track in tracks),
                   tuple(track.group for track in tracks), truth, np.stack([logits for logits, _ in said]),
                   tuple(mark for _, mark in said))


def sound_digest(clip: Clip) -> str:
    """Sixteen hex digits of the samples."""
    return hashlib.sha256(clip.wave.tobytes()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Changed:
    """The same clips with one thing changed."""

    name: str
    rows: np.ndarray
    """`(changed,)`: which clips of the plain answers these are; those that sound the same are left out."""
    answers: Answers


def changed_tracks(plain: Sequence[Track], table: Mapping[str, Any], change: Mapping[str, Any],
                   workbench: Workbench) -> dict[int, Track]:
    """Row of `plain` to that track with `change` made, from the corpus of `table`.

    A value that is a table maps what is annotated to what it becomes (`mode = {phrygian = "major", major =
    "phrygian"}`); clips annotated otherwise are left out.
    """
    found: dict[int, Track] = {}
    for settings, wanted in _settings(change):
        corpus = workbench.corpus({**table, "changes": {**dict(table.get("changes", {})), **settings}})
        by_name = {track.name: track for track in corpus}
        found.update({row: by_name[track.name] for row, track in enumerate(plain) if _is(track, wanted)})
    return dict(sorted(found.items()))


def _settings(change: Mapping[str, Any]) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """(changes, annotations a clip must have) for each branch of a change."""
    swaps = [(key, value) for key, value in change.items() if isinstance(value, Mapping)]
    fixed = {key: value for key, value in change.items() if not isinstance(value, Mapping)}
    if len(swaps) > 1:
        raise InputError(f"a change swaps one thing at a time, got tables for {', '.join(key for key, _ in swaps)}")
    if not swaps:
        return [(fixed, {})]
    key, mapping = swaps[0]
    return [({**fixed, key: after}, {key: before}) for before, after in mapping.items()]


def _is(track: Track, wanted: Mapping[str, Any]) -> bool:
    if not wanted:
        return True
    known = track.source.annotations()
    return all(known.get(key) == value for key, value in wanted.items())


def ask_changed(classifier: Classifier, corpus: Corpus, plain: Answers, *, table: Mapping[str, Any],
                change: tuple[str, Mapping[str, Any]], workbench: Workbench, aggregation: str) -> Changed:
    """What the classifier says when `change` (its name, its settings) is made to every clip where it makes sense.

    InputError where that is none.
    """
    tracks = changed_tracks(corpus.tracks, table, change[1], workbench)
    if not tracks:
        raise InputError(f"the change {change[0]!r} fits no clip of {corpus.origin}; check the values it starts from")
    said = answers(classifier, list(tracks.values()), workbench, aggregation=aggregation, doing=change[0])
    differs = np.array([mark != plain.digests[row] for mark, row in zip(said.digests, tracks)])
    rows = np.array(list(tracks))[differs]
    keep = np.flatnonzero(differs)
    kept = Answers(said.labels, said.link, tuple(said.names[at] for at in keep), tuple(said.groups[at] for at in keep),
                   said.truth[keep], said.logits[keep], tuple(said.digests[at] for at in keep))
    return Changed(change[0], rows, kept)
