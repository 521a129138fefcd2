"""W&B holds what a saved finding holds, and nothing leaves the machine unless asked."""

import time
from pathlib import Path

import pandas
import pytest

from escucha.finding import About, save
from escucha.tracking import to_wandb
from tests.experiments.test_run import Counted


class Trained(Counted):
    """A finding with a learning curve, under the name that a TrainingFinding gives it."""

    def tables(self):
        return {"epochs": pandas.DataFrame({"epoch": [1, 2], "valid_loss": [1.0, 0.5]})}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("WANDB_SILENT", "true")


def settled(path: Path) -> bytes:
    """The file once W&B's own process, which `finish` does not wait for when offline, has stopped writing it."""
    for _ in range(120):
        before = path.read_bytes()
        time.sleep(0.5)
        if len(before) > 1000 and path.read_bytes() == before:
            break
    return path.read_bytes()


@pytest.mark.usefixtures("offline")
def test_a_finding_becomes_an_offline_run(tmp_path, cache):
    folder = save(Trained(3), tmp_path / "curve" / "0123", About(kind="counting", title="curve", fingerprint="0123"))
    place = to_wandb(folder, project="escucha-tests")
    assert "offline-run" in place
    (stored,) = (path for path in cache.rglob("run-*.wandb"))
    content = settled(stored)
    assert b"counting" in content
    assert b"tick" in content
    assert content.count(b"valid_loss") >= 2  # one row an epoch, not only the table's file
