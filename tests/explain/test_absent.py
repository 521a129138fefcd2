"""What stands for absent parts is as loud, in the same band and place; and the game over it is still a game."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.audio.loudness import loudness
from escucha.errors import InputError
from escucha.explain.absent import MOST_GAIN, replaced
from escucha.explain.factorization import of_sources
from escucha.explain.permutation import permutation
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley, shapley_values, subsets
from escucha.explain.weights import Sampling
from escucha.models.windows import score_clip
from tests.worlds import RATE, StemListener, Tangled, amplitude, factorization, stems

HIGH = 22050


def colours(seconds=3.0, *, seed=0, rate=HIGH):
    """A low hum that breathes, claps of white noise with true silence between them, and one sine."""
    rng, count = np.random.default_rng(seed), round(seconds * rate)
    time = np.arange(count) / rate
    breath = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * time)
    hum = breath * np.sin(2 * np.pi * 100 * time) + 0.3 * np.sin(2 * np.pi * 200 * time)
    claps = rng.normal(size=count) * ((time * 4) % 1 < 0.2)
    return {"hum": Clip(0.1 * hum, rate), "claps": Clip(0.1 * claps, rate),
            "sine": Clip(0.05 * np.sin(2 * np.pi * 2000 * time), rate)}


def apart(sources, segments=1, bands=1):
    """Their mix taken apart; a window is a second."""
    waves, rate = np.stack([source.wave for source in sources.values()]), next(iter(sources.values())).rate
    return of_sources(Clip(waves.sum(axis=0), rate), sources, segments=segments, window=rate, bands=bands)


@pytest.fixture(scope="module")
def noisy():
    """Three sources of 3 s with noise in their place."""
    return replaced(apart(colours()), "noise", seed=1)


def test_noise_is_as_loud_as_its_part(noisy):
    for part in noisy.parts:
        assert loudness(Clip(part.absent, HIGH)) == pytest.approx(loudness(Clip(part.wave, HIGH)), abs=0.5)
        assert np.corrcoef(part.absent, part.wave)[0, 1] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("name", "low", "high"), [("sine", 1700, 2300), ("hum", 85, 230)])
def test_noise_stays_in_the_band_where_the_part_has_its_energy(noisy, name, low, high):
    """The sine of 2000 Hz gives the third octave around it; the hum nothing above the third octave of 200 Hz."""
    part = next(part for part in noisy.parts if part.source == name)
    power = np.abs(np.fft.rfft(part.absent)) ** 2
    hertz = np.fft.rfftfreq(len(part.absent), 1 / HIGH)
    assert power[(hertz >= low) & (hertz <= high)].sum() > 0.999 * power.sum()
    assert power.max() < 0.1 * power.sum(), "a noise, not a tone"


def test_noise_has_the_parts_spectrum_octave_by_octave(noisy):
    part = next(part for part in noisy.parts if part.source == "hum")
    hertz = np.fft.rfftfreq(len(part.wave), 1 / HIGH)

    def ratio(wave):
        power = np.abs(np.fft.rfft(wave)) ** 2
        return 10 * np.log10(power[(hertz > 88) & (hertz < 111)].sum() / power[(hertz > 177) & (hertz < 223)].sum())

    assert ratio(part.absent) == pytest.approx(ratio(part.wave), abs=1.5)


def test_noise_of_a_band_stays_in_the_band():
    hiss = Clip(np.random.default_rng(0).normal(size=HIGH) * 0.1, HIGH)
    for part in replaced(apart({"hiss": hiss}, bands=(500.0, 2000.0)), "noise").parts:
        power = np.abs(np.fft.rfft(part.absent.astype(np.float64))) ** 2
        hertz = np.fft.rfftfreq(len(part.absent), 1 / HIGH)
        low, high = part.band
        assert power[(hertz >= low - 30) & (hertz <= high + 30)].sum() > 0.999 * power.sum()


def test_it_begins_and_ends_where_the_part_sounds_and_silent_parts_stay_silent():
    late = colours()["hum"].wave.copy()
    late[: 2 * HIGH] = 0
    late[-100:] = 0
    sources = {"hum": Clip(late, HIGH), "sine": colours()["sine"]}
    for how, other in (("noise", None), ("track", apart(colours(5, seed=3), segments=5))):
        parts = replaced(apart(sources, segments=3), how, other=other)
        first, second, third = parts.parts[:3]
        assert first.absent is None
        assert second.absent is None
        sounding = np.flatnonzero(third.absent)
        assert sounding[0] <= 2
        assert sounding[-1] == pytest.approx(HIGH - 101, abs=2)
        assert Game(StemListener(window=HIGH, rate=HIGH), parts).grid[0].parts.tolist() == [3]


def test_the_same_seed_gives_the_same_noise_and_no_part_another_parts():
    parts = apart({"one": colours()["claps"], "other": colours()["claps"]})
    first, again, other = (replaced(parts, "noise", seed=seed).parts for seed in (4, 4, 5))
    np.testing.assert_array_equal(first[0].absent, again[0].absent)
    assert np.abs(first[0].absent - other[0].absent).max() > 0
    assert np.abs(first[0].absent - first[1].absent).max() > 0


@pytest.mark.parametrize("length", [1, 2, 5, 100])
def test_parts_of_few_samples_have_noise_of_the_same_power(length):
    """Too short for a loudness: root mean square."""
    wave = np.random.default_rng(length).normal(size=length) * 0.1
    part = replaced(apart({"click": Clip(wave, HIGH)}), "noise").parts[0]
    assert np.isfinite(part.absent).all()
    assert np.mean(part.absent.astype(float) ** 2) == pytest.approx(np.mean(wave**2), rel=1e-3)


def test_another_track_stands_source_by_source_at_the_same_time_and_as_loud():
    sources, others = colours(), colours(2, seed=7)
    parts = replaced(apart(sources, segments=3), "track", other=apart(others, segments=2), name="NAME")
    assert parts.absent == "the same parts of NAME, as loud"
    for part in parts.parts:
        wave = others[part.source].wave
        taken = np.resize(wave, 3 * HIGH)[part.start : part.end]  # looped
        heard = part.absent != 0
        gain = np.median(part.absent[heard] / taken[heard])
        np.testing.assert_allclose(part.absent[heard], (gain * taken)[heard], rtol=1e-4, atol=1e-7)
        assert loudness(Clip(part.absent, HIGH)) == pytest.approx(loudness(Clip(part.wave, HIGH)), abs=0.5)


def test_where_the_other_track_is_silent_it_is_heard_later_and_where_it_has_nothing_noise_is():
    sources, others = colours(), colours(seed=7)
    late = others["hum"].wave.copy()
    late[:HIGH] = 0
    faint = Clip(others["sine"].wave * np.float32(10 ** (-(MOST_GAIN + 3) / 20)), HIGH)
    other = apart({"hum": Clip(late, HIGH), "sine": faint}, segments=3)
    parts = {part.name: part for part in replaced(apart(sources, segments=3), "track", other=other).parts}
    np.testing.assert_allclose(np.corrcoef(parts["hum@0-1s"].absent, late[HIGH : 2 * HIGH])[0, 1], 1, atol=1e-6)
    assert replaced(apart(sources, segments=3), "track", other=other, name="X").absent == \
        "the same parts of X, as loud (noise where it has no claps, sine)"
    noise = replaced(apart(sources, segments=3), "noise").parts
    for name in ("claps@0-1s", "sine@1-2s"):
        expected = next(part.absent for part in noise if part.name == name)
        np.testing.assert_array_equal(parts[name].absent, expected)


def test_bands_of_another_track_stand_for_the_same_bands():
    bands = (500.0, 2500.0)
    parts = replaced(apart(colours(), bands=bands), "track", other=apart(colours(seed=2), bands=bands))
    other = {part.name: part.wave for part in apart(colours(seed=2), bands=bands).parts}
    claps = [part for part in parts.parts if part.source == "claps"]
    assert len(claps) == 3
    for part in claps:
        heard = part.absent != 0
        assert np.corrcoef(part.absent[heard], other[part.name][heard])[0, 1] > 0.999


def test_silence_is_no_change_and_undoes_one(noisy):
    again = replaced(noisy, "silence")
    assert again.absent == "silence"
    assert all(part.absent is None for part in again.parts)
    np.testing.assert_array_equal(again.render([[True, False, True]]),
                                  apart(colours()).render([[True, False, True]]))


def worlds_with_absents():
    """Nine parts of sines, noise in their place; and another track's sines."""
    parts = factorization(stems(3))
    return [replaced(parts, "noise"), replaced(parts, "track", other=factorization(stems(2, seed=9)))]


