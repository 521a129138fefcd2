"""Cards: what is written is what is read, and everything that can be wrong with one is one line."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from escucha.config import read_toml, to_toml
from escucha.errors import InputError
from escucha.models.build import listener
from escucha.models.card import Card, write_card
from escucha.models.features import NAMES
from escucha.models.heads import SvmSettings, fit_svm
from escucha.models.shelf import load_domain, load_model, model_digest
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.weights.safe import load_weights, prefixed, save_weights

LABELS = ("alegrias", "bulerias")


def a_card(**settings):
    table = {"meaning": "two \"palos\"", "kind": "network", "labels": LABELS, "rate": 8000, "window": 0.5,
             "weights": "", "digest": "", "front_end": {"name": "log-mel", "n_fft": 256, "hop": 128, "mels": 16},
             "network": {"name": "short-cnn", "widths": [4, 6]}, "trained": {"experiment": "train-toy"}}
    return Card(**{**table, **settings})


def written(home, name="toy", **settings):
    """The home, and the classifier that was written to it."""
    card = a_card(**settings)
    torch.manual_seed(3)
    module, layers = listener(card, "here")
    module.eval()
    (home / "models").mkdir(exist_ok=True)
    write_card(home / "models" / f"{name}.toml", card, prefixed("network", module.network.state_dict()))
    return TorchClassifier(module, LABELS, 8000, 4000, "softmax", layers)


def waves(count=3):
    return np.random.default_rng(0).normal(0, 0.1, (count, 4000)).astype(np.float32)


def test_a_network_comes_back_from_the_shelf_as_it_went(tmp_path):
    before = written(tmp_path)
    after = load_model("toy", tmp_path)
    np.testing.assert_allclose(after.scores(waves()), before.scores(waves()), atol=1e-5)
    assert (after.labels, after.rate, after.window, after.layers) == (LABELS, 8000, 4000, before.layers)
    by_path = load_model(str(tmp_path / "models" / "toy.toml"), tmp_path / "elsewhere")
    np.testing.assert_array_equal(by_path.scores(waves()), after.scores(waves()))
    assert load_domain("toy", tmp_path) is None


def test_loading_draws_nothing_from_the_global_generator(tmp_path):
    written(tmp_path)
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    load_model("toy", tmp_path)
    assert torch.equal(torch.rand(2), expected)


def test_the_digest_changes_with_the_card_and_with_the_weights(tmp_path):
    written(tmp_path)
    card = tmp_path / "models" / "toy.toml"
    marks = {model_digest("toy", tmp_path)}
    card.write_text(card.read_text() + "# a remark\n")
    marks.add(model_digest("toy", tmp_path))
    save_weights(tmp_path / "models" / "toy.safetensors", {"x": torch.zeros(1)})
    marks.add(model_digest("toy", tmp_path))
    assert len(marks) == 3


def test_an_svm_comes_back_from_its_training_table(tmp_path):
    rng = np.random.default_rng(0)
    table, targets = rng.normal(size=(60, len(NAMES))).astype(np.float32), np.arange(60) % 2
    table[:, 3] += 3 * targets
    card = a_card(kind="features", features={"name": "librosa"}, rate=22050,
                  head={"name": "svm", "c": 2.0, "gamma": 0.02})
    (tmp_path / "models").mkdir()
    write_card(tmp_path / "models" / "machine.toml", card, {
        "features": torch.as_tensor(table), "targets": torch.as_tensor(targets), "scale": torch.tensor(2.5)})
    loaded = load_model("machine", tmp_path)
    raw = fit_svm(table, targets, SvmSettings(c=2.0, gamma=0.02)).decision_function(table)
    np.testing.assert_allclose(loaded.scores_of(table), 2.5 * np.stack([-raw / 2, raw / 2], 1), atol=1e-6)
    assert "[head]" in (tmp_path / "models" / "machine.toml").read_text()
    assert loaded.scores(np.zeros((1, loaded.window), np.float32)).shape == (1, 2)
    state = load_weights(tmp_path / "models" / "machine.safetensors")
    for labels, count in ((("one",), "more"), (("one", "two", "three"), "fewer")):
        write_card(tmp_path / "models" / "machine.toml", replace(card, labels=labels), state)
        with pytest.raises(InputError, match=f"tell {count} labels apart than the {len(labels)} of"):
            load_model("machine", tmp_path)


def edit(tmp_path, old, new):
    card = tmp_path / "models" / "toy.toml"
    assert old in card.read_text()
    card.write_text(card.read_text().replace(old, new))


@pytest.mark.parametrize(("old", "new", "says"), [
    ("labels =", "lables =", r"unknown key 'lables' in .*toy.toml; did you mean 'labels'\?"),
    ("meaning = \"two \\\"palos\\\"\"\n", "", "lacks the key 'meaning'"),
    ("rate = 8000", "rate = \"8000\"", "'rate' in .* should be int"),
    ("kind = \"network\"", "kind = \"pickle\"", "unknown value 'pickle'"),
    ("name = \"short-cnn\"", "name = \"shortcnn\"", "unknown network 'shortcnn'.*did you mean 'short-cnn'"),
    ("widths = [4, 6]", "width = [4, 6]", r"unknown key 'width' in \[network\]"),
    ("widths = [4, 6]", "widths = [4, 8]", "do not fit the network"),
    ("labels = [\"alegrias\", \"bulerias\"]", "labels = [\"alegrias\"]", "do not fit the network"),
    ("widths = [4, 6]", "widths = [2, 2, 2, 2, 2, 2]", "give fewer widths"),
    ("rate = 8000", "rate = 8000\nlayers = [\"network.block7\"]",
     "unknown layer 'network.block7'.*available: network.block1"),
    ("toy.safetensors", "../toy.safetensors", "a file beside the card"),
    ("toy.safetensors", "tyo.safetensors", "no weights .*tyo.safetensors"),
    ("rate = 8000", "rate = ", "not valid TOML"),
    ("rate = 8000", "rate = 0", "'rate' in .* should be from 1 to 768000, got 0"),
    ("window = ", "window = -", "'window' in .* should be from 0.001 to 600, got -"),
    ("hop = ", "hop = -", "'hop' in .front_end. in .* should be from 1 to 65536, got -"),
    ("widths = [4, 6]", "widths = []", "'widths' is empty"),
    ("widths = [4, 6]", "widths = [4, -6]", "'widths' in .* should be from 1 to 4096, got -6"),
    ("widths = [4, 6]", "widths = [4, 6]\ndropout = 3.0", "'dropout' in .* should be from 0 to 0.99"),
    ("labels = [\"alegrias\", \"bulerias\"]", "labels = [\"bulerias\", \"bulerias\"]", "different names"),
    ("labels = [\"alegrias\", \"bulerias\"]", "labels = []", "different names"),
    ("toy.safetensors", "", "should name its .weights., or where they are"),
    ("toy.safetensors", "..", "a file beside the card"),
    ("toy.safetensors", "/etc/passwd", "a file beside the card"),
])
def test_what_is_wrong_with_a_card_is_one_line(tmp_path, old, new, says):
    written(tmp_path)
    edit(tmp_path, old, new)
    with pytest.raises(InputError, match=says) as error:
        load_model("toy", tmp_path)
    assert "\n" not in str(error.value)


def test_weights_that_are_missing_broken_or_anothers_are_named(tmp_path):
    written(tmp_path)
    weights = tmp_path / "models" / "toy.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a whole safetensors file"):
        load_model("toy", tmp_path)
    save_weights(weights, {"x": torch.zeros(1)})
    with pytest.raises(InputError, match=r"has digest .* train again with train-toy"):
        load_model("toy", tmp_path)
    weights.unlink()
    with pytest.raises(InputError, match=r"no weights .*toy.safetensors"):
        load_model("toy", tmp_path)
    with pytest.raises(InputError, match="no weights"):
        model_digest("toy", tmp_path)


def test_an_unknown_card_names_the_nearest(tmp_path):
    written(tmp_path)
    with pytest.raises(InputError, match=r"unknown model 'tuy'.*did you mean 'toy'"):
        load_model("tuy", tmp_path)
    with pytest.raises(InputError, match=r"no file .*absent.toml"):
        load_model("absent.toml", tmp_path)
    for sly in ("../models/toy", "", "."):
        with pytest.raises(InputError, match="unknown model"):
            load_model(sly, tmp_path)


def test_another_experiments_card_is_not_replaced(tmp_path):
    written(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()}
    with pytest.raises(InputError, match=r"was made by 'train-toy', not by 'other'.*another `card`"):
        written(tmp_path, trained={"experiment": "other"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()} == before
    written(tmp_path)  # its own maker may


def test_a_failed_write_leaves_nothing_half_written(tmp_path, monkeypatch):
    written(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()}
    monkeypatch.setattr("safetensors.torch.save", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(InputError, match="disk full"):
        written(tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()} == before


def test_toml_that_is_written_is_read_back(tmp_path):
    table = {"text": "a \"quoted\" ñ \\ line\n", "on": True, "share": 0.5, "tiny": 1e-7, "count": 3,
             "names": ["a", "b"], "inner": {"pairs": [[1, 2], [3, 4]], "moved": {"castanets-on": 0.1, "mode ñ": 1.0}}}
    path = tmp_path / "x.toml"
    path.write_text(to_toml(table), encoding="utf-8")
    assert read_toml(path) == table


def test_weights_survive_the_disk_whatever_their_layout(tmp_path):
    state = {"a": torch.rand(4, 3, 2, 2).to(memory_format=torch.channels_last), "b": torch.arange(3)}
    save_weights(tmp_path / "w.safetensors", state)
    loaded = load_weights(tmp_path / "w.safetensors")
    assert all(torch.equal(loaded[name], state[name]) for name in state)
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]
    shutil.rmtree(tmp_path)
