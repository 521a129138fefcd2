"""Published weights in our networks: what was saved is what answers, and each misfit is one line."""

import h5py
import numpy as np
import pytest
import torch

from escucha.errors import InputError
from escucha.models.networks.keras_layers import PreResetGru
from escucha.models.published import adopted, turned
from escucha.models.weights.adopt import adopt
from tests.models.weights import toys


@pytest.fixture(scope="module")
def network():
    return toys.trained()


@pytest.mark.parametrize("kernels", ["theano", "tensorflow"])
def test_a_network_comes_back_from_either_librarys_file(tmp_path, network, kernels):
    file = toys.write_keras(tmp_path / "w.h5", network.network, kernels)
    back, layers = adopted(toys.card(), file, kernels, where="toy.toml")
    np.testing.assert_allclose(toys.logits(back), toys.logits(network), atol=1e-6)
    assert layers == ("network.block1", "network.block2", "network.block3", "network.gru1", "network.gru2")
    wrong, _ = adopted(toys.card(), file, "tensorflow" if kernels == "theano" else "theano", where="toy.toml")
    assert np.abs(toys.logits(wrong) - toys.logits(network)).max() > 1e-3
    np.testing.assert_array_equal(toys.logits(turned(wrong)), toys.logits(back))


def test_keras_2_keeps_the_gates_side_by_side():
    found = {"g/kernel": np.arange(18.0).reshape(3, 6), "g/recurrent_kernel": np.arange(12.0).reshape(2, 6),
             "g/bias": np.arange(6.0)}
    state = adopt(torch.nn.Sequential(PreResetGru(3, 2)), {"0": ("g",)}, found, kernels="tensorflow", where="x")
    np.testing.assert_array_equal(state["0.kernel"][1], found["g/kernel"][:, 2:4])
    np.testing.assert_array_equal(state["0.bias"], [[0, 1], [2, 3], [4, 5]])


def changed(file, layer, weight, array):
    with h5py.File(file, "a") as held:
        del held[layer][weight]
        held[layer][weight] = array


@pytest.mark.parametrize(("break_it", "says"), [
    (lambda file: changed(file, "conv2", "conv2_W", np.zeros((8, 6, 5, 5))),
     r"conv2/W in .*w.h5 has the shape \(8, 6, 5, 5\) where the network needs \(8, 6, 3, 3\)"),
    (lambda file: changed(file, "output", "output_W", np.zeros((3, 50))), r"output/W in .* has the shape \(3, 50\)"),
    (lambda file: changed(file, "gru1", "gru1_U_r", np.zeros((2, 2))), r"gru1/U_r in .* has the shape \(2, 2\)"),
    (lambda file: changed(file, "bn1", "bn1_gamma", np.full(6, np.nan)), "weights of layer 'bn1' in .* not finite"),
    (lambda file: changed(file, "bn1", "bn1_running_std", np.full(6, -1.0)), "variances of layer 'bn1' in .* below 0"),
])
def test_what_does_not_fit_is_named(tmp_path, network, break_it, says):
    file = toys.write_keras(tmp_path / "w.h5", network.network, "theano")
    break_it(file)
    with pytest.raises(InputError, match=says) as error:
        adopted(toys.card(), file, "theano", where="toy.toml")
    assert "\n" not in str(error.value)


def test_a_missing_layer_or_weight_is_named(tmp_path, network):
    file = toys.write_keras(tmp_path / "w.h5", network.network, "theano", without="gru2")
    with pytest.raises(InputError, match=r"w.h5 lacks the layer 'gru2' \(it holds: bn_0_freq, conv1, .*output\)"):
        adopted(toys.card(), file, "theano", where="toy.toml")
    with pytest.raises(InputError, match="layer 'g' in x lacks the weight 'W_z'"):
        adopt(torch.nn.Sequential(PreResetGru(3, 2)), {"0": ("g",)}, {"g/x": np.zeros(2)}, kernels="theano", where="x")


@pytest.mark.parametrize(("wrong", "said"), [
    (np.ones((2, 3)) + 1j, "are no real numbers"), (np.full((2, 3), b"x"), "are no real numbers"),
    (np.full((2, 3), 1e300), "are not finite"), (np.full((2, 3), np.nan), "are not finite"),
])
def test_weights_that_a_network_cannot_hold_are_refused(wrong, said):
    found = {"out/kernel": wrong, "out/bias": np.zeros(3)}
    with pytest.raises(InputError, match=f"the weights of layer 'out' in x {said}"):
        adopt(torch.nn.Sequential(torch.nn.Linear(2, 3)), {"0": ("out",)}, found, kernels="tensorflow", where="x")
