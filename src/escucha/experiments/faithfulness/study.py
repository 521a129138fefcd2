"""Which explanations of a model tell the truth? Several methods on the same parts of the same clips, and chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar

from escucha.config import Within
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.reading import each
from escucha.errors import InputError, unknown
from escucha.experiments.accuracy.study import chosen
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.choosing import spread
from escucha.experiments.clips.explaining import Explainer, How
from escucha.experiments.faithfulness.finding import FaithfulnessFinding
from escucha.experiments.faithfulness.forgetting import LEARNERS, Forgetting, forgetting_of
from escucha.experiments.faithfulness.judging import JudgedClip, Trials, judge_clip
from escucha.experiments.faithfulness.summary import Summary
from escucha.experiments.faithfulness.weighing import JUDGED, RANDOM
from escucha.experiments.workbench import Workbench
from escucha.explain.faithfulness import MEASURES, SHARES
from escucha.explain.remix import unit_of
from escucha.explain.weights import Sampling
from escucha.models.classifier import Classifier, label_index
from escucha.models.own import short_name
from escucha.models.prediction import Failure

FORGOTTEN = ("reset", *LEARNERS)
"""Measures that need networks that learned something else."""
TAUGHT = 60
"""Clips at most that a last layer learns from again: `strangers` to those explained, or it would know them by heart."""


@dataclass(frozen=True)
class Faithfulness:
    """Methods judged on the same clips; where the corpus has several splits, on clips the model never learned from."""

    kind: ClassVar[str] = "faithfulness"
    revision: ClassVar[int] = 2

    model: str
    """A card of `models/`, or a path to one."""
    corpus: dict[str, Any]
    methods: tuple[str, ...] = ("shapley", "permutation", "lime", "leave-one-out")
    """Names of `explain.methods.METHODS`; the control `random` is always asked too."""
    metrics: tuple[str, ...] = ()
    """Names of `explain.faithfulness.MEASURES`; all when empty."""
    split: str | None = None
    """Where nothing is said `test` of a corpus with several splits, else every track; empty: every track."""
    clips: Annotated[int, Within(1, 100_000)] = 24
    """At most: of as many groups as there are, and of all labels alike."""
    parts: str = "hpss"
    """As of the kind `explanation`."""
    segments: int | str | tuple[float, ...] = "windows"
    bands: int | tuple[float, ...] = 1
    label: str | None = None
    """Explained in every clip; the answer when left out."""
    samples: Annotated[int, Within(0, 1_000_000)] = 1000
    """Remixes (or orders) that a sampling method may draw."""
    aggregation: str = "mean-logit"
    shares: tuple[Annotated[float, Within(0, 1)], ...] = SHARES
    """Of the sounding parts: how many are taken away or left for comprehensiveness and sufficiency."""
    seeds: Annotated[int, Within(1, 100)] = 3
    """How often a method that draws is asked; 1: its steadiness is not measured."""
    shift_ms: Annotated[float, Within(0, 1000)] = 10.0
    """By which clips begin later; 0: not asked."""
    randomised: Annotated[int, Within(0, 100_000)] = 8
    """Clips, at most, that are explained again for another label, and with the network's weights reset."""
    seed: int = 0
    """Of all that is drawn."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The model and its weights; every row and sound of the corpus."""
        from escucha.models.shelf import model_digest

        self.check()
        return [model_digest(self.model, workbench.home), workbench.corpus(self.corpus).digest()]

    def run(self, workbench: Workbench) -> FaithfulnessFinding:
        """Explain every clip by every method, and judge."""
        self.check()
        return weigh_truth(workbench.model(self.model), chosen(workbench.corpus(self.corpus), self.split), self,
                           workbench)

    @property
    def asked(self) -> tuple[str, ...]:
        """The methods with the control, each once."""
        return tuple(dict.fromkeys([*self.methods, RANDOM]))

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured, in the order of MEASURES."""
        return tuple(name for name in MEASURES if name in (self.metrics or MEASURES))

    def check(self) -> None:
        """Raise InputError for what is wrong whatever the model and the clips."""
        self._how().check()
        for what, names, known in (("method", self.methods, JUDGED), ("metric", self.metrics, MEASURES)):
            for name in names:
                if name not in known:
                    raise unknown(what, name, known)
        if self.asked == (RANDOM,):
            raise InputError("'methods' is empty; give the explanations to judge, such as ['shapley', 'lime']")
        if not self.shares:
            raise InputError(f"'shares' is empty; give some, such as {list(SHARES)}")

    def trials(self) -> Trials:
        """What is asked about each clip's explanations: nothing that no metric needs."""
        wanted = self.measures
        return Trials(self.asked, Sampling(self.samples, self.seed), self.label, self.shares,
                      seeds=self.seeds if {"seeds", "seeds-top"} & set(wanted) else 1,
                      shift=self.shift_ms / 1000 if {"shift", "shift-top"} & set(wanted) else 0.0,
                      others=self.randomised if "other-label" in wanted else 0)

    def explainer(self, classifier: Classifier, workbench: Workbench) -> Explainer:
        """How clips are taken apart and asked about."""
        return Explainer(classifier, "", workbench, self._how())

    def _how(self) -> How:
        return How(Apart(self.parts, self.segments, self.bands), aggregation=self.aggregation)


