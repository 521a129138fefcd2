"""Splits for a corpus that has none: by group, 60/20/20, each with its share of every label. Labels that mean nothing.

Conventions: the same tracks and seed give the same splits, whatever the tracks' order.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from escucha.corpora.corpus import SPLITS, Corpus
from escucha.errors import InputError

SHARES = (0.6, 0.2, 0.2)
"""Of train, valid and test."""
FEWEST = 5
"""Groups: with fewer, a part would rest on none, or training on hardly any."""


def split_by_group(corpus: Corpus, *, seed: int = 0) -> Corpus:
    """The same tracks with a split each, no group on two sides.

    Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011) over groups: of the label that is rarest among those
    still to be placed, the largest group goes to the split that lacks most of it. InputError for fewer than five groups
    or two labels.
    """
    groups = _groups(corpus)
    if len(groups) < FEWEST:
        raise InputError(f"{corpus.origin} has no splits, and to be split it takes groups: {len(groups)} here, "
                         f"{FEWEST} at least; give the tracks their splits, or smaller groups")
    if len(corpus.labels) < 2 and all(track.labels for track in corpus):
        raise InputError(f"{corpus.origin} has one label, {corpus.labels[0]!r}; there is nothing to tell apart")
    total: Counter[str] = sum(groups.values(), Counter())
    wanted = {split: {label: share * count for label, count in total.items()} for split, share in zip(SPLITS, SHARES)}
    order = [str(name) for name in np.random.default_rng(seed).permutation(sorted(groups))]
    home: dict[str, str] = {}
    while len(home) < len(groups):
        label, group = _next(groups, [name for name in order if name not in home])
        split = max(SPLITS, key=lambda name: (wanted[name][label], sum(wanted[name].values())))
        home[group] = split
        for name, count in groups[group].items():
            wanted[split][name] -= count
    return Corpus(tuple(replace(track, split=home[track.group]) for track in corpus), corpus.origin)


def scrambled(corpus: Corpus, *, seed: int) -> Corpus:
    """The same tracks, their labels dealt out anew among all of them: nothing that sounds can tell a label any more."""
    dealt = np.random.default_rng(seed).permutation(len(corpus))
    labels = [track.labels for track in corpus]
    return Corpus(tuple(replace(track, labels=labels[place]) for track, place in zip(corpus, dealt)),
                  f"{corpus.origin} with its labels scrambled by {seed}")


def _groups(corpus: Corpus) -> dict[str, Counter[str]]:
    """Group to how many of its clips have each label; the empty label counts the clips themselves."""
    found: dict[str, Counter[str]] = {}
    for track in corpus:
        found.setdefault(track.group, Counter()).update(["", *track.labels])
    return found


def _next(groups: Mapping[str, Counter[str]], left: list[str]) -> tuple[str, str]:
    """The rarest label among the groups that are left, and the first largest of those that have it."""
    count: Counter[str] = sum((groups[name] for name in left), Counter())
    label = min(count, key=lambda name: (count[name], name))
    return label, max(left, key=lambda name: groups[name][label])
