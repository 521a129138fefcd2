"""Occlusion: what is lost without a part, and what a part does alone. Exact, in one remix a part.

`leave-one-out` is v(all) - v(all but i), `leave-one-in` is v(only i) - v(none). They are the last and the first of the
arrivals that a Shapley value averages, and so its cheapest halves; where parts add up all three are equal. Where they
do not, each alone misleads:

- two parts that stand in for each other (either is enough): without one the other still speaks, so leave-one-out gives
  both *nothing*, leave-one-in gives each *all*, and Shapley halves it;
- two parts that count only together: leave-one-out gives each all, leave-one-in nothing, and Shapley halves it.

So a zero from leave-one-out says that a part is not *needed*, and one from leave-one-in that it is not *enough*. The
weights do not sum to v(all) - v(none). Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014
(leave one out); Covert, Lundberg and Lee, "Explaining by Removing", 2021 (both, as summaries of one game).
"""

import numpy as np

from escucha.explain.remix import Game
from escucha.explain.weights import USUAL, Sampling, Weights, exact


def leave_one_out(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """What the clip's value loses without each part. Nothing is drawn; InputError for an unknown label."""
    return _one_by_one(game, label, others=True)


def leave_one_in(game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
    """What each part alone adds to the value of nothing. Nothing is drawn; InputError for an unknown label."""
    return _one_by_one(game, label, others=False)


def _one_by_one(game: Game, label: str, *, others: bool) -> Weights:
    """Value with a part on minus value with it off, all the others being on, or off."""
    count, sounding = len(game.factorization.parts), game.sounding
    masks = np.full((len(sounding) + 2, count), others)
    masks[np.arange(len(sounding)), sounding] = not others
    masks[-2], masks[-1] = True, False
    before, played = game.asked, game.values(masks, label)
    weights = np.zeros(count)
    weights[sounding] = played[-2] - played[:-2] if others else played[:-2] - played[-1]
    return exact(weights, float(played[-2]), float(played[-1]), passes=game.asked - before)
