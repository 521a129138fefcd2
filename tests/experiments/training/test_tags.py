"""Training of tags, from another card, on corpora that have faults: end to end on toys."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from escucha.config import build
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import Ears
from escucha.experiments.accuracy.tag_finding import TagFinding
from escucha.experiments.accuracy.tagging import labelled
from escucha.experiments.training.finding import epoch_alarms
from escucha.experiments.training.study import Training
from escucha.finding import About, load, save
from escucha.models.card import read_card
from escucha.models.shelf import load_model, load_thresholds
from escucha.models.tag_evaluation import average_precision, choose_thresholds
from escucha.models.weights.safe import load_weights
from tests.experiments.toys import RATE, Broken, ToyBench, toy_corpus

TABLE = {
    "card": "toy", "meaning": "what is heard", "corpus": {"clips": 96}, "rate": RATE, "window": 1.5,
    "front_end": {"n_fft": 256, "hop": 64, "mels": 16}, "network": {"name": "short-cnn", "widths": [8, 12, 16]},
    "recipe": {"epochs": 8, "batch": 16, "rate": 0.01, "bands": 3, "tilt": 3},
}
TAGS = {**TABLE, "link": "sigmoid", "tags": "heard"}


@dataclass(frozen=True)
class FaultyBench(ToyBench):
    """Corpora as `fault` spoils them."""

    fault: Any = None

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        whole = super().corpus(table)
        return Corpus(tuple(self.fault(at, track) for at, track in enumerate(whole)), whole.origin)


def bench(folder, fault=None):
    (folder / "models").mkdir(exist_ok=True)
    return FaultyBench(folder, folder / "cache", fault=fault) if fault else ToyBench(folder, folder / "cache")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = bench(tmp_path_factory.mktemp("home"))
    return place, build(Training, TAGS, "here").run(place)


def test_tags_are_learned_thresholds_chosen_on_validation_and_kept_by_the_card(trained):
    place, finding = trained
    numbers = finding.numbers()
    assert isinstance(finding.accuracy, TagFinding)
    assert numbers["measure"] == "mean_average_precision"
    assert numbers["mean_average_precision"] > 0.9
    assert numbers["gap"] == pytest.approx(numbers["mean_average_precision"] - numbers["baseline"])
    card = read_card(place.home / "models" / "toy.toml")
    assert card.link == "sigmoid"
    assert card.labels == ("fast", "whistle")
    corpus = labelled(toy_corpus(96), tags="heard").split("valid")
    said = Ears(load_model("toy", place.home), place).ask(corpus.tracks)
    chosen = choose_thresholds(said.truth, said.probabilities)
    assert [card.thresholds[label] for label in card.labels] == pytest.approx(chosen, abs=1e-3)
    assert numbers["valid_score"] == pytest.approx(average_precision(said.truth, said.probabilities).mean())
    assert load_thresholds("toy", place.home) == card.thresholds
    assert {tag: row["threshold"] for tag, row in numbers["per_tag"].items()} == card.thresholds
    assert card.trained["mean_average_precision"] == pytest.approx(numbers["mean_average_precision"], abs=1e-4)


def test_the_finding_of_tags_is_saved_with_its_curves(trained, tmp_path):
    _, finding = trained
    saved = load(save(finding, tmp_path / "out", About("training", "toy")))
    assert {"learning-curves", "beside-the-baseline", "average-precision"} <= set(saved.files("figures"))
    assert {"valid_map", "valid_auc"} <= set(saved.tables()["epochs"])
    assert any("whose mean average precision is" in line for line in saved.words)


def test_a_head_learns_tags_too(trained):
    place, network = trained
    table = {key: value for key, value in TAGS.items() if key not in ("front_end", "network", "recipe")}
    table |= {"card": "head", "learner": "features", "head": {"name": "logistic"}}
    table |= {"features": {"name": "embedding", "card": "toy", "layer": "network.pool"}}
    experiment = build(Training, table, "here")
    finding = experiment.run(place)
    assert finding.numbers()["mean_average_precision"] > 0.9
    assert set(read_card(place.home / "models" / "head.toml").thresholds) == {"fast", "whistle"}
    assert "epochs" not in finding.tables()
    assert finding.numbers()["baseline"] == network.numbers()["baseline"]
    assert len(experiment.inputs(place)) == 2  # the embedder too


def test_a_start_keeps_its_network_and_what_is_frozen_and_learns_other_labels(trained, tmp_path):
    place, _ = trained
    more = {key: TABLE[key] for key in ("meaning", "corpus")} | {"start": "toy", "recipe": {"epochs": 2, "batch": 16}}
    finding = build(Training, {**more, "card": "finer", "freeze": ["network.block1", "network.block2"]}, "here"
                    ).run(place)
    card, first = (read_card(place.home / "models" / f"{name}.toml") for name in ("finer", "toy"))
    assert (card.rate, card.window, card.front_end, card.network) == (first.rate, first.window, first.front_end,
                                                                     first.network)
    assert card.labels == ("fast", "slow")
    assert card.link == "softmax"
    assert card.trained["start"] == "toy"
    new, old = (load_weights(place.home / "models" / f"{name}.safetensors") for name in ("finer", "toy"))
    kept = [name for name in old if name.startswith(("network.block1.", "network.block2."))]
    assert len(kept) == 12
    assert all(bool((new[name] == old[name]).all()) for name in kept)
    assert not bool((new["network.block3.0.weight"] == old["network.block3.0.weight"]).all())
    assert finding.numbers()["best_epoch"] in (1, 2)


def test_a_start_with_the_same_labels_keeps_its_head(trained):
    place, finding = trained
    again = {key: TAGS[key] for key in ("meaning", "corpus", "link", "tags")}
    again |= {"card": "again", "start": "toy", "freeze": ["block*"]}
    told = build(Training, {**again, "recipe": {"epochs": 1, "rate": 1e-9, "decay": 0.0}}, "here").run(place)
    np.testing.assert_allclose(told.accuracy.plain.logits, finding.accuracy.plain.logits, atol=1e-4)


class Turned(ToyBench):
    """The corpus of 95 clips is split otherwise: its test part is what training on 96 learned from."""

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        whole, home = super().corpus(table), {"train": "test", "valid": "train", "test": "valid"}
        return whole if table["clips"] == 96 else Corpus(
            tuple(replace(track, split=home[track.split]) for track in whole), whole.origin)


@pytest.mark.parametrize("how", [
    {"start": "toy", "recipe": {"epochs": 1}},
    {"learner": "features", "features": {"name": "embedding", "card": "toy", "layer": "network.pool"},
     "head": {"name": "logistic"}, "rate": RATE, "window": 1.5}])
def test_test_clips_that_the_card_before_has_learned_from_are_an_alarm(trained, how):
    place, _ = trained
    told = build(Training, {"card": f"after-{how.get('learner')}", "meaning": "m", "corpus": {"clips": 95}, **how},
                 "here").run(Turned(place.home, place.cache))
    assert any("Every scored clip is also in what toy was trained on" in line for line in told.words())
    clean = build(Training, {"card": f"clean-{how.get('learner')}", "meaning": "m", "corpus": {"clips": 96}, **how},
                  "here").run(place)
    assert not any("toy was trained on" in line for line in clean.words())


def test_a_corpus_without_splits_is_split_by_group_and_says_so(tmp_path):
    place = bench(tmp_path, lambda at, track: replace(track, split=""))
    table = {**TABLE, "recipe": {**TABLE["recipe"], "epochs": 1}, "corpus": {"clips": 60}}
    finding = build(Training, table, "here").run(place)
    numbers = finding.numbers()
    assert numbers["split_here"]
    assert min(numbers["tracks"].values()) >= 10
    splits = finding.tables()["splits"]
    assert splits.groupby("group").split.nunique().max() == 1
    assert any("divided 60/20/20" in line for line in finding.words())


def test_what_cannot_be_read_is_counted_and_neither_learned_nor_scored(tmp_path):
    spoiled = bench(tmp_path, lambda at, track: replace(track, source=Broken()) if at in (4, 40) else track)
    table = {**TABLE, "recipe": {**TABLE["recipe"], "epochs": 1}}
    with pytest.warns(UserWarning, match="2 of 96 clips"):
        finding = build(Training, table, "here").run(spoiled)
    assert finding.numbers()["unreadable"] == 2
    assert sum(finding.numbers()["tracks"].values()) == 94
    assert finding.tables()["unreadable"].reason.tolist() == ["broken.wav cannot be decoded"] * 2
    assert any(line.startswith("Warning: 2 clips cannot be read and were neither") for line in finding.words())


def only_fast(at, track):
    return replace(track, labels=("fast",))


@pytest.mark.parametrize(("fault", "change", "says"), [
    (only_fast, {}, "have one label, 'fast'; there is nothing to tell apart"),
    (lambda at, track: replace(track, split="", group="one"), {}, "groups: 1 here, 5 at least"),
    (lambda at, track: replace(track, group="one"), {}, "group 'one' of toy.* is in splits 'train' and 'valid'"),
    (lambda at, track: replace(track, labels=("odd",)) if track.split == "test" else track, {},
     r"labels that the model does not know: odd \(it knows fast, slow\)"),
    (lambda at, track: replace(track, labels=("fast", "loud")), {},
     r"has 2 labels \(fast, loud\), and one is needed here; say link = 'sigmoid'"),
    (lambda at, track: replace(track, labels=()), {}, "has no labels; there is nothing to learn"),
    (lambda at, track: replace(track, split="train"), {}, "unknown split 'valid'"),
    (only_fast, {"link": "sigmoid"}, "the label 'fast' is on every train track"),
    (lambda at, track: replace(track, source=Broken()), {}, "96 of 96 clips of .* cannot be read; the first: broken"),
    (None, {"labels": ["fats"]}, "unknown label 'fats' .* did you mean 'fast'"),
    (None, {"tags": "herd", "link": "sigmoid"}, "unknown annotation 'herd' .* did you mean 'heard'"),
    (None, {"tags": "heard", "link": "sigmoid", "changes": {"x": {"whistle": True}}}, "leave one of them out"),
    (None, {"freeze": ["network.block1"]}, "name it with 'start'"),
    (None, {"start": "toy"}, "with start = 'toy' network, front end, rate and window are those of that card"),
])
def test_a_corpus_or_a_wish_that_cannot_be_is_refused_in_one_line(tmp_path, fault, change, says):
    with pytest.raises(InputError, match=says) as refused:
        build(Training, {**TABLE, **change}, "here").run(bench(tmp_path, fault))
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize(("table", "says"), [
    ({"start": "toys"}, "unknown model 'toys' .* did you mean 'toy'"),
    ({"start": "toy", "freeze": ["network.blok1"]}, "unknown layer 'network.blok1' .* did you mean 'network.block1'"),
    ({"start": "own.py:model"}, "starts from a card of models/"),
])
def test_a_start_that_is_none_is_named(trained, table, says):
    place, _ = trained
    known = {key: TABLE[key] for key in ("meaning", "corpus")}
    with pytest.raises(InputError, match=says):
        build(Training, {**known, "card": "other", **table}, "here").run(place)


@pytest.mark.parametrize(("best", "last", "epochs", "says"), [
    (8, 0.5, 8, "The best validation epoch is the last of 8: training may have been stopped too early"),
    (3, 0.9, 8, "rose from 0.500 to 0.900: training went on to learn its clips by heart"),
    (8, 0.5, 40, None),  # stopped by patience or found early: nothing to say
    (7, 0.52, 8, None),
])
def test_the_place_of_the_best_epoch_is_told(best, last, epochs, says):
    told = {"best_epoch": best, "epochs": 8, "best_valid_loss": 0.5, "last_valid_loss": last}
    found = epoch_alarms(told, epochs)
    assert (says is None and not found) or says in found[0]




CHANGED = {**TABLE, "front_end": {**TABLE["front_end"], "name": "choi-mel"}, "corpus": {"clips": 48},
           "recipe": {"epochs": 2, "batch": 16, "rate": 0.01, "augment": {
               "noise": {}, "stretch": {"rate": [0.95, 1.05]}, "mixup": {}, "masks": {"mels": 2, "frames": 8},
               "skip_start": 0.2, "skip_end": 0.1, "fit": 2.5}}}


def test_changes_of_waves_and_any_front_end_are_learned_from_and_repeat_to_the_bit(tmp_path):
    place, experiment = bench(tmp_path), build(Training, CHANGED, "here")
    said = [experiment.run(place).accuracy.plain.logits for _ in range(2)]
    np.testing.assert_array_equal(*said)
    assert not list((place.cache / "training").iterdir())
    loaded = Ears(load_model("toy", tmp_path), place).ask(toy_corpus(48).split("test").tracks)
    np.testing.assert_allclose(loaded.logits, said[0], atol=1e-4)  # whole clips, nothing skipped, stretched or mixed


@pytest.mark.parametrize("skipped", [(2.0, 1.5), (0.0, 4.0), (3.5, 0.0)])
def test_more_skipped_than_there_is_is_refused(tmp_path, skipped):
    table = {**TABLE, "recipe": {"augment": {"skip_start": skipped[0], "skip_end": skipped[1]}}}
    with pytest.raises(InputError, match=f"nothing is left of 'fast-000', .* without the first {skipped[0]:g} and"):
        build(Training, table, "here").run(bench(tmp_path))
