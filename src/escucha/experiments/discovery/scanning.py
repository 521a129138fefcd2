"""The scan for cues: each measured on every clip, and put into or taken out of those held out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.form import form
from escucha.concepts.discovering.cues import CUES, FILE_CUES, Change, differing, measured, reaching
from escucha.concepts.discovering.excerpts import batches, clip_means
from escucha.concepts.discovering.scan import Verdict, changes_of, judged, scanned
from escucha.corpora.corpus import Track
from escucha.corpora.folder import FileSource
from escucha.errors import InputError
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import Classifier, values

NAMES = (*CUES, *FILE_CUES)
KINDS = 24
"""Labels, or sets of labels, at most, that a cue is asked to tell apart."""
SOME = 24
"""Clips, at most, in which it is seen whether a change changes its cue."""


@dataclass(frozen=True, eq=False)
class Scan:
    """What the cues of a corpus tell, and what the model makes of them."""

    verdicts: tuple[Verdict, ...]
    labels: tuple[str, ...]
    """The model's."""
    kinds: int
    """Labels that the corpus' clips have: chance is one over this."""
    clips: int
    groups: int
    moved_clips: int
    """Clips held out, on which the model was asked."""
    moved_groups: int
    cues: np.ndarray
    """`(clip, cue)` in the order of `names`."""
    alike: tuple[str, ...]
    """Cues in which no clip differs from another: there is nothing to tell."""

    names: tuple[str, ...] = NAMES

    @property
    def hans(self) -> list[Verdict]:
        """The cues that tell the label and move the model that way."""
        return [verdict for verdict in self.verdicts if verdict.clever_hans]


def cues_of(tracks: Sequence[Track], clips: Iterator[Clip]) -> np.ndarray:
    """`(clip, cue)`: of the sound, and of the file where it is one."""
    return np.array([[*measured(clip), *_of_file(track)] for track, clip in zip(tracks, clips)])


def scan(workbench: Workbench, classifier: Classifier, tracks: Sequence[Track], held_out: Sequence[Track], *,
         cues: np.ndarray, seed: int) -> Scan:
    """Cues `(clip, cue)` of all tracks against their labels; the model is asked about those held out.

    InputError where the clips have one label only, or more different ones than KINDS.
    """
    said = [", ".join(track.labels) for track in tracks]
    if not 1 < len(set(said)) <= KINDS:
        raise InputError(f"the scan asks whether a cue tells the labels apart, and the clips have {len(set(said))} (2 "
                         f"to {KINDS} are wanted); take labelled clips, or set scan = false")
    found = scanned(cues, said, np.array([track.group for track in tracks]), seed=seed, names=NAMES)
    place = {track.name: at for at, track in enumerate(tracks)}
    mine = cues[[place[track.name] for track in held_out]]
    plain = _asked(workbench, classifier, held_out, None, "as it is")
    some = [held_out[at] for at in np.random.default_rng(seed).permutation(len(held_out))[:SOME]]
    changes = _changing(workbench, classifier, some, dict(zip(NAMES, cues.std(axis=0))), changes_of(found))
    changed = {key: _asked(workbench, classifier, held_out, change, f"{key[1]} of {key[0]}")
               for key, change in changes.items()}
    having = np.array([[label in track.labels for label in classifier.labels] for track in held_out])
    groups = np.array([track.group for track in held_out])
    verdicts = judged(found, dict(zip(NAMES, mine.T)), plain, changed, labels=classifier.labels, having=having,
                      groups=groups, chance=1 / len(set(said)), seed=seed)
    alike = tuple(name for name in NAMES if name not in differing(cues, NAMES))
    return Scan(verdicts, tuple(classifier.labels), len(set(said)), len(tracks), len({track.group for track in tracks}),
                len(held_out), len(set(groups)), cues, alike)


def _changing(workbench: Workbench, classifier: Classifier, tracks: Sequence[Track], spreads: Mapping[str, float],
              changes: Mapping[tuple[str, str], Change]) -> dict[tuple[str, str], Change]:
    """The changes of those cues that they do change in these clips."""
    clips = workbench.clips([track.source for track in tracks], rate=classifier.rate, doing="changes")
    there = reaching(clips, changes, spreads)
    return {key: change for key, change in changes.items() if key[0] in there}


def _asked(workbench: Workbench, classifier: Classifier, tracks: Sequence[Track], change: Change | None,
           doing: str) -> np.ndarray:
    """`(clip, label)` values of the clips with something changed, means over their windows."""
    clips = workbench.clips([track.source for track in tracks], rate=classifier.rate, doing=doing)
    owner, said = [], []
    for batch in batches(classifier, (clip if change is None else change(clip) for clip in clips)):
        owner.append(batch.clip)
        said.append(values(classifier.scores(batch.waves), classifier.link))
    return clip_means(np.concatenate(said), np.concatenate(owner))


def _of_file(track: Track) -> list[float]:
    """In the order of FILE_CUES; zeros where there is no file."""
    source = track.source
    known = form(source.path) if isinstance(source, FileSource) else None
    if known is None or not isinstance(source, FileSource):
        return [0.0] * len(FILE_CUES)
    return [float(known.rate), float(known.bits), float(known.channels), float(source.start)]
