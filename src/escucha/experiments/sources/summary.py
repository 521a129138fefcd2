"""From the weights of many clips to what each source means to each label, with groups as the unit of chance.

Conventions: a clip counts under each of its labels that the model knows, or under the model's answer where it has none.
A source that does not sound in a clip weighs 0 there, as Shapley values have it, so the means of all sources add up to
what whole clips add; `where_it_sounds` is the mean over the other clips. Groups are drawn whole, never clips.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, comb

import numpy as np

from escucha.concepts.correction import holm
from escucha.experiments.clips.clip_reasons import ClipReasons
from escucha.experiments.clips.few_groups import all_told, told
from escucha.explain.weights import NEGLIGIBLE
from escucha.models.resampling import ALL_FLIPS, FLIPS, Interval, mean_intervals, sign_flip

EVERY = "every clip"
"""The clips of all labels together, of labels that were explained of each of them."""
ALPHA = 0.05
"""A source speaks for or against a label where its corrected p is below this."""


@dataclass(frozen=True)
class Cell:
    """One source and one label, over the clips of one label."""

    clips_of: str
    label: str
    source: str
    weight: Interval
    """Mean over all these clips: 0 where the source does not sound."""
    where_it_sounds: Interval
    """Mean over those in which it sounds; NaN where that is none."""
    sounds_in: float
    """Share of the clips in which it sounds."""
    clips: int
    p: float = float("nan")
    """Two-sided sign flips of the groups' weights, corrected by Holm over all cells tested; NaN: not tested."""

    @property
    def speaks(self) -> str:
        """`for`, `against`, or empty where neither is shown."""
        if not self.p < ALPHA:
            return ""
        return "for" if self.weight.value > 0 else "against"


