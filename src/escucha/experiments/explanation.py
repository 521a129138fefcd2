"""Which source, at which moment, made a classifier give one clip its label; and how that sounds."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from escucha.audio.clip import Clip
from escucha.config import Within
from escucha.corpora.folder import STEMS
from escucha.errors import InputError, unknown
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.recording import (
    FOREIGN,
    LOUD,
    Recording,
    another,
    check_sound,
    far,
    left_over,
    track_of,
)
from escucha.experiments.workbench import Workbench
from escucha.explain.absent import ABSENT, replaced
from escucha.explain.explanation import Explanation, explain
from escucha.explain.factorization import Factorization
from escucha.explain.methods import METHODS
from escucha.models.classifier import Classifier, Value, label_index
from escucha.models.own import short_name
from escucha.models.windows import AGGREGATES


@dataclass(frozen=True)
class ExplanationStudy:
    """One clip, of a file or of a corpus, and how to explain it."""

    kind: ClassVar[str] = "explanation"
    revision: ClassVar[int] = 2

    model: str
    """A card."""
    path: str = ""
    """An audio file, from here or from the home; or else give a `corpus`."""
    corpus: dict[str, Any] | None = None
    """A `[corpus]` table, of which one `track` is explained."""
    track: str = ""
    """Its name; the first when empty."""
    parts: str = "hpss"
    """`stems` (the track's own, or the folder `stems`), a separator as in `audio.separate`, or `none` (time alone)."""
    stems: str | None = None
    """A folder with one audio file a source; for `song.wav` the folder `song.stems` is known without it."""
    segments: int | str | tuple[float, ...] = "windows"
    """As in `Apart`."""
    bands: int | tuple[float, ...] = 1
    """As in `Apart`."""
    absent: str = "silence"
    """What stands for parts that are off: `silence`, `noise` as loud, or the same parts of another `track`."""
    absent_from: str = ""
    """That other track: a file, or a name in the corpus; one of another group is drawn where it is empty."""
    absent_stems: str | None = None
    """Of that file: a folder with one audio file a source, where parts are `stems`."""
    method: str = "shapley"
    samples: Annotated[int, Within(0, 1_000_000)] = 1000
    """Remixes (or orders) that a sampling method may draw."""
    until_stable: bool = False
    """LIME: draw more until the strongest parts stay the same."""
    width: Annotated[float, Within(0, 10)] = 0.2
    """Permutation: draw until the widest interval is narrower than this share of the largest weight; 0: draw all."""
    seed: int = 0
    label: str | None = None
    """The label explained; the answer when left out."""
    value: Value = "logit"
    """What is explained: `logit` (minus the mean logit where one label is given) or `log-odds`."""
    start: float = 0.0
    duration: float | None = None
    aggregation: str = "mean-logit"

    @property
    def apart(self) -> Apart:
        """How the clip is taken apart."""
        return Apart(self.parts, self.segments, self.bands)

    def inputs(self, workbench: Workbench) -> list[str]:
        """Card and weights, the separator, the audio (files' bytes, or what a track is rendered from)."""
        from escucha.models.shelf import model_digest

        self._check()
        told = [model_digest(self.model, workbench.home), *self.apart.inputs()]
        recordings = [self._recording(workbench), self._other(workbench)]
        keys = [key for recording in recordings if recording is not None
                for key in recording.keys(stems=self.parts == "stems")]
        return [*told, *keys, *self._unused(self._recording(workbench))]

    def run(self, workbench: Workbench) -> Explanation:
        """Read, separate, weigh the parts, make the sounds."""
        self._check()
        classifier = workbench.model(self.model)
        if self.label is not None:
            label_index(classifier, self.label)
        recording = self._recording(workbench)
        clip = recording.clip(classifier.rate)
        check_sound(recording.name, clip)
        stems = self._stems(recording, clip)
        factorization = self.apart.factorize(clip, window=classifier.window, workbench=workbench, stems=lambda: stems,
                                             annotations=recording.annotations(), offset=self.start)
        factorization = self._replaced(factorization, classifier.window, workbench)
        found = explain(classifier, factorization, label=self.label, method=self.method,
                        seed=self.seed, samples=self.samples, until_stable=self.until_stable, width=self.width,
                        aggregation=self.aggregation, value=self.value, model=short_name(self.model),
                        path=recording.name, thresholds=_thresholds(self.model, workbench, classifier),
                        warnings=(*_incomplete(clip, stems), *far(self.model, workbench, classifier, clip)))
        notes = (*found.weights.notes, *self._unused(recording))
        return replace(found, weights=replace(found.weights, notes=notes))

    def _check(self) -> None:
        """The settings that need no model, so that a mistake is said before anything is computed."""
        self.apart.check()
        for what, value, known in (("method", self.method, METHODS), ("aggregation", self.aggregation, AGGREGATES),
                                   ("absent", self.absent, ABSENT)):
            if value not in known:
                raise unknown(what, value, known)
        if bool(self.path) == bool(self.corpus):
            raise InputError("an explanation is of one clip: give either 'path' or a [corpus] (and a 'track' of it)")
        if self.stems is not None and (self.parts != "stems" or not self.path):
            raise InputError("a folder of 'stems' goes with parts = 'stems' and a 'path'")
        if self.until_stable and self.method != "lime":
            raise InputError(f"'until_stable' is for the method lime, not for {self.method}; leave it out")
        self._check_absent()

    def _check_absent(self) -> None:
        if self.absent != "track" and (self.absent_from or self.absent_stems is not None):
            raise InputError("'absent_from' and 'absent_stems' say which other track stands for absent parts; they go "
                             "with absent = 'track'")
        if self.absent == "track" and self.path and not self.absent_from:
            raise InputError("absent = 'track' needs another file: give it as 'absent_from' (--absent-from FILE), or "
                             "absent = 'noise'")
        if self.absent_stems is not None and (self.parts != "stems" or not self.path):
            raise InputError("'absent_stems' goes with parts = 'stems' and a 'path'; otherwise the other track is "
                             "separated as this one is")

    def _stems(self, recording: Recording, clip: Clip) -> dict[str, Clip]:
        """The recording's own sources, where those are the parts."""
        stems = recording.stems(clip) if self.parts == "stems" else {}
        if self.parts == "stems" and not stems:
            raise InputError(f"the stems of track {recording.name!r} are not known; use parts = 'hpss'")
        return stems

    def _unused(self, recording: Recording) -> tuple[str, ...]:
        """A sentence where sources were estimated that lie beside the file."""
        if self.parts in ("stems", "none") or recording.path is None or not recording.has_stems:
            return ()
        return (f"Stems of {recording.path.name} lie beside it, in {recording.path.with_suffix(STEMS).name}, and are "
                f"not used: the sources here are estimated ({self.parts}); --parts stems takes the true ones.",)

    def _recording(self, workbench: Workbench) -> Recording:
        if self.path:
            recording = Recording(workbench.path(self.path), self.path, _folder(workbench, self.stems),
                                  start=self.start, duration=self.duration)
            return self._checked(recording, "'stems' (--stems DIR)")
        track = track_of(workbench.corpus(self.corpus or {}), self.track)
        return Recording(name=track.name, track=track, start=self.start, duration=self.duration)

    def _other(self, workbench: Workbench) -> Recording | None:
        """What stands for parts that are off, where that is another track."""
        if self.absent != "track":
            return None
        if self.path:
            recording = Recording(workbench.path(self.absent_from), self.absent_from,
                                  _folder(workbench, self.absent_stems))
            return self._checked(recording, "'absent_stems' (--absent-stems DIR)")
        corpus = workbench.corpus(self.corpus or {})
        track = another(corpus, track_of(corpus, self.track), self.absent_from, self.seed)
        return Recording(name=track.name, track=track)

    def _checked(self, recording: Recording, key: str) -> Recording:
        """The recording of a file, whose stems are there where they are asked for."""
        if self.parts == "stems" and not recording.has_stems:
            raise InputError(f"the stems of {recording.name} are not known: give their folder as {key}, or "
                             "parts = 'hpss'")
        return recording

    def _replaced(self, factorization: Factorization, window: int, workbench: Workbench) -> Factorization:
        """The parts with what stands in their place."""
        other = self._other(workbench)
        if other is None:
            return replaced(factorization, self.absent, seed=self.seed)
        clip = other.clip(factorization.clip.rate)
        check_sound(other.name, clip)
        stems = self._stems(other, clip)
        theirs = Apart(self.parts, 1, self.bands).factorize(clip, window=window, workbench=workbench,
                                                            stems=lambda: stems)
        return replaced(factorization, self.absent, other=theirs, name=Path(other.name).name, seed=self.seed)


def _thresholds(card: str, workbench: Workbench, classifier: Classifier) -> dict[str, float]:
    """From which probability on a label is given, where each stands by itself."""
    from escucha.models.shelf import load_thresholds

    return load_thresholds(card, workbench.home) if classifier.link == "sigmoid" else {}


def _folder(workbench: Workbench, text: str | None) -> Path | None:
    return None if text is None else workbench.path(text)


def _incomplete(clip: Clip, stems: dict[str, Clip]) -> tuple[str, ...]:
    """A sentence where stems are not all of their clip."""
    off = left_over(clip, stems) if stems else -float("inf")
    if off <= LOUD:
        return ()
    if off > FOREIGN:
        return ("are these stems of this file, and all of them? What they leave over is about as loud as the file "
                f"({round(off)} dB of it), and is in the part called rest",)
    return (f"the stems do not sum to the file: what they leave over ({off:.0f} dB of it) is in the part called rest",)
