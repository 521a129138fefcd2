"""The torch adapter, against modules whose insides are known by hand."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from escucha.audio.clip import Clip
from escucha.audio.spectrum import LogMel
from escucha.concepts.activations import hear
from escucha.errors import InputError
from escucha.models.classifier import LayeredClassifier, values
from escucha.models.listener import TINY, Listener
from escucha.models.networks import make_network
from escucha.models.torch_classifier import TorchClassifier

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
    assert model.activations(waves(2, 10), ["gru"])["gru"].shape == (2, 4, 10)
    slope = model.gradients(waves(2, 10), ["gru"], ["alegrias"])["gru"]
    weight = model.module.head.weight.detach().numpy()
    np.testing.assert_allclose(slope[:, 0, :, -1], np.tile(weight[0] - weight.mean(0), (2, 1)), atol=1e-6)


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


class Encoder(nn.Module):
    """Frames of 16 samples as tokens, one transformer layer, the mean over tokens."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.frames = nn.Linear(16, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.block(self.frames(x.unflatten(1, (-1, 16)))).mean(1))


def test_units_on_the_last_axis_are_told_first():
    given = TorchClassifier.of(Encoder(), labels=LABELS, rate=8000, window=64, units_last=[])
    named = TorchClassifier.of(Encoder(), labels=LABELS, rate=8000, window=64, units_last=["frames", "block"])
    model = TorchClassifier.of(Encoder(), labels=LABELS, rate=8000, window=64)  # known by their types
    x = waves(3)
    for layer in ("frames", "block"):
        np.testing.assert_array_equal(model.activations(x, [layer])[layer],
                                      given.activations(x, [layer])[layer].transpose(0, 2, 1))
        np.testing.assert_array_equal(model.activations(x, [layer])[layer], named.activations(x, [layer])[layer])
        np.testing.assert_array_equal(model.gradients(x, [layer], LABELS)[layer],
                                      given.gradients(x, [layer], LABELS)[layer].transpose(0, 1, 3, 2))
    weight = model.module.head.weight.detach().numpy()  # (label, unit); the mean is over four tokens
    slope = model.gradients(x, ["block"], LABELS)["block"]
    np.testing.assert_allclose(slope[1], np.repeat(((weight - weight.mean(0)) / 4)[..., None], 4, -1), atol=1e-6)
    pooled = hear(model, [Clip(wave, 8000) for wave in x], ["block"]).rows["block"]
    np.testing.assert_allclose(pooled, given.activations(x, ["block"])["block"].mean(1), atol=1e-6)
    with pytest.raises(InputError, match=r"unknown layer 'blok' in units_last; did you mean 'block'"):
        TorchClassifier.of(Encoder(), labels=LABELS, rate=8000, window=64, units_last=["blok"])


def test_a_layer_may_say_itself_where_its_units_are():
    class Turned(nn.Identity):
        units_last = True

    net = nn.Sequential(nn.Unflatten(1, (4, 16)), Turned(), nn.Identity(), nn.Flatten(), nn.Linear(64, 3))
    model = TorchClassifier.of(net, labels=LABELS, rate=8000, window=64)
    assert {name: rows.shape for name, rows in model.activations(waves(2), ["1", "2", "4"]).items()} == {
        "1": (2, 16, 4), "2": (2, 4, 16), "4": (2, 3)}


def test_a_front_end_may_be_a_function_of_another_library():
    def levels(x):
        return np.abs(np.fft.rfft(x.numpy(), n=62))  # 32 bins in float64

    network = nn.Sequential(nn.Linear(32, 4), nn.ReLU(inplace=True), nn.Linear(4, 3))
    model = TorchClassifier.of(network, labels=LABELS, rate=8000, window=62, front_end=levels)
    x = waves(40, 62)
    with torch.no_grad():
        expected = network(torch.as_tensor(levels(torch.as_tensor(x))).float()).numpy()
    np.testing.assert_allclose(model.scores(x), expected, atol=1e-5)
    assert model.layers == ("network.0", "network.1", "network.2")
    assert np.abs(model.gradients(x, ["network.0"], LABELS)["network.0"]).max() > 0
    read_twice = TorchClassifier.of(nn.Sequential(network, nn.Softmax(-1)), labels=LABELS, rate=8000, window=62,
                                    front_end=levels, gives="probabilities", units_last=["0"])
    assert (read_twice.layers, read_twice.units_last) == (("network.module.0", "network.module.1"),
                                                          ("network.module.0",))
    np.testing.assert_allclose(values(read_twice.scores(x), "softmax"), values(expected, "softmax"), atol=1e-4)


