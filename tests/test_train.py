"""`escucha train` as a shell would see it: an experiment, a network, a head, another card further; and wrong words."""

import json

import numpy as np
import pytest
import soundfile

from escucha.cli import main
from escucha.models.card import read_card
from escucha.models.weights.safe import load_weights

RATE = 8000
EXPERIMENT = """
kind = "training"
card = "small"
meaning = "Low or high."
window = 1.0
rate = 8000
[corpus]
kind = "folder"
path = "music"
group = "^([^_]+)_"
[network]
name = "short-cnn"
widths = [4, 8]
[recipe]
epochs = 1
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home with its own shelves and a folder of low and high tones by eight players, no splits."""
    home = tmp_path_factory.mktemp("home")
    for shelf in ("concepts", "models", "experiments"):
        (home / shelf).mkdir()
    time, rng = np.arange(int(1.2 * RATE)) / RATE, np.random.default_rng(0)
    for label, hertz in (("low", 300), ("high", 1500)):
        (home / "music" / label).mkdir(parents=True)
        for player in range(8):
            wave = 0.2 * np.sin(2 * np.pi * hertz * (1 + player / 40) * time) + 0.01 * rng.normal(size=len(time))
            soundfile.write(home / "music" / label / f"p{player}_{label}.wav", wave, RATE)
    (home / "experiments" / "train-small.toml").write_text(EXPERIMENT)
    (home / "experiments" / "grid.toml").write_text(EXPERIMENT.replace("small", "grid")
                                                    + '[sweep]\n"recipe.seed" = [0, 1]\n')
    (home / "experiments" / "question.toml").write_text('kind = "accuracy"\nmodel = "small"\n[corpus]\nkind = "palos"')
    return home


@pytest.fixture(scope="module", autouse=True)
def trained(place):
    assert main(["train", "train-small", "--home", str(place)]) == 0
    return read_card(place / "models" / "small.toml")


