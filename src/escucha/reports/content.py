"""What a page shows of a finding, ready for the templates: the same for a saved folder and for a live value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escucha.audio.clip import Clip
from escucha.audio.io import read
from escucha.finding import Finding, Saved
from escucha.latex import latex
from escucha.reports.sounds import Player, captions_of, data_uri, players
from escucha.reports.text import WARNING, facts, heading, number, plain

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE = 24_000_000
"""Bytes a page may have: it travels by mail."""
FRAME = 100_000
"""Bytes for style, words, settings and markup."""
PICTURES = 10_000_000
"""Bytes of the page its figures may take before the others are linked instead."""
SVG = 300_000
"""A larger SVG (a spectrogram with its raster inside) is shown as PNG."""
ROWS = 500
"""Rows of a table on the page; the rest is in its CSV."""
CSV = 1_000_000
"""A larger CSV, or table in LaTeX, is linked, not carried."""
TYPES = {"CSV": "csv", "LaTeX": "x-tex"}
"""Of the texts a table can be taken away as."""
CAPTIONS = "sounds"
"""The table whose rows caption the players."""
TIMELINES = "timelines"
"""The table whose rows say where in a figure the time axis of a sound lies."""
WARNINGS = "warnings"
"""The number that repeats the warnings for programs; people read them above."""


@dataclass(frozen=True)
class Link:
    """Something to take away: `href` is a data URI, or a path beside the page where that would be too large."""

    text: str
    file: str
    href: str


@dataclass(frozen=True)
class Timeline:
    """Where in a figure the time axis of a sound lies: a line moves over it while the sound plays."""

    sound: str
    left: float
    """Share of the picture's width at `start`."""
    right: float
    start: float
    """Seconds of the sound at the left end of the axis."""
    end: float


