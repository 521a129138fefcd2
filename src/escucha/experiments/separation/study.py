"""The kind `separation-study`: how well separators take clips apart, and how much that changes what explains them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from escucha.audio.separate import asked
from escucha.config import Within
from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.accuracy.study import chosen
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.choosing import spread
from escucha.experiments.clips.explaining import Explainer, How
from escucha.experiments.separation.finding import SeparationFinding
from escucha.experiments.separation.pairs import CONTROLS, Difference, differences
from escucha.experiments.separation.sounds import side_by_side
from escucha.experiments.separation.summary import Summary
from escucha.experiments.workbench import Workbench
from escucha.explain.listening import Sound
from escucha.explain.remix import unit_of
from escucha.explain.weights import Sampling
from escucha.models.own import short_name
from escucha.models.prediction import Failure
from escucha.progress import bar


@dataclass(frozen=True)
class SeparationStudy:
    """A corpus whose true stems are known, a model, and several separators."""

    kind: ClassVar[str] = "separation-study"
    revision: ClassVar[int] = 1

    model: str
    """A card of `models/`, or a path to one."""
    corpus: dict[str, Any]
    separators: tuple[str, ...] = ("hpss", "repet")
    """As in `audio.separate`: `nmf/4` says more than the name. The controls `true stems` and `equal shares` are always
    asked too."""
    split: str | None = None
    """Where nothing is said `test` of a corpus with several splits, else every track; empty: every track."""
    clips: Annotated[int, Within(1, 100_000)] = 24
    """At most: of as many groups as there are, and of all labels alike."""
    segments: int | str | tuple[float, ...] = "windows"
    """As of the kind `explanation`."""
    method: str = "shapley"
    """How parts are weighed; exact Shapley values have no noise of their own."""
    samples: Annotated[int, Within(0, 1_000_000)] = 1000
    aggregation: str = "mean-logit"
    sounds: Annotated[int, Within(0, 50)] = 4
    """Separators whose sources of one clip are heard beside the true ones, at most."""
    seed: int = 0
    """Of a sampling method, and of the bootstrap."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights, what the separators depend on, every row and sound of the corpus."""
        from escucha.models.shelf import model_digest

        self.check()
        separators = [line for name in self.separators for line in Apart(name).inputs()]
        return [model_digest(self.model, workbench.home), *separators, workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> SeparationFinding:
        """Take every clip apart by everything, weigh, compare."""
        self.check()
        explainer = Explainer(workbench.model(self.model), "", workbench, self._how())
        corpus = chosen(workbench.corpus(self.corpus), self.split)
        tracks = spread(corpus.tracks, self.clips)
        answers = [answer for track in bar(tracks, doing="taking apart", shown=workbench.progress)
                   for answer in differences(explainer, track, self.asked)]
        rows = tuple(answer for answer in answers if isinstance(answer, Difference))
        failed = tuple(answer for answer in answers if isinstance(answer, Failure))
        if not rows:
            raise InputError(f"none of {len(tracks)} clips can be taken apart; the first: {failed[0].reason}")
        found = Summary(rows, self.seed, self.asked)
        settings = {"unit": unit_of(explainer.classifier, explainer.how.value), "method": self.method,
                    "segments": self.segments, "seed": self.seed}
        return SeparationFinding(short_name(self.model), corpus.origin, settings, found, failed,
                                 self._heard(explainer, tracks, found))

    @property
    def asked(self) -> tuple[str, ...]:
        """The controls and the separators, each once."""
        return tuple(dict.fromkeys([*CONTROLS, *self.separators]))

    def check(self) -> None:
        """Raise InputError for what is wrong whatever the model and the clips."""
        self._how().check()
        if not self.separators:
            raise InputError("'separators' is empty; give some, such as ['hpss', 'nmf/4']")
        for name in self.separators:
            asked(name)

    def _how(self) -> How:
        return How(Apart("stems", self.segments), self.method, Sampling(self.samples, self.seed), self.aggregation)

    def _heard(self, explainer: Explainer, tracks: Sequence[Track], found: Summary) -> tuple[Sound, ...]:
        """Of the clip that most separators took apart, and of these the one of most stems."""
        rows = {clip: [row for row in found.rows if row.clip == clip] for clip in found.clips}
        name = max(found.clips, key=lambda clip: (len(rows[clip]), len(rows[clip][0].qualities)))
        track = next(track for track in tracks if track.name == name)
        there = {row.separator for row in rows[name]}
        known = [one.separator for one in found.judged if one.separator in there]
        return side_by_side(explainer, track, known[: self.sounds]) if self.sounds else ()
