"""What components of a layer are and do, as rows: cells of component and label, excerpts, curves.

Conventions: components are counted from 1 in names, from 0 in arrays; all but the fit is of clips held out.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from escucha.audio.clip import Clip
from escucha.concepts.correction import holm
from escucha.concepts.discovering.following import Following
from escucha.concepts.discovering.naming import Named
from escucha.concepts.discovering.removing import Losses
from escucha.concepts.discovering.stability import Steadiness
from escucha.experiments.clips.few_groups import FEWEST, all_told
from escucha.models.resampling import Interval, mean_intervals, sign_flip

ALPHA = 0.05
LITTLE = 0.1
"""Of the largest loss that a component is shown to bring: words and figures leave smaller ones to the table."""
NOTED = 3
"""Facts that are told of a component, the closest first."""


@dataclass(frozen=True)
class Cell:
    """What one label loses without one component."""

    component: int
    label: str
    lost: Interval
    """Mean over the label's clips, in units of its value; above 0 the component speaks for the label."""
    chance: float
    """Mean loss when as much of a meaningless pattern is taken."""
    reach: float
    """The farthest from zero that any of the meaningless patterns comes."""
    p: float
    """Sign flips of groups: is the loss another than that of chance? Corrected by Holm over all cells; NaN where the
    label has clips of fewer than FEWEST groups, which cannot be tested."""
    clips: int

    @property
    def tested(self) -> bool:
        """Are there groups enough to ask?"""
        return self.lost.groups >= FEWEST

    @property
    def speaks(self) -> str:
        """`for`, `against`, or empty where neither is shown: more than as much of any meaningless pattern would."""
        if not self.p < ALPHA or abs(self.lost.value) <= self.reach:
            return ""
        return "for" if self.lost.value > 0 else "against"


@dataclass(frozen=True)
class Excerpt:
    """Where a component is strong."""

    component: int
    rank: int
    clip: str
    label: str
    group: str
    start: float
    seconds: float
    strength: float
    held_out: bool
    """False: of a clip that the components were fitted to."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A component along the clip in which it is strongest."""

    component: int
    clip: str
    label: str
    sound: Clip
    times: np.ndarray
    """`(step,)` seconds, the middle of each step."""
    strengths: np.ndarray
    """`(step,)`."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What goes with the strength of components, clip by clip."""

    names: tuple[str, ...]
    following: Following
    """`(component, fact)`."""

    def noted(self, component: int) -> list[tuple[str, float]]:
        """The facts that a component is shown to follow and how closely, the closest first."""
        r, p = self.following.r[component], self.following.p[component]
        found = [(name, float(one)) for name, one, chance in zip(self.names, r, p) if chance < ALPHA]
        return sorted(found, key=lambda fact: -abs(fact[1]))


@dataclass(frozen=True, eq=False)
class Summary:
    """Everything found about the components of one layer."""

    layer: str
    labels: tuple[str, ...]
    seconds: float
    """Of an excerpt."""
    whole_windows: bool
    """True where the layer has no steps in time."""
    sided: bool
    """See `components.Space`."""
    fitted: tuple[int, int, int]
    """Excerpts, clips and groups that the components were fitted to."""
    held_out: tuple[int, int, int]
    explained: dict[int, tuple[float, float]]
    """Number of components to the share of variance they account for: fitted, held out."""
    steadiness: tuple[Steadiness, ...]
    losses: Losses
    having: np.ndarray
    """`(clip, label)`: which labels each clip held out has."""
    groups: np.ndarray
    """`(clip,)`."""
    strengths: np.ndarray
    """`(clip, component)`: means over the clip's excerpts, held out."""
    excerpts: tuple[Excerpt, ...]
    curves: tuple[Curve, ...]
    annotated: Facts
    cues: Facts
    named: Named | None
    seed: int = 0

    @property
    def count(self) -> int:
        """How many components."""
        return len(self.steadiness)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Component by component, label by label."""
        made = []
        for column, label in enumerate(self.labels):
            mine = self.having[:, column] if self.having[:, column].any() else np.ones(len(self.having), dtype=bool)
            lost, drawn = self.losses.lost[mine, :, column], self.losses.chance[..., column][:, mine]
            chance, reach = drawn.mean(axis=0), np.abs(drawn.mean(axis=1)).max(axis=0)
            intervals, groups = all_told(mean_intervals(lost, self.groups[mine], seed=self.seed)), self.groups[mine]
            made += [Cell(at, label, intervals[at], float(chance[:, at].mean()), float(reach[at]),
                          sign_flip(lost[:, at] - chance[:, at], groups, seed=self.seed), int(mine.sum()))
                     for at in range(self.count)]
        corrected = holm(np.array([cell.p if cell.tested else np.nan for cell in made])).tolist()
        judged = [replace(cell, p=p) for cell, p in zip(made, corrected)]
        return tuple(sorted(judged, key=lambda cell: cell.component))

    @property
    def untested(self) -> list[str]:
        """Labels that have clips of too few groups for any component to be tested against them."""
        return [label for label in self.labels if not all(cell.tested for cell in self.cells if cell.label == label)]

    def of(self, component: int) -> list[Cell]:
        """Its cells, the largest loss first."""
        found = [cell for cell in self.cells if cell.component == component]
        return sorted(found, key=lambda cell: -abs(cell.lost.value))

    def counting(self, component: int) -> list[Cell]:
        """Its cells that are shown to speak, by no less than LITTLE of the largest of them, which comes first."""
        shown = [cell for cell in self.of(component) if cell.speaks]
        return [cell for cell in shown if abs(cell.lost.value) >= LITTLE * abs(shown[0].lost.value)]

    @cached_property
    def ranking(self) -> tuple[int, ...]:
        """Components, those whose loss is largest beyond chance first."""
        def most(component: int) -> float:
            return max((abs(cell.lost.value) for cell in self.counting(component)), default=0.0)

        return tuple(sorted(range(self.count), key=lambda component: -most(component)))

    def moments(self, component: int, *, held_out: bool) -> list[Excerpt]:
        """Where it is strongest, the strongest first."""
        return [one for one in self.excerpts if one.component == component and one.held_out == held_out]


def called(component: int) -> str:
    """The name of a component.

    >>> called(0)
    'component 1'
    """
    return f"component {component + 1}"