@pytest.mark.parametrize("parts", worlds_with_absents(), ids=["noise", "track"])
def test_shapley_values_by_window_are_those_of_all_remixes_rendered_whole(parts):
    masks = subsets(9)
    game = np.array([score_clip(Tangled(), Clip(wave, RATE)).value("yes") for wave in parts.render(masks)])
    found = shapley(Game(Tangled(), parts), "yes")
    np.testing.assert_allclose(found.weights, shapley_values(game), atol=1e-5)
    assert abs(found.residual) < 1e-9
    assert found.passes == 3 * 2**3
    alone = sum(np.pad(part.absent, (part.start, 3 * RATE - part.end)) for part in parts.parts)
    assert found.nothing == pytest.approx(score_clip(Tangled(), Clip(alone, RATE)).value("yes"), abs=1e-5)
    assert found.everything == pytest.approx(score_clip(Tangled(), parts.clip).value("yes"), abs=1e-9)
    silent = shapley(Game(Tangled(), replaced(parts, "silence")), "yes")
    assert abs(found.nothing - silent.nothing) > 0.01
    sampled = permutation(Game(Tangled(), parts), "yes", Sampling(200))
    assert np.abs(sampled.weights - found.weights).max() < 0.2 * np.abs(found.weights).max()


def test_a_listener_for_loudness_weighs_nothing_where_something_as_loud_stands_instead():
    """The tone goes on in the other track: what only hears how loud it is hears no difference."""
    level = {"palmas": stems(3)["palmas"]}
    other = factorization({"palmas": stems(3, seed=5)["palmas"]})
    parts = replaced(factorization(level), "track", other=other)
    silent, instead = (np.abs(shapley(Game(StemListener(), each), "yes").weights).sum()
                       for each in (replaced(parts, "silence"), parts))
    assert instead < 0.01 * silent
    for part in parts.parts:
        np.testing.assert_allclose(amplitude(part.absent[None], 400), amplitude(part.wave[None], 400), rtol=0.01)


def test_what_cannot_be_is_refused_in_one_line():
    parts = apart(colours(1))
    for call, match in (
        (lambda: replaced(parts, "nois"), "did you mean 'noise'"),
        (lambda: replaced(parts, "track"), "with another track"),
        (lambda: replaced(parts, "noise", other=parts), "goes with absent = 'track'"),
        (lambda: replaced(parts, "track", other=apart(colours(1, rate=8000)), name="X"), "X is at 8000 Hz"),
        (lambda: replaced(parts, "track", other=apart(colours(1), bands=3)), "same bands"),
        (lambda: replaced(parts, "track", other=apart({"cello": colours(1)["hum"]})), "none of the sources hum"),
    ):
        with pytest.raises(InputError, match=match):
            call()
