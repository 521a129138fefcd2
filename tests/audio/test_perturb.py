"""What is done to a sound is measured in the sound: delay, level, noise, bit rate."""

import struct

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.perturb import encode, everyday, gain, mp3, noise, shift
from escucha.errors import InputError

RATE = 22050


def music(rate=RATE, seconds=3.0, loud=0.1):
    """Noise below a quarter of the rate, swelling: it has a delay to find and survives a codec."""
    rng = np.random.default_rng(0)
    count = round(rate * seconds)
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum[count // 4:] = 0
    wave = np.fft.irfft(spectrum, count)
    return Clip(loud * wave / wave.std() * np.linspace(0.5, 1, count), rate)


def delay(first, second):
    """Samples by which the second is later."""
    spectrum = np.conj(np.fft.rfft(first.wave)) * np.fft.rfft(second.wave)
    lag = int(np.fft.irfft(spectrum, len(first.wave)).argmax())
    return lag if lag < len(first.wave) // 2 else lag - len(first.wave)


def db(wave):
    return 10 * np.log10(np.mean(np.square(wave, dtype=np.float64)))


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize("name", everyday())
def test_rate_and_length_stay_and_the_clip_is_left_alone(name, rng):
    clip = music()
    before = clip.wave.copy()
    after = everyday()[name](clip, rng)
    assert (after.rate, len(after.wave)) == (clip.rate, len(clip.wave))
    np.testing.assert_array_equal(clip.wave, before)
    assert not np.array_equal(after.wave, before)


@pytest.mark.parametrize("seconds", [0.005, 0.012, 0.025, 0.05])
def test_a_shift_is_as_long_as_it_says(seconds, rng):
    clip = music()
    after = shift(clip, rng, seconds=seconds)
    assert -delay(clip, after) / RATE == pytest.approx(seconds, abs=0.6 / RATE)
    lost = round(seconds * RATE)
    np.testing.assert_array_equal(after.wave[:-lost], clip.wave[lost:])
    assert not after.wave[-lost:].any()


def test_a_shift_of_nothing_or_of_more_than_there_is(rng):
    clip = music(seconds=0.01)
    np.testing.assert_array_equal(shift(clip, rng, seconds=0).wave, clip.wave)
    assert len(shift(clip, rng, seconds=1).wave) == len(clip.wave)
    with pytest.raises(InputError, match="0 s or more"):
        shift(clip, rng, seconds=-0.1)


@pytest.mark.parametrize("decibels", [-6, 6])
def test_a_gain_is_as_large_as_it_says_even_beyond_full_scale(decibels, rng):
    clip = music(loud=0.4)
    assert db(gain(clip, rng, decibels=decibels).wave) - db(clip.wave) == pytest.approx(decibels, abs=1e-3)


@pytest.mark.parametrize("decibels", [30, 20, 10])
def test_noise_is_white_and_as_far_below_as_it_says(decibels, rng):
    clip = music()
    hiss = noise(clip, rng, decibels=decibels).wave - clip.wave
    assert db(clip.wave) - db(hiss) == pytest.approx(decibels, abs=0.1)
    power = np.square(np.abs(np.fft.rfft(hiss)))
    low, high = (part.mean() for part in np.array_split(power, 2))
    assert 10 * np.log10(high / low) == pytest.approx(0, abs=0.2)


def test_silence_stays_silent(rng):
    silence = Clip(np.zeros(RATE), RATE)
    for name, change in everyday().items():
        assert np.abs(change(silence, rng).wave).max() < 1e-4, name


def rates(data):
    """kb/s and Hz of every frame of an mp3 (ISO 11172-3 and 13818-3, layer III)."""
    tables = {1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
              2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]}
    at = 0
    while at + 4 <= len(data):
        head = struct.unpack(">I", data[at:at + 4])[0]
        assert head >> 21 == 0x7FF
        version = {3: 1, 2: 2, 0: 4}[head >> 19 & 3]
        hertz = [44100, 48000, 32000][head >> 10 & 3] // version
        kbps = tables[min(version, 2)][head >> 12 & 15]
        yield kbps, hertz
        at += (144 if version == 1 else 72) * kbps * 1000 // hertz + (head >> 9 & 1)


@pytest.mark.parametrize(("rate", "kbps"), [(8000, 64), (16000, 64), (22050, 64), (32000, 64), (44100, 64), (48000, 64),
                                            (22050, 16), (44100, 128)])
def test_an_mp3_has_the_bit_rate_it_says_and_does_not_come_late(rate, kbps, rng, tmp_path):
    clip = music(rate)
    with (tmp_path / "a.mp3").open("wb") as file:
        encode(file.fileno(), clip, kbps)
    assert set(rates((tmp_path / "a.mp3").read_bytes())) == {(kbps, rate)}
    after = mp3(clip, rng, kbps=kbps)
    assert delay(clip, after) == 0
    apart = db(clip.wave) - db(after.wave - clip.wave)
    assert (6 if kbps >= 64 else 0) < apart < 60  # it is the same music, and it has been through something


def test_an_mp3_of_rates_the_format_does_not_know_and_beyond_full_scale(rng):
    low, loud = music(4000), music(loud=1.0)
    assert delay(low, mp3(low, rng, kbps=64)) == 0
    assert db(mp3(loud, rng, kbps=64).wave) == pytest.approx(db(loud.wave), abs=1)