@dataclass(frozen=True, eq=False)
class Summary:
    """Every clip's weights, and what they come to."""

    clips: tuple[ClipReasons, ...]
    known: tuple[str, ...]
    """The model's labels."""
    seed: int = 0

    @cached_property
    def counted(self) -> tuple[tuple[str, ...], ...]:
        """The labels that each clip counts under."""
        own = (tuple(label for label in clip.labels if label in self.known) for clip in self.clips)
        return tuple(labels or (clip.answer,) for labels, clip in zip(own, self.clips))

    @property
    def by_answer(self) -> int:
        """Clips that count under the model's answer, for nothing (that the model knows) says what they are."""
        return sum(not set(clip.labels) & set(self.known) for clip in self.clips)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Those explained of some clip, in the model's order."""
        asked = {reasons.label for clip in self.clips for reasons in clip.reasons}
        return tuple(label for label in self.known if label in asked)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Every source that sounds in some clip, the commonest first; what is left over last."""
        counts: dict[str, int] = {}
        for clip in self.clips:
            for source in clip.sources:
                counts[source] = counts.get(source, 0) + 1
        return tuple(sorted(counts, key=lambda source: (source == "rest", -counts[source])))

    @cached_property
    def headlines(self) -> tuple[tuple[str, str], ...]:
        """(clips of, label): each label over its own clips; over every clip where no explained label has any."""
        own = {label for labels in self.counted for label in labels}
        return tuple((label, label) for label in self.labels if label in own) or tuple(
            (EVERY, label) for label in self.labels)

    @property
    def groups(self) -> int:
        """How many there are in all."""
        return len({clip.group for clip in self.clips})

    @cached_property
    def weights(self) -> np.ndarray:
        """`(clip, label, source)`: summed over a source's parts, 0 where it does not sound, NaN where not explained."""
        out = np.full((len(self.clips), len(self.labels), len(self.sources)), np.nan)
        for row, clip in zip(out, self.clips):
            for reasons in clip.reasons:
                found = clip.by_source(reasons.label)
                row[self.labels.index(reasons.label)] = [found.get(source, 0.0) for source in self.sources]
        return out

    @property
    def floor(self) -> float:
        """A weight counts for or against only above this size: the rest is rounding."""
        return NEGLIGIBLE * float(np.nanmax(np.abs(self.weights), initial=0.0))

    @cached_property
    def there(self) -> np.ndarray:
        """`(clip, source)` booleans: does it sound?"""
        return np.array([[source in clip.sources for source in self.sources] for clip in self.clips])

    @cached_property
    def pairs(self) -> dict[tuple[str, str], np.ndarray]:
        """(clips of, label) to the clips that count under the one, where the other was explained of all of them.

        Of a model with many labels only a clip's own and its answer are explained. Clips of another label of which
        it was are those that the model takes for it: no mean over them is of that other label, or of every clip.
        """
        explained = np.isfinite(self.weights[:, :, 0])
        own = {label: np.array([label in labels for labels in self.counted]) for label in self.known}
        own[EVERY] = np.ones(len(self.clips), dtype=bool)
        return {(of, label): np.flatnonzero(mine) for of, mine in own.items() for at, label in enumerate(self.labels)
                if mine.any() and explained[mine, at].all()}

    def of(self, clips_of: str, label: str) -> tuple[Cell, ...]:
        """The cells of one label over the clips of one, the largest weight first."""
        found = [cell for cell in self.cells if (cell.clips_of, cell.label) == (clips_of, label)]
        return tuple(sorted(found, key=lambda cell: -cell.weight.value))

    def cell(self, clips_of: str, label: str, source: str) -> Cell:
        """One of `cells`."""
        return next(cell for cell in self.of(clips_of, label) if cell.source == source)

    @cached_property
    def gains(self) -> dict[tuple[str, str], Interval]:
        """(clips of, label) to the mean of v(all) - v(none)."""
        return {pair: told(mean_intervals(np.array([[self.clips[row].of(pair[1]).gain] for row in rows]),
                                          self._groups(rows), seed=self.seed)[0]) for pair, rows in self.pairs.items()}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Clips of each label (and every clip) x label x source; the headlines' are tested."""
        made = [cell for pair in self.pairs for cell in self._cells(*pair)]
        tested = [at for at, cell in enumerate(made) if (cell.clips_of, cell.label) in self.headlines]
        corrected = holm(np.array([self._chance(made[at]) for at in tested]))
        for at, p in zip(tested, corrected.tolist()):
            made[at] = replace(made[at], p=p)
        return tuple(made)

    def _cells(self, clips_of: str, label: str) -> list[Cell]:
        rows = self.pairs[clips_of, label]
        weights, there, groups = self.weights[rows, self.labels.index(label)], self.there[rows], self._groups(rows)
        means = all_told(mean_intervals(weights, groups, seed=self.seed))
        sounding = all_told(mean_intervals(weights, groups, there=there, seed=self.seed))
        return [Cell(clips_of, label, source, means[at], sounding[at], float(there[:, at].mean()), len(rows))
                for at, source in enumerate(self.sources)]

    @property
    def tests(self) -> int:
        """How many cells are tested."""
        return len(self.headlines) * len(self.sources)

    @property
    def hopeless(self) -> bool:
        """Are the groups so few that no test could show anything, however large a weight?"""
        most = max(len(set(self._groups(self.pairs[pair]))) for pair in self.headlines)
        return most <= ALL_FLIPS and 2 / 2**most * self.tests >= ALPHA

    def rival(self, clips_of: str, label: str) -> str:
        """The second source, where the first is not shown to weigh more; empty otherwise.

        Both were chosen by their weights: p is corrected for every two sources of every label (Bonferroni).
        """
        first, *others = self.of(clips_of, label)
        if not others:
            return ""
        pairs = len(self.headlines) * comb(len(self.sources), 2)
        rows, column = self.pairs[clips_of, label], self.labels.index(label)
        one, two = (self.weights[rows, column, self.sources.index(cell.source)] for cell in (first, others[0]))
        return "" if self._flipped(one - two, rows, pairs) * pairs < ALPHA else others[0].source

    def _chance(self, cell: Cell) -> float:
        """p of a mean weight of zero."""
        rows = self.pairs[cell.clips_of, cell.label]
        weights = self.weights[rows, self.labels.index(cell.label), self.sources.index(cell.source)]
        return self._flipped(weights, rows, self.tests)

    def _flipped(self, weights: np.ndarray, rows: np.ndarray, tests: int) -> float:
        """p of a mean of zero, from so many flips that the least p can stand the correction for `tests`."""
        counted = np.where(np.abs(weights) > self.floor, weights, 0.0)
        if not counted.any():
            return 1.0
        return sign_flip(counted, self._groups(rows), seed=self.seed, draws=max(FLIPS, ceil(2 * tests / ALPHA)))

    def _groups(self, rows: np.ndarray) -> list[str]:
        return [self.clips[row].group for row in rows]

    def clearest(self, clips_of: str, label: str) -> tuple[str, ClipReasons] | None:
        """The leading source and the clip in which it weighs most; None where no source speaks for the label."""
        lead, rows = self.of(clips_of, label)[0], self.pairs[clips_of, label]
        if lead.weight.value <= self.floor:
            return None
        weights = self.weights[rows, self.labels.index(label), self.sources.index(lead.source)]
        return lead.source, self.clips[rows[int(weights.argmax())]]
