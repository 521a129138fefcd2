"""The shelf of trained classifiers: from a card's name to something that listens."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from escucha.errors import InputError, unknown
from escucha.models.card import Card, find_card, read_card
from escucha.models.classifier import Classifier
from escucha.models.own import is_own, load_own, own_digest
from escucha.models.weights.safe import digest, load_weights, part, prefixed

if TYPE_CHECKING:
    from escucha.models.domain import Domain
    from escucha.models.sklearn_classifier import SklearnClassifier
    from escucha.models.torch_classifier import TorchClassifier


def load_model(card: str, home: Path) -> Classifier:
    """The classifier of a card, or of `FILE.py:NAME`: a function in the user's own file, which is imported (own.py)."""
    return load_own(card) if is_own(card) else load_card(card, home)


def load_card(card: str, home: Path) -> Classifier:
    """The classifier of a card: the stem of a file in `home/models/`, or a path to a TOML. Nothing of it can run.

    InputError, in one line, for an unknown card, a wrong key, missing or broken weights, and weights that do not fit.
    """
    path = find_card(card, home)
    told = read_card(path)
    return LOADERS[told.kind](told, _weights(path, told), str(path))


def load_domain(card: str, home: Path) -> "Domain | None":
    """What the model of a card was trained on, to tell clips far from it; None where the card does not say."""
    from escucha.models.domain import Domain

    if is_own(card):
        return None
    path = find_card(card, home)
    told = read_card(path)
    return Domain.of(told.domain, part(_weights(path, told), "domain"), str(path)) if told.domain else None


def load_thresholds(card: str, home: Path) -> dict[str, float]:
    """Label to the probability from which it is given: the card's, .5 where it says nothing."""
    if is_own(card):
        return dict.fromkeys(load_own(card).labels, 0.5)
    told = read_card(find_card(card, home))
    return {label: float(told.thresholds.get(label, 0.5)) for label in told.labels}


def model_digest(card: str, home: Path) -> str:
    """Sixteen hex digits that change with the card's text or its weights."""
    if is_own(card):
        return own_digest(card)
    path = find_card(card, home)
    told = read_card(path)
    if told.published:
        from escucha.models.published import kept_weights

        mark = kept_weights(path, told).digest
    else:
        mark = digest(path.parent / told.weights)
    return hashlib.sha256(path.read_bytes() + mark.encode()).hexdigest()[:16]


def _weights(path: Path, card: Card) -> dict[str, Tensor]:
    if card.published:
        from escucha.models.published import published_state

        return prefixed("network", published_state(path, card))
    place = path.parent / card.weights
    state, found = load_weights(place), digest(place)
    if found != card.digest:
        raise InputError(f"{place} has digest {found}, but {path} was made with {card.digest}; restore both from "
                         f"version control, or train again with {card.trained.get('experiment', 'their experiment')}")
    return state


def _network(card: Card, state: Mapping[str, Tensor], where: str) -> "TorchClassifier":
    from escucha.models.build import classifier_of, listener
    from escucha.models.listener import quick

    with torch.random.fork_rng(devices=[]):  # fresh weights are drawn, then replaced
        module, layers = listener(card, where)
    try:
        module.network.load_state_dict(part(state, "network"))
    except RuntimeError as error:
        reason = " ".join(str(error).split("\n\t")[-1].split())
        raise InputError(f"the weights {card.weights} do not fit the network in {where}: {reason}") from None
    for layer in card.layers:
        if layer not in layers:
            raise unknown("layer", layer, layers, where)
    module = quick(module).eval().requires_grad_(False)
    return classifier_of(module, card.layers or layers, labels=card.labels, rate=card.rate,
                         window=round(card.window * card.rate), link=card.link)


def _features(card: Card, state: Mapping[str, Tensor], where: str) -> "SklearnClassifier":
    from escucha.models.feature_card import load_features

    return load_features(card, state, where)


LOADERS: dict[str, Callable[[Card, Mapping[str, Tensor], str], Classifier]] = {
    "network": _network, "features": _features}
"""Card kind to the function that builds its classifier from (card, tensors, where)."""
