"""Cards of models that others published: what the `[published]` table says, and from the files to a network's state.

The files lie in the cache once they were fetched or handed over (weights/store.py); they are read anew each time, which
takes some hundredths of a second, so that nothing stands between the published bytes and the answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import numpy as np
import torch
from torch import Tensor, nn

from escucha.config import build
from escucha.errors import InputError
from escucha.models.build import listener
from escucha.models.card import Card
from escucha.models.listener import Listener
from escucha.models.networks import design
from escucha.models.weights.adopt import adopt
from escucha.models.weights.keras import read_keras
from escucha.models.weights.kernels import Kernels
from escucha.models.weights.store import Kept, find
from escucha.models.weights.tensorflow import read_bundle
from escucha.models.weights.torch_state import read_torch

READERS: dict[str, Callable[[Path], dict[str, np.ndarray]]] = {
    "keras-h5": read_keras, "tensorflow-bundle": read_bundle, "torch": read_torch}
"""Format to the function that reads it; of several files the first is handed to it."""


@dataclass(frozen=True)
class PublishedFile:
    """One file of published weights."""

    url: str
    sha256: str = ""
    """Of its bytes; left out where nobody who wrote the card has seen the file: then it is not verified."""

    @property
    def name(self) -> str:
        """What the file is called."""
        return Path(unquote(urlsplit(self.url).path)).name


@dataclass(frozen=True)
class Variant:
    """The same weights as one backend keeps them."""

    kernels: Kernels
    files: tuple[PublishedFile, ...]


@dataclass(frozen=True)
class Published:
    """Weights that others published."""

    format: Literal["keras-h5", "tensorflow-bundle", "torch"]
    source: str
    """Where they are described."""
    licence: str
    kernels: Kernels
    """Of a file that is none of the variants; torch's slide as TensorFlow's."""
    variants: tuple[Variant, ...]
    """The first is fetched."""
    note: str = ""
    """What one should know of them."""


def published(card: Card, where: str) -> Published:
    """The `[published]` table of a card; InputError for what is wrong with it."""
    told = build(Published, card.published, f"[published] in {where}")
    files = [file for variant in told.variants for file in variant.files]
    if not told.variants or not all(variant.files for variant in told.variants):
        raise InputError(f"'variants' in [published] in {where} should name one or more, each with its files")
    for file in files:
        if not _names_a_file(file):
            raise InputError(f"{file.url!r} in [published] in {where} should be the http address of a file")
        if file.sha256 and not re.fullmatch("[0-9a-f]{64}", file.sha256):
            raise InputError(f"the sha256 {file.sha256!r} in [published] in {where} should be 64 digits of 0-9a-f")
    return told


def _names_a_file(file: PublishedFile) -> bool:
    try:
        address = urlsplit(file.url)
    except ValueError:
        return False
    named = address.scheme in ("http", "https") and bool(address.hostname)
    return named and file.name not in ("", "..") and unquote(file.url).isprintable()


def kept_weights(path: Path, card: Card) -> Kept:
    """The files of a card in the cache; InputError, with the way out, where there are none or they were changed."""
    published(card, str(path))
    return find(path.stem, card.published)


def published_state(path: Path, card: Card) -> dict[str, Tensor]:
    """The network's state that the published weights of a card make; InputError in one line for bad ones."""
    kept = kept_weights(path, card)
    return adopted(card, kept.first, kept.kernels, where=str(path))[0].network.state_dict()


def adopted(card: Card, file: Path, kernels: Kernels, *, where: str) -> tuple[Listener, tuple[str, ...]]:
    """The network of a card with the weights of `file`, read with `kernels`, and its layers.

    InputError for a file that cannot be read, lacks a layer, or has one of another shape.
    """
    with torch.random.fork_rng(devices=[]):  # fresh weights are drawn, then replaced
        module, layers = listener(card, where)
    settings = {key: value for key, value in card.network.items() if key != "name"}
    names = design(str(card.network["name"]), where).published(settings, where)
    found = READERS[published(card, where).format](file)
    state = adopt(module.network, names, found, kernels=kernels, where=str(file))
    module.network.load_state_dict(state)
    return module.eval().requires_grad_(False), layers


def turned(module: Listener) -> Listener:
    """The same network, each of its convolutions' kernels turned by 180 degrees, in place."""
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Conv2d):
                part.weight.copy_(part.weight.flip(2, 3))
    return module


