"""Many clips explained, one after the other: what is known is not asked again, what fails stops no other clip.

Each clip's weights are kept in the cache as soon as they are found, under a name that covers the model, the settings
and the sound: a run that was killed goes on where it was, and clips that two runs have in common are explained once.

Conventions: one clip is in memory at a time; all labels of a clip share one game, and so its passes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from escucha.config import fingerprint, jsonable
from escucha.corpora.cache import CacheError
from escucha.corpora.corpus import Track
from escucha.corpora.folder import FileSource
from escucha.errors import InputError, unknown
from escucha.experiments.clips.apart import FOUND, Apart
from escucha.experiments.clips.clip_reasons import ClipReasons, Reasons, doubts, keep, kept, places
from escucha.experiments.clips.recording import Recording, check_sound
from escucha.experiments.workbench import Workbench
from escucha.explain.absent import replaced
from escucha.explain.factorization import Factorization
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling
from escucha.models.classifier import Classifier, Value, label_index, probabilities
from escucha.models.prediction import Failure
from escucha.models.windows import AGGREGATES
from escucha.progress import bar

if TYPE_CHECKING:
    from escucha.models.domain import Domain

REVISION = 3
"""Raised when the meaning of a kept row changes."""
ABSENT = ("silence", "noise")
"""What may stand in the place of parts that are off: of many clips none is like all the others."""
ALL_LABELS = 12
"""Of a model with more labels only a clip's own and its answer are explained where none are asked for."""


@dataclass(frozen=True)
class How:
    """What is done with each clip."""

    apart: Apart = field(default_factory=Apart)
    method: str = "shapley"
    sampling: Sampling = USUAL
    aggregation: str = "mean-logit"
    value: Value = "logit"
    absent: str = "silence"
    """What is heard in the place of a part that is off: one of ABSENT."""
    start: float = 0.0
    duration: float | None = None

    def check(self) -> None:
        """Raise InputError for what is wrong whatever the clip and the model."""
        self.apart.check()
        for what, value, known in (("method", self.method, METHODS), ("aggregation", self.aggregation, AGGREGATES),
                                   ("absent", self.absent, ABSENT)):
            if value not in known:
                raise unknown(what, value, known)


