"""Tempograms beside librosa's, and beside pulses whose period is known."""

import librosa
import numpy as np
import pytest
import torch

from escucha.audio.spectrum import LogMel
from escucha.models.networks.tempogram import Normalised, Tempogram

RATE, HOP = 22050, 512


def mels(period=30, frames=200, seed=0):
    """`(1, 1, mel, frame)` dB: a rise every `period` frames over a restless floor."""
    rng = np.random.default_rng(seed)
    decibels = rng.normal(-60, 1, (1, 1, 40, frames))
    decibels[..., ::period] += 30
    return torch.from_numpy(decibels)


def librosas(decibels, lags, norm):
    onset = librosa.onset.onset_strength(S=decibels[0, 0].numpy(), center=False)
    return librosa.feature.tempogram(onset_envelope=onset, win_length=lags, norm=norm)


@pytest.mark.parametrize("lags", [192, 384, 61])
def test_it_is_librosa_s_to_a_hundred_thousandth(lags):
    heard = mels()
    found = Tempogram(lags)(heard)
    own, shape = found[0, 0].numpy(), Normalised()(found)[0, 0].numpy()
    np.testing.assert_allclose(own, librosas(heard, lags, None), atol=1e-5 * own.max())
    np.testing.assert_allclose(shape, librosas(heard, lags, np.inf), atol=1e-5)
    single = Tempogram(lags)(heard.float())[0, 0].numpy()
    np.testing.assert_allclose(single, own, atol=1e-4 * own.max())


@pytest.mark.parametrize("period", [20, 33])
def test_a_pulse_comes_back_after_its_period(period):
    shape = Normalised()(Tempogram(96)(mels(period)))[0, 0, :, 60:140]
    lags = 10 + shape[10:50].argmax(dim=0)
    assert (lags == period).all()
    assert (shape[0] == 1).all()


def test_the_level_of_a_clip_does_not_show_and_its_accents_do():
    heard = mels()
    torch.testing.assert_close(Tempogram(64)(heard + 12), Tempogram(64)(heard))
    accents = Tempogram(64)(-60 + 2 * (heard + 60))
    torch.testing.assert_close(accents, 4 * Tempogram(64)(heard))
    torch.testing.assert_close(Normalised()(accents), Normalised()(Tempogram(64)(heard)))


def test_silence_is_empty_and_has_gradients():
    still = torch.full((1, 1, 16, 50), -100.0, requires_grad=True)
    picture = Normalised()(Tempogram(32)(still))
    assert not picture.any()
    picture.sum().backward()
    assert torch.isfinite(still.grad).all()


def test_gradients_are_those_of_finite_differences():
    few = mels(period=4, frames=9)[:, :, :2].requires_grad_()
    assert torch.autograd.gradcheck(lambda heard: Normalised()(Tempogram(6)(heard)), few, atol=1e-4)


def test_of_a_real_wave_it_finds_the_beat():
    time = np.arange(8 * RATE) / RATE
    clicks = ((time * 2) % 1 < 0.02) * np.random.default_rng(0).normal(0, 0.3, len(time))
    picture = Tempogram(192)(LogMel(RATE, mels=64)(torch.from_numpy(clicks)[None]))[0, 0]
    lag = 10 + int(picture[10:40].mean(dim=1).argmax())
    assert lag * HOP / RATE == pytest.approx(0.5, abs=0.02)
