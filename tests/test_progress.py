"""A bar in a log is a line now and then, and an error there has a line to itself."""

import time

from escucha import progress
from escucha.progress import bar


def test_a_short_work_leaves_nothing_in_a_log(capsys):
    for _ in bar(range(3), doing="outer", shown=True):
        assert list(bar(range(3), doing="inner", shown=True)) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_a_long_work_writes_lines_and_no_blanks_or_moves(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SELDOM", 0.01)
    for _ in bar(range(3), doing="outer", shown=True):
        for _ in bar(range(3), doing="inner", shown=True):
            time.sleep(0.02)
    said = capsys.readouterr().err
    assert not set(said) & {"\r", "\x1b"}
    assert said.endswith("\n"), "an error has a line to itself"
    lines = said.splitlines()
    assert {line.split(":")[0] for line in lines} == {"outer", "inner"}
    assert all("/3" in line for line in lines)


def test_a_bar_that_is_not_shown_says_nothing(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SELDOM", 0.0)
    assert list(bar(range(3), doing="none", shown=False)) == [0, 1, 2]
    assert capsys.readouterr().err == ""
