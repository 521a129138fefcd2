"""The kind `source-study`: which source carries which label, over many clips, and how the clearest cases sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from escucha.config import Within, fingerprint
from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.choosing import evenly
from escucha.experiments.clips.clip_reasons import ClipReasons
from escucha.experiments.clips.explaining import Explainer, How
from escucha.experiments.clips.gathering import gathered
from escucha.experiments.sources.finding import SourceFinding
from escucha.experiments.sources.sounds import clearest
from escucha.experiments.sources.summary import Summary
from escucha.experiments.workbench import Workbench
from escucha.explain.remix import unit_of
from escucha.explain.weights import USUAL, Sampling
from escucha.models.classifier import Value
from escucha.models.own import short_name
from escucha.models.prediction import Failure


@dataclass(frozen=True)
class SourceStudy:
    """One model, many clips: of a corpus, or files and folders that nobody has labelled."""

    kind: ClassVar[str] = "source-study"
    revision: ClassVar[int] = 2

    model: str
    """A card."""
    corpus: dict[str, Any] | None = None
    """A `[corpus]` table."""
    paths: tuple[str, ...] = ()
    """Or else files, folders and patterns; folders called like one of the model's labels give the label."""
    group: str = ""
    """Of paths: `file` (also when empty), `parent`, or a regular expression with one bracket."""
    tags: str = ""
    """Of a corpus: the annotation whose names are the clips' labels (see `tagging`)."""
    limit: Annotated[int, Within(0, 1_000_000)] = 0
    """Clips at most, taken evenly from the whole; 0: all."""
    parts: str = "hpss"
    """As of the kind `explanation`; `stems` are the track's own, of a file those in `<name>.stems` beside it."""
    segments: int | str | tuple[float, ...] = "windows"
    bands: int | tuple[float, ...] = 1
    method: str = "shapley"
    samples: Annotated[int, Within(0, 1_000_000)] = 1000
    until_stable: bool = False
    width: Annotated[float, Within(0, 10)] = USUAL.width
    aggregation: str = "mean-logit"
    value: Value = "logit"
    absent: str = "silence"
    """What is heard in the place of a part that is off: `silence`, or `noise` as loud (explain/absent.py)."""
    labels: tuple[str, ...] = ()
    """Explained for every clip; all of the model's when empty (of a model with many: its own and its answer)."""
    start: float = 0.0
    duration: float | None = None
    seed: int = 0
    """Of a sampling method, and of the bootstrap."""
    sounds: Annotated[int, Within(0, 50)] = 6
    """Labels of which the clearest clip is heard, at most."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights; every row, and all that its explanation depends on (`Explainer.place`)."""
        explainer = self._explainer(workbench)  # what is wrong is said before every file is read for its digest
        rows = [[track.name, track.labels, track.group, explainer.key(track)] for track in self._tracks(explainer)[0]]
        return [explainer.mark, fingerprint(rows)]

    def run(self, workbench: Workbench) -> SourceFinding:
        """Explain every clip that is not known yet, sum up, and make the sounds of the clearest ones."""
        explainer = self._explainer(workbench)
        tracks, origin = self._tracks(explainer)
        answers = list(explainer.all(tracks))
        clips = tuple(answer for answer in answers if isinstance(answer, ClipReasons))
        failures = tuple(answer for answer in answers if isinstance(answer, Failure))
        if not clips:
            raise InputError(f"none of {len(tracks)} clips can be explained; the first: {failures[0].reason}")
        found = Summary(clips, tuple(explainer.classifier.labels), self.seed)
        by_name = {track.name: track for track in tracks}
        heard = tuple(sound for pair in found.headlines[: self.sounds]
                      for sound in clearest(explainer, found, pair, by_name))
        return SourceFinding(short_name(self.model), origin, self._settings(explainer), found, failures, heard)

    def _explainer(self, workbench: Workbench) -> Explainer:
        """Everything that can be wrong, found before anything is heard."""
        from escucha.models.shelf import load_domain, model_digest

        if bool(self.paths) == bool(self.corpus):
            raise InputError("a source study is of many clips: give either a [corpus] or 'paths' (files, folders)")
        if self.tags and not self.corpus:
            raise InputError("'tags' are annotations of a [corpus]; files have none")
        sampling = Sampling(self.samples, self.seed, self.until_stable, self.width)
        cut = (self.start, self.duration) if self.corpus else ()  # of a file only that part is decoded
        how = How(Apart(self.parts, self.segments, self.bands), self.method, sampling, self.aggregation, self.value,
                  self.absent, *cut)
        how.check()
        explainer = Explainer(workbench.model(self.model), model_digest(self.model, workbench.home), workbench, how,
                              self.labels, load_domain(self.model, workbench.home))
        explainer.check()
        return explainer

    def _tracks(self, explainer: Explainer) -> tuple[Sequence[Track], str]:
        """The clips, and where they are from in one line."""
        workbench, known = explainer.workbench, tuple(explainer.classifier.labels)
        if self.corpus:
            corpus = labelled(workbench.corpus(self.corpus), tags=self.tags, known=known)
            tracks, origin = corpus.tracks, corpus.origin
        else:
            tracks = gathered([str(workbench.path(path)) for path in self.paths], known=known, group=self.group,
                              start=self.start, duration=self.duration)
            origin = ", ".join(self.paths[:3]) + (", …" if len(self.paths) > 3 else "")
        return evenly(tracks, self.limit), origin

    def _settings(self, explainer: Explainer) -> dict[str, Any]:
        groups = {} if self.corpus else {"group": self.group or "file"}
        return {**groups, "value": self.value, "unit": unit_of(explainer.classifier, self.value),
                "parts": self.parts, "segments": self.segments, "bands": self.bands, "absent": self.absent,
                "method": self.method, "samples": self.samples, "aggregation": self.aggregation, "seed": self.seed}
