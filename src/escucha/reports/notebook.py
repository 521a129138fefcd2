"""Findings showing themselves in a notebook: the page's players, figures and tables, inline."""

import warnings
from dataclasses import dataclass

from escucha.finding import Finding
from escucha.reports.content import of_finding
from escucha.reports.rendering import render

with warnings.catch_warnings():
    # librosa's own dependencies import this, and in a notebook it warns, in red, of widgets that nothing here needs
    warnings.simplefilter("ignore")
    import tqdm.auto  # noqa: F401


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
