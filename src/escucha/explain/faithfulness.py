"""Does an explanation tell the truth? Its weights, judged by what the model says when parts are switched.

Conventions: all measures are of one clip and one label; NaN is what could not be measured. What is published in per
cent (AI, AD, AG) is in per cent, all else in its own unit or from 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from escucha.explain import fidelity
from escucha.explain.deletion import Bounds, added, ordered, removed
from escucha.explain.listening import strongest
from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights, exact
from escucha.models.classifier import label_index, probabilities

SHARES = (0.1, 0.2, 0.5)
"""Of the sounding parts, taken away or left for comprehensiveness and sufficiency."""


@dataclass(frozen=True)
class Measure:
    """One way in which an explanation can be good."""

    better: Literal["higher", "lower", "neither"]
    meaning: str
    """In words, with what its ends mean."""
    yes: float = 0.0
    """Of a measure that is yes or no in each clip: what yes reads. Its mean is a share."""


MEASURES: dict[str, Measure] = {
    "deletion": Measure("higher", "how fast the value falls as the strongest parts go first: 1 the best order, "
                        "0 a random one"),
    "insertion": Measure("higher", "how fast the value rises as the strongest parts come first: 1 the best order, "
                         "0 a random one"),
    "comprehensiveness": Measure("higher", "probability lost without the strongest parts, mean over shares of them"),
    "sufficiency": Measure("lower", "probability lost with the strongest parts alone, mean over shares of them"),
    "AI": Measure("higher", "% of clips of which the strongest parts alone are surer than the whole", 100.0),
    "AD": Measure("lower", "% of the probability that the strongest parts alone lose"),
    "AG": Measure("higher", "% of what the probability lacks to 1 that the strongest parts alone gain"),
    "FF": Measure("higher", "probability lost without the strongest parts"),
    "Fid-In": Measure("higher", "share of clips whose strongest parts alone have the label as the surest", 1.0),
    "kept": Measure("neither", "share of the sounding parts that are the strongest: the fewest that hold half"),
    "sparseness": Measure("neither", "Gini index of the weights' sizes: 0 all alike, near 1 one alone"),
    "complexity": Measure("neither", "entropy of the weights' sizes in nats: 0 one part alone"),
    "seeds": Measure("higher", "rank correlation of the weights when drawn again with other seeds"),
    "seeds-top": Measure("higher", "overlap (Jaccard) of the three strongest parts across seeds"),
    "shift": Measure("higher", "rank correlation of the weights when the clip begins a little later"),
    "shift-top": Measure("higher", "overlap (Jaccard) of the three strongest parts when it begins a little later"),
    "other-label": Measure("neither", "rank correlation with the weights for another label"),
    "reset": Measure("neither", "rank correlation with the weights for a network that has forgotten everything"),
    "refitted": Measure("neither", "rank correlation with the weights for a last layer that learned the same labels "
                        "again"),
    "scrambled": Measure("neither", "rank correlation with the weights for a last layer that learned shuffled labels"),
}
"""In the order of tables; the ends of correlations are -1 and 1. Those that are neither better higher nor lower
describe an explanation, and one that tells the truth may read anything there but close to 1 in `reset`."""
ALWAYS = ("deletion", "insertion", "comprehensiveness", "sufficiency", "AI", "AD", "AG", "FF", "Fid-In", "kept",
          "sparseness", "complexity")
"""What `judge` measures."""


@dataclass(frozen=True, eq=False)
class Judged:
    """How one explanation of one clip fared."""

    measures: dict[str, float]
    """Of `ALWAYS`."""
    deletion: np.ndarray
    """`(n + 1,)` values with 0, 1, 2, ... of the strongest parts taken away, for n sounding parts."""
    insertion: np.ndarray
    """The same with 0, 1, 2, ... of them on, and no others."""


def judge(game: Game, label: str, weights: np.ndarray, bounds: Bounds, *, shares: Sequence[float] = SHARES,
          seed: int = 0) -> Judged:
    """Switch parts in the order of `weights` (part,), ties drawn from `seed`, and measure what the model says.

    Everything is asked in one call: what the game remembers costs nothing. InputError for an unknown label.
    """
    column, count, players = label_index(game.classifier, label), len(weights), game.sounding
    order, kept = ordered(weights, players, np.random.default_rng(seed)), strongest(weights)
    asked = game.score(np.concatenate([removed(order, count), added(order, count), [kept, ~kept]]))
    steps, said = len(players) + 1, asked.values(label)
    probability = probabilities(asked.logits(), game.classifier.link)
    down, up = said[:steps], said[steps : 2 * steps]
    measures = {"deletion": bounds.deletion(down), "insertion": bounds.insertion(up),
                **_fidelity(probability, column, steps, shares), "kept": float(kept[players].mean()),
                "sparseness": fidelity.sparseness(weights[players]),
                "complexity": fidelity.complexity(weights[players]) if weights.any() else 0.0}
    return Judged({name: measures[name] for name in ALWAYS}, down, up)


def _fidelity(probability: np.ndarray, column: int, steps: int, shares: Sequence[float]) -> dict[str, float]:
    """From `(remix, label)` probabilities of parts taken away, parts added, the strongest alone, all but them."""
    p = probability[:, column]
    whole, kept, left = p[0], p[-2], p[-1]
    counts = fidelity.portions(steps - 1, shares)
    return {"comprehensiveness": fidelity.comprehensiveness(p[:steps], counts),
            "sufficiency": fidelity.sufficiency(p[steps : 2 * steps], counts),
            "AI": float(fidelity.increase(whole, kept)), "AD": float(fidelity.drop(whole, kept)),
            "AG": float(fidelity.gain(whole, kept)), "FF": float(fidelity.faithfulness(whole, left)),
            "Fid-In": float(fidelity.same_answer(probability[-2], column))}


def random_weights(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """The control: normal weights drawn from the seed, which know nothing of the clip. Silent parts have zero."""
    before, (everything, nothing) = game.asked, game.ends(label)
    weights = np.zeros(len(game.factorization.parts))
    weights[game.sounding] = np.random.default_rng(sampling.seed).normal(size=len(game.sounding))
    return replace(exact(weights, everything, nothing, passes=game.asked - before), samples=1)