@dataclass(frozen=True, eq=False)
class Explainer:
    """A classifier that is asked about clips in one way."""

    classifier: Classifier
    mark: str
    """What tells its weights from others' (`models.shelf.model_digest`): part of every name in the cache."""
    workbench: Workbench
    how: How = field(default_factory=How)
    labels: tuple[str, ...] = ()
    """Explained for every clip; see `asked` where empty."""
    domain: "Domain | None" = None
    """What the classifier was trained on, so that clips far from it are doubted; None where it is not known."""

    def check(self) -> None:
        """Raise InputError for settings that no clip could be explained with."""
        self.how.check()
        for label in self.labels:
            label_index(self.classifier, label)

    def all(self, tracks: Sequence[Track], *, doing: str = "explaining") -> Iterator[ClipReasons | Failure]:
        """One answer a track, in order; a clip that cannot be explained is a Failure, and the others go on.

        InputError where the settings are wrong, and where the cache cannot be written.
        """
        self.check()
        shown = self.workbench.progress and len(tracks) > 1
        with bar(tracks, doing=doing, shown=shown) as shown_tracks:
            for track in shown_tracks:  # closed at once where the cache fails: an error has a line to itself
                yield self.one(track)

    def one(self, track: Track) -> ClipReasons | Failure:
        """The track's weights from the cache, else found and kept; a Failure says why not, in one line."""
        from escucha.models.own import fault

        try:
            place = self.place(track)
            return kept(place, track) or self._find(track, place)
        except CacheError:
            raise
        except (InputError, OSError, MemoryError) as error:
            return Failure.of(track.name, error)
        except Exception as error:
            told = fault(error)
            if told is None:
                raise
            return Failure.of(track.name, told)

    def place(self, track: Track) -> Path:
        """Where the track's weights are kept: named by all that they depend on."""
        how, source = self.how, track.source
        stems = source.stem_keys() if isinstance(source, FileSource) and how.apart.parts == "stems" else []
        notes = jsonable(source.annotations()) if how.apart.segments in FOUND else {}
        mine = track.labels if len(self.classifier.labels) > ALL_LABELS else ()
        name = fingerprint(REVISION, self.mark, how, self._apart, source.key(), stems, notes, self.labels, mine,
                           self.domain is not None)  # of which music is the mark's to say
        return self.workbench.cache / "explained" / name[:2] / f"{name}.json"

    def key(self, track: Track) -> str:
        """A hash of all that the track's weights depend on; "unreadable" where its sound cannot be read."""
        try:
            return self.place(track).stem
        except (InputError, OSError):
            return "unreadable"

    def factorize(self, track: Track) -> Factorization:
        """The track's sound at the classifier's rate, taken apart; InputError where there is nothing to explain."""
        how = self.how
        recording = Recording(name=track.name, track=track, start=how.start, duration=how.duration)
        clip = recording.clip(self.classifier.rate)
        check_sound(track.name, clip)
        notes = recording.annotations() if how.apart.segments in FOUND else {}
        parts = how.apart.factorize(clip, window=self.classifier.window, workbench=self.workbench,
                                    stems=lambda: recording.stems(clip), annotations=notes,
                                    offset=how.start)
        return parts if how.absent == "silence" else replaced(parts, how.absent, seed=self.sampling(track).seed)

    def sampling(self, track: Track) -> Sampling:
        """What may be drawn of the track, from a seed of its own sound's: one for all would err alike in every clip.

        What all clips err by alike is in no interval over groups.
        """
        usual = self.how.sampling
        return replace(usual, seed=int(fingerprint(usual.seed, track.source.key())[:8], 16))

    @cached_property
    def _apart(self) -> list[str]:
        """What taking apart depends on: a separator's weights may be large, and are read once."""
        return self.how.apart.inputs()

    def game(self, factorization: Factorization) -> Game:
        """The game whose players are the parts."""
        return Game(self.classifier, factorization, self.how.aggregation, self.how.value)

    def asked(self, track: Track, game: Game) -> tuple[str, ...]:
        """`labels`; where empty all of the model's, or where it has many the track's own and the answer."""
        known = tuple(self.classifier.labels)
        if self.labels or len(known) <= ALL_LABELS:
            return self.labels or known
        answer = known[int(_said(game).argmax())]
        return tuple(dict.fromkeys([*(label for label in track.labels if label in known), answer]))

    def _find(self, track: Track, place: Path) -> ClipReasons:
        game = self.game(self.factorize(track))
        method, sampling = METHODS[self.how.method], self.sampling(track)
        weights = {label: method(game, label, sampling) for label in self.asked(track, game)}
        shares = dict(zip(self.classifier.labels, probabilities(_said(game), self.classifier.link).tolist()))
        reasons = tuple(Reasons.of(label, shares[label], found) for label, found in weights.items())
        answer, clip = max(shares, key=shares.__getitem__), game.factorization.clip
        report = None if self.domain is None else self.domain.report(clip, self.classifier)
        doubtful = doubts(reasons, shares, one_label=self.classifier.link == "softmax",
                          short=len(clip.wave) < self.classifier.window, far=report is not None and report.far)
        found = ClipReasons(track.name, track.group, track.labels, answer, shares[answer], clip.duration, game.asked,
                            places(game.factorization), reasons, doubtful,
                            None if report is None else report.distance)
        keep(place, found)
        return found


def _said(game: Game) -> np.ndarray:
    """`(label,)` logits of the clip itself, which is the remix of everything."""
    return game.score(np.ones((1, len(game.factorization.parts)), dtype=bool)).logits()[0]
