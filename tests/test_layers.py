"""Imports point down, each third party has one door, and looking in costs nothing. Imports inside functions count."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src" / "escucha"
FLOORS = (
    {"errors", "progress", "whole"},
    {"audio", "config", "finding", "latex"},
    {"corpora"},
    {"models"},
    {"explain", "concepts"},
    {"experiments"},
    {"reports"},
    {"answering", "tracking", "server", "terminal", "commands", "cli", "__main__"},
)
"""From the ground up. `answering` (from a question to its page) is what `cli` and `server` have in common."""
DOORS = {
    "audiomentations": "models/augmentation.py",
    "captum": "explain/gradients/",
    "concept_erasure": "concepts/erasing/leace.py",
    "demucs": "audio/separat",
    "fastapi": "server/",
    "h5py": "models/weights/keras.py",
    "jinja2": "reports/rendering.py",
    "lightning": "models/training",
    "mirdata": "corpora/public.py",
    "mlflow": "tracking.py",
    "nussl": "audio/separat",
    "quantus": "(the tests alone)",
    "pooch": "models/weights/fetch.py",
    "pyloudnorm": "audio/loudness.py",
    "shap": "explain/feature_shap.py",
    "soundfile": "audio/",
    "soxr": "audio/",
    "tinysoundfont": "corpora/rendering/",
    "transformers": "models/hugging_face.py",
    "wandb": "tracking.py",
}
HEAVY = ("torch", "librosa", "sklearn", "matplotlib", "captum", "lightning", "mirdata", "nussl", "pandas",
         "scipy", "shap", "demucs", "torchmetrics", "wandb")
MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, dotted, wherever in the file; `from escucha.a import b` as `escucha.a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(room: str) -> int:
    """Which floor a module or subpackage of escucha is on."""
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "__init__.py"])
def test_imports_point_down(name):
    room = name.split("/")[0].removesuffix(".py")
    used = {module.split(".")[1] for module in imported(MODULES[name]) if module.startswith("escucha.")}
    above = {other for other in used - {room, "__version__"} if floor(other) > floor(room)}
    assert above == set()
    assert {room, *used} & {"explain", "concepts"} != {"explain", "concepts"} or floor(room) > floor("explain")


@pytest.mark.parametrize("party", DOORS)
def test_a_third_party_has_one_door(party):
    users = {name for name, path in MODULES.items() if any(module.split(".")[0] == party for module in imported(path))}
    assert {name for name in users if not name.startswith(DOORS[party])} == set()


def test_the_rules_would_notice(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text("def late():\n    from escucha.reports import page\n    import captum.attr\n")
    assert list(imported(path)) == ["escucha.reports.page", "captum.attr"]
    assert floor("reports") > floor("models")


def test_looking_in_loads_nothing_heavy():
    packages = ["escucha.cli", *(f"escucha.{Path(name).parent.as_posix().replace('/', '.')}" for name in MODULES
                                 if name.endswith("/__init__.py"))]
    program = (f"import importlib, sys\nfor name in {packages}: importlib.import_module(name)\n"
               f"print([name for name in {HEAVY} if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
