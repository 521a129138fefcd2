"""The log-mel of Choi's taggers against librosa, and as something a gradient goes through."""

import librosa
import numpy as np
import pytest
import torch

from escucha.audio.io import read
from escucha.models.front_ends.choi_mel import ChoiMel, ChoiMelSettings

FRONT = ChoiMel(12_000, ChoiMelSettings())


def by_librosa(wave):
    mel = librosa.feature.melspectrogram(y=wave, sr=12_000, n_fft=512, hop_length=256, n_mels=96)
    return librosa.power_to_db(mel**2, ref=1.0)


def heard(*waves):
    with torch.no_grad():
        return FRONT(torch.from_numpy(np.stack(waves)))[:, 0].numpy()


def sweep(seconds=2.0, level=0.5):
    time = np.arange(int(12_000 * seconds)) / 12_000
    return level * np.sin(2 * np.pi * (100 + 1000 * time) * time) * np.exp(-time)


@pytest.mark.parametrize("level", [1e-6, 1e-3, 0.5, 30.0])
def test_it_is_librosas_at_every_level(level):
    wave = sweep(level=level)
    np.testing.assert_allclose(heard(wave)[0], by_librosa(wave), atol=1e-3)


def test_real_music_gives_1366_frames_and_librosas_numbers(shared):
    wave = read(shared / "audio" / "hungarian-dance.ogg", rate=12_000, duration=29.12).wave
    np.testing.assert_allclose(heard(wave)[0], by_librosa(wave), atol=1e-3)
    assert heard(wave).shape == (1, 96, 1366)


def test_each_example_has_its_own_floor():
    loud, quiet = sweep(), sweep(level=0.02)
    together = heard(loud, quiet)
    np.testing.assert_array_equal(together[1], heard(quiet)[0])
    np.testing.assert_allclose(np.ptp(together, axis=(1, 2)), 80, atol=1e-9)


def test_silence_is_the_floor_and_a_gradient_reaches_the_wave():
    assert (heard(np.zeros(5000)) == -100).all()
    wave = torch.from_numpy(sweep()[None]).requires_grad_()
    FRONT(wave).sum().backward()
    assert torch.isfinite(wave.grad).all()
    assert wave.grad.abs().max() > 0
