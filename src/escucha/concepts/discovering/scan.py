"""Does a model ride on a cue? Only where the cue tells the label, and changing the cue moves the model that way.

Either alone is no shortcut: a cue that tells the label may go unheard, and a model may hear a cue that tells nothing.

Conventions: cues are `(clip, cue)`, values `(clip, label)` of `models.classifier.values`, groups `(clip,)`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.concepts.correction import holm
from escucha.concepts.discovering.cues import CUES, Change, cue_named, differing
from escucha.concepts.discovering.following import following
from escucha.concepts.discovering.shortcut import DRAWS, Told, told
from escucha.concepts.shuffling import shuffles
from escucha.models.resampling import Interval, mean_intervals, sign_flip

ALPHA = 0.05
WORTH = 0.1
"""A cue that goes less of the way from chance to certainty than this hardly tells the label, however surely."""
MARGIN = 0.1
"""A move within this share of the spread of a label's value over clips is next to nothing."""


@dataclass(frozen=True)
class Move:
    """What more of a cue does to one label."""

    label: str
    move: Interval
    """Mean of value with more of the cue minus value with less."""
    p: float
    """Sign flips of groups, corrected by Holm over cues and labels."""
    margin: float
    goes_with: float
    """Rank correlation of the cue with clips being of the label: above 0 they have more of it."""
    goes_p: float
    """Corrected by Holm over cues and labels."""
    follows: float
    """Rank correlation of the label's value with the cue among clips of one label: a hint without an intervention."""
    follows_p: float
    """Corrected by Holm over cues and labels."""

    @property
    def moved(self) -> bool:
        """Does the label's value move, by more than next to nothing?"""
        return self.p < ALPHA and abs(self.move.value) > self.margin

    @property
    def astray(self) -> bool:
        """Does it move the way in which the cue is shown to tell the label?"""
        return self.moved and self.goes_p < ALPHA and self.move.value * self.goes_with > 0


@dataclass(frozen=True)
class Verdict:
    """One cue."""

    cue: str
    told: Told
    chance: float
    """One over the number of labels."""
    p: float
    """Of the cue telling the label: corrected by Holm over cues."""
    moves: tuple[Move, ...]
    """One a label; none for a cue that cannot be put into these sounds."""

    @property
    def tells(self) -> bool:
        """Does it tell the label better than chance, and by more than next to nothing?"""
        return self.p < ALPHA and (self.told.accuracy - self.chance) / (1 - self.chance) >= WORTH

    @property
    def used(self) -> bool:
        """Does changing it move the model?"""
        return any(move.moved for move in self.moves)

    @property
    def clever_hans(self) -> bool:
        """Does it tell the label, and move the model the same way?"""
        return self.tells and any(move.astray for move in self.moves)


def scanned(cues: np.ndarray, classes: Sequence[str], groups: np.ndarray, *, seed: int,
            names: Sequence[str] = tuple(CUES)) -> dict[str, tuple[Told, float]]:
    """Cue to how well it tells the class, and p corrected over cues; those in which clips do not differ are left out.
    """
    kinds = np.unique(classes, return_inverse=True)[1]
    mixed = shuffles(kinds, groups, draws=DRAWS, rng=np.random.default_rng(seed))
    columns = dict(zip(names, cues.T))
    found = {name: told(columns[name], kinds, groups, mixed=mixed, seed=seed) for name in differing(cues, names)}
    corrected = holm(np.array([one.p for one in found.values()]))
    return {name: (one, float(p)) for (name, one), p in zip(found.items(), corrected)}


def changes_of(names: Iterable[str]) -> dict[tuple[str, str], Change]:
    """(cue, `more` or `less`) to what is done to a clip, of the cues that can be put into a sound or taken out."""
    return {(name, way): change for name in names for way, change in
            (("more", cue_named(name).more), ("less", cue_named(name).less)) if change is not None}


def judged(found: Mapping[str, tuple[Told, float]], cues: Mapping[str, np.ndarray], plain: np.ndarray,
           changed: Mapping[tuple[str, str], np.ndarray], *, labels: Sequence[str], having: np.ndarray,
           groups: np.ndarray, chance: float, seed: int) -> tuple[Verdict, ...]:
    """A verdict a cue, the clearest first; `chance` is one over the number of labels told apart.

    `cues` are `(clip,)` numbers of the clips whose values are `plain` `(clip, label)`, and `changed` with more or less
    of a cue that could be changed; `having` `(clip, label)` says which labels they have. None where nothing was found.
    """
    if not found:
        return ()
    names = [name for name in found if (name, "more") in changed or (name, "less") in changed]
    shifts = {name: changed.get((name, "more"), plain) - changed.get((name, "less"), plain) for name in names}
    chances = [[sign_flip(column, groups, seed=seed) for column in shift.T] for shift in shifts.values()]
    p = dict(zip(names, holm(np.array(chances).ravel()).reshape(len(names), len(labels))))
    columns = np.stack([cues[name] for name in found], axis=1)
    classes = np.unique(having, axis=0, return_inverse=True)[1].ravel()
    within = following(columns, plain, groups, seed=seed, within=classes)
    goes = following(columns, having.astype(float), groups, seed=seed)
    made = []
    for at, (name, (one, corrected)) in enumerate(found.items()):
        moved = mean_intervals(shifts[name], groups, seed=seed) if name in shifts else []
        moves = tuple(Move(label, shift, float(p[name][k]), MARGIN * float(plain[:, k].std()), float(goes.r[at, k]),
                           float(goes.p[at, k]), float(within.r[at, k]), float(within.p[at, k]))
                      for k, (label, shift) in enumerate(zip(labels, moved)))
        made.append(Verdict(name, one, chance, corrected, moves))
    return tuple(sorted(made, key=lambda verdict: (not verdict.clever_hans, not verdict.tells, -verdict.told.accuracy)))
