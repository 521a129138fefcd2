"""The ways to weigh parts, by name."""

from typing import Protocol

from escucha.explain.factorization import Factorization
from escucha.explain.lime import lime
from escucha.explain.permutation import permutation
from escucha.explain.shapley import shapley
from escucha.explain.weights import Weights
from escucha.models.classifier import Classifier


class Method(Protocol):
    """What every method takes and gives; `samples` is how many remixes (or orders) one that samples may draw."""

    def __call__(self, classifier: Classifier, factorization: Factorization, label: str, *, seed: int = 0,
                 samples: int = 1000, aggregation: str = "mean-logit") -> Weights:
        """One weight a part for `label`."""


METHODS: dict[str, Method] = {"shapley": shapley, "permutation": permutation, "lime": lime}
