"""Out of range: a direction goes on, a memory of neighbours does not, and rendered probes meet real clips."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.probes.baselines import LOG_MEL, MELS, beside, with_statistics
from escucha.concepts.probes.ends import ends_split, read_ends
from escucha.concepts.probes.probe import Layer, read
from escucha.concepts.probes.real import read_real
from escucha.concepts.probes.splits import split_of
from escucha.errors import InputError

GROUPS = np.repeat([f"g{number:02d}" for number in range(60)], 5)
SPLIT = split_of(GROUPS, [""] * len(GROUPS), seed=0)
TEMPO = np.random.default_rng(0).uniform(80, 220, len(GROUPS))


def rows_of(cue: np.ndarray, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(len(GROUPS), 8))
    rows[:, 3] += cue
    return rows


def test_a_direction_goes_on_beyond_what_was_heard():
    found = read_ends("x", rows_of(TEMPO / 5), TEMPO, SPLIT, subject="tempo")
    assert found.score > 0.9
    assert found.past_low > 0
    assert found.error < 0.3 * found.plain


def test_what_tells_low_from_high_and_no_more_does_not_go_on():
    """The layer saturates at the edges of the middle: both ends sound like them."""
    low, high = np.quantile(TEMPO[SPLIT.train], (0.25, 0.75))
    found = read_ends("x", rows_of(np.clip(TEMPO, low, high) / 5), TEMPO, SPLIT, subject="tempo")
    assert found.saved_low > 0
    assert found.past_low <= 0


def test_what_is_not_there_saves_nothing():
    found = read_ends("x", rows_of(np.zeros(len(GROUPS))), TEMPO, SPLIT, subject="tempo")
    assert found.saved_low <= 0 < found.plain
    assert found.score < 0.1


def test_the_middle_is_learned_and_the_ends_are_asked_with_groups_whole():
    made, (low, high) = ends_split(TEMPO, SPLIT)
    assert ((low <= TEMPO) & (high >= TEMPO))[made.train | made.valid].all()
    assert ((low > TEMPO) | (high < TEMPO))[made.test].all()
    assert not set(GROUPS[made.test]) & set(GROUPS[made.train | made.valid])
    assert made.train.sum() == pytest.approx(SPLIT.train.sum() / 2, abs=1)
    with pytest.raises(InputError, match="only 0 clips"):
        ends_split(np.repeat([1.0, 2.0], len(GROUPS) // 2), SPLIT)


def test_a_probe_that_gains_over_another_is_better_and_over_itself_is_not():
    target = (TEMPO > 150).astype(str)
    said = [read(Layer("x", rows_of(size * (TEMPO > 150)), SPLIT), target, task="classes").said for size in (4.0, 0.0)]
    settings = {"subject": "fast", "layer": "x", "kind": "linear", "baseline": LOG_MEL, "task": "classes", "seed": 0}
    assert beside(said[0], said[1], target, SPLIT, **settings).better
    same = beside(said[0], said[0], target, SPLIT, **settings)
    assert not same.better
    assert (same.gain, same.low, same.high) == (0.0, 0.0, 0.0)


def test_log_mel_statistics_are_means_and_spreads_in_decibels():
    rng = np.random.default_rng(0)
    quiet = Clip(0.01 * rng.normal(size=8000), 8000)
    loud, made = Clip(10 * quiet.wave, 8000), []
    assert [clip.rate for clip in with_statistics(iter([quiet, loud]), 8000, made)] == [8000, 8000]
    assert [row.shape for row in made] == [(2 * MELS,)] * 2
    np.testing.assert_allclose((made[1] - made[0])[:MELS], 20.0, atol=0.05)
    np.testing.assert_allclose((made[1] - made[0])[MELS:], 0.0, atol=0.05)


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_probe_of_rendered_clips_meets_real_ones(kind):
    target = (TEMPO > 150).astype(str)
    layer = Layer("x", rows_of(4.0 * (TEMPO > 150)), SPLIT)
    truth = target[:100]
    real = rows_of(4.0 * (TEMPO > 150), seed=9)[:100]
    found = read_real(layer, target, real, truth, GROUPS[:100], subject="fast", task="classes", kind=kind)
    assert found.low > found.chance == 0.5
    assert (found.clips, found.groups) == (100, 20)
    said = read(layer, target, task="classes", kind=kind).said
    assert found.rendered == pytest.approx(np.mean([np.mean(said[SPLIT.test & (target == one)] == one)
                                                    for one in ("False", "True")]))
    turned = read_real(layer, target, -real, truth, GROUPS[:100], subject="fast", task="classes", kind=kind)
    assert turned.score <= 0.5  # it is the rendered clips' direction that is asked, and no new one


def test_a_probe_that_says_the_same_of_all_real_clips_does_not_carry_over():
    """It knows three classes, of which two occur there: one answer for all is right half the time."""
    target = np.random.default_rng(0).integers(3, size=len(GROUPS))
    rows = np.random.default_rng(1).normal(size=(len(GROUPS), 3)) + 4 * np.eye(3)[target]
    real = np.random.default_rng(2).normal(size=(60, 3)) + np.array([12, 0, 0])  # another sound altogether
    truth = np.random.default_rng(3).integers(2, size=60).astype(str)
    found = read_real(Layer("x", rows, SPLIT), target.astype(str), real, truth, GROUPS[:60], subject="mode",
                      task="classes")
    assert found.rendered > 0.9
    assert found.score == found.low == found.chance == 0.5
