"""Bands of frequency sum back to the sound, and each holds what lies in it."""

import numpy as np
import pytest

from escucha.audio.bands import band_edges, split_bands
from escucha.audio.clip import Clip
from escucha.errors import InputError

RATE = 22050


def tone(hertz, seconds=1.0):
    return Clip(0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), RATE)


@pytest.mark.parametrize("seconds", [0.01, 0.0929, 1.0, 3.3])
@pytest.mark.parametrize("bands", [1, 2, 7, (300.0,), (500.0, 4000.0)])
def test_bands_sum_to_the_clip_to_the_last_sample(bands, seconds):
    clip = Clip(np.random.default_rng(0).uniform(-1, 1, round(seconds * RATE)), RATE)
    total = sum(wave.astype(np.float64) for wave in split_bands(clip, bands).values())
    np.testing.assert_allclose(total, clip.wave, atol=1e-6)


def test_a_tone_is_in_its_band_and_in_no_other():
    split = split_bands(tone(1000.0), (500.0, 2000.0))
    energy = {band: float((wave**2).sum()) for band, wave in split.items()}
    assert energy[(500.0, 2000.0)] > 0.998 * sum(energy.values())


def test_the_last_samples_are_in_their_band_too():
    """A second and four hundred samples: what follows the last whole hop of a spectrum."""
    split = split_bands(tone(8000.0, 1 + 400 / RATE), (2000.0,))
    low, high = (float(np.square(wave[-400:]).sum()) for wave in split.values())
    assert low < 0.01 * high


def test_bands_are_equal_in_mel_and_reach_from_end_to_end():
    edges = band_edges(RATE, 4)
    assert (edges[0][0], edges[-1][1]) == (0.0, RATE / 2)
    widths = [last - first for first, last in edges]
    assert widths == sorted(widths)


@pytest.mark.parametrize("bands", [0, 65, (0.0,), (500.0, 500.0), (900.0, 500.0), (12000.0,), (500.0, 505.0)])
def test_bands_that_cannot_be_told_apart_are_refused(bands):
    with pytest.raises(InputError):
        split_bands(tone(440.0), bands)
