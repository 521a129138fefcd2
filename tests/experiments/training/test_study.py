"""The kind training, end to end on a toy: what it learns, what it writes, what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from escucha.config import build
from escucha.errors import InputError
from escucha.experiments.accuracy.scoring import Ears
from escucha.experiments.training.study import Training
from escucha.finding import About, load, save
from escucha.models.card import read_card
from escucha.models.shelf import load_domain, load_model
from tests.experiments.toys import RATE, ToyBench, toy_corpus

TABLE = {
    "card": "toy", "meaning": "slow or fast", "corpus": {"clips": 96}, "rate": RATE, "window": 1.5,
    "front_end": {"n_fft": 256, "hop": 64, "mels": 16}, "network": {"name": "short-cnn", "widths": [8, 12, 16]},
    "recipe": {"epochs": 8, "batch": 16, "rate": 0.01, "bands": 3},
    "changes": {"whistle-on": {"whistle": True}, "beat-swapped": {"beat": {"fast": "slow", "slow": "fast"}}},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "models").mkdir()
    bench = ToyBench(home, home / "cache")
    experiment = build(Training, TABLE, "here")
    return bench, experiment, experiment.run(bench)


def test_the_cause_is_learned_the_nuisance_is_not_and_the_baseline_cannot(trained):
    _, _, finding = trained
    numbers = finding.numbers()
    assert numbers["accuracy"] > 0.9
    assert numbers["gap"] > 0.15
    assert numbers["gap"] == pytest.approx(numbers["accuracy"] - numbers["baseline"])
    assert numbers["changes"]["beat-swapped"]["moved"] > 0.8
    assert numbers["changes"]["whistle-on"]["moved"] < 0.2
    assert numbers["tracks"] == {"train": 48, "valid": 24, "test": 24}
    history = finding.tables()["epochs"]
    assert numbers["best_epoch"] == history.epoch[history.valid_loss.idxmin()]


def test_the_card_gives_the_very_classifier_that_was_evaluated(trained):
    bench, _, finding = trained
    loaded = load_model("toy", bench.home)
    tracks = toy_corpus(96).split("test").tracks
    again = Ears(loaded, bench).ask(tracks)
    np.testing.assert_allclose(again.logits, finding.accuracy.plain.logits, atol=1e-4)
    card = read_card(bench.home / "models" / "toy.toml")
    assert card.trained["experiment"] == "train-toy"
    assert card.trained["accuracy"] == pytest.approx(finding.numbers()["accuracy"], abs=1e-4)
    assert load_domain("toy", bench.home) is not None
    assert not list((bench.cache / "training").iterdir())


def test_a_model_above_the_baseline_one_level_with_it_and_one_below_are_said_otherwise(trained):
    _, _, finding = trained
    plain = finding.accuracy.plain
    said = {name: replace(finding, baseline=replace(finding.baseline, said=answers)).words() for name, answers in
            (("above", 1 - plain.truth), ("level with", plain.predicted))}
    assert " points above a logistic regression" in said["above"][1]
    assert not any("above the baseline" in line for line in said["above"])
    assert "level with a logistic regression on" in said["level with"][1]
    assert "points)" not in said["level with"][1]  # all groups alike: no interval without width
    assert any(line.startswith("Warning: It is not above the baseline") for line in said["level with"])
    deaf = replace(finding.accuracy.told.plain, logits=-plain.logits)
    below = replace(finding, accuracy=replace(finding.accuracy, told=replace(finding.accuracy.told, plain=deaf)),
                    baseline=replace(finding.baseline, said=plain.truth)).words()
    assert " points below a logistic regression" in below[1]
    assert all(line[9].isupper() or line[9].isdigit() for words in (below, *said.values()) for line in words
               if line.startswith("Warning: "))


def test_the_finding_is_saved_with_its_curves(trained, tmp_path):
    _, _, finding = trained
    saved = load(save(finding, tmp_path / "out", About("training", "toy")))
    assert {"learning-curves", "confusion", "beside-the-baseline", "changes"} <= set(saved.files("figures"))
    assert saved.numbers["baseline_inputs"] == "annotated tempo and mean log-mel"
    assert "interval" in saved.words[0]


def test_running_again_gives_the_same_weights(trained):
    bench, experiment, _ = trained
    before = (bench.home / "models" / "toy.safetensors").read_bytes()
    experiment.run(bench)
    assert (bench.home / "models" / "toy.safetensors").read_bytes() == before


def test_an_svm_is_trained_by_the_same_kind(tmp_path):
    (tmp_path / "models").mkdir()
    bench = ToyBench(tmp_path, tmp_path / "cache")
    table = {"meaning": "slow or fast", "rate": 22050, "window": 1.5}
    table |= {"card": "machine", "learner": "features", "corpus": {"clips": 96}}
    finding = build(Training, table, "here").run(bench)
    said = Ears(load_model("machine", tmp_path), bench).ask(toy_corpus(96).split("test").tracks)
    np.testing.assert_allclose(said.logits, finding.accuracy.plain.logits, atol=1e-5)
    assert finding.numbers()["accuracy"] > 0.8
    assert "epochs" not in finding.tables()


@pytest.mark.parametrize(("change", "says"), [
    ({"card": "theirs"}, r"was made by 'someone else', not by 'train-theirs'"),
    ({"card": "../toy"}, "a file's stem"),
    ({"network": {"name": "long-cnn"}}, "unknown network 'long-cnn'"),
    ({"window": 0.02}, "give fewer widths, or a longer window"),
    ({"window": -1.0}, "'window' in here should be from 0.001"),
    ({"card": "a\0b"}, "a file's stem"),
    ({"card": "toy.toml"}, "a file's stem"),
    ({"card": "toy:net"}, "a file's stem"),
    ({"recipe": {"epochs": 0}}, "'epochs' in 'recipe' in here should be from 1"),
    ({"recipe": {"batch": 0}}, "'batch' in 'recipe' in here should be from 1"),
    ({"recipe": {"rate": -1.0}}, "'rate' in 'recipe' in here should be from 1e-09"),
    ({"learner": "features", "features": {"name": "librossa"}}, "did you mean 'librosa'"),
    ({"learner": "features", "head": {"name": "svm", "c": 0.0}}, "'c' in .head. in the experiment"),
])
def test_what_cannot_be_trained_is_refused_and_nothing_is_written(tmp_path, change, says):
    models = tmp_path / "models"
    models.mkdir()
    (models / "theirs.toml").write_text("meaning = 'not ours'\n")
    with pytest.raises(InputError, match=says):
        build(Training, {**TABLE, **change}, "here").run(ToyBench(tmp_path, tmp_path / "cache"))
    assert [path.name for path in models.iterdir()] == ["theirs.toml"]


def test_a_typo_in_the_settings_is_named():
    with pytest.raises(InputError, match=r"unknown key 'epoch' in 'recipe' in here; did you mean 'epochs'"):
        build(Training, {**TABLE, "recipe": {"epoch": 3}}, "here")
