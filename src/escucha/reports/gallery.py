"""The index over `reports/`: a card a finding."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from escucha.errors import InputError
from escucha.finding import PARTIAL, Saved, is_finding, load
from escucha.reports.page import PAGE_NAME, page
from escucha.reports.rendering import put, render
from escucha.reports.text import heading, plain


@dataclass(frozen=True)
class Card:
    """What the index says of one finding."""

    kind: str
    title: str
    lead: str
    warnings: int
    made: str
    href: str
    thumbnail: str
    """Path of the first figure's PNG from the index, quoted; empty where there is none."""


def gallery(reports: Path, *, afresh: bool = False) -> Path:
    """Write `index.html` over the findings at `reports/<experiment>/<fingerprint>/` and return its path.

    Published ones (`reports/published/<name>/`) are among them. Half-written folders are passed over, broken ones with
    a warning; a finding whose page is missing gets one, and with `afresh` all do. InputError where `reports` cannot be
    written.
    """
    reports = Path(reports)
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make {reports}: {error.strerror or error}; name another place") from None
    found = findings(reports)
    for saved in found:
        if afresh or not (saved.folder / PAGE_NAME).is_file():
            _try_page(saved.folder)
    cards = sorted((_card(saved, reports) for saved in found), key=lambda card: card.made, reverse=True)
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(heading(card.kind), []).append(card)
    return put(reports / PAGE_NAME, render("gallery.html", {"groups": groups, "count": len(cards)}))


def _try_page(folder: Path) -> None:
    """A page, or a warning: what is wrong with one finding must not hide the others."""
    try:
        page(folder)
    except (InputError, OSError) as error:
        warnings.warn(f"{folder} gets no page: {error}", stacklevel=3)


def findings(reports: Path) -> list[Saved]:
    """Every whole finding two folders down, by path; a warning for what looks like one and cannot be read."""
    found = []
    for folder in sorted(path for path in reports.glob("*/*") if path.is_dir()):
        if any(part.startswith(PARTIAL) for part in folder.relative_to(reports).parts):
            continue
        try:
            found.append(load(folder))
        except InputError as error:
            if is_finding(folder):
                warnings.warn(f"not on the index: {error}", stacklevel=3)
    return found


def _card(saved: Saved, reports: Path) -> Card:
    figures = list(saved.files("figures").values())
    said = plain(saved.words)
    return Card(kind=saved.about.kind, title=saved.about.title, lead=said[0] if said else "",
                warnings=len(saved.words) - len(said), made=saved.about.made,
                href=_href(saved.folder / PAGE_NAME, reports),
                thumbnail=_href(figures[0], reports) if figures else "")


def _href(path: Path, reports: Path) -> str:
    return quote(path.relative_to(reports).as_posix())
