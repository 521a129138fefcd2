"""The kind accuracy, asked of models that give each label by itself, whose reasons are known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from sklearn import metrics

from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.robustness import Robustness
from escucha.experiments.accuracy.study import Accuracy, evaluate
from escucha.experiments.accuracy.tag_finding import TagFinding
from escucha.experiments.accuracy.tagging import labelled
from escucha.finding import About, Finding, load, save
from tests.experiments.accuracy.test_study import Counter, _whistle
from tests.experiments.toys import ToyBench, toy_corpus


@dataclass(frozen=True)
class Tagger:
    """Hears how fast the bursts are and whether there is a whistle; `shy` moves all its logits down."""

    labels: tuple[str, ...] = ("fast", "whistle")
    rate: int = Counter.rate
    window: int = Counter.window
    link: str = "sigmoid"
    shy: float = 0.0
    deaf: bool = False
    blurred: float = 0.0

    def scores(self, waves):
        fast = Counter().scores(waves)[:, 0]
        whistle = 60 * (np.abs(_whistle(waves)).max(1) - 0.03)
        heard = np.stack([fast, whistle], 1)
        digits = np.abs(waves).sum(1) * 1e4 % 1  # noise that is the same for the same wave
        heard = heard + self.blurred * (digits[:, None] - 0.5) * np.array([1, -1])
        return (0 * heard + 2 * digits[:, None] - 1 if self.deaf else heard) - self.shy


def tags(clips=96):
    """Fast or not, whistle or not: several labels a clip, or none."""
    tracks = [replace(track, labels=tuple(name for name, there in (
        ("fast", track.source.beat == "fast"), ("whistle", track.source.whistle)) if there))
        for track in toy_corpus(clips)]
    return Corpus(tuple(tracks), "tagged toys")


@pytest.fixture
def bench(tmp_path):
    return ToyBench(tmp_path, tmp_path / "cache")


def asked(model, bench, *, thresholds=None, corpus=None, **settings):
    return evaluate(model, corpus or tags(), Accuracy("tagger", {"clips": 96}, **settings), bench,
                    thresholds=thresholds)


def test_a_model_that_hears_the_tags_gets_them_all_and_an_exact_bound(bench):
    told = asked(Tagger(), bench)
    assert isinstance(told, TagFinding)
    numbers = told.numbers()
    for name in ("mean_average_precision", "roc_auc", "micro_f1", "macro_f1", "labels_right", "exact_match"):
        assert numbers[name] == 1
        assert numbers[f"{name}_interval"] == pytest.approx([0.025 ** (1 / 6), 1])
    assert numbers["alarms"] == []
    assert numbers["without_listening"]["labels_right"] == pytest.approx((12 + 24 - told.plain.truth[:, 1].sum()) / 48)
    assert told.sounds() == {}


def test_a_blurred_model_reads_what_scikit_learn_reads(bench):
    told = asked(Tagger(blurred=8), bench)
    truth, said = told.plain.truth, told.plain.probabilities
    numbers = told.numbers()
    assert 0.5 < numbers["mean_average_precision"] < 1
    assert numbers["mean_average_precision"] == pytest.approx(metrics.average_precision_score(truth, said))
    assert numbers["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, said))
    assert numbers["micro_f1"] == pytest.approx(metrics.f1_score(truth, said >= 0.5, average="micro"))
    assert numbers["per_tag"]["whistle"]["f1"] == pytest.approx(metrics.f1_score(truth[:, 1], said[:, 1] >= 0.5))
    low, high = numbers["mean_average_precision_interval"]
    assert low < numbers["mean_average_precision"] < high


def test_thresholds_of_the_card_rescue_a_shy_model(bench):
    at_half = asked(Tagger(shy=4), bench).numbers()
    chosen = asked(Tagger(shy=4), bench, thresholds={"fast": 0.018, "whistle": 0.018}).numbers()
    assert at_half["mean_average_precision"] == chosen["mean_average_precision"] == 1
    assert at_half["micro_f1"] < 0.5
    assert chosen["micro_f1"] == 1
    assert chosen["per_tag"]["fast"]["threshold"] == 0.018


def test_a_deaf_model_and_one_that_says_the_same_of_everything_are_alarms(bench):
    deaf = asked(Tagger(deaf=True), bench).numbers()
    assert any("nor to rank clips better than chance" in alarm for alarm in deaf["alarms"])
    silent = asked(Tagger(shy=50), bench).numbers()
    assert any("same labels to everything: none" in alarm for alarm in silent["alarms"])


def test_a_tag_of_one_class_is_said_and_counts_in_no_mean(bench):
    always = tags()
    always = Corpus(tuple(replace(track, labels=(*track.labels, "noise")) for track in always), "noisy toys")

    @dataclass(frozen=True)
    class Noisy(Tagger):
        labels: tuple[str, ...] = ("fast", "whistle", "noise")

        def scores(self, waves):
            return np.column_stack([super().scores(waves), np.ones(len(waves))])

    told = asked(Noisy(), bench, corpus=always)
    assert told.numbers()["tags_of_one_class"] == ["noise"]
    assert told.numbers()["mean_average_precision"] == 1
    assert any("Every clip has, or no clip has, noise" in line for line in told.words())
    assert told.numbers()["per_tag"]["noise"]["clips"] == 24


def test_changes_and_noise_move_the_tags_they_should(bench):
    told = asked(Tagger(), bench, changes={"whistle-on": {"whistle": True}},
                 robustness=Robustness(shifts_ms=(), gains_db=(-6,), noise_db=(-10,), mp3_kbps=()))
    changed = told.numbers()["changes"]["whistle-on"]
    assert changed["moved whistle"] == 1
    assert changed["moved fast"] == 0
    assert changed["moved"] == pytest.approx(0.5)
    survived = told.numbers()["robustness"]
    assert survived["noise--10dB"]["moved fast"] > 0.3  # bursts drown in noise that is louder than they are
    assert survived["gain-6dB"]["moved fast"] == 0


def test_what_a_change_adds_is_there_where_an_annotation_says_so(bench):
    corpus, changes = labelled(toy_corpus(96), tags="heard"), {"on": {"whistle": True}, "off": {"whistle": False}}
    told = asked(Tagger(), bench, corpus=corpus, tags="heard", changes=changes).numbers()["changes"]
    assert [told[name]["moved whistle"] for name in changes] == [1, 1]
    assert [(told[name]["accuracy_before"], told[name]["accuracy"]) for name in changes] == [(1, 1), (1, 1)]


def test_the_errors_to_hear_are_a_false_alarm_and_a_miss(bench):
    told = asked(Tagger(blurred=8), bench, sounds=2)
    alarm, miss = told.told.heard
    said = told.plain
    assert not said.truth[alarm.row, alarm.label]
    assert said.truth[miss.row, miss.label]
    wrong = said.given & ~said.truth
    assert said.probabilities[alarm.row, alarm.label] == said.probabilities[wrong].max()
    captions = told.tables()["sounds"].caption
    assert "given and not there" in captions[0]
    assert "is missed" in captions[1]


def test_it_is_a_finding_that_can_be_saved_and_looked_at(bench, tmp_path):
    told = asked(Tagger(blurred=8), bench, robustness=Robustness(shifts_ms=(25,), noise_db=(), mp3_kbps=()))
    assert isinstance(told, Finding)
    saved = load(save(told, tmp_path / "out", About("accuracy", "which tags")))
    assert set(saved.files("figures")) == {"average-precision", "precision-recall", "reliability", "robustness"}
    clips = saved.tables()["clips"]
    assert clips.labels_right.mean() == pytest.approx(saved.numbers["labels_right"])
    assert list(saved.tables()["per-tag"].tag) == ["fast", "whistle"]
    assert "mean average precision" in told.words()[0]


def test_what_the_model_does_not_know_is_refused(bench):
    with pytest.raises(InputError, match="labels that the model does not know: whistle"):
        asked(Tagger(labels=("fast", "slow")), bench)


CARD = """meaning = "m"
kind = "network"
link = "sigmoid"
labels = ["whistle"]
rate = 4000
window = 3.0
weights = "tagger.safetensors"
thresholds = { whistle = 0.018 }
"""


@dataclass(frozen=True)
class Whistler(Tagger):
    labels: tuple[str, ...] = ("whistle",)

    def scores(self, waves):
        return super().scores(waves)[:, 1:]


@dataclass(frozen=True)
class CardBench(ToyBench):
    def model(self, card):
        return Whistler(shy=4)


def test_a_card_of_tags_is_scored_by_an_annotation_at_its_own_thresholds(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tagger.toml").write_text(CARD)
    bench = CardBench(tmp_path, tmp_path / "cache")
    numbers = Accuracy("tagger", {"clips": 96}, tags="whistle").run(bench).numbers()
    assert numbers["per_tag"]["whistle"]["threshold"] == 0.018
    assert numbers["micro_f1"] == 1
    assert numbers["clips"] == 24
    with pytest.raises(InputError, match=r"unknown annotation 'whistel'.*did you mean 'whistle'"):
        Accuracy("tagger", {"clips": 96}, tags="whistel").run(bench)
