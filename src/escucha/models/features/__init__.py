"""Hand-made features of a window, by name; `sets.py` makes of a card's `[features]` what a head is given."""

from collections.abc import Callable

import numpy as np

from escucha.models.features.by_window import NAMES, librosa_features
from escucha.models.features.gtzan import COLUMNS, gtzan_features

Extractor = Callable[[np.ndarray, int], np.ndarray]
"""From (wave `(time,)`, rate) to `(feature,)`."""

FEATURES: dict[str, tuple[Extractor, tuple[str, ...]]] = {
    "librosa": (librosa_features, NAMES), "gtzan": (gtzan_features, COLUMNS)}
"""Name to the function from (wave, rate) to features, and their names."""
