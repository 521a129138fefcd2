"""From a card's tables to a module that hears waves."""

from escucha.audio.spectrum import LogMel
from escucha.errors import InputError
from escucha.models.card import Card, Spectrum
from escucha.models.networks import make_network
from escucha.models.torch_classifier import Listener


def front_end(spectrum: Spectrum, rate: int) -> LogMel:
    """The log-mel of a card."""
    return LogMel(rate, n_fft=spectrum.n_fft, hop=spectrum.hop, mels=spectrum.mels, fmin=spectrum.fmin,
                  fmax=spectrum.fmax)


def listener(card: Card, where: str) -> tuple[Listener, tuple[str, ...]]:
    """Front end and network with fresh weights (from torch's generator), and the layers it offers."""
    settings = dict(card.network)
    name = settings.pop("name", None)
    if name is None:
        raise InputError(f"[network] in {where} lacks the key 'name'")
    front = front_end(card.spectrum, card.rate)
    shape = (card.spectrum.mels, front.frames(round(card.window * card.rate)))
    network, layers = make_network(str(name), len(card.labels), shape, settings=settings, where=f"[network] in {where}")
    return Listener(front, network), tuple(f"network.{layer}" for layer in layers)
