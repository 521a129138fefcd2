"""What the pages of docs/ show is what runs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.concepts import concepts_page
from tests.conftest import REPOSITORY
from tests.corpora import data_page
from tests.explain import explain_page
from tests.models import own_page
from tests.showing import blocks, noise, show

PAGES = sorted((REPOSITORY / "docs").glob("*.md"))

PREPARE: dict[str, Callable[[Path], dict[str, Any]]] = {
    "data.md": data_page.prepare, "bring-your-own.md": own_page.prepare, "explain.md": explain_page.prepare,
    "concepts.md": concepts_page.prepare}
"""Name of a page to what puts its files into a folder and gives the names that its blocks know."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_a_page_run(page, home, tmp_path, monkeypatch):
    folder = tmp_path / "work"
    noise(folder / "song.mp3")
    names = PREPARE.get(page.name, lambda _: {})(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ESCUCHA_HOME", str(home))
    shown = blocks(page)
    assert shown, f"{page.name} shows nothing that runs"
    for block in shown:
        show(*block, names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_links_exist(page):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_a_page_that_lies_is_noticed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```toml\nnot = \"a file\"\n```\n\n```toml a/own.toml\nx = 1\n```\n\n"
                    "```python own.py\nx = 1\n```\n\n```python\nimport own\nassert own.x == 2\n```\n\n"
                    "```sh\n# a remark\nescucha predict no-such-card \\\n  song.mp3\n```\n")
    table, file, python, command = blocks(page)
    show(*table, {})
    assert (tmp_path / "a" / "own.toml").read_text() == "x = 1\n"
    monkeypatch.syspath_prepend(tmp_path)
    show(*file, {})
    with pytest.raises(AssertionError):
        show(*python, {})
    with pytest.raises(AssertionError, match=r"predict no-such-card song\.mp3"):
        show(*command, {})
