"""A map is heard where it is strong, and nowhere else; both sides together are never more than the clip."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.explain.maps import AttributionMap, heard, mask

RATE = 8000
TIMES = np.arange(20) * 0.1 + 0.05
HERTZ = np.arange(100.0, 4000, 200)
LOW, HIGH = 500.0, 2500.0


def planted(values: np.ndarray) -> AttributionMap:
    return AttributionMap(values, TIMES, HERTZ, "logit")


def tones() -> Clip:
    time = np.arange(2 * RATE) / RATE
    return Clip(0.3 * np.sin(2 * np.pi * LOW * time) + 0.3 * np.sin(2 * np.pi * HIGH * time), RATE)


def level(clip: Clip, tone: float, first: float, last: float) -> float:
    """Amplitude of a tone between two seconds, a little inside."""
    piece = clip.wave[round((first + 0.15) * RATE) : round((last - 0.15) * RATE)]
    time = np.arange(len(piece)) / RATE
    return float(abs(piece @ np.exp(-2j * np.pi * tone * time)) * 2 / len(piece))


def test_what_speaks_for_and_against_is_heard_apart():
    """The low tone's first second for it, the high tone's last second against it."""
    values = np.zeros((len(HERTZ), len(TIMES)))
    values[:6, :10] = 1.0
    values[9:16, 10:] = -1.0
    clip = tones()
    made = {side: heard(planted(values), clip, side) for side in ("for", "against")}
    assert {len(sound.wave) for sound in made.values()} == {len(clip.wave)}
    kept = {(side, tone, first): level(made[side], tone, first, first + 1)
            for side in made for tone in (LOW, HIGH) for first in (0, 1)}
    assert kept.pop(("for", LOW, 0)) == pytest.approx(0.3, abs=0.01)
    assert kept.pop(("against", HIGH, 1)) == pytest.approx(0.3, abs=0.01)
    assert max(kept.values()) < 0.005


def test_half_the_strength_is_half_as_loud_and_both_sides_have_one_scale():
    values = np.zeros((len(HERTZ), len(TIMES)))
    values[:6], values[9:16] = 1.0, -0.5
    clip = tones()
    assert level(heard(planted(values), clip, "for"), LOW, 0, 2) == pytest.approx(0.3, abs=0.01)
    assert level(heard(planted(values), clip, "against"), HIGH, 0, 2) == pytest.approx(0.15, abs=0.01)


def test_the_sides_are_never_more_than_the_clip():
    values = np.random.default_rng(0).normal(size=(len(HERTZ), len(TIMES))) ** 3
    at, of = np.linspace(-0.1, 2.2, 50), np.linspace(0, 4000, 60)
    both = [mask(planted(values), at, of, side) for side in ("for", "against")]
    assert all((one >= 0).all() and (one <= 1).all() for one in both)
    assert sum(both).max() <= 1 + 1e-12


def test_a_map_without_anything_is_silent_and_a_full_one_is_the_clip():
    clip, zeros = tones(), np.zeros((len(HERTZ), len(TIMES)))
    assert not heard(planted(zeros), clip).wave.any()
    assert not heard(planted(zeros + 1), clip, "against").wave.any()
    np.testing.assert_allclose(heard(planted(zeros + 1), clip).wave, clip.wave, atol=1e-3)


def test_edges_stand_between_middles_and_cover_uneven_frames():
    found = AttributionMap(np.zeros((2, 3)), np.array([0.0, 1.0, 1.5]), np.array([100.0, 300.0]), "logit")
    np.testing.assert_allclose(found.time_edges, [0.0, 0.5, 1.25, 1.75])
    np.testing.assert_allclose(found.hertz_edges, [0.0, 200.0, 400.0])
    alone = AttributionMap(np.zeros((1, 1)), np.array([0.2]), np.array([440.0]), "logit")
    np.testing.assert_allclose(alone.time_edges, [0.0, 0.7])


@pytest.mark.parametrize("length", [1, 100, 2047, 2049])
def test_a_clip_of_any_length_is_heard(length):
    clip = Clip(np.full(length, 0.1), RATE)
    assert len(heard(planted(np.ones((len(HERTZ), len(TIMES)))), clip).wave) == length
