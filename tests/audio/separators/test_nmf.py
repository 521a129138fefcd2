"""Components are the sounds that were planted, are called what they are, and sum back to the clip."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.separate import separate
from escucha.audio.separators.component_names import heard_as
from escucha.errors import InputError

RATE = 22050
TIME = np.arange(4 * RATE) / RATE


def likeness(one, other):
    return np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)


def note(hertz, sounding, partials=6):
    """A note with falling partials, where `sounding` is on, of the four seconds."""
    wave = sum(0.6**number * np.sin(2 * np.pi * (number + 1) * hertz * TIME) for number in range(partials))
    swell = np.convolve(sounding(TIME), np.hanning(1000) / 500, mode="same")
    return 0.2 * wave * swell


LOW = note(220, lambda time: (time % 2 < 1.2).astype(float))
HIGH = note(587.33, lambda time: (time % 1.4 > 0.7).astype(float)) / 2


def test_two_notes_are_two_components_by_name_the_louder_first():
    found = separate(Clip(LOW + HIGH, RATE), "nmf/2")
    assert list(found) == ["component 1 (A3, 220 Hz)", "component 2 (D5, 587 Hz)"]
    for source, true in zip(found.values(), (LOW, HIGH)):
        assert likeness(source.wave, true) > 0.97 > likeness(LOW + HIGH, true) + 0.05


def test_a_note_and_strokes_are_told_apart():
    rng = np.random.default_rng(0)
    strokes = np.zeros(4 * RATE)
    for first in range(3000, 4 * RATE - 2000, RATE // 2):
        strokes[first:first + 1500] = rng.normal(0, 0.2, 1500) * np.exp(-np.arange(1500) / 300)
    found = separate(Clip(LOW + strokes, RATE), "nmf/2")
    pitched, other = sorted(found, key=lambda name: "around" in name)
    assert "A3" in pitched
    assert "around" in other
    assert likeness(found[pitched].wave, LOW) > 0.97
    assert likeness(found[other].wave, strokes) > 0.9


def test_the_same_twice_and_at_any_level():
    once, again = (separate(Clip(LOW + HIGH, RATE), "nmf/3") for _ in range(2))
    soft = separate(Clip((LOW + HIGH) / 1000, RATE), "nmf/3")
    assert list(once) == list(again) == list(soft)
    for name, source in once.items():
        np.testing.assert_array_equal(source.wave, again[name].wave)
        np.testing.assert_allclose(soft[name].wave * 1000, source.wave, atol=1e-3)


def test_components_sum_back_and_come_loudest_first():
    clip = Clip(np.random.default_rng(0).normal(0, 0.1, 30011), RATE)
    found = separate(clip, "nmf")
    assert len(found) == 8
    power = [float(np.square(source.wave).sum()) for source in found.values()]
    assert power == sorted(power, reverse=True)
    np.testing.assert_allclose(sum(source.wave for source in found.values()), clip.wave, atol=1e-5)


def test_what_has_no_components_is_said():
    with pytest.raises(InputError, match="no components in silence"):
        separate(Clip(np.zeros(RATE), RATE), "nmf")
    with pytest.raises(InputError, match=r"8 components need 8 frames, 0\.19 s, .* ask for nmf/5"):
        separate(Clip(np.ones(1000), RATE), "nmf")
    assert len(separate(Clip(LOW[9000:10000], RATE), "nmf/5")) <= 5


@pytest.mark.parametrize("number", range(40, 89, 4))
def test_every_note_of_a_guitar_is_called_by_its_name(number):
    import librosa

    frequency = 440 * 2 ** ((number - 69) / 12)
    length = 4096
    wave = sum(0.7**n * np.sin(2 * np.pi * (n + 1) * frequency * np.arange(length) / RATE + n) for n in range(8))
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(length)))
    name, hertz = heard_as(spectrum, np.fft.rfftfreq(length, 1 / RATE)).split(", ")
    assert name == librosa.midi_to_note(number, unicode=False)
    assert float(hertz.removesuffix(" Hz")) == pytest.approx(frequency, rel=0.02)


def test_noise_is_called_by_its_centre():
    hertz = np.fft.rfftfreq(2048, 1 / RATE)
    noise = np.abs(np.random.default_rng(0).normal(1, 0.2, len(hertz)))
    assert heard_as(noise * (np.abs(hertz - 3400) < 500), hertz) == "around 3400 Hz"
    assert heard_as(np.eye(1, len(hertz))[0], hertz) == "around 0 Hz"
