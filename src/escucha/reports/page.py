"""One self-contained page a finding: it works from a file, without a network, and can be mailed."""

from pathlib import Path

from escucha.config import to_toml
from escucha.finding import load
from escucha.reports.content import of_saved
from escucha.reports.rendering import put, render

PAGE_NAME = "index.html"


def page(folder: Path) -> Path:
    """Write `index.html` into the folder of a saved finding and return its path.

    Nothing but the folder is read. Sounds are carried as mp3 and figures as SVG or PNG inside the page, which stays
    under 25 MB and says so where something had to stay out. InputError where there is no finding.
    """
    saved = load(Path(folder))
    context = {"about": saved.about, "content": of_saved(saved), "settings": to_toml(saved.about.settings)}
    return put(saved.folder / PAGE_NAME, render("page.html", context))
