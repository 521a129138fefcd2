"""Which columns of a feature table are kept: those that are named, those that say something of their own."""

from collections.abc import Sequence

import numpy as np

from escucha.errors import unknown


def chosen_names(asked: Sequence[str], names: Sequence[str], where: str) -> tuple[str, ...]:
    """The names asked for, in the order of `names`; all where nothing is asked; InputError for what is not there.

    One that is the beginning of several (`mfcc1` of `mfcc1_mean` and `mfcc1_var`) asks for all of them.

    >>> chosen_names(["mfcc1", "tempo"], ["tempo", "mfcc1_mean", "mfcc1_var", "mfcc10_mean"], "here")
    ('tempo', 'mfcc1_mean', 'mfcc1_var')
    """
    found = {name: [other for other in names if other == name or other.startswith((f"{name} ", f"{name}_"))]
             for name in asked}
    for name, those in found.items():
        if not those:
            raise unknown("feature", name, names, where)
    wanted = {name for those in found.values() for name in those}
    return tuple(name for name in names if not asked or name in wanted)


def uncorrelated(table: np.ndarray, names: Sequence[str], limit: float) -> tuple[str, ...]:
    """The names of the columns `(row, name)` whose |r| with each earlier column is at most `limit`.

    Of two that say the same the later one goes, whether or not the earlier one stays. A column that never varies
    correlates with nothing, and stays.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        strength = np.abs(np.corrcoef(table.astype(np.float64), rowvar=False)).reshape(len(names), len(names))
    # nothing is above NaN, so a constant column stays
    return tuple(name for at, name in enumerate(names) if not (strength[:at, at] > limit).any())
