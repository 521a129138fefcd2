"""On what a real network hears, inert cards, built as real cards are, are found no oftener than alpha.

The cards are not draws from the null's generator. Pairs: one thing that means nothing (the room, or the noise) changed
in every pair, turned by a rule that holds throughout (rooms ranked, the higher with), in rooms and noises that the null
examples do not have; a cell counts when the direct effect is inert. Clips: a property of whole families, or of clips
that come with some labels, taken from the corpus as a query takes it.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from escucha.concepts.activations import hear, slopes
from escucha.concepts.concept import Concept, Example
from escucha.concepts.design import Design, Inside, design, inside
from escucha.concepts.examples import Pairs
from escucha.concepts.tcav import mean_pulls, pushes, rank_p
from escucha.corpora.palos import PaloSource, nuisance_pairs, palos_corpus
from escucha.corpora.reading import clips
from escucha.models.evaluation import mean_interval
from escucha.models.shelf import load_model

HOME = Path(__file__).resolve().parents[2]
ALPHA = 0.05
TRIALS = 400
BOUND = binom.ppf(0.99, TRIALS, ALPHA) / TRIALS
"""What 400 trials at .05 stay below 99 times in 100."""
TAKES = (("room", 2), ("room", 3), ("noise", 1), ("noise", 2))
"""Changes that no null example has."""

pytestmark = pytest.mark.skipif(not (HOME / "models" / "palos-cnn.toml").is_file(), reason="needs the card palos-cnn")


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything heard once."""

    layers: dict[str, Inside]
    towards: dict[str, np.ndarray]
    values: np.ndarray
    places: dict[str, int]
    margins: np.ndarray
    spare: tuple[Example, ...]
    changed: dict[tuple[str, int], tuple[Example, ...]]
    pool: tuple[Example, ...]
    labels: tuple[str, ...]

    def pushes(self, layer: str, sets: np.ndarray, made: Design) -> np.ndarray:
        """`(set, label)`."""
        return pushes(self.layers[layer], self.towards[layer], sets, made.signs, estimator=made.estimator)


@pytest.fixture(scope="module")
def ground() -> Ground:
    model = load_model("palos-cnn", HOME)
    card = Pairs("palmas", pairs=18, seed=77)
    spare = card.gather(HOME, "")[1]
    changed = {}
    for kind, take in TAKES:
        pairs = [pair for ask in card._requests("") for pair in nuisance_pairs(kinds=(kind,), take=take, **ask)]
        changed[kind, take] = tuple(Example(source, there, f"family-{pair.family:04d}", pair.palo) for pair in pairs
                                    for source, there in ((pair.with_, True), (pair.without, False)))
    corpus = palos_corpus(clips=96, seed=9, split="train", duration=6.0)
    pool = tuple(Example(track.source, False, track.group, track.label) for track in corpus)
    sources = {example.source.key(): example.source
               for example in (*spare, *(one for found in changed.values() for one in found), *pool)}
    tested = palos_corpus(clips=24, seed=8, split="test", duration=6.0)
    heard = hear(model, clips(list(sources.values()), rate=model.rate), model.layers, with_values=True)
    bent = slopes(model, clips([track.source for track in tested], rate=model.rate), model.layers)
    layers = {name: inside(name, heard.rows[name], bent.rows[name]) for name in model.layers}
    names = np.array([track.label for track in tested])
    towards = {name: mean_pulls(layer, names, model.labels) for name, layer in layers.items()}
    return Ground(layers, towards, heard.values, {key: place for place, key in enumerate(sources)},
                  0.1 * bent.values.std(axis=0), spare, changed, pool, model.labels)


def ranked_card(ground: Ground, kind: str, rng: np.random.Generator) -> Concept:
    """The room (or the noise) of the higher rank in every pair; each card ranks them anew."""
    rank = rng.permutation(40)
    examples: list[Example] = []
    takes = [key for key in ground.changed if key[0] == kind]
    for pair in range(0, len(ground.changed[takes[0]]), 2):
        couple = ground.changed[takes[rng.integers(len(takes))]][pair:pair + 2]
        high, low = sorted(couple, key=lambda example: -rank[_number(example, kind)])
        examples += [replace(high, present=True), replace(low, present=False)]
    return Concept("inert", "Nothing.", tuple(examples), ground.spare, paired=True)


def _number(example: Example, kind: str) -> int:
    source = example.source
    assert isinstance(source, PaloSource)
    return int(source.recipe.get(kind, 0))


def inert_cells(ground: Ground, made: Design) -> np.ndarray:
    """`(label,)`: is the direct effect within the margin?"""
    half = len(made.own) // 2
    changes = ground.values[made.own[:half]] - ground.values[made.own[half:]]
    found = [mean_interval(change, list(made.groups[:half]), seed=0, draws=1000) for change in changes.T]
    return np.array([max(-one.low, one.high) < margin for one, margin in zip(found, ground.margins)])


def test_inert_pairs_are_found_no_oftener_than_alpha(ground):
    rng = np.random.default_rng(0)
    found: list[bool] = []
    first = design(ranked_card(ground, "room", rng), ground.places, estimator="paired-difference", nulls=999, seed=0)
    nulls = {layer: ground.pushes(layer, first.nulls, first) for layer in ground.layers}  # all cards are of one design
    for card in range(4 * TRIALS):
        made = design(ranked_card(ground, ("room", "noise")[card % 2], rng), ground.places,
                      estimator="paired-difference", nulls=10, seed=0)
        inert = np.flatnonzero(inert_cells(ground, made))
        if len(found) == TRIALS:
            break
        if len(inert):
            layer, label = rng.choice(list(ground.layers)), rng.choice(inert)
            found.append(rank_p(ground.pushes(layer, made.own[None], made)[0], nulls[layer])[label] <= ALPHA)
    assert len(found) == TRIALS
    assert np.mean(found) <= BOUND


def clip_card(ground: Ground, clustered: bool, rng: np.random.Generator) -> Concept:
    """Whole families have it, or clips of some labels have it oftener."""
    families = sorted({example.group for example in ground.pool})
    if clustered:
        having = set(rng.choice(families, len(families) // 2, replace=False))
        flagged = [replace(example, present=example.group in having) for example in ground.pool]
    else:
        odds = dict(zip(ground.labels, rng.permutation([0.75, 0.5, 0.25])))
        flagged = [replace(example, present=bool(rng.random() < odds[example.label])) for example in ground.pool]
    sides = [[example for example in flagged if example.present is there] for there in (True, False)]
    chosen = [side[place] for side in sides for place in rng.permutation(len(side))[:12]]
    return Concept("inert", "Nothing.", tuple(chosen), ground.pool, paired=False)


@pytest.mark.parametrize("clustered", [True, False])
def test_inert_clips_are_found_no_oftener_than_alpha(ground, clustered):
    rng = np.random.default_rng(1)
    found = []
    for _ in range(TRIALS):
        made = design(clip_card(ground, clustered, rng), ground.places, estimator="ridge", nulls=59, seed=0)
        layer, label = rng.choice(list(ground.layers)), rng.integers(len(ground.labels))
        p = rank_p(ground.pushes(layer, made.own[None], made)[0], ground.pushes(layer, made.nulls, made))
        found.append(p[label] <= ALPHA)
    assert np.mean(found) <= BOUND
