"""Concepts whose truth is planted: clips are points in a layer, so what each direction means is known."""

from dataclasses import dataclass

import numpy as np

from escucha.concepts.concept import Concept, Example
from escucha.concepts.design import Inside, inside

UNITS = 40
LABELS = ("bulerias", "alegrias")


@dataclass(frozen=True)
class Point:
    """A source that is only a name: its sound is never asked for."""

    name: str

    def clip(self):
        raise AssertionError("a point has no sound")

    def stems(self):
        return {}

    def annotations(self):
        return {}

    def key(self):
        return self.name


@dataclass(frozen=True, eq=False)
class World:
    """A concept, the activations of all its clips `(row, unit)`, and which row holds which source."""

    concept: Concept
    rows: np.ndarray
    places: dict[str, int]

    def inside(self, gradients: np.ndarray) -> Inside:
        """The layer, given gradients `(clip, label, unit)`."""
        return inside("block", self.rows, gradients)


def paired_world(change: np.ndarray, *, families: int = 24, each: int = 1, shared: float = 0.0, noise: float = 1.0,
                 seed: int = 0) -> World:
    """Counterfactual pairs that differ by `change` (unit,) and by noise, of which a family's pairs share a part.

    Four nuisance pairs of every score differ by noise of the same kind alone.
    """
    rng = np.random.default_rng(seed)
    rows: dict[str, np.ndarray] = {}
    examples: list[Example] = []
    null: list[Example] = []
    for family in range(families):
        habit = rng.normal(size=(5, len(change))) * shared
        for score in range(each):
            base = rng.normal(size=len(change)) * 3
            for take in range(5):
                moved = noise * (habit[take] + rng.normal(size=len(change))) + (change if take == 0 else 0)
                for present, row in ((True, base + moved), (False, base)):
                    name = f"{family}-{score}-{take}-{present}"
                    rows[name] = row
                    (null if take else examples).append(
                        Example(Point(name), present, f"family-{family}", LABELS[family % 2]))
    return _world(examples, null, rows, paired=True)


def clip_world(change: np.ndarray, *, clustered: bool = False, skewed: bool = False, habit: float | np.ndarray = 1.0,
               families: int = 60, seed: int = 0) -> World:
    """Clips, each its family's habit, its label's sign (3 along unit 0), noise, and `change` where the idea is.

    `clustered`: the idea is in whole families, else in half the clips of each. `skewed`: of the clips with the idea
    three in four are bulerias, of those without it one in four.
    """
    rng = np.random.default_rng(seed)
    rows: dict[str, np.ndarray] = {}
    null = []
    for family in range(families):
        mean = rng.normal(size=len(change)) * habit
        for clip in range(8):
            name, label = f"{family}-{clip}", LABELS[clip % 2]
            rows[name] = mean + rng.normal(size=len(change)) + (clip % 2 == 0) * axis(0, 3.0)
            null.append(Example(Point(name), False, f"family-{family}", label))
    examples = []
    for family in range(10):
        present = np.arange(8) < 4 if not clustered else np.full(8, family % 2 == 0)
        for clip, there in enumerate(present):
            spoken = null[8 * family + (_skewed(clip, bool(there), clustered) if skewed else clip)]
            examples.append(Example(spoken.source, bool(there), spoken.group, spoken.label))
    if clustered:
        examples = [example for place, example in enumerate(examples) if place % 8 < 4]
    for example in examples:
        rows[example.source.key()] = rows[example.source.key()] + example.present * change
    return _world(examples, null, rows, paired=False)


def _skewed(clip: int, there: bool, clustered: bool) -> int:
    """Which clip of the family: bulerias have even numbers."""
    with_, without = (0, 2, 4, 1), ((0, 1, 3, 5) if clustered else (6, 3, 5, 7))
    return with_[clip % 4] if there else without[clip % 4]


def _world(examples: list[Example], null: list[Example], rows: dict[str, np.ndarray], *, paired: bool) -> World:
    concept = Concept("idea", "An idea.", tuple(examples), tuple(null), paired)
    return World(concept, np.array(list(rows.values()), dtype=np.float32),
                 {name: place for place, name in enumerate(rows)})


def gradients(direction: np.ndarray, *, clips: int = 20, noise: float = 0.3, seed: int = 1) -> np.ndarray:
    """`(clip, label, unit)`: the first label listens along `direction` plus noise of its length; the second is deaf."""
    rng = np.random.default_rng(seed)
    out = np.zeros((clips, len(LABELS), len(direction)), dtype=np.float32)
    out[:, 0] = direction / np.linalg.norm(direction) + noise * rng.normal(size=(clips, len(direction))) / np.sqrt(
        len(direction))
    return out


def axis(number: int, size: float = 1.0) -> np.ndarray:
    """A vector along one unit."""
    out = np.zeros(UNITS)
    out[number] = size
    return out
