"""From clips to what the components of a layer are and do: fitted on some groups, everything told of others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from escucha.audio.clip import Clip
from escucha.concepts.activations import Readable
from escucha.concepts.discovering import excerpts as cutting
from escucha.concepts.discovering.components import Components, fit_components, space_of
from escucha.concepts.discovering.excerpts import Excerpts, clip_means, hear_excerpts, insides, pieces
from escucha.concepts.discovering.facts import facts_of
from escucha.concepts.discovering.following import Following, following
from escucha.concepts.discovering.naming import Cards, Named
from escucha.concepts.discovering.removing import losses
from escucha.concepts.discovering.stability import ladder, rungs, steadiness
from escucha.corpora.corpus import Corpus, Source, Track
from escucha.errors import InputError
from escucha.experiments.discovery.summary import Curve, Excerpt, Facts, Summary
from escucha.experiments.workbench import Workbench
from escucha.models.classifier import FeatureClassifier

MOMENTS = 10
"""Excerpts told of a component."""


@dataclass(frozen=True, eq=False)
class Gathering:
    """One model, one layer, and the clips of both sides."""

    workbench: Workbench
    classifier: Readable
    layer: str
    seconds: float
    fitted: Sequence[Track]
    held_out: Sequence[Track]
    cards: Cards | None
    """None: components are compared with no concept."""
    seed: int

    def clips(self, tracks: Sequence[Track], doing: str) -> Iterator[Clip]:
        """Their sounds at the model's rate."""
        return self.sounds([track.source for track in tracks], doing)

    def sounds(self, sources: Sequence[Source], doing: str) -> Iterator[Clip]:
        """As `clips`, of sources that are in no corpus."""
        return self.workbench.clips(sources, rate=self.classifier.rate, doing=doing)

    def excerpts(self) -> tuple[Excerpts, Excerpts]:
        """Of clips that are fitted to, and of those held out."""
        sides = ((self.fitted, "clips to take apart"), (self.held_out, "clips held out"))
        first, second = (hear_excerpts(self.classifier, self.clips(tracks, doing), self.layer, self.seconds)
                         for tracks, doing in sides)
        return first, second

    def components(self, heard: Excerpts, count: int) -> Components:
        """So many, of what was heard; InputError where the layer has not so many."""
        with threadpool_limits(1):
            space = space_of(heard.rows, own_units=isinstance(self.classifier, FeatureClassifier))
            return fit_components(heard.rows, count, space=space, seed=self.seed)

    def summary(self, components: Components, heard: tuple[Excerpts, Excerpts], *, refits: int, controls: int,
                cues: dict[str, np.ndarray], named: Named | None) -> Summary:
        """Everything but the sounds; `cues` are `(clip,)` numbers of the clips held out."""
        first, second = heard
        groups = [track.group for track in self.held_out]
        with threadpool_limits(1):  # many small fits: threads would wait for each other
            like = (components.strengths(first.rows), components.strengths(second.rows))
            counts = rungs(len(components.parts), min(components.space.told(first.rows).shape))
            told = ladder(first.rows, second.rows, counts, components, seed=self.seed)
            owners = np.array([self.fitted[at].group for at in first.clip])
            steady = steadiness(components, first.rows, owners, refits=refits, seed=self.seed)
        lost = losses(self.classifier, cutting.batches(self.classifier, self.clips(self.held_out, "taking out")),
                      self.layer, components, seconds=self.seconds, controls=controls, seed=self.seed)
        labels = tuple(self.classifier.labels)
        strengths = clip_means(like[1], second.clip)
        facts = facts_of([track.source.annotations() for track in self.held_out], groups,
                         [track.labels for track in self.held_out])
        moments = tuple(self._moments(like[0], first, self.fitted, False) + self._moments(
            like[1], second, self.held_out, True))
        return Summary(
            self.layer, labels, second.seconds, second.seconds >= self.classifier.window / self.classifier.rate,
            components.space.sided, _counts(first, self.fitted), _counts(second, self.held_out), told, steady, lost,
            np.array([[label in track.labels for label in labels] for track in self.held_out]), np.array(groups),
            strengths, moments, self._curves(components, moments), *self._facts(strengths, facts, cues, groups), named,
            self.seed)

    def _facts(self, strengths: np.ndarray, facts: dict[str, np.ndarray], cues: dict[str, np.ndarray],
               groups: Sequence[str]) -> tuple[Facts, Facts]:
        """What goes with strengths of annotations, and of cues; corrected over both together."""
        columns = np.array([*facts.values(), *cues.values()]).reshape(-1, len(strengths)).T
        found = following(strengths, columns, np.array(groups), seed=self.seed)
        (r, other_r), (p, other_p) = (np.split(of, [len(facts)], axis=1) for of in (found.r, found.p))
        return Facts(tuple(facts), Following(r, p)), Facts(tuple(cues), Following(other_r, other_p))

    def _moments(self, strengths: np.ndarray, heard: Excerpts, tracks: Sequence[Track],
                 held_out: bool) -> list[Excerpt]:
        made = []
        for component, column in enumerate(strengths.T):
            for rank, at in enumerate(strongest(column, heard.clip, [track.group for track in tracks])):
                track = tracks[heard.clip[at]]
                made.append(Excerpt(component, rank + 1, track.name, ", ".join(track.labels), track.group,
                                    float(heard.start[at]), heard.seconds, float(column[at]), held_out))
        return made

    def _curves(self, components: Components, moments: Sequence[Excerpt]) -> tuple[Curve, ...]:
        """Of the clip held out in which each component is strongest; none for one that is nowhere there."""
        firsts = [one for one in moments if one.held_out and one.rank == 1]
        by_name = {track.name: track for track in self.held_out}
        made = []
        for one, clip in zip(firsts, self.clips([by_name[one.clip] for one in firsts], "curves")):
            times, rows = self._steps(clip)
            strengths = components.strengths(rows)[:, one.component]
            made.append(Curve(one.component, one.clip, one.label, clip, times, strengths))
        return tuple(made)

    def _steps(self, clip: Clip) -> tuple[np.ndarray, np.ndarray]:
        """Times `(step,)` and rows `(step, unit)`: every step of the layer, or windows an excerpt's seconds apart."""
        window = self.classifier.window
        hop = window
        for batch in cutting.batches(self.classifier, [clip]):
            steps = insides(self.classifier, batch.waves[:1], self.layer).shape[2:]
            if not steps:
                hop = max(1, min(window, round(self.seconds * clip.rate)))
            break
        times, rows = [], []
        for batch in cutting.batches(self.classifier, [clip], hop):
            inside = insides(self.classifier, batch.waves, self.layer)
            count = inside.shape[-1] if inside.ndim > 2 else 1
            length = window / clip.rate / count
            times.append((batch.start[:, None] + (np.arange(count) + 0.5) * length).ravel())
            rows.append(pieces(inside, count).reshape(-1, inside.shape[1]))
        at = np.concatenate(times)
        sounds = at <= clip.duration
        sounds[0] = True  # of a clip shorter than half a step there is nothing else
        return at[sounds], np.concatenate(rows)[sounds]


