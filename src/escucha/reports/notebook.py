"""Findings showing themselves in a notebook: the page's players, figures and tables, inline."""

from dataclasses import dataclass

from escucha.finding import Finding
from escucha.reports.content import of_finding
from escucha.reports.rendering import render


@dataclass(frozen=True)
class Shown:
    """A finding as a notebook displays it; in a terminal, its words."""

    words: tuple[str, ...]
    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return "\n".join(self.words)


def show(finding: Finding) -> Shown:
    """A live finding with its words, numbers, players, figures and tables; nothing is written.

    End a cell with `show(finding)`, or hand it to `IPython.display.display`.
    """
    content = of_finding(finding)
    return Shown(content.words, render("notebook.html", {"content": content}))
