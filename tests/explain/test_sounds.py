"""What is played is what it says, as loud as the original, and never silent."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.loudness import loudness
from escucha.explain.factorization import of_sources
from escucha.explain.listening import sources_alone, strongest
from escucha.explain.naming import listed
from escucha.explain.sounds import play
from tests.worlds import RATE, TONES, amplitude, factorization, stems


def mask(parts, *names):
    return np.array([part.name in names or part.source in names for part in parts.parts])


def test_the_strongest_are_the_fewest_that_hold_half():
    assert strongest(np.array([0.5, -2.0, 0.3, 0.2, 0.0])).tolist() == [True, False, False, False, False]
    assert strongest(np.array([0.4, 0.3, 0.3])).tolist() == [True, True, False]
    assert strongest(-np.array([0.4, 0.3, 0.3])).tolist() == [False] * 3
    assert strongest(np.zeros(3)).tolist() == [False] * 3


def test_a_source_alone_sounds_alone_and_as_loud_as_the_original():
    parts = factorization(stems(4))
    sound, gain = play(parts, mask(parts, "palmas"), condensed=False)
    heard = {name: amplitude(sound.wave[None], tone)[0] for name, tone in TONES.items()}
    assert max(heard, key=heard.get) == "palmas"
    assert sum(heard.values()) - heard["palmas"] < 0.02 * heard["palmas"]
    assert 0 < gain < 12
    assert loudness(sound) == pytest.approx(loudness(parts.clip), abs=0.2)


def test_a_gain_stops_at_twelve_decibels():
    sources = stems(2)
    sources["voice"] = Clip(sources["voice"].wave * 0.02, RATE)
    parts = factorization(sources)
    _, gain = play(parts, mask(parts, "voice"), condensed=False)
    assert gain == pytest.approx(12)


def test_nothing_is_clipped_and_the_gain_says_what_that_took():
    loud = {name: Clip(stem.wave * 6, RATE) for name, stem in stems(2).items()}
    parts = factorization(loud)
    sound, gain = play(parts, np.ones(len(parts.parts), dtype=bool), condensed=False)
    assert np.abs(parts.clip.wave).max() > 1 >= np.abs(sound.wave).max()
    np.testing.assert_allclose(sound.wave, parts.clip.wave * 10 ** (gain / 20), rtol=1e-4)


def test_an_edit_is_faded_and_an_uncut_source_is_not():
    tone = factorization(stems(4, ("guitar",)))
    cut, gain = play(tone, mask(tone, "guitar@1-2s", "guitar@2-3s"), condensed=False)
    plain = tone.clip.wave * 10 ** (gain / 20)
    assert not cut.wave[:RATE].any()
    assert not cut.wave[3 * RATE :].any()
    np.testing.assert_allclose(cut.wave[RATE + 40 : 3 * RATE - 40], plain[RATE + 40 : 3 * RATE - 40], atol=1e-6)
    edge = slice(RATE, RATE + 40)
    assert np.abs(cut.wave[edge]).sum() < 0.7 * np.abs(plain[edge]).sum()


def test_long_silences_are_left_out_of_a_condensed_sound():
    parts = factorization(stems(10, ("guitar",)))
    sound, _ = play(parts, mask(parts, "guitar@0-1s", "guitar@8-9s"), condensed=True)
    assert sound.duration == pytest.approx(2.4)


def test_what_is_silent_is_not_played():
    parts = factorization({**stems(2), "cajon": Clip(np.zeros(2 * RATE), RATE)})
    assert play(parts, mask(parts, "cajon"), condensed=False) == (None, 0.0)
    assert play(parts, mask(parts), condensed=True) == (None, 0.0)


def test_captions_name_stretches_not_every_part():
    parts = factorization(stems(5))
    assert listed(parts, mask(parts, "voice", "guitar@0-1s", "guitar@3-4s", "guitar@4-5s")) == \
        "guitar at 0–1 and 3–5 s, and voice throughout"
    every_other = np.arange(len(parts.parts)) % 2 == 0
    assert listed(parts, every_other).endswith("and 2 more")
    assert listed(parts, mask(parts)) == "none"


def test_every_source_is_played_alone_unless_it_is_the_only_one():
    several = factorization(stems(2))
    assert [choice.name for choice in sources_alone(several)] == ["only-guitar", "only-palmas", "only-voice"]
    single = of_sources(several.clip, {}, segments="windows", window=RATE)
    assert not list(sources_alone(single))
