"""The index: every whole finding once, the newest first, none of the broken."""

import dataclasses
import re

import pytest

from escucha.errors import InputError
from escucha.finding import PARTIAL, save
from escucha.reports.gallery import findings, gallery
from tests.reports.browser import look
from tests.reports.sample import ABOUT, HOSTILE, Sample


def _titles(index):
    return re.findall(r'<h3><a href="([^"]+)">(.*?)</a>', index.read_text(encoding="utf-8"))


def test_no_finding_is_no_error(tmp_path):
    index = gallery(tmp_path / "reports")
    assert "Nothing found yet" in index.read_text(encoding="utf-8")


def test_cards_are_grouped_by_kind_with_the_newest_first(tmp_path):
    sample = Sample(clips={})
    made = {"old": ("explanation", 1), "new": ("explanation", 3), "mid": ("accuracy", 2)}
    for name, (kind, month) in made.items():
        about = dataclasses.replace(ABOUT, kind=kind, title=name, made=f"2026-0{month}-01T00:00:00+00:00")
        save(sample, tmp_path / ("published" if name == "mid" else "an experiment") / name, about)
    index = gallery(tmp_path)
    assert _titles(index) == [("an%20experiment/new/index.html", "new"), ("an%20experiment/old/index.html", "old"),
                              ("published/mid/index.html", "mid")]
    text = index.read_text(encoding="utf-8")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", text) == ["Explanation", "Accuracy"]
    assert text.count(sample.words()[0]) == 3
    assert text.count("1 warning") == 3


def test_the_half_written_and_the_broken_are_passed_over(tmp_path):
    whole = save(Sample(clips={}), tmp_path / "e" / "whole", ABOUT)
    save(Sample(clips={}), tmp_path / "e" / "half", ABOUT).rename(tmp_path / "e" / f"{PARTIAL}1-a")
    (save(Sample(clips={}), tmp_path / "e" / "broken", ABOUT) / "about.json").write_text("{")
    (tmp_path / "e" / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.warns(UserWarning, match="broken is not a finding"):
        assert [saved.folder for saved in findings(tmp_path)] == [whole]
    with pytest.warns(UserWarning, match="broken is not a finding"):
        assert len(_titles(gallery(tmp_path))) == 1


def test_one_finding_without_its_figures_does_not_hide_the_others(tmp_path):
    whole, bare = (save(Sample(clips={}), tmp_path / "e" / name, ABOUT) for name in ("whole", "bare"))
    for path in (bare / "figures").iterdir():
        path.unlink()
    with pytest.warns(UserWarning, match="bare gets no page"):
        index = gallery(tmp_path)
    assert len(_titles(index)) == 2
    assert (whole / "index.html").is_file()


def test_missing_pages_are_made_and_others_left_unless_asked(tmp_path):
    folder = save(Sample(clips={}), tmp_path / "e" / "f", ABOUT)
    gallery(tmp_path)
    assert (folder / "index.html").stat().st_size > 10_000
    (folder / "index.html").write_text("mine")
    gallery(tmp_path)
    assert (folder / "index.html").read_text() == "mine"
    gallery(tmp_path, afresh=True)
    assert (folder / "index.html").read_text() != "mine"


def test_a_browser_shows_the_thumbnails_and_runs_no_name(tmp_path):
    save(Sample(clips={}), tmp_path / "reports" / "a b#c" / "f?", ABOUT)
    index = gallery(tmp_path / "reports")
    assert HOSTILE not in index.read_text(encoding="utf-8")
    seen = look(index, tmp_path)
    assert seen["title"] == "Findings · escucha"
    assert [width > 300 for _, width in seen["images"]] == [True]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make"):
        gallery(tmp_path / "file")
