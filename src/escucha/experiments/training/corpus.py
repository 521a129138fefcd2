"""From the corpus of a training to what is learned from: labelled, readable, split, and fit to be learned."""

from collections.abc import Sequence
from dataclasses import dataclass

from escucha.corpora import reading
from escucha.corpora.corpus import SPLITS, Corpus, check_groups
from escucha.corpora.reading import Unreadable
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import tags_of, truth_of
from escucha.experiments.training.splitting import split_by_group
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Link


@dataclass(frozen=True, eq=False)
class Material:
    """What a training has to learn from, to choose on and to be told by."""

    corpus: Corpus
    """Every track that has a label to learn and can be read."""
    parts: dict[str, Corpus]
    """By split."""
    labels: tuple[str, ...]
    left_out: tuple[Unreadable, ...]
    """Tracks that cannot be read: named, never learned from, never scored."""
    divided: bool
    """The corpus had no splits; they were made here, by group."""


def material(corpus: Corpus, workbench: Workbench, *, rate: int, link: Link,
             order: Sequence[str] = ()) -> Material:
    """The readable tracks of a labelled corpus in its three parts; `order` is that of the labels, where it is the same.

    InputError, in one line, where there is nothing to tell apart, a group stands on two sides, a part is missing, a
    clip has several labels for a model of one, or a label is not among those that are learned.
    """
    _check_labels(corpus, link)
    kept, left_out = reading.readable(corpus, rate=rate, cache=workbench.cache,
                                      progress="reading" if workbench.progress else "")
    divided = not any(track.split for track in kept)
    if divided:
        kept = split_by_group(kept)
    check_groups(kept)
    parts = {name: kept.split(name) for name in SPLITS}
    labels = tuple(order) if set(order) == set(parts["train"].labels) else parts["train"].labels
    for part in parts.values():
        (truth_of if link == "softmax" else tags_of)(part.tracks, labels)
    if link == "softmax" and len(labels) < 2:
        raise InputError(f"the train tracks of {kept.origin} have one label, {labels[0]!r}; there is nothing to tell "
                         "apart")
    for label in labels if link == "sigmoid" else ():
        having = sum(label in track.labels for track in parts["train"])
        if having == len(parts["train"]):
            raise InputError(f"the label {label!r} is on every train track of {kept.origin}; there is nothing to tell "
                             "apart: leave it out with `labels`")
    return Material(kept, parts, labels, tuple(left_out), divided)


def _check_labels(corpus: Corpus, link: Link) -> None:
    if not corpus.labels:
        raise InputError(f"{corpus.origin} has no labels; there is nothing to learn")
    for track in corpus if link == "softmax" else ():
        if len(track.labels) != 1:
            raise InputError(f"track {track.name!r} of {corpus.origin} has {len(track.labels)} labels "
                             f"({', '.join(track.labels) or 'none'}), and one is needed here; say link = 'sigmoid' to "
                             "learn each label by itself, or leave the track out")
