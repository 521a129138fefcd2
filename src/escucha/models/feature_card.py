"""A card of kind `features`: its table of training features, fitted anew into the head it names."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from escucha.errors import InputError
from escucha.models.card import Card
from escucha.models.features.sets import feature_set
from escucha.models.heads import fit_head
from escucha.models.sklearn_classifier import SklearnClassifier


def load_features(card: Card, state: Mapping[str, Tensor], where: str) -> SklearnClassifier:
    """The machine is fitted anew from its training table: deterministic, and no pickle is ever opened.

    `where` is the card's path: an embedding's own card is looked for beside it.
    """
    hears = feature_set(card.features, where, Path(where).parent)
    missing = {"features", "targets", "scale"} - set(state)
    if missing or state["features"].shape != (len(state["targets"]), len(hears.names)):
        raise InputError(f"the weights {card.weights} do not hold the feature table that {where} describes "
                         f"({len(hears.names)} features of {card.features['name']!r}); train it again")
    _check_targets(card, state["targets"], where)
    pipeline = fit_head(card.head, state["features"].numpy(), state["targets"].numpy(), where)
    return SklearnClassifier(pipeline, card.labels, card.rate, round(card.window * card.rate), hears,
                             float(state["scale"]), card.link)


def _check_targets(card: Card, targets: Tensor, where: str) -> None:
    """One label a row, or for `sigmoid` one boolean a label."""
    if card.link == "sigmoid" and (targets.ndim != 2 or targets.shape[1] != len(card.labels)):
        raise InputError(f"the weights {card.weights} do not tell of each of the {len(card.labels)} labels of {where}")
    told = targets.unique().tolist()
    if card.link == "softmax" and (targets.ndim != 1 or told != list(range(len(card.labels)))):
        count = "fewer" if targets.ndim == 1 and len(told) < len(card.labels) else "more"
        raise InputError(f"the weights {card.weights} tell {count} labels apart than the {len(card.labels)} of {where}")
