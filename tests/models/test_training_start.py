"""Training that starts from another card: which weights are the head, and which are taken over."""

import pytest
import torch

from escucha.errors import InputError
from escucha.models.build import listener
from escucha.models.card import Card, write_card
from escucha.models.shelf import load_model
from escucha.models.training_start import start_card, started
from escucha.models.weights.fetch import install
from escucha.models.weights.safe import prefixed
from tests.conftest import REPOSITORY

MEL = {"name": "log-mel", "n_fft": 256, "hop": 64, "mels": 16}
LABELS = ("a", "b", "c")
NETWORKS = {
    "short-cnn": ({"widths": (4, 8)}, MEL, {"head.weight", "head.bias"}),
    "choi-crnn": ({"widths": (4, 6), "pools": (2, 3), "units": 5, "pad": 2}, {**MEL, "name": "choi-mel"}, None),
    "resnet": ({"widths": (4, 6), "blocks": (1, 1)}, MEL, None),
}


def shelf(folder, name):
    """A card of this network with weights, none of them what a fresh one has."""
    settings, front_end, _ = NETWORKS[name]
    card = Card("Hears.", "network", LABELS, 4000, 1.5, front_end=dict(front_end), network={"name": name, **settings})
    with torch.random.fork_rng():
        torch.manual_seed(1)
        state = listener(card, "here")[0].network.state_dict()
    state = {key: tensor + 0.25 if tensor.is_floating_point() else tensor for key, tensor in state.items()}
    (folder / "models").mkdir(exist_ok=True)
    write_card(folder / "models" / f"{name}.toml", card, prefixed("network", state))
    return state


@pytest.mark.parametrize("name", NETWORKS)
def test_other_labels_get_a_new_head_and_everything_else_is_taken_over(tmp_path, name):
    state = shelf(tmp_path, name)
    module, layers = started(name, ("x", "y"), tmp_path)
    new = module.network.state_dict()
    changed = {key for key in state if state[key].shape != new[key].shape or not torch.equal(state[key], new[key])}
    assert changed
    assert all(2 in new[key].shape and 3 in state[key].shape for key in changed)  # nothing but what counts labels
    assert NETWORKS[name][2] in (None, changed)
    assert module(torch.zeros(1, 6000)).shape == (1, 2)
    assert all(layer.startswith("network.") for layer in layers)


def test_as_many_other_labels_get_a_new_head_too_and_the_same_labels_keep_it(tmp_path):
    state = shelf(tmp_path, "short-cnn")
    other, same = (started("short-cnn", labels, tmp_path)[0].network.state_dict() for labels in (tuple("xyz"), LABELS))
    assert not torch.equal(other["head.weight"], state["head.weight"])
    assert torch.equal(other["block2.0.weight"], state["block2.0.weight"])
    assert all(torch.equal(same[key], state[key]) for key in state)


def test_published_weights_are_a_start(shared):
    """The Million Song tagger as the beginning of a classifier of three palos."""
    install("choi-tags", shared / "golden" / "choi" / "music_tagger_crnn_weights_tensorflow.h5", REPOSITORY)
    trained = load_model("choi-tags", REPOSITORY).module.network.state_dict()
    new = started("choi-tags", LABELS, REPOSITORY)[0].network.state_dict()
    changed = {key for key in new if new[key].shape != trained[key].shape}
    assert {tuple(new[key].shape) for key in changed} == {(3,), (3, 32)}
    assert all(torch.equal(new[key], trained[key]) for key in new if key not in changed)


@pytest.mark.parametrize(("card", "says"), [
    ("no-such", "unknown model 'no-such'"),
    ("mine.py:model", "training starts from a card of models/, not from mine.py:model"),
    ("svm", "the card 'svm' has no network to train further; name one of kind 'network'"),
])
def test_what_is_no_network_is_no_start(tmp_path, card, says):
    shelf(tmp_path, "short-cnn")
    write_card(tmp_path / "models" / "svm.toml", Card("Hears.", "features", LABELS, 4000, 1.5), {})
    with pytest.raises(InputError, match=says):
        start_card(card, tmp_path)
