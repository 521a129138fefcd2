"""What a `[features]` table asks for: a hand-made set, or another card's activations; all of it, or what was chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from escucha.config import Within, build, take_kind
from escucha.models.embedding import Embedding, embedding
from escucha.models.features import FEATURES
from escucha.models.features.choosing import chosen_names
from escucha.models.features.feature_set import FeatureSet, each


@dataclass(frozen=True)
class HandMade:
    """Which features of a hand-made set."""

    chosen: tuple[str, ...] = ()
    """Names, or what several begin with (`mfcc1` for its mean and variance); all when empty."""
    drop_correlated: Annotated[float, Within(0.0, 1.0)] = 1.0
    """In training, a column whose |r| with an earlier one is above this goes; the card's `chosen` says what is left."""


def hand_made(settings: HandMade, where: str, folder: Path, *, name: str) -> FeatureSet:
    """Those features of FEATURES[name] that `settings` chooses."""
    extract, names = FEATURES[name]
    return FeatureSet(partial(each, extract), names, chosen_names(settings.chosen, names, where))


SETS: dict[str, tuple[type, Callable[[Any, str, Path], FeatureSet]]] = {
    **{name: (HandMade, partial(hand_made, name=name)) for name in FEATURES}, "embedding": (Embedding, embedding)}
"""Name to its settings, and to what makes the set of (settings, where, the folder of the cards)."""


def feature_set(table: Mapping[str, Any], where: str, folder: Path) -> FeatureSet:
    """The features of a `[features]` table; InputError for a name, a key or a choice that is not known.

    `folder` holds the cards: an embedding names one of them.
    """
    make, settings = _asked(table, where)
    return make(settings, f"[features] in {where}", folder)


def correlation_limit(table: Mapping[str, Any], where: str) -> float:
    """The `drop_correlated` of a `[features]` table; 1 where nothing is to be dropped."""
    return float(_asked(table, where)[1].drop_correlated)


def _asked(table: Mapping[str, Any], where: str) -> tuple[Callable[[Any, str, Path], FeatureSet], Any]:
    settings, place = dict(table), f"[features] in {where}"
    kind, make = SETS[take_kind(settings, SETS, what="features", where=place, key="name")]
    return make, build(kind, settings, place)
