"""A table in LaTeX compiles: balanced, as wide as it says, nothing in it read as a command; and it is the table."""

import re
import shutil
import subprocess

import numpy as np
import pandas
import pytest

from escucha.finding import save
from escucha.latex import ROWS, cell, escaped, latex
from tests.reports.sample import ABOUT, Sample

HOSTILE = r"50 % of a_b & c#1 {x} ~y ^z $5 \input{/etc/passwd} <b> | é ñ"
TABLE = pandas.DataFrame({"per_class": ["buleria", HOSTILE, None], "share": [0.966667, -0.5, float("nan")],
                          "clips": [1800, -3, 0], "right": [True, False, True]})


def body(text):
    """The rows between the rules, as lists of cells; asserts what LaTeX would complain of."""
    lines = text.strip().splitlines()
    assert re.fullmatch(r"\\begin\{tabular\}\{([lr]+)\}", lines[0])
    assert lines[-1] == r"\end{tabular}"
    wide = len(lines[0].split("{")[2]) - 1
    assert [line for line in lines if line.endswith("rule")] == [r"\toprule", r"\midrule", r"\bottomrule"]
    rows = [line for line in lines[1:-1] if not line.endswith("rule")]
    cells = []
    for row in rows:
        assert row.endswith(r" \\")
        plain = re.sub(r"\\[%&#$_{}]", "", row.removesuffix(r" \\"))  # what is escaped is text
        assert plain.count("&") == wide - 1
        assert plain.count("{") == plain.count("}")
        assert plain.count("$") % 2 == 0
        outside = re.sub(r"\$[^$]*\$", "", plain)
        assert not set(outside) & set("%#_^~<>|")
        assert set(re.findall(r"\\[a-zA-Z]+", plain)) <= {
            r"\textbackslash", r"\textasciitilde", r"\textasciicircum", r"\textless", r"\textgreater", r"\textbar",
            r"\times", r"\infty"}
        cells.append([one.strip() for one in re.split(r"(?<!\\)&", row.removesuffix(r" \\"))])
    return cells


def test_a_table_is_whole_and_says_what_the_table_says():
    head, *rows = body(latex(TABLE))
    assert head == [r"per class", "share", "clips", "right"]
    assert rows[0] == ["buleria", "0.967", "1800", "yes"]
    assert rows[1][1:] == ["$-0.500$", "$-3$", "no"]
    assert rows[2] == ["--", "--", "0", "yes"]
    assert latex(TABLE).startswith(r"\begin{tabular}{lrrl}")


def test_what_is_escaped_reads_as_it_was_written():
    back = escaped(HOSTILE)
    for mark, name in (("~", r"\textasciitilde{}"), ("^", r"\textasciicircum{}"), ("<", r"\textless{}"),
                       (">", r"\textgreater{}"), ("|", r"\textbar{}"), ("\\", r"\textbackslash{}")):
        back = back.replace(name, f"\0{ord(mark)}\0")
    back = re.sub(r"\\([%&#$_{}])", r"\1", back)
    assert re.sub("\0(\\d+)\0", lambda found: chr(int(found[1])), back) == HOSTILE


@pytest.mark.parametrize("value", [0.5, 1.0, 0.99951, 12.3456, 123.456, 1234.5, 0.001, 0.00012345, -1e-9, 3.3e7, 0.0])
def test_numbers_are_rounded_to_three_digits_and_no_further(value):
    text = cell(value).strip("$").replace(r"\times 10^{", "e").replace("}", "")
    assert float(text) == pytest.approx(value, rel=5e-3, abs=5e-4 if abs(value) >= 1e-3 else 0)
    assert len(re.sub(r"e.*|[-.]", "", text).lstrip("0")) <= max(4, len(str(int(abs(value)))))


def test_infinite_and_numpy_values():
    assert [cell(value) for value in (np.inf, -np.inf, np.float32(0.25), np.int64(4), np.bool_(True))] == [
        r"$\infty$", r"$-\infty$", "0.250", "4", "yes"]


def test_long_and_empty_tables():
    long = latex(pandas.DataFrame({"row": range(ROWS + 5)}))
    assert long.startswith(f"% the first {ROWS} of {ROWS + 5} rows")
    assert len(body(long.split("\n", 1)[1])) == ROWS + 1
    assert latex(pandas.DataFrame()) == "% an empty table\n"
    assert body(latex(pandas.DataFrame({"a": [], "b": []}))) == [["a", "b"]]


def test_every_table_of_a_finding_is_there_as_latex_too(tmp_path):
    folder = save(Sample(), tmp_path / "f", ABOUT)
    assert {path.stem for path in (folder / "tables").glob("*.tex")} == set(Sample().tables())
    assert (folder / "tables" / "parts.tex").read_text(encoding="utf-8") == latex(Sample().tables()["parts"])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_it_compiles(tmp_path):
    page = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs}\\begin{document}%s\\end{document}"
    (tmp_path / "t.tex").write_text(page % latex(TABLE), encoding="utf-8")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
