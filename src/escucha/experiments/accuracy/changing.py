"""The same clips with one thing changed, and how many answers that moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import Ears, Said
from escucha.experiments.accuracy.tagging import tagged
from escucha.experiments.workbench import Workbench
from escucha.models.resampling import share_interval


@dataclass(frozen=True, eq=False)
class Changed:
    """The same clips with one thing changed."""

    name: str
    rows: np.ndarray
    """`(changed,)`: which clips of the plain answers these are; those that sound the same are left out."""
    answers: Said


def changed_tracks(plain: Sequence[Track], table: Mapping[str, Any], change: Mapping[str, Any], workbench: Workbench,
                   *, tags: str = "", keep: Sequence[str] = ()) -> dict[int, Track]:
    """Row of `plain` to that track with `change` made, from the corpus of `table`.

    A value that is a table maps what is annotated to what it becomes (`mode = {phrygian = "major", major =
    "phrygian"}`); clips annotated otherwise are left out. The labels stay those of the plain track; but where an
    annotation `tags` says what they are, it says so of the changed track too (those of `keep`): where castanets are
    added, they are there.
    """
    found: dict[int, Track] = {}
    for settings, wanted in _settings(change):
        corpus = workbench.corpus({**table, "changes": {**dict(table.get("changes", {})), **settings}})
        by_name = {track.name: track for track in corpus}
        found.update({row: _labelled(by_name[track.name], track, tags, keep) for row, track in enumerate(plain)
                      if _is(track, wanted)})
    return dict(sorted(found.items()))


def _labelled(made: Track, plain: Track, tags: str, keep: Sequence[str]) -> Track:
    if not tags:
        return replace(made, labels=plain.labels)
    names = tagged(Corpus((made,), "the changed corpus"), tags).tracks[0].labels
    return replace(made, labels=tuple(name for name in names if name in keep))


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


def ask_changed(ears: Ears, corpus: Corpus, plain: Said, *, table: Mapping[str, Any],
                change: tuple[str, Mapping[str, Any]], tags: str = "", labels: Sequence[str] = ()) -> Changed:
    """What the classifier says when `change` (its name, its settings) is made to every clip where it makes sense.

    `tags` and `labels` are those of `tagging.labelled`. InputError where there is no such clip.
    """
    tracks = changed_tracks(corpus.tracks, table, change[1], ears.workbench, tags=tags,
                            keep=labels or ears.classifier.labels)
    if not tracks:
        raise InputError(f"the change {change[0]!r} fits no clip of {corpus.origin}; check the values it starts from")
    said = ears.ask(list(tracks.values()), doing=change[0])
    differs = np.array([mark != plain.digests[row] for mark, row in zip(said.digests, tracks)])
    return Changed(change[0], np.array(list(tracks))[differs], said.take(np.flatnonzero(differs)))


def change_row(change: Changed, plain: Said, seed: int) -> dict[str, Any]:
    """What a change did to the clips it could be heard in; all of it NaN where there is no such clip.

    `accuracy` is the share of clips (softmax) or of labels (sigmoid) that are right, `moved` that of answers which are
    other ones, both with an interval over groups; `mean_move` is how much more strongly the truth is held.
    """
    after = change.answers
    if not len(change.rows):
        nothing = ("accuracy_before", "accuracy", "accuracy_low", "accuracy_high", "moved", "moved_low", "moved_high",
                   "mean_move")
        return {"change": change.name, "clips": 0, "groups": 0, **dict.fromkeys(nothing, float("nan"))}
    before: Any = plain.take(change.rows)
    right = share_interval(after.right, after.groups, seed=seed)
    moved = share_interval(after.moved(before), after.groups, seed=seed)
    return {"change": change.name, "clips": len(change.rows), "groups": moved.groups,
            "accuracy_before": float(before.right.mean()), "accuracy": right.value, "accuracy_low": right.low,
            "accuracy_high": right.high, "moved": moved.value, "moved_low": moved.low, "moved_high": moved.high,
            "mean_move": float((after.held - before.held).mean()),
            **{f"moved {label}": share for label, share in after.moved_by_label(before).items()}}
