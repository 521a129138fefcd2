"""environment.yml, pyproject.toml and requirements.lock tell one story, and the Makefile tells what it can do."""

import ast
import re
import subprocess
import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY

PINS = {canonicalize_name(name): version for name, version in (
    line.split("==") for line in (REPOSITORY / "requirements.lock").read_text().split())}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = PROJECT["dependencies"] + EXTRAS["hf"]


def test_the_lock_satisfies_every_requirement():
    wanted = [Requirement(text) for text in DECLARED + EXTRAS["quantus"] + EXTRAS["dev"]]
    missing = [str(need) for need in wanted if not need.specifier.contains(PINS.get(canonicalize_name(need.name), "0"))]
    assert missing == []


def test_the_lock_pins_exactly_and_leaves_out_what_must_not_be_built():
    assert all(re.fullmatch(r"[\w.]+", version) for version in PINS.values())
    assert (PINS["torch"], PINS["nussl"], PINS["tinysoundfont"]) == ("2.13.0", "1.1.9", "0.3.7")
    assert not {"soxbindings", "pyaudio"} & set(PINS)


def test_conda_installs_the_same_lock():
    text = (REPOSITORY / "environment.yml").read_text()
    assert "- -r requirements.lock" in text
    assert "PIP_NO_DEPS=1" in text
    python = re.search(r"python=(\d+\.\d+)", text)
    assert python is not None
    assert python[1] == PROJECT["requires-python"].removeprefix(">=")


def test_make_help_lists_every_target():
    text = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    listed = {line.split()[0] for line in text.splitlines()}
    wanted = "setup data train evaluate predict demo report lab test lint bench clean"
    assert set(wanted.split()) <= listed


def test_every_import_is_declared():
    projects = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}  # by other names than they are imported
    declared = {canonicalize_name(Requirement(text).name) for text in DECLARED}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (REPOSITORY / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    roots = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"escucha"}
    assert sorted(roots - {root for root in roots if canonicalize_name(projects.get(root, root)) in declared}) == []
