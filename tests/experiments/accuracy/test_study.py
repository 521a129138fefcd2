"""The kind accuracy, asked of classifiers whose reasons are known."""

from dataclasses import dataclass

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.finding import About, Finding, load, save
from tests.experiments.toys import RATE, SECONDS, ToyBench, toy_corpus


@dataclass(frozen=True)
class Counter:
    """Counts bursts of noise: fast when there are more than four a second. Or listens for the whistle only."""

    labels: tuple[str, ...] = ("fast", "slow")
    rate: int = RATE
    window: int = round(SECONDS * RATE)
    link: str = "softmax"
    whistle: bool = False

    def scores(self, waves):
        if self.whistle:
            fast = (np.abs(_whistle(waves)).max(1) > 0.03) * 2.0 - 1
        else:
            waves = waves - _whistle(waves)
            loud = np.abs(waves).reshape(len(waves), -1, RATE // 100).max(-1)
            on = loud > 0.3 * loud.max(1, keepdims=True)
            fast = np.clip((np.abs(np.diff(on.astype(int))).sum(1) / 2 / SECONDS) - 4, -3, 3)
        return np.stack([fast, -fast], 1)


def _whistle(waves):
    turn = np.exp(2j * np.pi * 1500 / RATE * np.arange(waves.shape[1]))
    return 2 * np.real((waves @ turn.conj() / waves.shape[1])[:, None] * turn)


@pytest.fixture
def bench(tmp_path):
    return ToyBench(tmp_path, tmp_path / "cache")


CHANGES = {"whistle-on": {"whistle": True}, "beat-swapped": {"beat": {"fast": "slow", "slow": "fast"}},
           "all-fast": {"beat": "fast"}}


def asked(model, bench, **settings):
    return evaluate(model, toy_corpus(96), Accuracy("counter", {"clips": 96}, **settings), bench)


def test_only_the_test_split_is_scored_and_only_the_cause_moves_the_answer(bench):
    told = asked(Counter(), bench, changes=CHANGES)
    numbers = told.numbers()
    assert numbers["clips"] == 24
    assert numbers["groups"] == 6
    assert numbers["accuracy"] == 1.0
    assert numbers["accuracy_interval"] == pytest.approx([0.025 ** (1 / 6), 1.0])
    changes = numbers["changes"]
    assert changes["beat-swapped"]["moved"] == 1.0
    assert changes["beat-swapped"]["accuracy"] == 0.0
    assert changes["beat-swapped"]["mean_move"] < -1
    assert changes["whistle-on"]["moved"] == 0.0
    assert changes["whistle-on"]["clips"] == sum(not track.source.whistle for track in toy_corpus(96).split("test"))
    assert changes["all-fast"]["clips"] == 12  # the other twelve sound the same
    assert changes["all-fast"]["moved slow"] == 1.0
    assert any("6 groups are few" in line for line in told.words())


def test_a_model_that_listens_for_the_wrong_thing_is_shown_to(bench):
    told = asked(Counter(whistle=True), bench, changes=CHANGES)
    numbers = told.numbers()
    assert numbers["accuracy"] < 0.8
    assert numbers["changes"]["whistle-on"]["moved"] == 1.0
    assert numbers["changes"]["beat-swapped"]["moved"] == 0.0
    assert any("not shown to be better than always giving the commonest label" in alarm for alarm in numbers["alarms"])
    assert numbers["confusion"]["fast"]["fast"] + numbers["confusion"]["fast"]["slow"] == 12
    assert len(told.sounds()) == 4
    captions = told.tables()["sounds"]
    assert list(captions.name) == list(told.sounds())
    assert "it is" in captions.caption[0]


def test_one_answer_to_everything_and_twins_and_leaks_are_alarms(bench):
    @dataclass(frozen=True)
    class Always(Counter):
        def scores(self, waves):
            return np.tile([1.0, -1.0], (len(waves), 1))

    told = evaluate(Always(), toy_corpus(96, leak=True), Accuracy("always", {"clips": 96, "leak": True}), bench)
    text = " ".join(told.numbers()["alarms"])
    assert "one answer to everything: fast" in text
    assert "also in another split" in text
    clean = asked(Counter(), bench)
    assert clean.numbers()["alarms"] == []


def test_it_is_a_finding_that_can_be_saved_and_looked_at(bench, tmp_path):
    told = asked(Counter(whistle=True), bench, changes=CHANGES)
    assert isinstance(told, Finding)
    saved = load(save(told, tmp_path / "out", About("accuracy", "how often")))
    assert set(saved.files("figures")) == {"confusion", "reliability", "changes"}
    clips = saved.tables()["clips"]
    assert clips.right.mean() == saved.numbers["accuracy"]
    np.testing.assert_allclose(clips["p fast"] + clips["p slow"], 1)
    np.testing.assert_array_equal(saved.arrays()["confusion"].sum(1), [12, 12])


def test_what_cannot_be_asked_is_refused(bench):
    with pytest.raises(InputError, match=r"labels that the model does not know: fast, slow"):
        asked(Counter(labels=("a", "b")), bench)
    with pytest.raises(InputError, match="unknown change 'whistel'"):
        asked(Counter(), bench, changes={"typo": {"whistel": True}})
    with pytest.raises(InputError, match="should be a table"):
        asked(Counter(), bench, changes={"whistle": True})
    with pytest.raises(InputError, match="fits no clip"):
        asked(Counter(), bench, changes={"never": {"beat": {"medium": "fast"}}})
    with pytest.raises(InputError, match="unknown split 'tset'"):
        asked(Counter(), bench, split="tset")
    with pytest.raises(InputError, match="unknown model 'nobody'"):
        Accuracy("nobody", {"clips": 8}).inputs(bench)


def test_a_clip_of_silence_is_not_played(bench):
    told = asked(Counter(whistle=True), bench)
    assert all(isinstance(clip, Clip) and np.abs(clip.wave).max() > 1e-4 for clip in told.sounds().values())
