"""`escucha evaluate`, as a shell would see it."""

import json

import pytest

from escucha.cli import main
from escucha.experiments.run import experiment_of
from tests.showing import noise

LABELS = ("alegrias", "bulerias", "sevillanas")


@pytest.fixture
def files(tmp_path):
    """Two short files a label, in two splits."""
    for seed, (split, label) in enumerate((split, label) for split in ("train", "test") for label in LABELS):
        noise(tmp_path / "files" / split / label / f"{seed}.wav", 1.0, seed=seed)
    return tmp_path / "files"


def told(capsys, *words):
    """Exit status, the numbers on stdout, and the one line on stderr where there is one."""
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, json.loads(printed.out) if status == 0 else {}, printed.err


def test_one_model_on_a_split_and_through_everyday(capsys, home, files):
    words = ["evaluate", "palos-cnn", "--corpus", files, "--group", "file", "--json", "--home", home]
    status, numbers, _ = told(capsys, *words, "--robustness")
    assert (status, numbers["clips"], numbers["groups"]) == (0, 3, 3)  # the split called test
    assert next(iter(numbers["robustness"])) == "shift-5ms"
    assert numbers["speed"]["device"] == "cpu"
    (folder,) = (home / "reports" / "accuracy-palos-cnn").iterdir()
    assert (folder / "tables" / "robustness.tex").is_file()
    status, numbers, _ = told(capsys, *words, "--split", "train")
    assert (numbers["clips"], numbers["robustness"]) == (3, {})
    status, _, error = told(capsys, *words, "--split", "tset")
    assert status == 2
    assert "did you mean 'test'" in error


def test_several_models_side_by_side(capsys, home, files):
    words = ["--corpus", files, "--group", "file", "--json", "--home", home]
    status, numbers, _ = told(capsys, "evaluate", "palos-cnn", "palos-svm", *words)
    assert status == 0
    assert list(numbers["models"]) == ["palos-cnn", "palos-svm"]
    assert numbers["pairs"]["palos-cnn against palos-svm"]["test"] == "McNemar, exact"
    assert (home / "reports" / "comparison-palos-cnn-palos-svm").is_dir()
    status, _, error = told(capsys, "evaluate", "palos-cnn", "palos-svm", *words, "--robustness")
    assert status == 2
    assert "--robustness is asked of one model" in error
    status, _, error = told(capsys, "evaluate", "palos-cnn", "palos-cnn", *words)
    assert status == 2
    assert "two or more different models" in error


def test_the_shelf_has_both_questions(home):
    from escucha.experiments.run import read_experiment

    everyday, against = (read_experiment(name, home).experiment
                         for name in ("palos-cnn-everyday", "palos-cnn-against-palos-svm"))
    assert everyday.robustness.noise_db == (30, 20, 10)
    assert against.models == ("palos-cnn", "palos-svm")
    assert experiment_of({"kind": "comparison", "models": ["a", "b"], "corpus": {}}, "x").split is None


def test_weights_are_of_one_card(capsys, home, files):
    words = ["--corpus", files, "--group", "file", "--weights", files / "train" / "alegrias" / "0.wav", "--home", home]
    status, _, said = told(capsys, "evaluate", "palos-cnn", "palos-svm", *words)
    assert (status, "of one card" in said) == (2, True)
    status, _, said = told(capsys, "evaluate", "choi-tags", *words)
    assert (status, "HDF5" in said) == (2, True)
