"""Every table of docs/data.md opens a corpus whose sounds can be read (its Python and commands run in test_docs)."""

import re
import tomllib

import pytest

from escucha.corpora.reading import readable
from escucha.corpora.shelf import CORPORA, open_corpus
from tests.conftest import REPOSITORY
from tests.corpora import data_page

PAGE = (REPOSITORY / "docs/data.md").read_text(encoding="utf-8")
TABLES = {table["kind"]: table for block in re.findall(r"```toml\n(.*?)```", PAGE, re.S)
          for table in [tomllib.loads(block)["corpus"]]}
HELD = {"folder": 5, "mirdata": 3, "public-palos": 6, "vocalset": 2, "irmas-folder": 2, "mix": 6}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("page")
    data_page.prepare(place)
    return place


@pytest.mark.filterwarnings("ignore:mirdata does not say", "ignore:1 of 6 clips")
@pytest.mark.parametrize("kind", TABLES)
def test_tables_of_the_page_open(kind, folder, monkeypatch):
    import mirdata.core

    monkeypatch.setattr(mirdata.core.Index, "get_path", lambda index: str(folder / index.filename))
    table = TABLES[kind] | ({"clips": 6} if kind == "mix" else {})
    corpus, _ = readable(open_corpus(table, where="the page", base=folder), rate=8000)
    assert len(corpus) == HELD[kind]


def test_the_page_knows_every_kind():
    assert set(TABLES) == set(HELD)
    assert set(re.findall(r"`([a-z-]+)`", PAGE)) >= set(CORPORA)
