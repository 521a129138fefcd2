"""One clip taken apart by a separator and by the truth: how good its sources are, and how far its explanation is off.

True stems are grouped as `separation_quality.pairing` says (palmas and castanets for `percussive`), cut at the same
moments, weighed by the same method: what differs is the separation alone.

Conventions: weights are `(part,)` in units of the clip's value; parts are named by source and seconds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.separation_quality import SILENT, Quality, pairing, qualities, reference_of
from escucha.audio.separators.separator import Sources
from escucha.corpora.corpus import Track
from escucha.corpora.stems import separated
from escucha.errors import InputError
from escucha.experiments.clips.apart import Apart
from escucha.experiments.clips.explaining import Explainer
from escucha.experiments.clips.recording import LOUD, Recording, check_sound, left_over
from escucha.explain.agreement import rank_correlation
from escucha.explain.factorization import of_sources
from escucha.explain.methods import METHODS
from escucha.models.prediction import Failure
from escucha.models.windows import score_clip

CEILING = 100.0
"""dB: what is better is as good as float32 can tell, and counts as this; what is below its negative likewise."""

REST = "rest"
"""What is left over, as `explain.factorization` and the renderer call it."""

def itself(clip: Clip, true: Sources) -> Sources:
    """The truth as an estimate: nothing may change."""
    return true


def shares(clip: Clip, true: Sources) -> Sources:
    """For each stem that sounds the same share of the mixture: an estimate that knows nothing of sources."""
    there = [name for name, stem in true.items() if np.abs(stem.wave).max() > SILENT]
    return {name: Clip(clip.wave / len(there), clip.rate) for name in there}


CONTROLS: dict[str, Callable[[Clip, Sources], Sources]] = {"true stems": itself, "equal shares": shares}
"""Estimates of which the answer is known: each of their sources stands for the stem of its name."""


@dataclass(frozen=True, eq=False)
class Difference:
    """What one way of taking one clip apart makes of its explanation."""

    clip: str
    group: str
    labels: tuple[str, ...]
    answer: str
    """The model's; what is explained."""
    separator: str
    qualities: tuple[Quality, ...]
    parts: tuple[str, ...]
    """Of those in which something sounds, in the truth or in the estimate."""
    true: np.ndarray
    """`(part,)` weights of the true stems."""
    estimated: np.ndarray
    """`(part,)` weights of the separated sources."""
    blind: np.ndarray
    """`(part,)` weights if every source had the same share of the mixture: what knowing nothing of sources gives.

    Exactly so where moments are windows, nearly so where they cross windows."""
    unowned: float
    """Share of the sources' energy in those that own no stem: they count in `change` and have no quality."""

    @property
    def correlation(self) -> float:
        """Spearman's, of the true weights with the estimated ones; NaN where there is nothing to rank."""
        return rank_correlation(self.true, self.estimated)

    @property
    def change(self) -> float:
        """Mean absolute difference of the weights, as a share of the true ones' mean size; NaN where these are 0."""
        return _relative(self.estimated, self.true)

    @property
    def blind_change(self) -> float:
        """The same of `blind`: a separator that does not stay below it has told nothing of the sources."""
        return _relative(self.blind, self.true)

    @property
    def told(self) -> float:
        """How much nearer than knowing nothing: above 0 the separator has told something of the sources."""
        return self.blind_change - self.change

    @property
    def strongest(self) -> tuple[str, str]:
        """The part that speaks most for the label, by the truth and by the estimate."""
        return self.parts[int(self.true.argmax())], self.parts[int(self.estimated.argmax())]

    @property
    def same(self) -> bool:
        """Is the strongest source x moment the same?"""
        return self.strongest[0] == self.strongest[1]


