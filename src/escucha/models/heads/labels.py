"""One label a row, or several: the second is as many machines."""

from typing import Any

import numpy as np


def of_labels(machine: Any, targets: np.ndarray) -> Any:
    """The machine itself for targets `(row,)`; one against the rest, label by label, for booleans `(row, label)`."""
    from sklearn.multiclass import OneVsRestClassifier

    return machine if targets.ndim == 1 else OneVsRestClassifier(machine)
