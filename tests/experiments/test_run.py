"""A question is answered once, whole, and is asked again when anything it depends on has changed."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.experiments.run import read_experiment, run
from escucha.experiments.workbench import Workbench
from escucha.finding import is_finding, load


@dataclasses.dataclass(frozen=True)
class Counted:
    """A finding that knows how many were made before it."""

    count: int

    def numbers(self):
        return {"count": self.count}

    def arrays(self):
        return {"ramp": np.arange(3)}

    def tables(self):
        return {"rows": pandas.DataFrame({"a": [1, 2]})}

    def figures(self):
        return {"empty": Figure()}

    def sounds(self):
        return {"tick": Clip(np.ones(100) * 0.1, 8000)}

    def words(self):
        return ["One was made."]


@dataclasses.dataclass(frozen=True)
class Counting:
    """An experiment that depends on one hash outside its settings."""

    setting: int
    outside: str = "weights-1"
    kind: ClassVar[str] = "counting"
    revision: ClassVar[int] = 1
    runs: ClassVar[list[int]] = []

    def inputs(self, workbench):
        return [self.outside]

    def run(self, workbench):
        self.runs.append(self.setting)
        time.sleep(0.2)
        return Counted(len(self.runs))


@pytest.fixture
def workbench(home: Path, cache: Path) -> Workbench:
    Counting.runs.clear()
    return Workbench(home, cache)


def test_the_same_question_is_not_computed_twice(workbench):
    first, second = (run(Counting(1), workbench, name="count") for _ in range(2))
    assert first == second
    assert Counting.runs == [1]
    assert load(first).numbers == {"count": 1}


def test_a_changed_input_is_not_answered_from_an_old_cache(workbench):
    places = {run(Counting(1, outside), workbench, name="count") for outside in ("weights-1", "weights-2")}
    assert len(places) == len(Counting.runs) == 2


@dataclasses.dataclass(frozen=True)
class Making(Counting):
    """It also writes a file, which says how many were made."""

    def run(self, workbench):
        finding = super().run(workbench)
        (workbench.home / "made").write_text(str(finding.count))
        return finding

    def stands(self, workbench, numbers):
        made = workbench.home / "made"
        return made.is_file() and made.read_text() == str(numbers["count"])


@pytest.mark.parametrize("found", [None, "another"])
def test_what_was_made_beside_a_finding_and_is_gone_or_another_is_made_again(workbench, found):
    (first, second), made = (run(Making(1), workbench, name="make") for _ in range(2)), workbench.home / "made"
    assert Making.runs == [1]
    made.unlink() if found is None else made.write_text(found)
    assert first == second == run(Making(1), workbench, name="make")
    assert Making.runs == [1, 1]
    assert load(first).numbers == {"count": int(made.read_text())} == {"count": 2}


def test_two_at_once_compute_it_once(workbench):
    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(lambda _: run(Counting(1), workbench, name="count"), range(2)))
    assert places[0] == places[1]
    assert Counting.runs == [1]


def test_a_failed_run_leaves_nothing(workbench, monkeypatch):
    def broken(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Counted, "arrays", broken)
    with pytest.raises(InputError, match="No space left"):
        run(Counting(1), workbench, name="count")
    assert list((workbench.home / "reports" / "count").iterdir()) == []


def test_a_question_names_the_page(workbench):
    asked = read_experiment("what-makes-a-buleria", workbench.home)
    assert asked.name == "what-makes-a-buleria"
    assert asked.experiment.kind == "concept-study"


@pytest.mark.parametrize("seconds", [1.0, 3.0, 4.5, 6.0])
def test_a_kill_leaves_no_broken_finding_and_running_again_completes(home, cache, seconds):
    words = [sys.executable, "-m", "escucha", "run", "tiny/explanation", "--home", str(home)]
    environment = {**os.environ, "ESCUCHA_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for folder in (home / "reports").rglob("numbers.json"):
        assert folder.parent.name.startswith(".partial-") or is_finding(folder.parent)
        if is_finding(folder.parent) and not folder.parent.name.startswith("."):
            assert load(folder.parent).numbers
    again = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    (finished,) = (path.parent for path in (home / "reports").rglob("index.html") if path.parent.name != "reports")
    assert load(finished).numbers["parts"]
    assert not list((home / "reports").rglob(".partial-*"))
