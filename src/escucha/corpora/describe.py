"""What a corpus holds, before anything is believed of it."""

import collections
from typing import Any

from escucha.corpora.corpus import Corpus
from escucha.errors import InputError


def describe(corpus: Corpus) -> dict[str, Any]:
    """Counts, seconds, groups, splits, clips that are the same to the byte, and files that cannot be read."""
    seconds, unreadable = 0.0, []
    same: dict[str, list[str]] = collections.defaultdict(list)
    for track in corpus:
        try:
            same[track.source.key()].append(track.name)
            seconds += track.source.clip().duration
        except InputError as error:
            unreadable.append(str(error))
    labels = collections.Counter(label for track in corpus for label in track.labels)
    return {
        "origin": corpus.origin,
        "tracks": len(corpus),
        "labels": dict(sorted(labels.items())),
        "splits": dict(collections.Counter(track.split or "(none)" for track in corpus)),
        "groups": len({track.group for track in corpus}),
        "seconds": round(seconds, 1),
        "duplicates": [names for names in same.values() if len(names) > 1],
        "unreadable": unreadable,
        "digest": corpus.digest() if not unreadable else "",
    }
