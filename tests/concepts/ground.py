"""What palos-cnn hears of scores in many rooms and with every noise, of a few large families, and of clips under test.

Heard once; which scores make up a card, and which clips are under test, is drawn from it anew.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from escucha.concepts.activations import hear
from escucha.concepts.concept import Concept, Example
from escucha.concepts.design import Inside, inside
from escucha.concepts.examples.pairs import Pairs
from escucha.concepts.slopes import slopes
from escucha.concepts.tcav import mean_pulls
from escucha.corpora.corpus import Source
from escucha.corpora.palos import PaloSource, palos_corpus
from escucha.corpora.palos.family import family
from escucha.corpora.palos.recipe import NOISES, ROOMS
from escucha.corpora.reading import clips
from escucha.models.shelf import load_model

HOME = Path(__file__).resolve().parents[2]
SCORES, PAIRS = 21, 15
"""Scores, each of a family of its own, and how many of them a card takes."""
NUMBERS = {"room": ROOMS, "noise": NOISES}
FIXED = {"room": range(4), "noise": range(NOISES)}
"""Numbers that every score is played with."""
UNDER_TEST, AT_ONCE = 54, 36
"""Clips under test, and how many of them at a time."""


@dataclass(frozen=True, eq=False)
class Score:
    """One score as it sounds in many rooms, and with every noise."""

    group: str
    label: str
    null: tuple[Example, ...]
    """Its nuisance pairs, as the shelf's cards have them."""
    played: dict[str, dict[int, Source]]
    """Kind to number to sound."""
    own: dict[str, int]
    """Kind to the number of its family."""
    fresh: dict[str, int]
    """Kind to a number that no null example has."""

    def sounds(self) -> list[Source]:
        """All of them, some more than once."""
        return [*(example.source for example in self.null),
                *(source for known in self.played.values() for source in known.values())]

    def pair(self, kind: str, with_: int, without: int) -> tuple[Example, Example]:
        """The score with one number and with another."""
        return (Example(self.played[kind][with_], True, self.group, self.label),
                Example(self.played[kind][without], False, self.group, self.label))


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything heard."""

    scores: tuple[Score, ...]
    pool: tuple[Example, ...]
    """Clips of a few large families."""
    places: dict[str, int]
    values: np.ndarray
    """`(row, label)`."""
    layers: dict[str, Inside]
    habits: Inside
    """The first layer, were families to differ along what the first label listens to by twice what clips do."""
    slopes: np.ndarray
    """`(clip, label)` values of the clips under test."""
    tested: np.ndarray
    """`(clip,)` their labels."""
    labels: tuple[str, ...]

    def drawn(self, rng: np.random.Generator) -> "Drawn":
        """Scores and clips under test, equally many of each label."""
        scores = [self.scores[place] for label in self.labels for place in rng.choice(
            [at for at, score in enumerate(self.scores) if score.label == label], PAIRS // len(self.labels), False)]
        chosen = np.concatenate([rng.choice(np.flatnonzero(self.tested == label), AT_ONCE // len(self.labels), False)
                                 for label in self.labels])
        layers = {name: replace(layer, pulls=layer.pulls[chosen], steepness=layer.steepness[chosen])
                  for name, layer in self.layers.items()}
        having = self.tested[chosen][:, None] == np.array(self.labels)
        towards = {name: mean_pulls(layer, having, self.labels) for name, layer in layers.items()}
        return Drawn(tuple(scores), layers, towards, 0.1 * self.slopes[chosen].std(axis=0))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Some of the scores and of the clips under test."""

    scores: tuple[Score, ...]
    layers: dict[str, Inside]
    towards: dict[str, np.ndarray]
    margins: np.ndarray
    """`(label,)`."""

    def card(self, pairs: list[tuple[Example, Example]]) -> Concept:
        """A concept of one pair a score."""
        null = tuple(example for score in self.scores for example in score.null)
        return Concept("inert", "Nothing.", tuple(example for pair in pairs for example in pair), null, paired=True)


def listen(cache: Path, *, clips_in_pool: int, families: int) -> Ground:
    """Render (or read what the folder `cache` has), hear, and reduce to Gram matrices."""
    model = load_model("palos-cnn", HOME)
    scores = _scores()
    corpus = palos_corpus(clips=clips_in_pool, families=families, seed=9, split="train", duration=6.0)
    pool = tuple(Example(track.source, False, track.group, track.label) for track in corpus)
    played = {source.key(): source for score in scores for source in score.sounds()}
    places = {key: place for place, key in enumerate((*played, *(example.source.key() for example in pool)))}
    tested = palos_corpus(clips=UNDER_TEST, seed=8, split="test", duration=6.0)
    pairs = hear(model, clips(list(played.values()), rate=model.rate, cache=cache), model.layers, with_values=True)
    alone = hear(model, clips([example.source for example in pool], rate=model.rate, cache=cache), model.layers)
    bent = slopes(model, clips([track.source for track in tested], rate=model.rate, cache=cache), model.layers)
    rows = {name: np.concatenate([pairs.rows[name], alone.rows[name]]) for name in model.layers}
    first = model.layers[0]
    groups = [*[""] * len(played), *(example.group for example in pool)]
    moved = _with_habits(rows[first], groups, bent.rows[first][:, 0])
    return Ground(scores, pool, places, pairs.values,
                  {name: inside(name, rows[name], bent.rows[name]) for name in model.layers},
                  inside(first, moved, bent.rows[first]), bent.values, np.array([track.label for track in tested]),
                  model.labels)


def _with_habits(rows: np.ndarray, groups: list[str], gradients: np.ndarray) -> np.ndarray:
    """Rows `(row, unit)`, those of each group moved along the mean of gradients `(clip, unit)`."""
    names, which = np.unique(groups, return_inverse=True)
    along = gradients.mean(axis=0) / np.linalg.norm(gradients.mean(axis=0))
    habit = np.random.default_rng(4).normal(size=len(names)) * 2 * (rows @ along).std()
    return (rows + habit[which, None] * along).astype(np.float32)


def _scores() -> tuple[Score, ...]:
    """The scores that the shelf's cards would take, each with its own null examples."""
    card = Pairs("palmas", pairs=SCORES, seed=77)
    null: dict[str, list[Example]] = defaultdict(list)
    for example in card.gather(HOME, "")[1]:
        null[example.group].append(example)
    return tuple(_score(group, tuple(examples)) for group, examples in null.items())


def _score(group: str, null: tuple[Example, ...]) -> Score:
    base = next(example.source.recipe for example in null if not example.source.recipe.changes)
    played: dict[str, dict[int, Source]] = {}
    own, fresh = {}, {}
    for kind, count in NUMBERS.items():
        own[kind] = getattr(family(base.family), kind)
        known = {example.source.recipe.get(kind, own[kind]) for example in null}
        fresh[kind] = min(set(range(count)) - known)
        played[kind] = {number: PaloSource(base if number == own[kind] else base.change(kind, number))
                        for number in {own[kind], fresh[kind], *FIXED[kind]}}
    return Score(group, null[0].label, null, played, own, fresh)
