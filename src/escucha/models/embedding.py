"""Another classifier's activations as features: what a trained network makes of a window, for a head to learn from.

Conventions: the embedder hears its own window at its own rate: a wave is resampled and cut to as many as it takes, the
last one padded with silence, and the features are the mean over them. Features are `(wave, feature)` float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from escucha.audio.clip import Clip
from escucha.config import Within, fingerprint
from escucha.errors import InputError, unknown
from escucha.models import windows
from escucha.models.classifier import LayeredClassifier
from escucha.models.features.choosing import chosen_names
from escucha.models.features.feature_set import FeatureSet


@dataclass(frozen=True)
class Embedding:
    """Whose activations, and what is made of them."""

    card: str
    """A card beside this one (its stem), or a path to a TOML from there."""
    layer: str
    """One of that card's layers."""
    pool: Literal["mean", "max", "none"] = "mean"
    """What becomes of a map: its mean (or maximum) over time and frequency, or every unit of it by itself."""
    keep: Literal["first", "last"] = "first"
    """The axis of a map that is not pooled: a convolution's channels come first, a transformer's units last."""
    mark: str = ""
    """Of the embedder's card and weights, set in training: features of another embedder are not what was learned."""
    chosen: tuple[str, ...] = ()
    """Names of units, such as `network.pool 3`; all when empty."""
    drop_correlated: Annotated[float, Within(0.0, 1.0)] = 1.0
    """As of hand-made features (features/sets.py)."""


@dataclass(frozen=True, eq=False)
class Embedder:
    """A classifier asked for one layer."""

    classifier: LayeredClassifier
    layer: str
    pool: str
    keep: str

    def __call__(self, waves: Sequence[np.ndarray], rate: int, jobs: int = 1) -> np.ndarray:
        """`(wave, feature)`; the network uses the cores itself, so `jobs` changes nothing."""
        return np.concatenate([self._some(waves[at : at + windows.BATCH], rate)
                               for at in range(0, len(waves), windows.BATCH)])

    def _some(self, waves: Sequence[np.ndarray], rate: int) -> np.ndarray:
        """The windows of all these waves in one pass, then the mean over each wave's own."""
        pieces = [windows.cut(self._heard(wave, rate), self.classifier.window) for wave in waves]
        units = self.units(np.concatenate(pieces))
        first = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
        counts = np.array([len(piece) for piece in pieces])
        return np.add.reduceat(units, first, axis=0) / counts[:, None].astype(np.float32)

    def _heard(self, wave: np.ndarray, rate: int) -> np.ndarray:
        from escucha.audio.io import resample

        return wave if rate == self.classifier.rate else resample(Clip(wave, rate), self.classifier.rate).wave

    def units(self, heard: np.ndarray) -> np.ndarray:
        """`(window, feature)` of windows `(window, time)` at the embedder's rate."""
        inside = self.classifier.activations(heard, [self.layer])[self.layer].astype(np.float32)
        if inside.ndim <= 2 or self.pool == "none":
            return inside.reshape(len(inside), -1)
        axis = 1 if self.keep == "first" else inside.ndim - 1
        rest = tuple(at for at in range(1, inside.ndim) if at != axis)
        return inside.mean(axis=rest) if self.pool == "mean" else inside.max(axis=rest)


def embedding(settings: Embedding, where: str, folder: Path) -> FeatureSet:
    """The features of an embedding card in `folder`; InputError where it has no layers, or is not what was learned."""
    from escucha.models.card import read_card
    from escucha.models.shelf import load_model

    path = embedder_path(settings.card, where, folder)
    if read_card(path).kind == "features":
        raise InputError(f"the card {settings.card!r} of {where} has no layers to take features from; name a network")
    if settings.mark and settings.mark != embedder_mark(path):
        raise InputError(f"the card {settings.card!r} of {where} is not the one whose activations were learned; "
                         "restore it and its weights, or train this head again")
    classifier: Any = load_model(str(path), folder.parent)
    embedder = Embedder(classifier, settings.layer, settings.pool, settings.keep)
    count = embedder.units(np.zeros((1, classifier.window), np.float32)).shape[1]
    names = tuple(f"{settings.layer} {unit}" for unit in range(count))
    return FeatureSet(embedder, names, chosen_names(settings.chosen, names, where))


def embedder_path(card: str, where: str, folder: Path) -> Path:
    """The TOML of an embedder's card: beside the head's card, or a path from there."""
    path = folder / (card if card.endswith(".toml") else f"{card}.toml")
    if not card.endswith(".toml") and (not path.is_file() or path.parent != folder):
        raise unknown("card", card, (file.stem for file in folder.glob("*.toml")), where)
    return path


def embedder_mark(path: Path) -> str:
    """Sixteen hex digits of all that its activations depend on: its weights, network, front end, rate and window."""
    from escucha.models.card import read_card

    told = read_card(path)
    weights = told.published.get("variants", told.published) if told.published else told.digest
    return fingerprint(told.kind, told.rate, told.window, told.front_end, told.network, weights)
