"""A corpus as a CSV: one row a track, which says where its file is and what is known of it.

Columns `path` (from the CSV's folder), `label` (several separated by `;`), `group`, `split` (train, valid, test or
empty); if wanted `name`, `start` and `duration` (seconds, a part of the file); every other column is an annotation:
numbers, true and false, lists and tables in JSON, or text. An empty cell is nothing known.
"""

import csv
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from escucha.corpora.corpus import Corpus, Track, check_groups
from escucha.corpora.folder import SPLITS, FileSource
from escucha.corpora.naming import renamed
from escucha.errors import InputError, unknown
from escucha.whole import whole

NEEDED = ("path", "label", "group", "split")
COLUMNS = (*NEEDED, "name", "start", "duration")
"""The columns that are no annotations."""

_CELL = 2**24  # characters: the onsets of a long track are more than csv allows by itself


def manifest_corpus(*, path: str | Path, split: str = "", labels: Mapping[str, str] | None = None) -> Corpus:
    """The tracks of a CSV, or those of one split. Labels are as they are written, or what `labels` calls them.

    Every file must be there; none is opened. A column of annotations in which most cells are numbers holds numbers
    only. Raises InputError naming the file and the row for what is missing or wrong, and for a group in two splits.
    """
    file = Path(path)
    rows = _rows(file)
    notes = _notes(rows, file)
    tracks = tuple(_track(row, note, file, line) for (line, row), note in zip(rows, notes))
    corpus = Corpus(tuple(_renamed(tracks, labels, file)) if labels else tracks, f"manifest {file}")
    check_groups(corpus)
    return corpus.split(split) if split else corpus


def write_manifest(corpus: Corpus, path: str | Path) -> Path:
    """Write the rows of a corpus of files; `manifest_corpus` reads the same tracks back. Renamed into place.

    Annotations called like a column are not written: the row itself says them. Raises InputError for a track that is
    no file (`export` makes it one).
    """
    file = Path(path)
    rows = [_row(track, file) for track in corpus]
    columns = list(dict.fromkeys([*NEEDED, "name", *(name for row in rows for name in row)]))
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of every row, the needed columns checked."""
    if not file.is_file():
        raise InputError(f"there is no manifest {file}; check the path")
    limit = csv.field_size_limit(_CELL)
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            _check_header(list(reader.fieldnames or []), file)
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} is not a CSV in UTF-8 ({error}); save it again as one") from None
    finally:
        csv.field_size_limit(limit)
    for line, row in rows:
        if None in row or None in row.values():
            raise InputError(f"line {line} of {file} has not as many cells as there are columns; "
                             "put a text with commas in quotes")
    return rows


def _check_header(header: list[str], file: Path) -> None:
    for column in NEEDED:
        if column not in header:
            raise InputError(f"{file} lacks the column {column!r}; it needs {', '.join(NEEDED)}, separated by commas, "
                             f"and has {', '.join(map(repr, header)) or 'nothing'}")
    for column in header:
        if header.count(column) > 1 or not column:
            raise InputError(f"{file} has {header.count(column)} columns called {column!r}; give each its own name")


def _track(row: Mapping[str, str], note: Mapping[str, Any], file: Path, line: int) -> Track:
    where = f"line {line} of {file}"
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    place = file.parent / cells["path"]
    if not cells["path"] or not place.is_file():
        raise InputError(f"no file {place} ({where}); paths are read from the manifest's folder")
    if not cells["group"]:
        raise InputError(f"no group in {where}; write the artist or recording, or the path where each file stands "
                         "by itself")
    if cells["split"] not in ("", *SPLITS):
        raise unknown("split", cells["split"], SPLITS, where)
    start = _seconds(cells["start"], "start", where) or 0.0
    name = cells["name"] or _name(cells["path"], start)
    if name != Path(name).name or name.startswith("."):
        raise InputError(f"the name {name!r} in {where} does not do for a file; leave out slashes and the first dot")
    labels = tuple(label.strip() for label in cells["label"].split(";") if label.strip())
    source = FileSource(place, start, _seconds(cells["duration"], "duration", where), note)
    return Track(name, labels, cells["group"], source, cells["split"])


def _renamed(tracks: tuple[Track, ...], labels: Mapping[str, str], file: Path) -> Iterator[Track]:
    called = renamed((label for track in tracks for label in track.labels), labels, str(file), otherwise=str)
    for track in tracks:
        yield replace(track, labels=tuple(called[label] for label in track.labels))


def _name(path: str, start: float) -> str:
    parts = [part for part in Path(path).with_suffix("").parts if part not in ("..", Path(path).anchor)]
    return "-".join(parts) + (f"@{start:g}" if start else "")


def _seconds(text: str, column: str, where: str) -> float | None:
    if not text:
        return None
    number = _number(text)
    if number is None or number < 0 or (column == "duration" and number == 0):
        raise InputError(f"{column} {text!r} in {where} is not a number of seconds")
    return float(number)


def _notes(rows: list[tuple[int, dict[str, str]]], file: Path) -> list[dict[str, Any]]:
    """The annotations of every row."""
    notes: list[dict[str, Any]] = [{} for _ in rows]
    for column in (rows[0][1] if rows else {}):
        if column not in COLUMNS:
            texts = {place: text for place, (_, row) in enumerate(rows) if (text := row[column].strip())}
            values = {place: _value(text) for place, text in texts.items()}
            numbers = sum(map(_is_number, values.values()))
            words = [place for place, value in values.items() if isinstance(value, str) and texts[place][0] != '"']
            if words and 2 * numbers > len(values):
                raise InputError(f"{column} {texts[words[0]]!r} in line {rows[words[0]][0]} of {file} is not a number, "
                                 "as most of its column are; correct it or leave it empty")
            for place, value in values.items():
                notes[place][column] = texts[place] if words and _is_number(value) else value
    return notes


def _value(text: str) -> Any:
    """A number, or what JSON reads behind a bracket or a quote, or the text itself."""
    number = _number(text)
    if number is not None:
        return number
    if text[0] in '[{"' or text in ("true", "false"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(text) if math.isfinite(kind(text)) and "_" not in text else None
        except (ValueError, OverflowError):
            continue
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _row(track: Track, file: Path) -> dict[str, str]:
    source = track.source
    if not isinstance(source, FileSource):
        raise InputError(f"track {track.name!r} is rendered and not a file; export the corpus to write a manifest")
    if any(";" in label for label in track.labels):
        raise InputError(f"a label of track {track.name!r} holds a ';', which separates labels; rename it")
    place = Path(os.path.relpath(source.path.absolute(), file.absolute().parent)).as_posix()
    row = {"path": place, "label": ";".join(track.labels), "group": track.group, "split": track.split,
           "name": track.name}
    if source.start or source.duration is not None:
        row |= {"start": repr(source.start), "duration": "" if source.duration is None else repr(source.duration)}
    return row | {name: _cell(value) for name, value in source.notes.items() if name not in COLUMNS}


def _cell(value: Any) -> str:
    """Text from which `_value` reads the same again."""
    if value is None:
        return ""
    if isinstance(value, str) and value == value.strip() and (not value or _value(value) == value):
        return value
    return json.dumps(value, ensure_ascii=False)
