"""A corpus written out as audio files with a manifest, so that other tools, other people and a later day have it."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.corpora.corpus import Corpus, Track
from escucha.corpora.folder import STEMS, FileSource
from escucha.corpora.manifest import write_manifest
from escucha.corpora.reading import say_left_out
from escucha.errors import InputError

JOURNAL = ".exported.jsonl"


@dataclass(frozen=True)
class Done:
    """What the journal says of a track that was written: its source's key, and whether its stems were too."""

    key: str
    stems: bool


def export(corpus: Corpus, folder: str | Path, *, stems: bool = False) -> Path:
    """Write `<folder>/<label>/<name>.wav` for every track and `<folder>/manifest.csv`; the manifest's path comes back.

    With `stems` each source goes to `<name>.stems/<source>.wav` beside it. Samples are 32-bit floats just as they are
    (no bound, no change of loudness), so stems still sum to their clip. Each file is renamed into place and then noted
    in a journal: run again after a stop and what is done, and still the same, is not made again. What cannot be read is
    left out with a warning; InputError where that is everything.
    """
    root = Path(folder)
    if root.exists() and not root.is_dir():
        raise InputError(f"{root} is a file; name a folder to export into")
    places = [_place(track, root) for track in corpus]
    _check_apart(corpus, places)
    root.mkdir(parents=True, exist_ok=True)
    done, written, reasons = _journal(root), [], []
    for track, file in tqdm(zip(corpus, places), total=len(places), desc="export", unit="clip", disable=None):
        try:
            _keep(track, file, done.get(track.name), stems=stems)
        except InputError as error:
            reasons.append(str(error))
            continue
        source = FileSource(file, notes=track.source.annotations())
        written.append(Track(track.name, track.labels, track.group, source, track.split))
    say_left_out(reasons, corpus)
    return write_manifest(Corpus(tuple(written), corpus.origin), root / "manifest.csv")


def _check_apart(corpus: Corpus, places: list[Path]) -> None:
    """Raise InputError where a file of the corpus would be replaced by its own copy."""
    sources = {track.source.path.resolve() for track in corpus if isinstance(track.source, FileSource)}
    for place in places:
        if sources and place.resolve() in sources:
            raise InputError(f"{place} is a recording of the corpus itself, which its copy would replace; name another "
                             "folder")


def _keep(track: Track, file: Path, before: Done | None, *, stems: bool) -> None:
    """Write the track, unless it is there and still the same."""
    key = track.source.key()
    if before is None or before.key != key or (stems and not before.stems) or not file.is_file():
        _write(track, file, stems=stems)
        _note(file.parent.parent, track.name, Done(key, stems))


def _place(track: Track, root: Path) -> Path:
    label = "+".join(track.labels) or "unlabelled"
    for what, name in (("label", label), ("name", track.name)):
        if name != Path(name).name or name.startswith("."):
            raise InputError(f"the {what} {name!r} of track {track.name!r} does not do for a file; rename it")
    return root / label / f"{track.name}.wav"


def _write(track: Track, file: Path, *, stems: bool) -> None:
    folder = file.with_suffix(STEMS)
    file.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # the stems of an earlier, different track of this name
    if stems:
        _write_stems(track.source.stems(), folder)
    io.write(file, track.source.clip(), exact=True)


def _write_stems(stems: Mapping[str, Clip], folder: Path) -> None:
    folder.mkdir()
    for name, clip in stems.items():
        io.write(folder / f"{name}.wav", clip, exact=True)


def _journal(root: Path) -> dict[str, Done]:
    """Name to what was written; lines that a stop broke off are no longer JSON and are made again."""
    file = root / JOURNAL
    done = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else ():
        try:
            name, key, stems = json.loads(line)
            done[name] = Done(key, stems)
        except (ValueError, TypeError):
            continue
    return done


def _note(root: Path, name: str, done: Done) -> None:
    with (root / JOURNAL).open("a", encoding="utf-8") as stream:
        # a newline first: a line that a stop broke off must not swallow this one
        stream.write("\n" + json.dumps([name, done.key, done.stems]))