@dataclass(frozen=True)
class Picture:
    """A figure; `source` is empty when it was too much for the page and is only linked."""

    heading: str
    source: str
    links: tuple[Link, ...]
    timelines: tuple[Timeline, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of page."""
        return len(self.source) + sum(len(link.href) for link in self.links)


@dataclass(frozen=True)
class Cell:
    """A value as it is read, and as it is sorted (empty: as it is read)."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: its first `ROWS` rows, all of it as CSV, and as LaTeX."""

    heading: str
    columns: tuple[tuple[str, bool], ...]
    """(name, is it a number)."""
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    links: tuple[Link, ...]

    @property
    def size(self) -> int:
        """Bytes of page, about."""
        return (sum(len(link.href) for link in self.links)
                + sum(40 + len(cell.text) + len(cell.key) for row in self.rows for cell in row))


@dataclass(frozen=True)
class Content:
    """Everything between a page's title and its foot."""

    words: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    players: tuple[Player, ...] = ()
    pictures: tuple[Picture, ...] = ()
    grids: tuple[Grid, ...] = ()
    links: tuple[Link, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    """What the reader should know of the page itself: sounds left out, figures linked."""

    @property
    def lead(self) -> str:
        """The headline sentence; empty where nothing is said."""
        return next(iter(plain(self.words)), "")

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings, without the word."""
        return tuple(line.removeprefix(WARNING).strip() for line in self.words if line.startswith(WARNING))

    @property
    def rest(self) -> tuple[str, ...]:
        """What is neither headline nor warning."""
        return tuple(plain(self.words)[1:])


def of_saved(saved: Saved) -> Content:
    """The content of a finding that was read back from its folder; nothing but that folder is read."""
    pictures = _within_budget([_saved_picture(name, path) for name, path in saved.files("figures").items()])
    clips = {name: read(path) for name, path in saved.files("sounds").items()}
    tables = saved.tables()
    return _content(saved.words, saved.numbers, _timed(pictures, saved.order["figures"], tables), tables, clips)


def of_finding(finding: Finding) -> Content:
    """The content of a live finding: figures are drawn and sounds compressed now, nothing is written."""
    figures, tables = finding.figures(), finding.tables()
    pictures = [_drawn_picture(name, figure) for name, figure in figures.items()]
    return _content(finding.words(), finding.numbers(), _timed(pictures, list(figures), tables), tables,
                    finding.sounds())


def _content(words: Sequence[str], numbers: Mapping[str, Any], pictures: Sequence[Picture],
             tables: "Mapping[str, DataFrame]", clips: Mapping[str, Clip]) -> Content:
    captions = captions_of([*tables[CAPTIONS].T.to_dict().values()]) if _captioned(tables) else {}
    grids = tuple(_grid(name, table) for name, table in tables.items()
                  if not (name == CAPTIONS and captions) and name != TIMELINES)
    kept = Link("numbers.json", "numbers.json",
                data_uri(json.dumps(numbers, indent=2, default=str).encode(), "application/json"))
    taken = FRAME + len(kept.href) + sum(one.size for one in pictures) + sum(one.size for one in grids)
    shown, remarks = players(clips, captions, max(PAGE - taken, 0))
    if any(not picture.source for picture in pictures):
        remarks.append("Figures that would make this page too large are linked from the folder beside it.")
    told = {name: value for name, value in numbers.items() if name != WARNINGS}
    return Content(tuple(words), tuple(facts(told)), tuple(shown), tuple(pictures), grids, (kept,), tuple(remarks))


def _captioned(tables: "Mapping[str, DataFrame]") -> bool:
    """Is there a table of captions, and does it say whose they are?"""
    return CAPTIONS in tables and "name" in tables[CAPTIONS].columns


def _timed(pictures: Sequence[Picture], names: Sequence[str], tables: "Mapping[str, DataFrame]") -> list[Picture]:
    """The pictures with their timelines; what a table edited by hand lacks is left out."""
    columns = [one.name for one in fields(Timeline)]
    table = tables.get(TIMELINES)
    if table is None or not {"figure", *columns} <= set(table.columns):
        return list(pictures)
    rows = {name: tuple(Timeline(str(sound), *map(float, ends)) for sound, *ends in
                        table[table.figure == name][columns].itertuples(index=False, name=None)) for name in names}
    return [replace(picture, timelines=rows[name]) for picture, name in zip(pictures, names)]


def _saved_picture(name: str, png: Path) -> Picture:
    svg = png.with_suffix(".svg")
    return _picture(name, png.read_bytes(), svg.read_bytes() if svg.is_file() else b"")


def _drawn_picture(name: str, figure: Any) -> Picture:
    drawn = {suffix: BytesIO() for suffix in ("png", "svg")}
    for suffix, stream in drawn.items():
        figure.savefig(stream, format=suffix, dpi=150, bbox_inches="tight")
    return _picture(name, drawn["png"].getvalue(), drawn["svg"].getvalue())


def _picture(name: str, png: bytes, svg: bytes) -> Picture:
    """The SVG where it is small, else the PNG; as an image, so that no ids of two figures clash and no script runs."""
    raster = data_uri(png, "image/png")
    links = [Link("PNG", f"{name}.png", raster)]
    if not 0 < len(svg) < SVG:
        return Picture(heading(name), raster, tuple(links))
    drawing = data_uri(svg, "image/svg+xml")
    return Picture(heading(name), drawing, (*links, Link("SVG", f"{name}.svg", drawing)))


def _within_budget(pictures: list[Picture]) -> list[Picture]:
    """The pictures, those beyond `PICTURES` bytes only as links into the folder."""
    kept, taken = [], 0
    for picture in pictures:
        taken += picture.size
        links = tuple(Link(link.text, link.file, f"figures/{link.file}") for link in picture.links)
        kept.append(picture if taken <= PICTURES else Picture(picture.heading, "", links))
    return kept


def _grid(name: str, table: "DataFrame") -> Grid:
    numeric = [table[column].dtype.kind in "iuf" for column in table.columns]
    shown = table.head(ROWS).astype(object).where(table.head(ROWS).notna(), None)
    rows = tuple(tuple(_cell(value) for value in row) for row in shown.itertuples(index=False, name=None))
    texts = (("CSV", "csv", table.to_csv(index=False)), ("LaTeX", "tex", latex(table)))
    links = tuple(_taken(f"{name}.{suffix}", word, text.encode("utf-8", "backslashreplace"))
                  for word, suffix, text in texts)
    columns = tuple(zip((str(column).replace("_", " ") for column in table.columns), numeric))
    return Grid(heading(name), columns, rows, len(table), links)


def _taken(file: str, word: str, text: bytes) -> Link:
    """A table to take away; one too large for the page is linked from the folder beside it."""
    href = data_uri(text, f"text/{TYPES[word]};charset=utf-8") if len(text) <= CSV else f"tables/{file}"
    return Link(word, file, href)


def _cell(value: Any) -> Cell:
    scalar = value.item() if hasattr(value, "item") else value
    return Cell(number(scalar), repr(scalar) if isinstance(scalar, (int, float)) else "")