class Giving(nn.Module):
    """Answers with what a function makes of its logits."""

    def __init__(self, make):
        super().__init__()
        self.linear, self.make = nn.Linear(4, 3), make

    def forward(self, x):
        return self.make(self.linear(x))


@pytest.mark.parametrize(("make", "says"), [
    (lambda logits: {"logits": logits}, r"gives dict, not a tensor of scores; wrap it"),
    (lambda logits: (logits, 0), "gives tuple, not a tensor"),
    (lambda logits: logits[0], r"3 scores of shape \(3,\) for two windows and 3 labels"),
    (lambda logits: logits.mean(), r"one scores of shape \(\)"),
    (lambda logits: logits[..., None], r"shape \(2, 3, 1\) for two windows"),
])
def test_an_answer_that_is_no_table_of_scores_is_refused(make, says):
    with pytest.raises(InputError, match=says):
        TorchClassifier.of(Giving(make), labels=LABELS, rate=8000, window=4)


def test_gradients_that_the_module_cuts_off_are_not_zeros():
    model = TorchClassifier.of(Giving(Tensor.detach), labels=LABELS, rate=8000, window=4)
    with pytest.raises(InputError, match="does its forward work under no_grad, or through detach"):
        model.gradients(waves(1, 4), ["linear"], LABELS)


def test_labels_are_different_names():
    for labels in (("a", "a", "b"), ("a", "", "b")):
        with pytest.raises(InputError, match="different names"):
            TorchClassifier.of(Giving(lambda logits: logits), labels=labels, rate=8000, window=4)


class Branched(nn.Module):
    """A skip past the middle layer: what comes after it needs the plain batch too."""

    def __init__(self):
        super().__init__()
        self.first, self.middle, self.last = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        heard = self.first(x)
        return self.last(torch.relu(self.middle(heard)) + heard)


@pytest.mark.parametrize("layer", ["first", "middle"])
def test_a_changed_layer_is_what_the_rest_hears(layer):
    torch.manual_seed(0)
    model = TorchClassifier.of(Branched(), labels=LABELS, rate=8000, window=4)
    x = waves(70, 4)
    found = model.scores_changed(x, layer, [np.copy, lambda rows: 0.5 * rows, np.zeros_like])
    with torch.no_grad():
        heard = model.module.first(torch.as_tensor(x))
        expected = []
        for share in (1.0, 0.5, 0.0):
            head = heard * share if layer == "first" else heard
            middle = model.module.middle(head) * (share if layer == "middle" else 1)
            expected.append(model.module.last(torch.relu(middle) + head).numpy())
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found[0], model.scores(x), atol=1e-6)
    assert not model.module.get_submodule(layer)._forward_hooks


def test_a_change_sees_units_first_and_says_what_it_should_give():
    net = nn.Sequential(nn.Unflatten(1, (4, 16)), nn.GRU(16, 5, batch_first=True), LastStep())
    model = TorchClassifier.of(net, labels=LABELS, rate=8000, window=64)
    seen = []
    model.scores_changed(waves(2), "1", [lambda rows: seen.append(rows.shape) or rows])
    assert seen == [(2, 5, 4)]
    for wrong in (lambda rows: rows[:, :1], lambda rows: rows * np.nan):
        with pytest.raises(InputError, match=r"finite numbers of the shape \(2, 5, 4\)"):
            model.scores_changed(waves(2), "1", [wrong])
    with pytest.raises(InputError, match="unknown layer"):
        model.scores_changed(waves(2), "9", [np.copy])


class LastStep(nn.Module):
    """Logits from the last step of a recurrent layer."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(5, 3)

    def forward(self, heard):
        return self.out(heard[0][:, -1])
