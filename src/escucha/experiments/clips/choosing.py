"""Which clips are taken where there are more than are wanted; the same ones at every call."""

from collections.abc import Sequence

import numpy as np

from escucha.corpora.corpus import Track


def evenly(tracks: Sequence[Track], most: int) -> tuple[Track, ...]:
    """At most so many, from the first to the last; all where `most` is 0."""
    if not 0 < most < len(tracks):
        return tuple(tracks)
    return tuple(tracks[at] for at in np.linspace(0, len(tracks) - 1, most).round().astype(int))


def spread(tracks: Sequence[Track], most: int) -> list[Track]:
    """At most so many tracks, of as many groups as there are and of all labels alike; in the corpus's order."""
    if len(tracks) <= most:
        return list(tracks)
    groups: dict[str, int] = {}
    labels: dict[tuple[str, ...], int] = {}
    left = list(range(len(tracks)))
    taken = []
    for _ in range(most):
        at = min(left, key=lambda row: (groups.get(tracks[row].group, 0), labels.get(tracks[row].labels, 0), row))
        left.remove(at)
        taken.append(at)
        groups[tracks[at].group] = groups.get(tracks[at].group, 0) + 1
        labels[tracks[at].labels] = labels.get(tracks[at].labels, 0) + 1
    return [tracks[at] for at in sorted(taken)]
