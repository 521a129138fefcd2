"""SI-SDR by its definition, by torchmetrics and by nussl; stems find the source that holds them."""

import math

import numpy as np
import pytest

from escucha.audio import ffmpeg
from escucha.audio.clip import Clip
from escucha.audio.separation_quality import improvement, pairing, qualities, reference_of, si_sdr
from escucha.errors import InputError

RATE = 8000
RNG = np.random.default_rng(0)
NOISE = RNG.normal(0, 0.1, (4, 6000))


def clip(wave):
    return Clip(wave, RATE)


def orthogonal():
    """Two waves that have nothing of each other, of the same power."""
    time = np.arange(RATE) / RATE
    return np.sin(2 * np.pi * 100 * time), np.sin(2 * np.pi * 250 * time)


@pytest.mark.parametrize("decibels", [-20.0, 0.0, 12.5])
@pytest.mark.parametrize("gain", [0.01, 1.0, -3.0])
def test_a_planted_ratio_comes_back_whatever_the_scale(decibels, gain):
    source, other = orthogonal()
    estimate = gain * (source + 10 ** (-decibels / 20) * other)
    assert si_sdr(clip(estimate), clip(source)) == pytest.approx(decibels, abs=1e-3)
    assert si_sdr(clip(estimate), clip(0.2 * source)) == pytest.approx(decibels, abs=1e-3)


def test_it_is_torchmetrics():
    import torch
    from torchmetrics.functional.audio import scale_invariant_signal_distortion_ratio

    one, two, three, four = NOISE
    for estimate, true in ((one + two, two), (one + 0.1, two), (three - four, four)):
        theirs = scale_invariant_signal_distortion_ratio(torch.tensor(estimate), torch.tensor(true))
        assert si_sdr(clip(estimate), clip(true)) == pytest.approx(float(theirs), abs=1e-4)


@pytest.mark.skipif(not ffmpeg.installed(), reason="nussl needs ffmpeg")
def test_it_is_nussls():
    from escucha.audio.separators.nussl_door import load

    nussl = load()
    sources = [NOISE[0] - NOISE[0].mean(), NOISE[1] - NOISE[1].mean()]
    estimates = [sources[0] + 0.3 * sources[1], sources[1] - 0.7 * sources[0]]
    true, found = ([nussl.AudioSignal(audio_data_array=wave[None], sample_rate=RATE) for wave in waves]
                   for waves in (sources, estimates))
    theirs = nussl.evaluation.BSSEvalScale(true, found).evaluate()
    for number in (0, 1):
        ours = si_sdr(clip(estimates[number]), clip(sources[number]))
        assert ours == pytest.approx(theirs[f"source_{number}"]["SI-SDR"][0], abs=1e-3)


def test_what_has_no_ratio_says_so():
    source, other = orthogonal()
    silence = np.zeros(RATE)
    assert si_sdr(clip(source), clip(source)) == math.inf
    assert si_sdr(clip(silence), clip(source)) == -math.inf
    assert math.isnan(si_sdr(clip(source), clip(silence)))
    assert math.isnan(si_sdr(clip(silence), clip(silence)))
    assert math.isnan(improvement(clip(source), clip(silence), clip(other)))
    assert math.isnan(improvement(clip(source), clip(other), clip(other)))
    with pytest.raises(InputError, match="estimate has 8000 samples at 8000 Hz and reference 7999"):
        si_sdr(clip(source), clip(source[1:]))
    with pytest.raises(InputError, match="resample or cut them alike"):
        si_sdr(clip(source), Clip(source, 8001))


def test_improvement_is_above_the_mixture():
    source, other = orthogonal()
    mixture = clip(source + other)
    assert improvement(mixture, clip(source), mixture) == 0.0
    assert improvement(clip(source + 0.1 * other), clip(source), mixture) == pytest.approx(20, abs=1e-3)


def test_each_stem_goes_to_the_source_that_holds_most_of_it():
    guitar, voice, palmas, cajon = NOISE
    true = {"guitar": clip(guitar), "voice": clip(voice), "palmas": clip(palmas), "cajon": clip(cajon),
            "bass": clip(np.zeros(6000))}
    estimated = {"percussive": clip(0.3 * guitar + 0.8 * palmas + 0.6 * cajon), "silent": clip(np.zeros(6000)),
                 "harmonic": clip(0.7 * guitar + voice + 0.2 * palmas + 0.4 * cajon)}
    paired = pairing(true, estimated)
    assert paired == {"percussive": ("palmas", "cajon"), "silent": (), "harmonic": ("guitar", "voice")}
    np.testing.assert_allclose(reference_of(paired["percussive"], true).wave, palmas + cajon, atol=1e-7)


def test_stems_that_are_alike_do_not_count_for_each_other():
    """The voice is near the guitar, and ten times as loud: what it is in says nothing of where the guitar went."""
    guitar = NOISE[0]
    voice = 10 * (guitar + 0.5 * NOISE[1])
    true = {"guitar": clip(guitar), "voice": clip(voice)}
    estimated = {"one": clip(0.9 * voice + 0.2 * guitar), "two": clip(0.1 * voice + 0.8 * guitar)}
    assert pairing(true, estimated) == {"one": ("voice",), "two": ("guitar",)}


def test_a_perfect_separator_and_one_that_does_nothing():
    true = {"a": clip(NOISE[0]), "b": clip(NOISE[1]), "c": clip(NOISE[2])}
    mixture = clip(NOISE[:3].sum(axis=0))
    perfect = qualities(mixture, true, {"x": clip(NOISE[0] + NOISE[1]), "y": clip(NOISE[2])})
    assert [(one.source, one.stems) for one in perfect] == [("x", ("a", "b")), ("y", ("c",))]
    assert all(one.si_sdr > 100 and one.improvement > 100 for one in perfect)
    nothing, none = qualities(mixture, true, {"x": mixture, "y": clip(np.zeros(6000))})
    assert nothing.stems == ("a", "b", "c")
    assert math.isnan(nothing.improvement)
    assert (none.stems, math.isnan(none.si_sdr)) == ((), True)
    halves = qualities(clip(mixture.wave + 0.01 * NOISE[3]), true, {"x": clip(mixture.wave * 0.6), "y": mixture})
    assert halves[1].stems == ("a", "b", "c")
    assert math.isnan(halves[1].improvement)


def test_nothing_to_pair():
    assert pairing({}, {"x": clip(NOISE[0])}) == {"x": ()}
    assert pairing({"a": clip(NOISE[0])}, {}) == {}
    with pytest.raises(InputError, match="source 'a' has 6000 samples"):
        pairing({"a": clip(NOISE[0])}, {"x": clip(NOISE[0][1:])})
