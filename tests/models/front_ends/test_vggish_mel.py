"""VGGish's log-mel, against a slow replica written from its description, sample by sample."""

import math

import numpy as np
import pytest
import torch

from escucha.errors import InputError
from escucha.models.front_ends import make_front_end, shape_of
from escucha.models.front_ends.vggish_mel import RATE, WINDOW, htk_bank
from escucha.models.networks import NETWORKS

EXAMPLE = round(RATE * WINDOW)


def front(**settings):
    return make_front_end({"name": "vggish-mel", **settings}, RATE, "here")


def sound(seconds, seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    tones = 0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 3000 * time)
    return 0.1 * rng.normal(size=len(time)) + tones


def hertz_to_mel(hertz):
    return 2595 * math.log10(1 + hertz / 700)


def replica(wave):
    """25 ms under a periodic Hann window, every 10 ms, zeros after it up to 512; magnitudes under 64 triangles."""
    edges = [hertz_to_mel(125) + at * (hertz_to_mel(7500) - hertz_to_mel(125)) / 65 for at in range(66)]
    hann = [0.5 - 0.5 * math.cos(2 * math.pi * at / 400) for at in range(400)]
    frames = []
    for start in range(0, len(wave) - 399, 160):
        spectrum = np.abs(np.fft.fft([*(a * b for a, b in zip(wave[start : start + 400], hann)), *[0.0] * 112]))[:257]
        bands = []
        for low, middle, high in zip(edges, edges[1:], edges[2:]):
            total = 0.0
            for bin in range(1, 257):
                mel = hertz_to_mel(bin * RATE / 512)
                total += spectrum[bin] * max(0.0, min((mel - low) / (middle - low), (high - mel) / (high - middle)))
            bands.append(math.log(total + 0.01))
        frames.append(bands)
    return np.array(frames).T


def test_it_is_the_description_to_the_sixth_decimal():
    wave = sound(0.06)
    found = front()(torch.tensor(wave)[None])[0, 0].numpy()
    assert found.shape == (64, 4)
    np.testing.assert_allclose(found, replica(wave), atol=1e-6)
    single = front()(torch.tensor(wave[None], dtype=torch.float32))[0, 0].numpy()
    np.testing.assert_allclose(single, found, atol=1e-4)


def test_one_window_is_one_example_and_not_a_sample_more():
    assert shape_of(front(), EXAMPLE) == (1, 64, 96)
    assert shape_of(front(), EXAMPLE - 1) == (1, 64, 95)
    assert (NETWORKS["vggish"].rate, NETWORKS["vggish"].window) == (RATE, WINDOW)


def test_bands_are_triangles_between_their_neighbours():
    """Neighbouring triangles add up to one on the mel scale, so the bank does between its outer middles."""
    bank = htk_bank(RATE, n_fft=512, mels=64, fmin=125, fmax=7500)
    hertz = np.arange(257) * RATE / 512
    inside = (hertz > 160) & (hertz < 7100)
    np.testing.assert_allclose(bank.sum(axis=0)[inside], 1, atol=1e-12)
    assert not bank[:, hertz <= 125].any()
    assert not bank[:, hertz >= 7500].any()


def test_silence_is_the_logarithm_of_the_offset_and_has_a_gradient():
    wave = torch.zeros(1, EXAMPLE, requires_grad=True)
    mels = front()(wave)
    torch.testing.assert_close(mels, torch.full_like(mels, math.log(0.01)))
    mels.sum().backward()
    assert torch.isfinite(wave.grad).all()


def test_gradients_are_those_of_finite_differences():
    wave = torch.tensor(sound(0.03))[None].requires_grad_()
    assert torch.autograd.gradcheck(front(), wave, eps=1e-6, atol=1e-4, nondet_tol=0)


@pytest.mark.parametrize(("settings", "says"), [
    ({"fmax": 9000.0}, "125 to 9000 Hz do not fit a rate of 16000"),
    ({"mel": 3}, "unknown key 'mel'"),
])
def test_what_cannot_be_heard_is_refused(settings, says):
    with pytest.raises(InputError, match=says):
        front(**settings)


def test_a_window_shorter_than_a_frame_is_refused():
    with pytest.raises(InputError, match="a frame has 400 samples and the window 399"):
        front()(torch.zeros(1, 399))
