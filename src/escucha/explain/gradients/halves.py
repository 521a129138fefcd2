"""Which classifiers gradients can be taken of: torch modules with a front end and a network of their own names."""

from typing import TYPE_CHECKING

from escucha.errors import InputError
from escucha.explain.remix import Game
from escucha.models.classifier import Classifier

if TYPE_CHECKING:
    from torch import nn

OTHERS = "shapley, permutation, lime and kernel-shap work for every classifier"


def halves(classifier: Classifier, method: str) -> "tuple[nn.Module, nn.Module]":
    """The front end and the network of a classifier; InputError where it has no such inside."""
    from torch import nn

    from escucha.models.torch_classifier import TorchClassifier

    if not isinstance(classifier, TorchClassifier):
        raise InputError(f"{method} follows gradients through a torch network and this model is a "
                         f"{type(classifier).__name__}; {OTHERS}")
    found = [getattr(classifier.module, name, None) for name in ("front_end", "network")]
    if not all(isinstance(half, nn.Module) for half in found):
        raise InputError(f"{method} explains the tensor between a front end and a network, and this module takes waves "
                         "without naming both (front_end, network); give TorchClassifier.of the spectrogram as "
                         f"front_end. {OTHERS}")
    return found[0], found[1]  # type: ignore[return-value]


def check_additive(game: Game, method: str) -> None:
    """Raise InputError where the clip's value is not the mean of its windows' values."""
    if not game.additive:
        raise InputError(f"{method} adds up what it finds window by window, and with the aggregation "
                         f"{game.aggregation!r} and the value {game.value!r} windows do not add up; use 'mean-logit' "
                         "and 'logit', or the method permutation")