def run(capsys, *words):
    capsys.readouterr()
    status = main([str(word) for word in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def quick(capsys, place, *words):
    return run(capsys, "train", *words, "--corpus", place / "music", "--group", "^([^_]+)_", "--home", place)


def test_an_experiment_is_trained_as_it_says(place, trained):
    assert (trained.labels, trained.window, trained.rate) == (("high", "low"), 1.0, 8000)
    assert list((place / "reports" / "train-small").rglob("index.html"))


def test_a_sweep_of_trainings_is_trained_too(capsys, place):
    status, out, _ = run(capsys, "train", "grid", "--json", "--home", place)
    assert status == 0
    assert json.loads(out)["runs"] == 2
    assert read_card(place / "models" / "grid.toml").trained["chosen"]


def test_a_network_on_a_folder_is_split_by_group_and_called_after_both(capsys, place):
    status, out, _ = quick(capsys, place, "short-cnn", "--epochs", 1, "--window", 1, "--json")
    numbers = json.loads(out)
    assert status == 0
    assert numbers["split_here"]
    assert numbers["epochs"] == 1
    assert numbers["groups_by_split"] == {"train": 5, "valid": 2, "test": 1}
    assert read_card(place / "models" / "music-short-cnn.toml").window == 1.0
    out = run(capsys, "evaluate", "music-short-cnn", "--corpus", place / "music", "--group", "^([^_]+)_", "--json",
              "--home", place)[1]  # no experiment on the shelf says what it learned from: the card does
    told = " ".join(json.loads(out)["alarms"])
    assert "14 of the scored clips are also in what music-short-cnn was trained on" in told
    assert "7 groups are also in what music-short-cnn was trained on" in told
    assert "changed since" not in told
    added = place / "music" / "low" / "p9_low.wav"
    added.write_bytes((place / "music" / "low" / "p1_low.wav").read_bytes())
    out = run(capsys, "evaluate", "music-short-cnn", "--corpus", place / "music", "--group", "^([^_]+)_", "--json",
              "--home", place)[1]
    added.unlink()
    told = " ".join(json.loads(out)["alarms"])
    assert "The corpus that music-short-cnn was trained on has changed since" in told
    assert "Every scored clip is also in what music-short-cnn was trained on" in told


def test_another_card_is_trained_further_with_what_is_frozen(capsys, place):
    status, out, _ = quick(capsys, place, "--from", "small", "--freeze", "network.block1", "--labels", "low,high",
                           "--epochs", 1, "--card", "further", "--json")
    assert status == 0
    assert json.loads(out)["card"] == "further"
    new, old = (load_weights(place / "models" / f"{name}.safetensors") for name in ("further", "small"))
    assert np.array_equal(new["network.block1.0.weight"], old["network.block1.0.weight"])
    assert not np.array_equal(new["network.head.weight"], old["network.head.weight"])
    assert read_card(place / "models" / "further.toml").trained["frozen"] == ["network.block1"]


def test_a_card_that_is_gone_or_another_is_trained_again(capsys, place):
    card = place / "models" / "again.toml"

    def train(epochs):
        out = quick(capsys, place, "short-cnn", "--card", "again", "--window", 1, "--epochs", epochs, "--json")[1]
        return json.loads(out)["weights"]

    first, other = train(1), train(3)
    assert first != other == read_card(card).digest
    assert train(1) == first == read_card(card).digest  # there was a finding already, and the card of another one
    card.unlink()
    assert train(1) == first == read_card(card).digest
    written = card.stat().st_mtime_ns
    train(1)
    assert card.stat().st_mtime_ns == written


def test_what_breaks_a_training_off_is_said_on_a_line_of_its_own(capsys, place):
    path = place / "experiments" / "dark.toml"
    path.write_text(EXPERIMENT.replace("small", "dark") + "[recipe.augment.low_pass]\ncutoff = [1000.0, 7500.0]\n")
    status, out, err = run(capsys, "train", path, "--home", place)
    path.unlink()
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith("escucha: 'cutoff' of low_pass reaches 7500 Hz")


def test_an_experiment_called_like_a_network_wins_and_that_is_said(capsys, place):
    path = place / "experiments" / "short-cnn.toml"
    path.write_text(EXPERIMENT.replace("small", "named"))
    try:
        status, _, err = run(capsys, "train", "short-cnn", "--home", place)
    finally:
        path.unlink()
    assert status == 0
    assert "short-cnn is an experiment and also a network or head; the experiment is run" in err
    assert (place / "models" / "named.toml").is_file()


@pytest.mark.parametrize(("words", "says"), [
    ((), "name an experiment, a network or a head"),
    (("short-cn",), "unknown experiment, network or head 'short-cn'; did you mean 'short-cnn'"),
    (("short-cnn",), "short-cnn needs a corpus to learn from; give --corpus"),
    (("--from", "small"), "--from small needs a corpus to learn from; give --corpus"),
    (("train-small", "--epochs", "3"), "the experiment train-small says itself what it learns from; leave out --epoch"),
    (("question",), "is of kind 'accuracy'; use: escucha run"),
    (("svm", "--corpus", "MUSIC", "--group", "file", "--epochs", "3"), "svm does not learn in epochs"),
    (("short-cnn", "--from", "small", "--corpus", "MUSIC", "--group", "file"), "leave out short-cnn"),
    (("short-cnn", "--corpus", "MUSIC"), "needs to know what its groups are"),
    (("short-cnn", "--corpus", "MUSIC", "--group", "^(p)"), "groups: 1 here, 5 at least"),
    (("short-cnn", "--corpus", "MUSIC", "--group", "file", "--labels", "low,hihg"), "did you mean 'high'"),
    (("short-cnn", "--corpus", "MUSIC", "--group", "file", "--labels", "low"), "one label, 'low'; there is nothing"),
    (("--from", "smal", "--corpus", "MUSIC", "--group", "file"), "unknown model 'smal'"),
    (("--from", "small", "--corpus", "MUSIC", "--group", "file", "--freeze", "block9"), "unknown layer 'block9'"),
    (("short-cnn", "--corpus", "MUSIC", "--group", "file", "--card", "small"), "was made by 'train-small', not by"),
])
def test_a_wrong_word_names_the_way_out(capsys, place, words, says):
    before = sorted((place / "models").iterdir())
    given = [place / "music" if word == "MUSIC" else word for word in words]
    status, out, err = run(capsys, "train", *given, "--home", place)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert sorted((place / "models").iterdir()) == before
