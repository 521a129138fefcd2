"""The kind `feature-study`: which of its features a model of named features goes by, label by label, clip by clip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.audio.clip import Clip
from escucha.config import Within, fingerprint
from escucha.corpora import reading
from escucha.corpora.corpus import Corpus, key_of
from escucha.errors import InputError
from escucha.experiments.clips.choosing import evenly
from escucha.experiments.clips.recording import far
from escucha.experiments.features.finding import FeatureFinding
from escucha.experiments.features.sounds import examples
from escucha.experiments.features.summary import Summary, Told
from escucha.experiments.features.table import Heard, Learned, hear, learned, with_features
from escucha.experiments.workbench import Workbench
from escucha.explain.feature_shap import BACKGROUND, SAMPLES, FeatureValues, feature_values
from escucha.models.classifier import VALUES, FeatureClassifier, label_index
from escucha.models.own import short_name


@dataclass(frozen=True)
class FeatureStudy:
    """SHAP values of one model's features: of many clips, or of one file."""

    kind: ClassVar[str] = "feature-study"
    revision: ClassVar[int] = 1

    model: str
    """A card with named features."""
    corpus: dict[str, Any] | None = None
    """A `[corpus]` table."""
    paths: tuple[str, ...] = ()
    """Or else files, folders and patterns; of one file the windows are told of, one by one."""
    group: str = ""
    """Of paths: `file` (also when empty), `parent`, or a regular expression with one bracket."""
    split: str | None = None
    """Of a corpus; where nothing is said `test` of one with several splits, else every track; empty: every track."""
    limit: Annotated[int, Within(0, 1_000_000)] = 60
    """Clips at most, taken evenly from the whole; 0: all."""
    label: str | None = None
    """Told of alone; else all labels of a corpus, and the answer of a file."""
    start: float = 0.0
    """Seconds; of paths."""
    duration: float | None = None
    background: Annotated[int, Within(2, 10_000)] = BACKGROUND
    """Windows of the table the model learned from that features are replaced from (else of the clips' own)."""
    samples: Annotated[int, Within(1, 10_000_000)] = SAMPLES
    """Rows of features scored for a window, at most, where nothing exact is cheaper."""
    seed: int = 0
    """Of the background, the walks and the bootstrap."""
    sounds: Annotated[int, Within(0, 50)] = 6
    """Labels with clips to hear, at most."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights; every row and sound asked about."""
        from escucha.models.shelf import model_digest

        asked = self._asked(workbench, ())
        return [model_digest(self.model, workbench.home),
                fingerprint([(track.name, track.group, track.labels, key_of(track.source)) for track in asked])]

    def run(self, workbench: Workbench) -> FeatureFinding:
        """Hear every clip once, and explain each of its windows; what is wrong with the settings is said before."""
        model = self._model(workbench)
        if self.label is not None:
            label_index(model, self.label)
        asked, left_out = reading.readable(self._asked(workbench, model.labels), rate=model.rate,
                                           cache=workbench.cache, progress="reading" if workbench.progress else "")
        heard = hear(workbench, model, asked)
        table = learned(self.model, workbench, heard)
        found = feature_values(model, heard.rows, table.drawn(self.background, self.seed), samples=self.samples,
                               seed=self.seed, progress="explaining" if workbench.progress else "")
        unread = tuple(f"{one.name} cannot be read and is left out: {one.reason}" for one in left_out)
        unread += tuple(f"{why}; it is left out" for why in heard.silent)
        told = replace(self._told(model, heard, found, table), doubts=self._doubts(workbench, model, heard) + unread)
        sounds = examples(Summary(told), lambda unit: self._unit(workbench, model, heard, unit), self.sounds)
        return FeatureFinding(replace(told, examples=sounds))

    def _model(self, workbench: Workbench) -> FeatureClassifier:
        model = workbench.model(self.model)
        if isinstance(model, FeatureClassifier):
            return model
        raise InputError(f"{self.model} has no named features to explain; cards that have: "
                         f"{', '.join(with_features(workbench.home)) or 'none on this shelf'}; explain it by sources "
                         "and moments instead: escucha explain without --parts features, or the kind explanation")

    def _asked(self, workbench: Workbench, labels: Sequence[str]) -> Corpus:
        """The clips; InputError where both or neither of corpus and path are given."""
        from escucha.experiments.accuracy.study import chosen

        if bool(self.paths) == bool(self.corpus):
            raise InputError("a feature study is of clips: give either a [corpus] or 'paths' (files, folders)")
        if self.paths:
            return _evenly(self._files(workbench, labels), self.limit)
        for name in ("start", "duration", "group"):
            if getattr(self, name):
                raise InputError(f"{name!r} is of 'paths'; the clips of a [corpus] are as they are: leave it out")
        return _evenly(chosen(workbench.corpus(self.corpus or {}), self.split), self.limit)

    def _files(self, workbench: Workbench, labels: Sequence[str]) -> Corpus:
        from escucha.experiments.clips.gathering import gathered

        if self.split is not None:
            raise InputError(f"files have no split {self.split!r}; leave 'split' out, or give a [corpus]")
        tracks = gathered([str(workbench.path(path)) for path in self.paths], known=labels, group=self.group,
                          start=self.start, duration=self.duration)
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return Corpus(tracks, f"{self.paths[0]}{more}")

    def _told(self, model: FeatureClassifier, heard: Heard, found: FeatureValues, table: Learned) -> Told:
        """Clip by clip, or window by window where there is one file."""
        single = self._single(heard)
        counts = [1] * len(heard.heights[0]) if single else [len(rows) for rows in heard.heights]
        each = heard.tracks * len(counts) if single else heard.tracks
        first = np.cumsum([0, *counts[:-1]])
        return Told(
            model=short_name(self.model),
            origin=heard.origin, value=VALUES[model.link], single=single,
            units=heard.spans[0] if single else tuple(track.name for track in each),
            groups=tuple(track.group for track in each), truth=tuple(", ".join(track.labels) for track in each),
            heights=np.add.reduceat(heard.rows, first, axis=0) / np.array(counts)[:, None], found=found.mean(counts),
            residual=float(np.abs(found.residual).max()), columns=self._columns(model, found, single),
            table=table.name, alike=table.alike, examples=(), doubts=(), seed=self.seed)

    def _single(self, heard: Heard) -> bool:
        return bool(self.paths) and len(heard.tracks) == 1

    def _columns(self, model: FeatureClassifier, found: FeatureValues, single: bool) -> tuple[int, ...]:
        if self.label is not None:
            return (label_index(model, self.label),)
        return (int(found.scores.mean(axis=0).argmax()),) if single else tuple(range(len(model.labels)))

    def _unit(self, workbench: Workbench, model: FeatureClassifier, heard: Heard, unit: int | None) -> Clip:
        """The sound of a clip; of a single one the sound of a window, or of all of it (None)."""
        single = self._single(heard)
        track = heard.tracks[0 if single or unit is None else unit]
        whole = next(iter(workbench.clips([track.source], rate=model.rate, doing="")))
        if not single or unit is None:
            return whole
        return Clip(whole.wave[unit * model.window : (unit + 1) * model.window], whole.rate)

    def _doubts(self, workbench: Workbench, model: FeatureClassifier, heard: Heard) -> tuple[str, ...]:
        """A sentence where a single clip is far from the music the model was trained on."""
        if not self._single(heard):
            return ()
        return far(self.model, workbench, model, self._unit(workbench, model, heard, None))


def _evenly(corpus: Corpus, limit: int) -> Corpus:
    """At most so many tracks, and so said; all where the limit is 0."""
    taken = evenly(corpus.tracks, limit)
    return corpus if len(taken) == len(corpus) else Corpus(taken, f"{limit} of {len(corpus)} clips of {corpus.origin}")
