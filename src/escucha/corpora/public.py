"""Public data sets through mirdata's loaders, from a folder the user has: the one door to mirdata.

mirdata says which files belong to a data set and what is known of them. Nothing is fetched: its indexes, which its
package does not hold, are downloaded once by the user (see `mirdata_corpus`).
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from escucha.corpora.conventions import Facts, made
from escucha.corpora.corpus import SPLITS, Corpus
from escucha.corpora.irmas import irmas_facts
from escucha.errors import InputError, unknown

_SUBSETS = {"training": "train", "train": "train", "validation": "valid", "test": "test"}
_NO_ARTISTS = "mirdata does not say who plays in GTZAN, so every track is a group of its own; "
_KEPT_APART = "the fault-filtered lists keep an artist within one split, but intervals over groups come out too narrow"
_SAY_FILTERED = ('artists stand on both sides of any split: give filtered = "FOLDER" with the fault-filtered lists '
                 "for a number that can be believed")


def mirdata_corpus(*, path: str | Path, dataset: str, filtered: str | Path = "", index: str | Path = "",
                   split: str = "", labels: Mapping[str, str] | None = None) -> Corpus:
    """One of DATASETS in the folder `path`, laid out as mirdata's documentation says.

    | dataset | label | group | split |
    |---|---|---|---|
    | gtzan_genre | genre | each track | with `filtered` |
    | irmas | predominant instruments | recording | train, test |
    | tonas | style (debla, martinete-1, ...) | singer | none |
    | cante100 | style family | artist | none |
    | medley_solos_db | instrument | song | train, valid, test |

    `filtered` is a folder with `train_filtered.txt`, `valid_filtered.txt` and `test_filtered.txt` (a `blues/blues.00029
    .wav` a line: Sturm 2013, Kereliuk et al. 2015; 443, 197 and 290 tracks): GTZAN's other tracks are left out. Labels
    are made small and without accents, or called by `labels`. Files that the index has and the folder has not are left
    out with a warning. `index` is the file of mirdata's index, where it is not at mirdata's own place.

    Raises InputError for an unknown data set, an index, metadata or lists that are missing, and an empty folder.
    """
    if dataset not in DATASETS:
        raise unknown("data set", dataset, DATASETS, "the corpus kind 'mirdata'")
    if filtered and dataset != "gtzan_genre":
        raise InputError(f"'filtered' is for gtzan_genre; {dataset} has no fault-filtered lists")
    root = Path(path).absolute()
    tracks = dict(_tracks(dataset, root, index))
    homes = _filtered(Path(filtered), tracks) if filtered else None
    there = _there({name: track for name, track in tracks.items() if homes is None or name in homes}, root)
    rows = [(name, Path(track.audio_path), _facts(dataset, track, root)) for name, track in there.items()]
    if homes is not None:
        rows = [(name, file, replace(facts, split=homes[name])) for name, file, facts in rows]
    if dataset == "gtzan_genre":
        warnings.warn(_NO_ARTISTS + (_KEPT_APART if filtered else _SAY_FILTERED), stacklevel=2)
    return made(rows, f"mirdata {dataset} in {root}", split, labels)


def _tracks(dataset: str, root: Path, index: str | Path) -> Iterator[tuple[str, Any]]:
    """mirdata's tracks by id, none of them opened."""
    import mirdata

    if not root.is_dir():
        raise InputError(f"there is no folder {root}; name the one that holds {dataset}")
    data = mirdata.initialize(dataset, data_home=str(root))
    if index:
        data.index_path = str(Path(index).absolute())
    if not Path(data.index_path).is_file():
        raise InputError(f"mirdata's index of {dataset} is not at {data.index_path}; fetch it once: python -c "
                         f"\"import mirdata; mirdata.initialize('{dataset}').download(['index'])\", or name it with "
                         "index = FILE")
    try:
        yield from ((name, data.track(name)) for name in data.track_ids)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{data.index_path} is not mirdata's index of {dataset} ({error}); fetch it again") from None


def _facts(dataset: str, track: Any, root: Path) -> Facts:
    try:
        facts = DATASETS[dataset](track, root)
    except (OSError, LookupError, AttributeError, TypeError, ValueError, ElementTree.ParseError) as error:
        raise InputError(f"the metadata of {dataset} in {root} cannot be read ({error or type(error).__name__}); "
                         "unpack it beside the audio again") from None
    if not facts.group or not all(facts.labels) or not facts.labels:
        raise InputError(f"the metadata of {dataset} in {root} says nothing of track {track.track_id!r}")
    return facts


def _there(tracks: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The tracks whose audio is there."""
    there = {name: track for name, track in tracks.items() if track.audio_path and Path(track.audio_path).is_file()}
    missing = [str(track.audio_path) for name, track in tracks.items() if name not in there]
    if not tracks:
        raise InputError(f"there is no track to look for in {root}: mirdata's index or the lists are empty; fetch them "
                         "again")
    if not there:
        raise InputError(f"none of the {len(tracks)} files is in {root}; the first should be {missing[0]}")
    if missing:
        warnings.warn(f"{len(missing)} of {len(tracks)} files are not in {root} and are left out: "
                      f"{Path(missing[0]).name}" + (" (and others)" if missing[1:] else ""), stacklevel=3)
    return there


def _filtered(folder: Path, tracks: Mapping[str, Any]) -> dict[str, str]:
    """Track to split, from the three lists."""
    homes: dict[str, str] = {}
    for split in SPLITS:
        file = folder / f"{split}_filtered.txt"
        if not file.is_file():
            raise InputError(f"there is no list {file}; 'filtered' is a folder with train_filtered.txt, "
                             "valid_filtered.txt and test_filtered.txt")
        for line in file.read_text(encoding="utf-8", errors="replace").split():
            name = Path(line).stem
            if name not in tracks:
                raise InputError(f"{line!r} in {file} is no track of GTZAN; a line is like blues/blues.00029.wav")
            if homes.setdefault(name, split) != split:
                raise InputError(f"{name!r} is in the list {homes[name]} and in {file}; it belongs into one")
    return homes


def _gtzan(track: Any, _root: Path) -> Facts:
    # GTZAN's own spelling, which its lists and the published models share; mirdata's `genre` says hip-hop
    return Facts((track.track_id.split(".")[0],), track.track_id)


def _irmas(track: Any, _root: Path) -> Facts:
    return irmas_facts(Path(track.audio_path)) or Facts((), "")


def _tonas(track: Any, _root: Path) -> Facts:
    # mirdata 1.0.0 reads the columns of the metadata the wrong way round: its `title` is the singer
    return Facts((track.style,), track.title, notes={"title": track.singer})


def _cante100(track: Any, root: Path) -> Facts:
    families = _style_families(root / "cante100Meta.xml")
    return Facts((families[track.track_id],), track.artist, notes={"title": track.title})


def _style_families(file: Path) -> dict[str, str]:
    """Track id to its manually annotated style family, which mirdata does not read."""
    return {one.attrib["id"].zfill(3): family.text or "" for one in ElementTree.parse(file).getroot()
            for family in one.iter("style_family")}


def _medley_solos(track: Any, _root: Path) -> Facts:
    return Facts((track.instrument,), f"song-{track.song_id}", _SUBSETS[track.subset])


DATASETS: dict[str, Callable[[Any, Path], Facts]] = {
    "gtzan_genre": _gtzan, "irmas": _irmas, "tonas": _tonas, "cante100": _cante100, "medley_solos_db": _medley_solos}
"""mirdata's name of a data set to what a track of it is: (track, data folder) to labels, group and split."""
