"""From a card's tables to a module that hears waves."""

from escucha.errors import InputError
from escucha.models.card import Card
from escucha.models.classifier import Link
from escucha.models.front_ends import make_front_end, shape_of
from escucha.models.listener import Listener
from escucha.models.networks import make_network
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.views import ViewedTorchClassifier


def listener(card: Card, where: str) -> tuple[Listener, tuple[str, ...]]:
    """Front end and network with fresh weights (from torch's generator), and the layers it offers."""
    settings = dict(card.network)
    name = settings.pop("name", None)
    if name is None:
        raise InputError(f"[network] in {where} lacks the key 'name'")
    front = make_front_end(card.front_end, card.rate, where)
    shape = shape_of(front, round(card.window * card.rate))
    network, layers = make_network(str(name), len(card.labels), shape, settings=settings, where=f"[network] in {where}")
    return Listener(front, network), tuple(f"network.{layer}" for layer in layers)


def classifier_of(module: Listener, layers: tuple[str, ...], *, labels: tuple[str, ...], rate: int, window: int,
                  link: Link) -> TorchClassifier:
    """The module as a classifier of windows of `window` samples: a ViewedClassifier where its network has `views`."""
    kind = ViewedTorchClassifier if hasattr(module.network, "views") else TorchClassifier
    return kind(module, labels, rate, window, link, layers)
