"""Cues measured from the sound, against physics; and each change moves its own cue the way it says."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.perturb import mp3
from escucha.concepts.discovering.cues import CUES, cue_named, differing, hissing, measured, pass_band, reaching
from escucha.concepts.discovering.sound_facts import FLOOR

RATE = 22050


def music(seed: int = 0, seconds: float = 2.0) -> Clip:
    """Beats of noise that falls by 6 dB an octave, over a faint floor."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    spectrum = np.fft.rfft(rng.normal(size=len(time)))
    beats = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 50), len(time))
    gate = np.exp(-8 * (time * 3 % 1))
    return Clip(0.3 * gate * beats / np.abs(beats).max() + 1e-4 * rng.normal(size=len(time)), RATE)


def read(clip: Clip) -> dict[str, float]:
    return dict(zip(CUES, measured(clip)))


def sine(hertz: float, level: float, clip: Clip) -> Clip:
    time = np.arange(len(clip.wave)) / clip.rate
    return Clip(clip.wave + level * np.sin(2 * np.pi * hertz * time).astype(np.float32), clip.rate)


def test_a_whistle_is_at_the_top_of_the_band_and_nowhere_else():
    before, after = read(music()), read(sine(10_000, 0.003, music()))
    assert after["top-of-band"] > before["top-of-band"] + 6
    for name in ("below-20-hz", "codec-edge", "level", "silence", "quietest", "clipping", "length"):
        assert after[name] == pytest.approx(before[name], abs=0.3), name


def test_rumble_level_offset_and_silence_read_what_was_put_in():
    plain = music()
    assert read(sine(12, 0.2, plain))["below-20-hz"] > -3 > read(plain)["below-20-hz"]
    assert read(Clip(plain.wave * 2, RATE))["level"] == pytest.approx(read(plain)["level"] + 6.02, abs=0.05)
    assert read(Clip(plain.wave - plain.wave.mean() + 0.03, RATE))["offset"] == pytest.approx(3, abs=0.01)
    gap = np.zeros(RATE // 2, np.float32)
    silent = read(Clip(np.concatenate([gap, plain.wave, gap[: RATE // 4]]), RATE))
    assert silent["silence-first"] == pytest.approx(0.5, abs=0.02)
    assert silent["silence-last"] == pytest.approx(0.25 + read(plain)["silence-last"], abs=0.02)
    assert silent["silence"] > 25
    assert read(Clip(np.zeros(RATE), RATE))["top-of-band"] == FLOOR
    assert read(Clip(np.zeros(5), RATE))["level"] == -70


def test_a_codec_leaves_an_edge():
    hiss = Clip(np.random.default_rng(0).normal(0, 0.1, 2 * RATE), RATE)
    assert read(hiss)["codec-edge"] == read(music())["codec-edge"] == RATE / 2
    assert read(pass_band(hiss, high=7000))["codec-edge"] == pytest.approx(7000, abs=250)
    coded = read(mp3(hiss, np.random.default_rng(0), kbps=16))["codec-edge"]
    assert coded < 0.9 * RATE / 2


def test_a_limiter_is_clipping_and_a_square_peak_is_not_music():
    loud = Clip(np.clip(music().wave * 20, -1, 1), RATE)
    assert read(music())["clipping"] == 0 < 0.1 < read(loud)["clipping"]


@pytest.mark.parametrize("name", [name for name, cue in CUES.items() if cue.more or cue.less])
def test_a_change_moves_its_cue_the_way_it_says(name):
    clip = sine(12, 0.01, sine(10_000, 0.003, music()))
    if name == "codec-edge":  # a low-pass makes an edge only where there is something to cut off
        clip = Clip(np.random.default_rng(1).normal(0, 0.1, RATE), RATE)
    if name.startswith("silence"):  # and silence shows only where there was sound
        clip = Clip(np.random.default_rng(1).normal(0, 0.1, 2 * RATE), RATE)
    cue = cue_named(name)
    more, less = (one(clip) if one else clip for one in (cue.more, cue.less))
    assert len(more.wave) == len(less.wave) == len(clip.wave)
    assert read(more)[name] > read(less)[name]


def test_cues_in_which_no_clip_differs_are_not_asked():
    rows = np.array([measured(music(seed)) for seed in range(3)])
    found = differing(rows, tuple(CUES))
    assert "level" in found
    assert "length" not in found
    assert "codec-edge" not in found


def test_hiss_fills_rests_and_is_no_change_of_music_that_never_rests():
    """A rendered genre's strings were called a noise floor, for they never rest, and hiss moved the model."""
    drone = Clip(np.random.default_rng(0).normal(0, 0.1, 2 * RATE), RATE)
    changes, spread = {("quietest", "more"): hissing}, {"quietest": 3.0}
    assert reaching([music(), music(1)], changes, spread) == {"quietest"}
    assert reaching([drone, drone], changes, spread) == set()
    less = {("top-of-band", "less"): CUES["top-of-band"].less}
    assert reaching([sine(10_000, 0.003, music())], less, {"top-of-band": 6.0}) == {"top-of-band"}
