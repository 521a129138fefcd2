"""What everyday does to answers, asked of models that hear it and of models that do not."""

from dataclasses import dataclass

import numpy as np
import pytest

from escucha.experiments.accuracy.robustness import Robustness
from escucha.experiments.accuracy.speed import speed
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.experiments.run import experiment_of
from tests.experiments.accuracy.test_study import Counter
from tests.experiments.toys import RATE, ToyBench, toy_corpus


@dataclass(frozen=True)
class Loud(Counter):
    """Says fast by level alone."""

    def scores(self, waves):
        level = 10 * np.log10(np.square(waves).mean(1)) + 22.0
        return np.stack([level, -level], 1)


@dataclass(frozen=True)
class Brittle(Counter):
    """Says fast by whether a sample stands at an even place: a shift of a millisecond turns it."""

    def scores(self, waves):
        places = np.abs(waves).argmax(1) % 2 * 2.0 - 1
        return np.stack([places, -places], 1)


@pytest.fixture
def bench(tmp_path):
    return ToyBench(tmp_path, tmp_path / "cache")


def survived(model, bench, **what):
    asked = Accuracy("counter", {"clips": 96}, robustness=Robustness(**what))
    return evaluate(model, toy_corpus(96), asked, bench)


def test_a_model_that_counts_survives_all_but_loud_noise(bench):
    told = survived(Counter(), bench)
    rows = told.numbers()["robustness"]
    assert list(rows) == ["shift-5ms", "shift-12ms", "shift-25ms", "shift-50ms", "gain-6dB", "gain+6dB", "noise-30dB",
                          "noise-20dB", "noise-10dB", "mp3-64kbps"]
    for name in ("shift-5ms", "shift-50ms", "gain-6dB", "gain+6dB", "noise-30dB", "noise-20dB"):
        assert (rows[name]["moved"], rows[name]["accuracy"], rows[name]["clips"]) == (0, 1, 24)
        assert rows[name]["moved_high"] == pytest.approx(1 - 0.025 ** (1 / 6))  # none of six groups: a bound, no point
    assert "robustness" in told.figures()
    said = [line for line in told.words() if "recordings every day" in line]
    assert len(said) == 1
    assert ("noise-10dB" in said[0]) == (rows["noise-10dB"]["moved"] > 0)
    assert "shift" not in said[0]


def test_a_model_that_goes_by_level_moves_with_the_gain_and_with_nothing_else(bench):
    rows = survived(Loud(), bench, noise_db=(30,)).numbers()["robustness"]
    assert rows["gain-6dB"]["moved"] > 0.2
    assert rows["gain+6dB"]["mean_move"] != 0
    assert rows["gain-6dB"]["moved fast"] > 0
    assert rows["shift-5ms"]["moved"] < 0.1
    assert rows["noise-30dB"]["moved"] < 0.1


def test_a_model_that_goes_by_the_sample_moves_with_a_shift(bench):
    told = survived(Brittle(), bench, shifts_ms=(5.25,), gains_db=(-6,), noise_db=(), mp3_kbps=())
    rows = told.numbers()["robustness"]
    assert round(0.00525 * RATE) % 2 == 1
    assert rows["shift-5.25ms"]["moved"] == 1
    assert rows["gain-6dB"]["moved"] == 0


def test_noise_is_the_same_for_every_model_and_other_with_another_seed(bench):
    first, again, other = (survived(Loud(), bench, shifts_ms=(), gains_db=(), mp3_kbps=(), noise_db=(0,), seed=seed)
                           .told.everyday[0].answers for seed in (0, 0, 1))
    assert first.digests == again.digests
    assert len(set(first.digests) | set(other.digests)) == 2 * len(first.digests)


def test_a_table_in_a_toml_asks_for_it(bench):
    asked = experiment_of({"kind": "accuracy", "model": "m", "corpus": {}, "robustness": {"noise_db": [3]}}, "x.toml")
    assert asked.robustness == Robustness(noise_db=(3.0,))
    assert experiment_of({"kind": "accuracy", "model": "m", "corpus": {}}, "x.toml").robustness is None
    with pytest.raises(ValueError, match="from 8 to 320, got 4"):
        experiment_of({"kind": "accuracy", "model": "m", "corpus": {}, "robustness": {"mp3_kbps": [4]}}, "x.toml")


def test_speed_is_told_with_what_it_was_measured_on():
    told = speed(Counter())
    assert told.real_time_factor == pytest.approx(1 / told.audio_seconds_per_second)
    assert told.seconds_per_window == pytest.approx(told.real_time_factor * Counter.window / RATE)
    assert (told.device, told.batch) == ("cpu", 8)
    assert "8 windows at once" in told.words()