def strongest(strengths: np.ndarray, clip: np.ndarray, groups: Sequence[str], most: int = MOMENTS) -> list[int]:
    """Excerpts in which a component is strongest, one a clip, and as few of a group as that leaves; none of strength 0.
    """
    each = -(-most // len(set(groups)))
    taken: list[int] = []
    clips: set[int] = set()
    counts: dict[str, int] = {}
    for at in np.argsort(-strengths, kind="stable"):
        number = int(clip[at])
        if len(taken) == most or strengths[at] <= 0:
            break
        if number not in clips and counts.get(groups[number], 0) < each:
            taken.append(int(at))
            clips.add(number)
            counts[groups[number]] = counts.get(groups[number], 0) + 1
    return taken


def sides(corpus: Corpus, seed: int) -> tuple[list[Track], list[Track]]:
    """Tracks to fit to and tracks held out: the corpus' own splits, else half of its groups at random.

    InputError where one side would be empty or of one group.
    """
    train = {track.group for track in corpus if track.split == "train"}
    every = sorted({track.group for track in corpus})
    if not train or len(train) == len(every):
        train = set(np.random.default_rng(seed).permutation(every)[:(len(every) + 1) // 2].tolist())
    if len(train) < 2 or len(every) - len(train) < 2:
        raise InputError(f"{corpus.origin} has {len(every)} groups; components are fitted to some and told of others, "
                         "which takes four or more: name the groups, or take more clips")
    return [track for track in corpus if track.group in train], [track for track in corpus if track.group not in train]


def _counts(heard: Excerpts, tracks: Sequence[Track]) -> tuple[int, int, int]:
    return len(heard.rows), len(tracks), len({track.group for track in tracks})
