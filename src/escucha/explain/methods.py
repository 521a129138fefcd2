"""The ways to weigh parts, by name.

Only `shapley` gives interactions of pairs too (`Weights.interactions`).
"""

from typing import Protocol

from escucha.explain.gradients.kernel_shap import kernel_shap
from escucha.explain.gradients.weigh import GRADIENTS
from escucha.explain.lime import lime
from escucha.explain.occlusion import leave_one_in, leave_one_out
from escucha.explain.permutation import permutation
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import USUAL, Sampling, Weights


class Method(Protocol):
    """What every method takes and gives."""

    def __call__(self, game: Game, label: str, sampling: Sampling = USUAL) -> Weights:
        """One weight a part for `label`; InputError for an unknown one, and for what the method cannot do."""


METHODS: dict[str, Method] = {
    "shapley": shapley,
    "permutation": permutation,
    "lime": lime,
    "leave-one-out": leave_one_out,
    "leave-one-in": leave_one_in,
    "kernel-shap": kernel_shap,
    **GRADIENTS,
}
"""Those of GRADIENTS are for torch modules with a front end and a network only (`gradients.halves`)."""