@dataclass(frozen=True, eq=False)
class Truth:
    """A clip with its true stems, heard by a model."""

    explainer: Explainer
    track: Track

    @cached_property
    def clip(self) -> Clip:
        """Its sound at the classifier's rate; InputError where there is nothing to explain."""
        clip = self._recording.clip(self.explainer.classifier.rate)
        check_sound(self.track.name, clip)
        return clip

    @cached_property
    def stems(self) -> Sources:
        """Its true stems; InputError where they are not known.

        What they leave over counts as one, `rest`, where it is loud enough to be a source (`recording.LOUD`).
        """
        known = self._recording.stems(self.clip)
        known.pop(REST, None)
        if not known:
            raise InputError(f"the stems of track {self.track.name!r} are not known, and without them nobody knows how "
                             "well it is taken apart; give a corpus with stems")
        return whole(self.clip, known) if left_over(self.clip, known) > LOUD else known

    @cached_property
    def answer(self) -> str:
        """The label that is explained: the model's own answer."""
        return score_clip(self.explainer.classifier, self.clip, aggregation=self.explainer.how.aggregation).label

    def estimates(self, separator: str) -> tuple[Sources, dict[str, tuple[str, ...]]]:
        """The sources of a separator or a control, with `rest`, and the true stems that each stands for."""
        if separator in CONTROLS:
            made = CONTROLS[separator](self.clip, self.stems)
            return made, {name: (name,) for name in made}
        made = whole(self.clip, separated(self.clip, separator, self.explainer.workbench.cache))
        return made, pairing(self.stems, made)

    def difference(self, separator: str) -> Difference:
        """How far the explanation of the separator's sources is off."""
        made, pairs = self.estimates(separator)
        silence = Clip(np.zeros_like(self.clip.wave), self.clip.rate)
        grouped = {name: reference_of(stems, self.stems) if stems else silence for name, stems in pairs.items()}
        true, estimated, mixed = self._weights(grouped), self._weights(made), self._moments
        owners = [name for name, stems in pairs.items() if stems]
        blind = {part.replace("mix", name, 1): weight / len(owners) for part, weight in mixed.items()
                 for name in owners}
        parts = tuple(dict.fromkeys([*true, *estimated, *blind]))
        told, given, knowing = (np.array([weights.get(part, 0.0) for part in parts])
                                for weights in (true, estimated, blind))
        track = self.track
        return Difference(track.name, track.group, track.labels, self.answer, separator,
                          self._qualities(made, pairs), parts, told, given, knowing, _unowned(made, pairs))

    @cached_property
    def _moments(self) -> dict[str, float]:
        """The weights of time alone: of the whole mixture at each moment."""
        return self._weights({})

    def _weights(self, sources: Sources) -> dict[str, float]:
        """Part to weight, of the parts that sound; without sources of time alone, as the one source `mix`."""
        explainer, how = self.explainer, self.explainer.how
        apart = how.apart if sources else Apart("none", how.apart.segments)
        taken = apart.factorize(self.clip, window=explainer.classifier.window, workbench=explainer.workbench,
                                stems=lambda: sources, annotations=self._recording.annotations())
        found = METHODS[how.method](explainer.game(taken), self.answer, explainer.sampling(self.track))
        return {part.name: float(weight) for part, weight in zip(taken.parts, found.weights) if not part.silent}

    def _qualities(self, made: Sources, pairs: Mapping[str, tuple[str, ...]]) -> tuple[Quality, ...]:
        """Of each source that stands for some stem."""
        return tuple(replace(one, si_sdr=_bounded(one.si_sdr), improvement=_bounded(one.improvement))
                     for one in qualities(self.clip, self.stems, made, pairs) if one.stems)

    @property
    def _recording(self) -> Recording:
        how = self.explainer.how
        return Recording(name=self.track.name, track=self.track, start=how.start, duration=how.duration)


def differences(explainer: Explainer, track: Track, separators: tuple[str, ...]) -> Iterator[Difference | Failure]:
    """One answer a separator; what cannot be taken apart is a Failure, and the others go on."""
    truth = Truth(explainer, track)
    for separator in separators:
        try:
            yield truth.difference(separator)
        except (InputError, OSError, MemoryError) as error:
            yield Failure.of(f"{track.name} by {separator}", error)


def whole(clip: Clip, sources: Sources) -> Sources:
    """The sources with what they leave over, `rest`: they sum to the clip."""
    taken = of_sources(clip, sources, segments=1, window=len(clip.wave))
    return {part.source: Clip(part.wave, clip.rate) for part in taken.parts}


def _unowned(made: Sources, pairs: Mapping[str, tuple[str, ...]]) -> float:
    energy = {name: float(np.square(clip.wave, dtype=np.float64).sum()) for name, clip in made.items()}
    return sum(energy[name] for name, stems in pairs.items() if not stems) / sum(energy.values())


def _bounded(decibels: float) -> float:
    return float(np.clip(decibels, -CEILING, CEILING))


def _relative(weights: np.ndarray, true: np.ndarray) -> float:
    size = float(np.abs(true).sum())
    return float(np.abs(weights - true).sum()) / size if size else float("nan")
