"""A live finding shows itself with the page's parts, and writes nothing."""

import re

from escucha.reports.notebook import show
from tests.reports.sample import HOSTILE, Sample


def test_a_live_finding_shows_its_sounds_figures_and_tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = show(Sample())
    html = shown._repr_html_()
    assert len(re.findall(r'<audio [^>]*src="data:audio/mpeg;base64,', html)) == 2
    assert len(re.findall(r'<img src="data:image/svg\+xml;base64,', html)) == 2
    assert html.count("<table>") == 1
    assert "gain for listening: +3.0 dB" in html
    assert HOSTILE not in html
    assert "<script" not in html
    assert list(tmp_path.iterdir()) == []


def test_in_a_terminal_it_says_its_words():
    assert repr(show(Sample(clips={}))) == "\n".join(Sample().words())
