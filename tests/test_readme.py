"""What the README shows is what runs: its Python, its commands, its files."""

import re
import subprocess

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from escucha.cli import main
from escucha.finding import Finding
from escucha.models.features import NAMES
from tests.conftest import REPOSITORY
from tests.showing import blocks, noise, show

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = [text for kind, _, text in blocks(REPOSITORY / "README.md") if kind == "python"]


def my_network() -> nn.Module:
    """A small network over waveforms of two seconds."""
    return nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, 4, 64, 32), nn.ReLU(), nn.AdaptiveAvgPool1d(1),
                         nn.Flatten(), nn.Linear(4, 2))


def my_pipeline():
    """A fitted pipeline over the librosa features."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(40, len(NAMES)))
    return make_pipeline(StandardScaler(), SVC()).fit(table, np.where(table[:, 0] > 0, "rumba", "tangos"))


@pytest.mark.parametrize("block", BLOCKS)
def test_python_of_the_readme_runs(block, tmp_path, monkeypatch):
    noise(tmp_path / "song.mp3")
    monkeypatch.chdir(tmp_path)
    names = {"my_network": my_network(), "my_pipeline": my_pipeline()}
    show("python", "", block, names)
    assert isinstance(names["finding"], Finding)
    assert names["finding"].numbers()["passes"] > 0


def test_the_readme_has_its_blocks_and_pictures():
    assert len(BLOCKS) == 2
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (REPOSITORY / picture).is_file()


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"(?:^|`)escucha ([a-z]+)", README, re.M)) - {"serve", "fetch"}))
def test_commands_of_the_readme_exist(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert verb in capsys.readouterr().out


def test_targets_of_the_readme_exist():
    targets = set(re.findall(r"make ([a-z]+)", README))
    text = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert targets <= set(text.split())
