"""Notebooks are readings: they run from top to bottom, hold no logic, and are kept without outputs."""

import ast

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    """Each notebook of the shelf."""
    return nbformat.read(request.param, as_version=4)


def test_there_is_something_to_read():
    assert [path.stem for path in NOTEBOOKS][:1] == ["01-listen-to-one-explanation"]


def test_a_notebook_holds_no_logic_and_no_outputs(notebook):
    for cell in _code(notebook):
        assert not cell.outputs
        assert cell.execution_count is None
        logic = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If)
        assert not any(isinstance(node, logic) for node in ast.walk(ast.parse(cell.source)))
        assert max(map(len, cell.source.splitlines())) <= 120


def test_a_notebook_runs_and_its_findings_can_be_heard(notebook, tmp_path, monkeypatch):
    # this interpreter's kernel, whatever the user has registered, and nothing written to their folders
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    for place in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(place, str(tmp_path / place))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(REPOSITORY / "notebooks")}}).execute()
    outputs = [output for cell in _code(notebook) for output in cell.outputs]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    shown = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert len(shown) >= 2
    assert all("<audio controls" in html and "<img src=" in html and "<table>" in html for html in shown)
