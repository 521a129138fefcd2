"""A recipe as a source of a corpus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.corpora.rendering.source import RenderedSource
from escucha.corpora.theory.recipe import Recipe


@dataclass(frozen=True)
class TheorySource(RenderedSource):
    """One rendered clip; nothing is kept, and every call gives the same samples."""

    recipe: Recipe

    def waves(self) -> dict[str, np.ndarray]:
        """The instrument and the noise, `(time,)` float32 at `RATE`."""
        from escucha.corpora.theory.render import stems

        return stems(self.recipe)

    def annotations(self) -> Mapping[str, Any]:
        """Everything known of it (see `score.annotations`), without rendering."""
        from escucha.corpora.theory.score import annotations

        return annotations(self.recipe)
