"""The torch adapter, against modules whose insides are known by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.audio.spectrum import LogMel
from escucha.errors import InputError
from escucha.models.classifier import LayeredClassifier, values
from escucha.models.networks import make_network
from escucha.models.torch_classifier import TINY, Listener, TorchClassifier

LABELS = ("alegrias", "bulerias", "sevillanas")


def waves(count, window=64, seed=0):
    return np.random.default_rng(seed).normal(0, 0.3, (count, window)).astype(np.float32)


class Known(nn.Module):
    """first = 2 x, in place after; then its squares, summed in three thirds: every gradient is known."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(63, 63, bias=False)
        self.first.weight.data = 2 * torch.eye(63)
        self.clip = nn.ReLU(inplace=True)
        self.unused = nn.Linear(2, 2)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.clip(self.first(x)).square().reshape(len(x), 3, 21).sum(-1)


def known(**settings):
    return TorchClassifier.of(Known(), labels=LABELS, rate=22050, window=63, **settings)


def test_activations_of_all_layers_in_one_pass_and_safe_from_in_place_work():
    model, x = known(), waves(5, 63)
    model.module.calls = 0
    inside = model.activations(x, ["clip", "first"])
    assert model.module.calls == 1
    np.testing.assert_allclose(inside["first"], 2 * x, rtol=1e-6)  # not overwritten by the ReLU behind it
    np.testing.assert_allclose(inside["clip"], np.maximum(2 * x, 0), rtol=1e-6)


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
@pytest.mark.parametrize("frozen", [False, True])
def test_gradients_are_those_of_the_value(link, frozen):
    model, x = known(link=link), waves(4, 63)
    model.module.requires_grad_(not frozen)
    slopes = model.gradients(x, ["first", "clip"], ["sevillanas", "alegrias"])
    own = 2 * np.maximum(2 * x, 0)  # d(sum of squares of relu) = 2 relu, in the label's own third only
    thirds = np.arange(63) // 21
    for at, label in enumerate((2, 0)):
        expected = own * ((thirds == label) - (1 / 3 if link == "softmax" else 0))
        np.testing.assert_allclose(slopes["clip"][:, at], expected, atol=1e-5)
        np.testing.assert_allclose(slopes["first"][:, at], expected * (x > 0), atol=1e-5)


def real(seed=0):
    torch.manual_seed(seed)
    net, layers = make_network("short-cnn", 3, (1, 16, 33), settings={"widths": (4, 6, 8)})
    return TorchClassifier.of(net, labels=LABELS, rate=8000, window=4096, layers=layers,
                              front_end=LogMel(8000, n_fft=256, hop=128, mels=16))


def test_gradients_of_a_real_network_agree_with_finite_differences():
    model, x = real(), waves(2, 4096)
    layer = "network.pool"
    slope = model.gradients(x, [layer, "network.block2"], LABELS)[layer]
    pooled = torch.tensor(model.activations(x, [layer])[layer])
    head = model.module.network.head
    step = 1e-2
    for unit in (0, 7, 15):
        moved = pooled.clone()
        moved[:, unit] += step
        change = (values(head(moved).detach().numpy(), "softmax") - values(head(pooled).detach().numpy(), "softmax"))
        np.testing.assert_allclose(slope[:, :, unit], change / step, atol=1e-3)


def test_batches_do_not_hear_each_other_and_modes_are_put_back():
    model, x = real(), waves(70, 4096)
    model.module.train()
    model.module.network.dropout.eval()
    together = model.scores(x)
    np.testing.assert_allclose(together, np.concatenate([model.scores(x[at : at + 1]) for at in range(70)]), atol=1e-5)
    assert model.module.training
    assert not model.module.network.dropout.training
    slopes = model.gradients(x, ["network.block1"], ["bulerias"])["network.block1"]
    alone = model.gradients(x[40:41], ["network.block1"], ["bulerias"])["network.block1"]
    assert slopes.shape == (70, 1, 4, 8, 16)
    np.testing.assert_allclose(slopes[40:41], alone, atol=1e-6)


def test_no_hook_stays_even_when_the_module_fails():
    model = known()
    with pytest.raises(InputError, match=r"used twice|not used"):
        model.activations(waves(1, 63), ["unused"])
    model.module.forward = lambda x: 1 / 0
    with pytest.raises(ZeroDivisionError):
        model.gradients(waves(1, 63), ["first"], ["alegrias"])
    assert not any(part._forward_hooks for part in model.module.modules())


def test_wrong_names_and_shapes_say_what_there_is():
    model = known()
    with pytest.raises(InputError, match=r"unknown layer 'frist'; did you mean 'first'\? \(available: clip, first"):
        model.activations(waves(1, 63), ["frist"])
    with pytest.raises(InputError, match="unknown label 'buleria'"):
        model.gradients(waves(1, 63), ["first"], ["buleria"])
    with pytest.raises(InputError, match=r"shape \(batch, 63\), got \(2, 64\)"):
        model.scores(waves(2, 64))
    with pytest.raises(InputError, match=r"3 scores .* 2 labels"):
        TorchClassifier.of(Known(), labels=LABELS[:2], rate=22050, window=63)
    with pytest.raises(InputError, match="unknown layer 'nowhere'"):
        known(layers=["nowhere"])


def test_a_layer_used_twice_is_refused_rather_than_guessed():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.same = nn.Linear(3, 3)

        def forward(self, x):
            return self.same(self.same(x))

    with pytest.raises(InputError, match="'same' is used twice"):
        TorchClassifier.of(Twice(), labels=LABELS, rate=8000, window=3).activations(waves(1, 3), ["same"])


def test_recurrent_layers_are_tapped_at_their_sequence():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(1, 4, batch_first=True)
            self.head = nn.Linear(4, 3)

        def forward(self, x):
            return self.head(self.gru(x[..., None])[0][:, -1])

    model = TorchClassifier.of(Recurrent(), labels=LABELS, rate=8000, window=10)
    assert model.activations(waves(2, 10), ["gru"])["gru"].shape == (2, 10, 4)
    slope = model.gradients(waves(2, 10), ["gru"], ["alegrias"])["gru"]
    weight = model.module.head.weight.detach().numpy()
    np.testing.assert_allclose(slope[:, 0, -1], np.tile(weight[0] - weight.mean(0), (2, 1)), atol=1e-6)


@pytest.mark.parametrize(("link", "expected"), [("softmax", np.log), ("sigmoid", lambda p: np.log(p / (1 - p)))])
def test_probabilities_become_logits_that_say_the_same(link, expected):
    class Probable(nn.Module):
        def forward(self, x):
            return x

    model = TorchClassifier.of(Probable(), labels=LABELS, rate=8000, window=3, link=link, gives="probabilities")
    given = np.array([[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(model.scores(given), expected(np.clip(given, TINY, 1 - TINY)), rtol=3e-3,
                               atol=1e-6)


def test_silence_and_full_scale_give_finite_scores_and_gradients():
    model = real()
    x = np.stack([np.zeros(4096), np.ones(4096), np.sign(np.sin(np.arange(4096)))]).astype(np.float32)
    assert np.isfinite(model.scores(x)).all()
    assert all(np.isfinite(slope).all() for slope in model.gradients(x, model.layers, LABELS).values())


def test_it_is_a_layered_classifier():
    assert isinstance(real(), LayeredClassifier)
    assert isinstance(real().module, Listener)
    assert real().layers == ("network.block1", "network.block2", "network.block3", "network.pool")
