"""The log-mel front end against librosa, and what a network and a gradient ask of it."""

import librosa
import numpy as np
import pytest
import torch

from escucha.audio import io
from escucha.audio.clip import Clip
from escucha.audio.spectrum import LogMel, log_mel, mel_bank
from escucha.errors import InputError

SETTINGS = [{"n_fft": 2048, "hop": 512, "mels": 64}, {"n_fft": 512, "hop": 256, "mels": 96},
            {"n_fft": 1024, "hop": 441, "mels": 40, "fmin": 50.0, "fmax": 8000.0}]


def reference(wave, rate, *, n_fft, hop, mels, fmin=0.0, fmax=None, top_db=None):
    mel = librosa.feature.melspectrogram(y=wave, sr=rate, n_fft=n_fft, hop_length=hop, n_mels=mels, fmin=fmin,
                                         fmax=fmax)
    return librosa.power_to_db(mel, ref=1.0, amin=1e-10, top_db=top_db)


def synthetic():
    """A loud second of tones, a soft one of noise, and silence."""
    time = np.arange(22050) / 22050
    tones = sum(np.sin(2 * np.pi * frequency * time) for frequency in (110, 1760, 7040)) / 4
    noise = np.random.default_rng(0).normal(0, 1e-4, 22050)
    return np.concatenate([tones, noise, np.zeros(11025)])


@pytest.fixture(params=["synthetic", "hungarian-dance", "lets-go-fishin"])
def wave(request):
    if request.param == "synthetic":
        return synthetic()
    shared = request.getfixturevalue("shared")
    return io.read(shared / f"audio/{request.param}.ogg", start=12, duration=6).wave.astype(np.float64)


@pytest.mark.parametrize("top_db", [None, 80.0])
@pytest.mark.parametrize("settings", SETTINGS)
def test_in_float64_it_is_librosa_everywhere(wave, settings, top_db):
    ours = LogMel(22050, **settings, top_db=top_db)(torch.from_numpy(wave)[None])[0, 0].numpy()
    theirs = reference(wave, 22050, **settings, top_db=top_db)
    assert ours.shape == theirs.shape == (settings["mels"], 1 + len(wave) // settings["hop"])
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("settings", SETTINGS)
def test_in_float32_it_is_librosa_within_80_db_of_the_maximum(wave, settings):
    wave32 = wave.astype(np.float32)
    theirs = reference(wave32, 22050, **settings)
    near = theirs > theirs.max() - 80
    assert near.mean() > 0.1
    for exact, error in ((True, 1e-4), (False, 3e-3)):
        ours = LogMel(22050, **settings, exact=exact)(torch.from_numpy(wave32)[None])[0, 0]
        assert ours.dtype == torch.float32
        assert np.abs(ours.numpy() - theirs)[near].max() < error


def test_top_db_is_of_each_example_by_itself():
    wave = torch.from_numpy(synthetic())
    batch = torch.stack([wave, wave * 1e-3])
    front = LogMel(22050, top_db=40.0)
    together = front(batch)
    for one, alone in zip(together, batch):
        torch.testing.assert_close(one, front(alone[None])[0])
        assert one.max() - one.min() == pytest.approx(40)


def test_the_module_keeps_its_digits_and_saves_nothing():
    front = LogMel(22050)
    wave = torch.from_numpy(synthetic())[None]
    before = front(wave)
    torch.testing.assert_close(front.float().double()(wave), before, atol=0, rtol=0)
    assert not front.state_dict()
    assert front.frames(wave.shape[1]) == before.shape[-1]


def test_gradients_are_those_of_finite_differences_and_finite_at_silence():
    front = LogMel(8000, n_fft=64, hop=32, mels=8)
    wave = torch.from_numpy(np.random.default_rng(1).normal(0, 0.1, (1, 160))).requires_grad_()
    assert torch.autograd.gradcheck(front, (wave,))
    silence = torch.zeros(1, 160, dtype=torch.float64, requires_grad=True)
    front(silence).sum().backward()
    assert (silence.grad == 0).all()


def test_a_clip_shorter_than_a_window_has_frames():
    assert LogMel(22050)(torch.ones(1, 220)).shape == (1, 1, 128, 1)


def test_the_convenience_for_figures_is_librosas_picture():
    clip = Clip(synthetic(), 22050)
    theirs = reference(clip.wave.astype(np.float64), 22050, n_fft=2048, hop=512, mels=128, top_db=80)
    assert np.abs(log_mel(clip) - theirs).max() < 1e-3


def test_settings_that_cannot_be_are_said():
    with pytest.raises(InputError, match="at most 4000"):
        mel_bank(8000, n_fft=512, mels=40, fmax=5000.0)
    with pytest.raises(InputError, match="fewer bands"):
        LogMel(8000, n_fft=64, mels=64)
    for settings in ({"hop": 0}, {"hop": -1}, {"n_fft": 0}, {"n_fft": -2048}, {"n_fft": 10**9}):
        with pytest.raises(InputError, match="hops by a sample or more"):
            LogMel(8000, **settings)
    with pytest.raises(InputError, match="top_db"):
        LogMel(8000, top_db=-80.0)
