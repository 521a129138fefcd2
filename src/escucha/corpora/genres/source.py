"""A recipe as a source of a corpus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.corpora.genres.recipe import Recipe
from escucha.corpora.rendering.source import RenderedSource


@dataclass(frozen=True)
class GenreSource(RenderedSource):
    """One rendered clip; nothing is kept, and every call gives the same samples."""

    recipe: Recipe

    def waves(self) -> dict[str, np.ndarray]:
        """See `render.stems`."""
        from escucha.corpora.genres.render import stems

        return stems(self.recipe)

    def annotations(self) -> Mapping[str, Any]:
        """Everything known of it (see `score.annotations`), without rendering."""
        from escucha.corpora.genres.score import annotations

        return annotations(self.recipe)
