"""Gradients a few clips at a time give what the whole arrays give, and take what they are told to take."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.concepts import slopes as module
from escucha.concepts.activations import hear
from escucha.concepts.design import inside, reduced
from escucha.concepts.rows import Pile
from escucha.concepts.slopes import bent, pulled, slopes
from escucha.errors import InputError
from escucha.models.torch_classifier import TorchClassifier

WINDOW = 32


class Counting(TorchClassifier):
    """Says how many windows it was asked about at once."""

    def gradients(self, waves, layers, labels):
        asked.append((len(waves), tuple(labels)))
        return super().gradients(waves, layers, labels)


asked: list[tuple[int, tuple[str, ...]]] = []


@pytest.fixture
def classifier() -> TorchClassifier:
    torch.manual_seed(0)
    asked.clear()
    net = nn.Sequential(nn.Unflatten(1, (1, WINDOW)), nn.Conv1d(1, 4, 5, padding=2), nn.Tanh(), nn.Conv1d(4, 3, 3),
                        nn.Tanh(), nn.Flatten(), nn.Linear(90, 3))
    return Counting(net, ("a", "b", "c"), 1000, WINDOW, "softmax", ("2", "4"))


def clips(*windows: float) -> list[Clip]:
    rng = np.random.default_rng(0)
    return [Clip(rng.normal(0, 0.3, round(count * WINDOW)), 1000) for count in windows]


@pytest.mark.parametrize("at_once", [1, 10_000, 2**26])
@pytest.mark.parametrize("maps", ["pooled", "flattened"])
def test_pulls_and_steepness_are_those_of_whole_gradients(classifier, monkeypatch, at_once, maps):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    tested = clips(1, 2.5, 1, 9, 0.4, *[1] * 40)
    rows = hear(classifier, clips(*[1] * 30), ("2", "4"), maps=maps).rows
    found = pulled(classifier, tested, rows, maps=maps)
    assert max(windows for windows, _ in asked) == {1: 1, 10_000: 3, 2**26: 32}[at_once]
    monkeypatch.undo()
    whole = slopes(classifier, tested, ("2", "4"), maps=maps)
    np.testing.assert_allclose(found.values, whole.values, atol=1e-6)
    for layer in ("2", "4"):
        exact = rows[layer].astype(float) - rows[layer].mean(axis=0, dtype=float)
        pulls = np.einsum("clu,ru->clr", whole.rows[layer].astype(float), exact)
        np.testing.assert_allclose(found.pulls[layer], pulls, rtol=1e-6, atol=1e-6 * np.abs(pulls).max())
        np.testing.assert_allclose(found.steepness[layer], np.linalg.norm(whole.rows[layer], axis=2), rtol=1e-6)
        streamed, at_rest = reduced(layer, rows[layer], found), inside(layer, rows[layer], whole.rows[layer])
        np.testing.assert_allclose(streamed.gram, at_rest.gram, rtol=1e-6)
        np.testing.assert_allclose(streamed.pulls, at_rest.pulls, rtol=1e-6, atol=1e-6 * np.abs(pulls).max())


def test_rows_in_a_file_are_pulled_like_rows_in_memory(classifier):
    rows = hear(classifier, clips(*[1] * 6), ("4",), maps="flattened").rows["4"]
    pile = Pile(small=0)
    pile.add(rows)
    kept, held = (pulled(classifier, clips(1, 1), {"4": those}, maps="flattened") for those in (pile.rows(), rows))
    np.testing.assert_allclose(kept.pulls["4"], held.pulls["4"], rtol=1e-9)


def test_only_labels_asked_for_are_followed_back(classifier):
    all_of, some = (list(bent(classifier, clips(1, 3), ("2",), labels=labels)) for labels in (None, ("c", "a")))
    assert {labels for _, labels in asked} == {("a", "b", "c"), ("c", "a")}
    for whole, part in zip(all_of, some):
        np.testing.assert_allclose(part.rows["2"], whole.rows["2"][:, [2, 0]], atol=1e-7)
        np.testing.assert_allclose(part.values, whole.values[:, [2, 0]])


def test_what_cannot_be_asked_is_said(classifier):
    for ask in (slopes, lambda model, heard, layers: pulled(model, heard, dict.fromkeys(layers, np.ones((2, 4))))):
        with pytest.raises(InputError, match="no clips to hear"):
            ask(classifier, [], ("2",))
        with pytest.raises(InputError, match="unknown layer '9'"):
            ask(classifier, clips(1), ("9",))
        with pytest.raises(InputError, match="hears 1000 Hz and a clip is at 800 Hz"):
            ask(classifier, [Clip(np.ones(9), 800)], ("2",))
