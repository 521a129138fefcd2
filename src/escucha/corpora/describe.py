"""What a corpus holds, before anything is believed of it."""

import collections
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from escucha.corpora.corpus import Corpus, Source, Track
from escucha.corpora.fingerprint import fingerprint, twins
from escucha.corpora.reading import each
from escucha.errors import InputError

SILENT = -60.0
"""dB re full scale; a clip whose loudest sample is below has nothing to hear."""

_SHOWN = 10  # names of a list in words; JSON has all


@dataclass(frozen=True, eq=False)
class Heard:
    """One clip, decoded once; or why it could not be."""

    reason: str = ""
    key: str = ""
    seconds: float = 0.0
    rate: int = 0
    silent: bool = False
    mark: np.ndarray | None = None
    """Its `fingerprint`."""


def describe(corpus: Corpus, *, progress: str = "") -> dict[str, Any]:
    """Everything that can be known of a corpus without a model, JSON-ready; every clip is decoded once, on all cores.

    `labels`, `splits`, `rates` are counts; `imbalance` is the commonest label's count over the rarest's; `seconds` has
    total, min, median and max. `one_group` are labels that only one group has: a score of them is of one artist.
    `crossing` are groups in more than one split. `duplicates` are names whose bytes are the same, `twins` names of the
    same recording (see `fingerprint`), `leaks` those of them in more than one split, `contradictions` those with
    different labels. `silent` clips never pass -60 dB; `unreadable` ones have a name and a reason, and count nowhere
    but in `tracks`, `labels`, `splits` and `groups`.
    """
    sources = [track.source for track in corpus]
    heard = dict(zip((track.name for track in corpus),
                     each(hear, sources, slow=len(sources), progress=progress)))
    sound = {name: one for name, one in heard.items() if not one.reason}
    same = twins({name: one.mark for name, one in sound.items() if one.mark is not None})
    return {
        "origin": corpus.origin,
        "tracks": len(corpus),
        **_rows(corpus),
        "seconds": _spread([one.seconds for one in sound.values()]),
        "rates": {str(rate): count for rate, count in _counts(one.rate for one in sound.values()).items()},
        "silent": [name for name, one in sound.items() if one.silent],
        "duplicates": _alike({name: one.key for name, one in sound.items()}),
        "twins": [list(names) for names in same],
        **_trouble({track.name: track for track in corpus}, same),
        "unreadable": [{"name": name, "reason": one.reason} for name, one in heard.items() if one.reason],
        "digest": corpus.digest(),
    }


def hear(source: Source) -> Heard:
    """What `describe` keeps of one sound."""
    try:
        clip, key = source.clip(), source.key()
    except (InputError, OSError) as error:
        return Heard(reason=str(error) or type(error).__name__)
    silent = bool(np.abs(clip.wave).max() < 10 ** (SILENT / 20))
    return Heard("", key, clip.duration, clip.rate, silent, fingerprint(clip))


def _rows(corpus: Corpus) -> dict[str, Any]:
    """What the table says by itself."""
    labels = _counts(label for track in corpus for label in track.labels)
    groups: dict[str, set[str]] = collections.defaultdict(set)
    splits: dict[str, set[str]] = collections.defaultdict(set)
    for track in corpus:
        splits[track.group].add(track.split)
        for label in track.labels:
            groups[label].add(track.group)
    return {
        "labels": labels,
        "unlabelled": sum(not track.labels for track in corpus),
        "imbalance": round(max(labels.values()) / min(labels.values()), 2) if labels else None,
        "splits": _counts(track.split or "(none)" for track in corpus),
        "groups": len(splits),
        "one_group": [label for label in labels if len(groups[label]) == 1],
        "crossing": sorted(group for group, places in splits.items() if len(places) > 1),
    }


def _trouble(tracks: Mapping[str, Track], same: Sequence[Sequence[str]]) -> dict[str, list[list[str]]]:
    """Twins that make a number too good, and twins that cannot both be right."""
    return {
        "leaks": [list(names) for names in same if len({tracks[name].split for name in names}) > 1],
        "contradictions": [list(names) for names in same if len({tracks[name].labels for name in names}) > 1],
    }


def _counts(values: Iterable[Any]) -> dict[Any, int]:
    return dict(sorted(collections.Counter(values).items()))


def _alike(keys: Mapping[str, str]) -> list[list[str]]:
    same: dict[str, list[str]] = collections.defaultdict(list)
    for name, key in keys.items():
        same[key].append(name)
    return [names for names in same.values() if len(names) > 1]


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {"total": 0.0}
    return {"total": round(sum(values), 1), "min": round(min(values), 3), "median": round(float(np.median(values)), 3),
            "max": round(max(values), 3)}


def words(summary: Mapping[str, Any]) -> list[str]:
    """A summary as lines to read; long lists are cut off, with their count."""
    return [f"{name}: {_said(value)}" for name, value in summary.items()
            if value or name in ("duplicates", "twins", "unreadable")]


def _joined(item: Any) -> str:
    """Names of one recording, or a name with its reason."""
    return " = ".join(item) if isinstance(item, list) else ": ".join(item.values())


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item:g}" if isinstance(item, (int, float)) else f"{key}: {item}"
                         for key, item in value.items())
    if isinstance(value, list):
        shown = [_said(item) if isinstance(item, str) else _joined(item) for item in value[:_SHOWN]]
        more = f"\n  and {len(value) - _SHOWN} more" if len(value) > _SHOWN else ""
        return str(len(value)) + "".join(f"\n  {item}" for item in shown) + more
    return str(value)
