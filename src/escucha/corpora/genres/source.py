"""A recipe as a source of a corpus: its sound, its stems, its annotations."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from escucha.audio.clip import Clip
from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.rendering.synth import RATE


@dataclass(frozen=True)
class GenreSource:
    """One rendered clip; nothing is kept, and every call gives the same samples."""

    recipe: Recipe

    def clip(self) -> Clip:
        """The mix: the sum of the stems in their order."""
        from escucha.corpora.genres.render import stems
        from escucha.corpora.rendering.sound import add

        return Clip(add(stems(self.recipe).values()), RATE)

    def stems(self) -> dict[str, Clip]:
        """The sources that sound and `rest` (the noise), summing to the clip when added in this order."""
        from escucha.corpora.genres.render import stems

        return {name: Clip(wave, RATE) for name, wave in stems(self.recipe).items()}

    def annotations(self) -> Mapping[str, Any]:
        """Everything known of it (see `score.annotations`), without rendering."""
        from escucha.corpora.genres.score import annotations

        return annotations(self.recipe)

    def key(self) -> str:
        """A hash of the recipe, the renderer's revision and the soundfont."""
        from escucha.corpora.rendering.synth import soundfont_hash

        return hashlib.sha256((self.recipe.key() + soundfont_hash()).encode()).hexdigest()[:16]
