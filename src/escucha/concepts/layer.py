"""What a concept test asks of a layer: directions fitted to its examples, and clips pushed along them.

Two kinds of layer answer: `design.Inside`, by gradients, and `steps.Steps`, by steps in feature space where a model has
no gradient.

Conventions: a direction is a weighted sum of rows, `rows` `(example,)` numbers and `alpha` `(example,)` weights (see
`dual`); `having` `(clip, label)` says which clips under test have which label, and every label has a clip.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

Towards = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Mean pushes `(set, label)` over each label's clips, of rows `(set, example)`, their Gram matrices and weights."""


class Layer(Protocol):
    """One layer, with the rows of all examples and the clips under test."""

    @property
    def name(self) -> str:
        """As the model calls it."""

    @property
    def gram(self) -> np.ndarray:
        """`(row, row)`, of rows centred on their mean."""

    @property
    def unit(self) -> str:
        """What a push is measured in, in words."""

    @property
    def most(self) -> float:
        """No push can be larger: 1 of a cosine."""

    def grams(self, sets: np.ndarray) -> np.ndarray:
        """`(set, example, example)` of sets of rows `(set, example)`."""

    def towards(self, having: np.ndarray) -> Towards:
        """How hard directions push each label; 0 for a direction of no length."""

    def pushed(self, rows: np.ndarray, alphas: np.ndarray, like: np.ndarray) -> np.ndarray:
        """`(direction, clip, label)` pushes along `alphas` `(direction, example)`, all as long as `like` is.

        `like` `(example,)` are the weights of a direction whose length is taken for one: what a direction drawn anew
        has more of is noise, and dividing by that too would shrink its push.
        """

    def changes(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """`(clip, label, pair)`: what the differences of pairs of rows do to each clip's value, none made a unit."""
