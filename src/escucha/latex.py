"""Tables as a paper takes them: LaTeX with booktabs, whatever things are called.

Conventions: a `tabular` alone, to be put into a `table` of one's own (`\\usepackage{booktabs}`); numbers stand to the
right and are rounded to a stated number of digits, text stands to the left.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

DIGITS = 3
"""Significant digits of what is no whole number; shares keep as many decimals."""
ROWS = 200
"""A longer table is no table of a paper: its first rows are written, and a comment says so."""

_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
            "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
            ">": r"\textgreater{}", "|": r"\textbar{}", "\n": " ", "\r": " ", "\t": " "}


def latex(table: "DataFrame") -> str:
    """The table as a booktabs `tabular`; a comment alone where it has no columns."""
    if not len(table.columns):
        return "% an empty table\n"
    numeric = [table[column].dtype.kind in "iuf" for column in table.columns]
    head = table.head(ROWS)
    rows = [[cell(value) for value in row] for row in head.itertuples(index=False, name=None)]
    lines = [r"\begin{tabular}{" + "".join("r" if number else "l" for number in numeric) + "}", r"\toprule",
             _row([escaped(str(column).replace("_", " ")) for column in table.columns]), r"\midrule",
             *map(_row, rows), r"\bottomrule", r"\end{tabular}"]
    if len(table) > ROWS:
        lines.insert(0, f"% the first {ROWS} of {len(table)} rows; all are in the CSV beside this file")
    return "\n".join(lines) + "\n"


def cell(value: Any) -> str:
    """A value: numbers to `DIGITS`, a dash for what is not there, text escaped.

    >>> cell(0.96667), cell(12.3456), cell(-0.00001234), cell(1800), cell(None), cell("a_b & c")
    ('0.967', '12.3', '$-1.23\\\\times 10^{-5}$', '1800', '--', 'a\\\\_b \\\\& c')
    """
    scalar = value.item() if hasattr(value, "item") else value
    if scalar is None or (isinstance(scalar, float) and math.isnan(scalar)):
        return "--"
    if isinstance(scalar, bool):
        return "yes" if scalar else "no"
    if isinstance(scalar, int):
        return f"${scalar}$" if scalar < 0 else str(scalar)
    return _number(scalar) if isinstance(scalar, float) else escaped(str(scalar))


def _number(value: float) -> str:
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    if value and not 1e-3 <= abs(value) < 1e6:
        mantissa, power = f"{value:.{DIGITS - 1}e}".split("e")
        return rf"${mantissa}\times 10^{{{int(power)}}}$"
    decimals = DIGITS if abs(value) < 1 else max(0, DIGITS - len(str(int(abs(value)))))
    text = f"{value:.{decimals}f}"
    return f"${text}$" if text.startswith("-") else text


def escaped(text: str) -> str:
    r"""Text with what LaTeX reads as commands written out.

    >>> print(escaped("50 % of a_b & c#1"))
    50 \% of a\_b \& c\#1
    """
    return "".join(_SPECIAL.get(mark, mark) for mark in text)


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
