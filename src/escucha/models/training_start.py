"""Training that does not begin from nothing: another card's network, with a new head where it has other labels."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from escucha.errors import InputError
from escucha.models.build import listener
from escucha.models.card import Card, find_card, read_card
from escucha.models.listener import Listener
from escucha.models.own import is_own


def start_card(card: str, home: Path) -> Card:
    """The card that training starts from; InputError where there is no network that could learn."""
    if is_own(card):
        raise InputError(f"training starts from a card of models/, not from {card}; train your own module as you did, "
                         "and put it on the shelf")
    told = read_card(find_card(card, home))
    if told.kind != "network":
        raise InputError(f"the card {card!r} has no network to train further; name one of kind 'network'")
    return told


def started(card: str, labels: tuple[str, ...], home: Path) -> tuple[Listener, tuple[str, ...]]:
    """The network of a card, ready to learn `labels`, and its layers.

    Where they are not the card's own, in their order, every weight whose shape depends on the number of labels (the
    head) is drawn afresh from torch's generator. InputError where the card's weights do not fit its network.
    """
    from escucha.models.shelf import load_model

    told = start_card(card, home)
    trained = getattr(load_model(card, home), "module", None)
    if not isinstance(trained, Listener):
        raise InputError(f"the classifier of {card!r} is no front end with a network; training cannot start from it")
    module, layers = listener(replace(told, labels=labels), card)
    state = trained.network.state_dict()
    if labels != told.labels:
        fresh = module.network.state_dict()
        state = {name: fresh[name] if name in _head(told) else tensor for name, tensor in state.items()}
    module.network.load_state_dict(state)
    return module, layers


def _head(told: Card) -> set[str]:
    """The tensors whose shape depends on how many labels there are."""
    with torch.random.fork_rng(devices=[]):
        one, other = (_shapes(replace(told, labels=tuple(map(str, range(count))))) for count in (2, 3))
    return {name for name, shape in one.items() if other.get(name) != shape}


def _shapes(card: Card) -> Mapping[str, torch.Size]:
    state: dict[str, Tensor] = listener(card, "the card")[0].network.state_dict()
    return {name: tensor.shape for name, tensor in state.items()}
