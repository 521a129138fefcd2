"""Which source, at which moment, made a classifier give one clip its label; and how that sounds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from escucha.audio.clip import Clip
from escucha.audio.io import digest, read, resample
from escucha.audio.separate import REVISION, read_stems, separate
from escucha.config import Within
from escucha.corpora.corpus import Track
from escucha.errors import InputError, unknown
from escucha.experiments.apart import PARTS, segments_of
from escucha.experiments.workbench import Workbench
from escucha.explain.explanation import Explanation, explain
from escucha.explain.factorization import of_sources
from escucha.explain.methods import METHODS
from escucha.explain.segments import Segments
from escucha.models.classifier import Classifier, label_index
from escucha.models.windows import AGGREGATES

SHORTEST = 0.05
"""Seconds; less holds no music to explain."""


@dataclass(frozen=True)
class ExplanationStudy:
    """One clip, of a file or of a corpus, and how to explain it."""

    kind: ClassVar[str] = "explanation"
    revision: ClassVar[int] = 1

    model: str
    """A card."""
    path: str = ""
    """An audio file, from here or from the home; or else give a `corpus`."""
    corpus: dict[str, Any] | None = None
    """A `[corpus]` table, of which one `track` is explained."""
    track: str = ""
    """Its name; the first when empty."""
    parts: str = "hpss"
    """`stems` (the track's own, or the folder `stems`), `hpss`, `repet` or `none` (time alone)."""
    stems: str | None = None
    """A folder with one audio file a source."""
    segments: int | str = "windows"
    """`windows`, `windows/2` (so many in each window), or a number of equal ones."""
    method: str = "shapley"
    samples: Annotated[int, Within(0, 1_000_000)] = 1000
    """Remixes (or orders) that a sampling method may draw."""
    seed: int = 0
    label: str | None = None
    """The label explained; the answer when left out."""
    start: float = 0.0
    duration: float | None = None
    aggregation: str = "mean-logit"

    def inputs(self, workbench: Workbench) -> list[str]:
        """Card and weights, the separators' revision, the audio (files' bytes, or what a track is rendered from)."""
        from escucha.models.shelf import model_digest

        self._check()
        audio = [digest(_place(workbench, self.path)) if self.path else self._track(workbench).source.key()]
        folder = [] if self.stems is None else sorted(_place(workbench, self.stems).glob("*"))
        return [model_digest(self.model, workbench.home), f"separators {REVISION}", *audio,
                *(f"{file.name} {digest(file)}" for file in folder if file.is_file())]

    def run(self, workbench: Workbench) -> Explanation:
        """Read, separate, weigh the parts, make the sounds."""
        segments = self._check()
        classifier = workbench.model(self.model)
        if self.label is not None:
            label_index(classifier, self.label)
        name, clip, sources = self._sound(workbench, classifier.rate)
        _check_sound(name, clip)
        factorization = of_sources(clip, sources(), segments=segments, window=classifier.window)
        return explain(classifier, factorization, label=self.label, method=self.method, seed=self.seed,
                       samples=self.samples, aggregation=self.aggregation, model=Path(self.model).stem, path=name,
                       warnings=self._far(workbench, classifier, clip))

    def _check(self) -> Segments:
        """The settings that need no model, so that a mistake is said before anything is computed."""
        for what, value, known in (("parts", self.parts, PARTS), ("method", self.method, METHODS),
                                   ("aggregation", self.aggregation, AGGREGATES)):
            if value not in known:
                raise unknown(what, value, known)
        if bool(self.path) == bool(self.corpus):
            raise InputError("an explanation is of one clip: give either 'path' or a [corpus] (and a 'track' of it)")
        if self.parts == "stems" and self.path and self.stems is None:
            raise InputError(f"the stems of {self.path} are not known: give their folder as 'stems' (--stems DIR), or "
                             "parts = 'hpss'")
        if self.stems is not None and (self.parts != "stems" or not self.path):
            raise InputError("a folder of 'stems' goes with parts = 'stems' and a 'path'")
        return segments_of(self.segments)

    def _sound(self, workbench: Workbench, rate: int) -> tuple[str, Clip, Callable[[], dict[str, Clip]]]:
        """What to call the clip, the clip at `rate`, and how to get its sources."""
        if not self.path:
            track = self._track(workbench)
            clip = self._cut(track.source.clip(), rate)
            return track.name, clip, lambda: self._of_track(track, clip)
        place = _place(workbench, self.path)
        clip = read(place, rate=rate, start=self.start, duration=self.duration)
        return self.path, clip, lambda: self._of_file(workbench, clip)

    def _of_file(self, workbench: Workbench, clip: Clip) -> dict[str, Clip]:
        if self.stems is None:
            return self._separated(clip)
        return read_stems(_place(workbench, self.stems), rate=clip.rate, start=self.start, duration=self.duration)

    def _of_track(self, track: Track, clip: Clip) -> dict[str, Clip]:
        if self.parts != "stems":
            return self._separated(clip)
        stems = track.source.stems()
        if not stems:
            raise InputError(f"the stems of track {track.name!r} are not known; use parts = 'hpss'")
        return {name: self._cut(stem, clip.rate) for name, stem in stems.items()}

    def _separated(self, clip: Clip) -> dict[str, Clip]:
        return {} if self.parts == "none" else separate(clip, self.parts)

    def _cut(self, clip: Clip, rate: int) -> Clip:
        whole = self.start == 0 and self.duration is None
        return resample(clip if whole else clip.cut(self.start, self.duration), rate)

    def _track(self, workbench: Workbench) -> Track:
        corpus = workbench.corpus(self.corpus or {})
        if not self.track:
            return corpus.tracks[0]
        for track in corpus:
            if track.name == self.track:
                return track
        raise unknown("track", self.track, (track.name for track in corpus), corpus.origin)

    def _far(self, workbench: Workbench, classifier: Classifier, clip: Clip) -> tuple[str, ...]:
        """A sentence where the clip is far from the music the model was trained on."""
        from escucha.models.shelf import load_domain

        domain = load_domain(self.model, workbench.home)
        report = None if domain is None else domain.report(clip, classifier)
        if report is None or not report.far:
            return ()
        return (f"this clip is far from the music {Path(self.model).stem} was trained on (distance "
                f"{report.distance:.2f}, where up to {report.threshold:g} is usual): the label is a guess, and this "
                "explains the guess",)


def _place(workbench: Workbench, text: str) -> Path:
    """A path as it stands, or from the home where it is there."""
    at_home = workbench.home / text
    return at_home if at_home.exists() and not Path(text).exists() else Path(text)


def _check_sound(name: str, clip: Clip) -> None:
    if not clip.wave.any():
        raise InputError(f"{name} is digitally silent: there is nothing to explain; check the file, or its start and "
                         "duration")
    if clip.duration < SHORTEST:
        raise InputError(f"{name} lasts {clip.duration:.3f} s, too short to explain; give at least {SHORTEST:g} s")