def weigh_truth(classifier: Classifier, corpus: Corpus, asked: Faithfulness,
                workbench: Workbench) -> FaithfulnessFinding:
    """The finding of kind `faithfulness` for a classifier in memory, on the tracks of `corpus`.

    `asked.model` is only the name it goes by. InputError where no clip can be explained.
    """
    if asked.label is not None:
        label_index(classifier, asked.label)
    explainer = asked.explainer(classifier, workbench)
    tracks = spread(corpus.tracks, asked.clips)
    others = spread(strangers(corpus.tracks, tracks), TAUGHT)
    wanted = [name for name in FORGOTTEN if name in asked.measures and asked.randomised]
    forgetting, notes = forgetting_of(classifier, others, workbench, wanted=wanted, aggregation=asked.aggregation,
                                      seed=asked.seed) if wanted else (None, [])
    judged = list(_each(explainer, tracks, asked, forgetting))
    clips = [one for one in judged if isinstance(one, JudgedClip)]
    failures = [one for one in judged if isinstance(one, Failure)]
    if not clips:
        raise InputError(f"none of {len(tracks)} clips can be explained; the first: {failures[0].reason}")
    unit = unit_of(classifier, explainer.how.value)
    summary = Summary.of(clips, asked.asked, asked.measures, seed=asked.seed)
    return FaithfulnessFinding(short_name(asked.model), corpus.origin, unit, summary, tuple(failures),
                               tuple(notes))


def strangers(tracks: Sequence[Track], explained: Sequence[Track]) -> list[Track]:
    """Those of groups of which nothing is explained; where every group is, those that are not explained themselves."""
    groups = {track.group for track in explained}
    return [track for track in tracks if track.group not in groups] or [
        track for track in tracks if track not in explained]


def _each(explainer: Explainer, tracks: Sequence[Track], asked: Faithfulness,
          forgetting: Forgetting | None) -> Iterator[JudgedClip | Failure]:
    """One answer a track, in order, on all cores where tracks are many."""
    one = partial(_one, explainer, asked.trials(), forgetting, asked.randomised)
    return each(one, list(enumerate(tracks)), slow=len(tracks),
                progress="judging" if explainer.workbench.progress else "")


def _one(explainer: Explainer, trials: Trials, forgetting: Forgetting | None, randomised: int,
         row: tuple[int, Track]) -> JudgedClip | Failure:
    """What the methods are worth on a clip; one that cannot be explained is a Failure, and the others go on."""
    at, track = row
    try:
        return judge_clip(explainer, track, trials, at, forgetting if at < randomised else None)
    except (InputError, OSError) as error:
        return Failure.of(track.name, error)
