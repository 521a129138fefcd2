"""A recipe as a source of a corpus: its sound, its stems, what is known of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from escucha.audio.clip import Clip
from escucha.corpora.rendering.synth import RATE, soundfont_hash


class Keyed(Protocol):
    """What determines a clip."""

    def key(self) -> str:
        """A hash of it and of the renderer's revision."""


class Played:
    """What is made of stems alone; nothing is kept, and every call gives the same samples. `waves` says how."""

    def waves(self) -> dict[str, np.ndarray]:
        """Every stem, `(time,)` float32 at `RATE`, in the order in which they are added."""
        raise NotImplementedError

    def clip(self) -> Clip:
        """The mix: the sum of the stems in their order."""
        from escucha.corpora.rendering.sound import add

        return Clip(add(self.waves().values()), RATE)

    def stems(self) -> dict[str, Clip]:
        """The sources that sound and `rest` (the noise), summing to the clip when added in this order."""
        return {name: Clip(wave, RATE) for name, wave in self.waves().items()}


@dataclass(frozen=True)
class RenderedSource(Played):
    """One rendered clip of a corpus, which says how and what is known of it."""

    recipe: Keyed

    def annotations(self) -> Mapping[str, Any]:
        """Everything known of it, without rendering."""
        raise NotImplementedError

    def key(self) -> str:
        """A hash of the recipe, the renderer's revision and the soundfont."""
        return hashlib.sha256((self.recipe.key() + soundfont_hash()).encode()).hexdigest()[:16]
