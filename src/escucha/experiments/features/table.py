"""Where rows of features come from: the clips that are asked about, and the table that a card learned from.

Conventions: heights are a clip's `(window, feature)`, as the model's scorer takes them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError
from escucha.experiments.clips.recording import check_sound
from escucha.experiments.workbench import Workbench
from escucha.models import windows
from escucha.models.classifier import FeatureClassifier

if TYPE_CHECKING:
    from escucha.models.card import Card

ALIKE = 0.9
"""Features whose |r| is above this go together."""


@dataclass(frozen=True, eq=False)
class Heard:
    """Clips as a model of features takes them."""

    tracks: tuple[Track, ...]
    origin: str
    """The corpus in one line, or the path."""
    heights: tuple[np.ndarray, ...]
    """`(window, feature)` of each clip."""
    spans: tuple[tuple[str, ...], ...]
    """What each clip's windows are called: `0–6 s`."""
    silent: tuple[str, ...] = ()
    """Why other clips are left out."""

    @property
    def rows(self) -> np.ndarray:
        """`(row, feature)`: all windows of all clips."""
        return np.concatenate(self.heights)


@dataclass(frozen=True, eq=False)
class Learned:
    """A table of features that stands for music at large."""

    rows: np.ndarray
    """`(row, feature)`."""
    name: str
    """In words."""

    def drawn(self, count: int, seed: int) -> np.ndarray:
        """At most so many rows, in random order."""
        return self.rows[np.random.default_rng(seed).permutation(len(self.rows))[:count]]

    @property
    def alike(self) -> int:
        """Features that go together with another one (ALIKE)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            strength = np.abs(np.corrcoef(self.rows.astype(np.float64), rowvar=False))
        strength = np.atleast_2d(strength) * (1 - np.eye(self.rows.shape[1]))
        return int((strength > ALIKE).any(axis=0).sum())  # nothing is above NaN: what never varies goes with nothing


def hear(workbench: Workbench, model: FeatureClassifier, corpus: Corpus) -> Heard:
    """Every clip once, all its windows; a silent or too short one is left out, InputError where that is all."""
    heard, silent = [], []
    for track, clip in zip(corpus, workbench.clips([track.source for track in corpus], rate=model.rate, doing="clips")):
        try:
            check_sound(track.name, clip)
        except InputError as error:
            silent.append(str(error))
            continue
        rows = np.concatenate([model.features(some) for some in windows.batches(clip.wave, model.window)])
        heard.append((track, rows, _spans(clip, model.window)))
    if not heard:
        raise InputError(silent[0])
    tracks, rows, spans = zip(*heard)
    return Heard(tracks, corpus.origin, rows, spans, tuple(silent))


def learned(model: str, workbench: Workbench, heard: Heard) -> Learned:
    """The table that the card's model learned from; of a model that keeps none the features of the clips.

    InputError where there is neither: one clip is no other music.
    """
    card = _card(model, workbench.home)
    if card is not None:
        from escucha.models.weights.safe import load_weights

        path, told = card
        return Learned(load_weights(path.parent / told.weights)["features"].numpy(), "the table it learned from")
    if len(heard.tracks) < 2:
        raise InputError(f"{model} keeps no table of what it learned from, and one clip is no other music: give a "
                         "folder or a [corpus]")
    return Learned(heard.rows, "these clips")


def with_features(home: Path) -> list[str]:
    """Cards of the shelf that have named features."""
    from escucha.models.card import read_card

    found = []
    for path in sorted((home / "models").glob("*.toml")):
        try:
            if read_card(path).kind == "features":
                found.append(path.stem)
        except InputError:  # a broken card is told of where it is asked for
            continue
    return found


def _card(model: str, home: Path) -> "tuple[Path, Card] | None":
    """The card and where it is; None of a function in the user's own file, and of a card without a table."""
    from escucha.models.card import find_card, read_card
    from escucha.models.own import is_own

    if is_own(model):
        return None
    path = find_card(model, home)
    told = read_card(path)
    return (path, told) if told.kind == "features" else None


def _spans(clip: Clip, window: int) -> tuple[str, ...]:
    seconds = [(start / clip.rate, min(start + window, len(clip.wave)) / clip.rate)
               for start in windows.starts(len(clip.wave), window)]
    return tuple(f"{round(start, 2):g}–{round(end, 2):g} s" for start, end in seconds)
