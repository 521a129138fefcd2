"""Layers of Keras 1 against slow replicas, and against torch's own, from which they must differ."""

import numpy as np
import pytest
import torch

from escucha.models.networks.keras_layers import LogSigmoidOf, PreResetGru, TimeNorm, ToRow, ToSteps, hard_sigmoid

RNG = np.random.default_rng(0)


def test_the_hard_sigmoid_is_kerass_and_not_torchs():
    x = np.linspace(-4, 4, 33)
    ours = hard_sigmoid(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(ours, [min(max(0.2 * value + 0.5, 0), 1) for value in x], atol=1e-15)
    assert np.abs(ours - torch.nn.functional.hardsigmoid(torch.from_numpy(x)).numpy()).max() > 0.05


@pytest.fixture(scope="module")
def gru():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = PreResetGru(3, 4).double()
        with torch.no_grad():
            made.bias.normal_()
    return made


def slow_gru(gru, steps, *, before):
    """One number at a time; the reset `before` the recurrent product or after it."""
    kernel, recurrent, bias = (value.detach().numpy() for value in (gru.kernel, gru.recurrent, gru.bias))
    state, states = np.zeros(4), []
    for x in steps:
        z, r = (np.clip(0.2 * (x @ kernel[g] + state @ recurrent[g] + bias[g]) + 0.5, 0, 1) for g in (0, 1))
        inner = (r * state) @ recurrent[2] if before else r * (state @ recurrent[2])
        state = z * state + (1 - z) * np.tanh(x @ kernel[2] + inner + bias[2])
        states.append(state)
    return np.array(states)


def test_the_gru_resets_before_the_product(gru):
    steps = RNG.normal(size=(2, 6, 3))
    with torch.no_grad():
        ours = gru(torch.from_numpy(steps)).numpy()
    np.testing.assert_allclose(ours, [slow_gru(gru, wave, before=True) for wave in steps], atol=1e-12)
    assert np.abs(ours[0] - slow_gru(gru, steps[0], before=False)).max() > 0.01


def test_the_last_state_alone_is_the_sequences_last(gru):
    steps = torch.from_numpy(RNG.normal(size=(2, 5, 3)))
    last = PreResetGru(3, 4, last=True).double()
    last.load_state_dict(gru.state_dict())
    with torch.no_grad():
        np.testing.assert_array_equal(last(steps).numpy(), gru(steps)[:, -1].numpy())


def test_the_time_norm_has_one_statistic_a_frame():
    norm = TimeNorm(5).double().eval()
    mean, variance, gamma, beta = RNG.normal(size=(4, 5)) ** 2
    norm.load_state_dict({"running_mean": torch.from_numpy(mean), "running_var": torch.from_numpy(variance),
                          "weight": torch.from_numpy(gamma), "bias": torch.from_numpy(beta),
                          "num_batches_tracked": torch.tensor(0)})
    maps = RNG.normal(size=(2, 1, 3, 5))
    with torch.no_grad():
        ours = norm(torch.from_numpy(maps)).numpy()
    np.testing.assert_allclose(ours, (maps - mean) / np.sqrt(variance + 1e-3) * gamma + beta, atol=1e-12)


def test_in_training_each_frame_is_normalised_by_itself():
    maps = torch.from_numpy(RNG.normal(size=(4, 2, 3, 5)) * np.arange(1, 6))
    heard = TimeNorm(5).double().train()(maps)
    np.testing.assert_allclose(heard.var(dim=(0, 1, 2), unbiased=False).detach().numpy(), 1, atol=2e-3)


def test_flattening_keeps_kerass_orders():
    maps = torch.arange(24.0).reshape(1, 2, 3, 4)
    np.testing.assert_array_equal(ToSteps()(maps)[0], maps[0].numpy().transpose(2, 0, 1).reshape(4, 6))
    np.testing.assert_array_equal(ToRow()(maps)[0], maps[0].numpy().transpose(1, 2, 0).ravel())


def test_logarithms_of_sigmoids_become_shares_of_their_sum():
    last = LogSigmoidOf(3, 4)
    x = torch.from_numpy(RNG.normal(size=(2, 3)).astype(np.float32))
    with torch.no_grad():
        logits, raw = last(x), torch.sigmoid(x @ last.weight.T + last.bias)
    np.testing.assert_allclose(torch.softmax(logits, 1), raw / raw.sum(1, keepdim=True), atol=1e-6)
    np.testing.assert_allclose(logits.exp(), raw, atol=1e-6)
