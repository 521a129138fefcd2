"""A corpus of clips with several labels, mixed from clips with one: every source is known, and stays in its split."""

import collections
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from escucha.config import Within
from escucha.corpora.corpus import SPLITS, Corpus, Track
from escucha.corpora.mixing import NOISE, MixSource, Part, Sound
from escucha.errors import InputError, unknown


@dataclass(frozen=True)
class Draw:
    """What differs from one mix to the next."""

    parts: tuple[int, ...]
    """How many sources sound, drawn among these."""
    gain: float
    """dB: levels are drawn between 0 and this much below."""
    stretch: float
    """A source lasts up to this share longer, or as much shorter."""


def mix_corpus(*, sources: Mapping[str, Any], clips: Annotated[int, Within(1, 1_000_000)] = 200, seed: int = 0,
               parts: tuple[int, ...] = (2, 3), seconds: Annotated[float, Within(0.1, 600)] = 6.0,
               rate: Annotated[int, Within(1000, 192_000)] = 22050, slices: Annotated[int, Within(1, 100)] = 1,
               bands: bool = True, gain: Annotated[float, Within(0, 60)] = 6.0,
               stretch: Annotated[float, Within(0, 1)] = 0.0, snr: float | None = None,
               bundles: Annotated[int, Within(1, 100_000)] = 20, split: str = "") -> Corpus:
    """`clips` mixes of the tracks of another corpus: `sources` is its table, every track of it has one label.

    A mix has `parts` sources of as many different labels (the mix's labels), drawn evenly; `seconds`, `rate`, `slices`,
    `bands` and `snr` are as in `mixing.Sound`. Levels are drawn from 0 to `gain` dB below -23 dB RMS; with `stretch`
    0.1 sources last from 1/1.1 to 1.1 times as long. Sources of one split are mixed with each other only, and the mix
    is of that split; without a `split` the clips are shared out among the splits as the source tracks are.

    Within a split the groups are dealt into `bundles` (fewer, where one would lack labels) and only what is in one
    bundle is mixed. The bundle is the mix's group: so no singer, artist or recording is in two groups, whatever is done
    with them. Few bundles make more different mixes, many make narrower intervals. Number n of a split is the same mix
    whatever `clips` is. Raises InputError where a split has fewer labels than parts.
    """
    from escucha.corpora.shelf import open_corpus

    single = open_corpus(sources, where="the sources of the mix", base=Path())
    if not parts or not all(1 <= count <= 8 for count in parts):
        raise InputError(f"'parts' of a mix are numbers of sources from 1 to 8, got {list(parts)}")
    if NOISE in single.labels and snr is not None:
        raise InputError(f"{NOISE!r} is what the noise is called among the stems of a mix; call that label otherwise")
    homes = _by_split(single)
    if split and split not in homes:
        raise unknown("split", split, [home or "(none)" for home in homes], single.origin)
    how, sound = Draw(parts, gain, stretch), Sound(seconds, rate, slices, bands, snr)
    tracks = [track for home, count in _shares(homes, clips, split).items()
              for track in islice(_mixes(home, _bundles(homes[home], max(parts), bundles, seed), how, sound, seed),
                                  count)]
    return Corpus(tuple(tracks), f"mix(seed={seed}, clips={clips}, split={split or 'all'}) of {single.origin}")


def _by_split(corpus: Corpus) -> dict[str, list[Track]]:
    homes: dict[str, list[Track]] = collections.defaultdict(list)
    for track in corpus:
        if not track.label:  # which raises where there is not one
            continue
        homes[track.split].append(track)
    return dict(sorted(homes.items(), key=lambda home: (*SPLITS, "").index(home[0])))


def _shares(homes: Mapping[str, Sequence[Track]], clips: int, split: str) -> dict[str, int]:
    """Split to its number of mixes."""
    if split:
        return {split: clips}
    borders = np.cumsum([len(tracks) for tracks in homes.values()])
    counts = np.diff(np.round(borders * clips / borders[-1]).astype(int), prepend=0)
    return {home: int(count) for home, count in zip(homes, counts)}


Bundle = dict[str, list[Track]]
"""Label to its tracks."""


def _bundles(tracks: Sequence[Track], labels: int, most: int, seed: int) -> list[Bundle]:
    """The groups of one split dealt into as many bundles as have `labels` labels each, at most `most`."""
    groups: dict[str, list[Track]] = collections.defaultdict(list)
    for track in tracks:
        groups[track.group].append(track)
    names = sorted(groups)
    np.random.default_rng(seed).shuffle(names)
    names.sort(key=lambda name: sorted({track.label for track in groups[name]}))  # so that each label goes round
    for count in range(min(most, len(names)), 0, -1):
        dealt: list[Bundle] = [collections.defaultdict(list) for _ in range(count)]
        for place, name in enumerate(names):
            for track in groups[name]:
                dealt[place % count][track.label].append(track)
        if all(len(bundle) >= labels for bundle in dealt):
            return dealt
    found = sorted({track.label for track in tracks})
    raise InputError(f"a mix of {labels} sources needs {labels} labels in each split, and the split "
                     f"{tracks[0].split or '(none)'!r} has {', '.join(found)}; ask for fewer parts or add sources")


def _mixes(split: str, bundles: Sequence[Bundle], how: Draw, sound: Sound, seed: int) -> Iterator[Track]:
    """Endless mixes of one split; the bundles take turns."""
    home = f"mix-{split}" if split else "mix"
    number = 0
    while True:
        rng = np.random.default_rng([seed, (*SPLITS, "").index(split), number])
        place = number % len(bundles)
        parts = tuple(_parts(bundles[place], how, rng))
        source = MixSource(parts, sound, int(rng.integers(2**63)))
        yield Track(f"{home}-{number:06d}", tuple(sorted(part.label for part in parts)), f"{home}-bundle-{place:03d}",
                    source, split)
        number += 1


def _parts(bundle: Bundle, how: Draw, rng: np.random.Generator) -> Iterator[Part]:
    for label in rng.choice(sorted(bundle), size=int(rng.choice(how.parts)), replace=False):
        track = bundle[label][int(rng.integers(len(bundle[label])))]
        octaves = rng.uniform(-1, 1) * np.log2(1 + how.stretch)
        yield Part(track.label, track.name, track.group, track.source, gain=round(-rng.uniform(0, how.gain), 3),
                   stretch=round(float(2**octaves), 4))
