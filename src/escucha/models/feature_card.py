"""A card of kind `features`: its table of training features, fitted anew into the head it names."""

from collections.abc import Mapping

from torch import Tensor

from escucha.errors import InputError, unknown
from escucha.models.card import Card
from escucha.models.features import FEATURES
from escucha.models.heads import fit_head
from escucha.models.sklearn_classifier import SklearnClassifier


def load_features(card: Card, state: Mapping[str, Tensor], where: str) -> SklearnClassifier:
    """The machine is fitted anew from its training table: deterministic, and no pickle is ever opened."""
    name = str(card.features.get("name"))
    if name not in FEATURES:
        raise unknown("features", name, FEATURES, where)
    extract, names = FEATURES[name]
    missing = {"features", "targets", "scale"} - set(state)
    if missing or state["features"].shape != (len(state["targets"]), len(names)):
        raise InputError(f"the weights {card.weights} do not hold the feature table that {where} describes "
                         f"({len(names)} features of {name!r}); train it again")
    if int(state["targets"].max()) >= len(card.labels):
        raise InputError(f"the weights {card.weights} tell more labels apart than the {len(card.labels)} of {where}")
    pipeline = fit_head(card.head, state["features"].numpy(), state["targets"].numpy(), where)
    return SklearnClassifier(pipeline, card.labels, card.rate, round(card.window * card.rate), extract, names,
                             float(state["scale"]))
