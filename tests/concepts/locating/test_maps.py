"""Maps and curves over clips: windows joined, tails dropped, units in which they are read, pieces where time is not."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.concepts.activations import FEATURES
from escucha.concepts.locating.maps import Laid, Locator, Pieces, grounds
from escucha.errors import InputError
from tests.concepts.locating.test_places import RATE, Frames, made

STEP = 256 / RATE


class Levels:
    """A FeatureClassifier that hears how loud a window is, and nothing else."""

    labels, rate, window, link = ("soft", "loud"), RATE, RATE, "softmax"
    feature_names = ("level", "constant")

    def features(self, waves):
        return np.stack([np.square(waves).mean(axis=1), np.ones(len(waves))], axis=1)

    def scores_of(self, features):
        return features

    def scores(self, waves):
        return self.scores_of(self.features(waves))


def burst(seconds: float, *moments: float) -> Clip:
    """A little noise, with bursts of 20 ms at these moments."""
    wave = np.random.default_rng(0).normal(size=round(seconds * RATE)) * 0.001
    for moment in moments:
        first = round(moment * RATE)
        wave[first : first + RATE // 50] += 0.3 * np.sin(np.arange(RATE // 50))
    return Clip(wave, RATE)


@pytest.fixture(scope="module")
def locator():
    import torch

    torch.manual_seed(0)
    return Locator.of(made(("frames", Frames(late=3))), ["frames"])


@pytest.mark.parametrize("moment", [0.33, 0.97, 1.4, 2.2])
def test_a_peak_lies_on_its_burst_whatever_window_it_is_in(locator, moment):
    laid = locator.lay(burst(2.35, moment), {"frames": np.ones((1, 1))})["frames"]
    assert np.all(np.diff(laid.times) > 0)
    assert laid.times.max() <= 2.35
    assert len(laid.times) == pytest.approx(2.35 / STEP, abs=3)
    assert abs(laid.times[laid.curves[0].argmax()] - (moment + 0.01)) <= STEP


def test_the_end_of_a_clip_is_no_event(locator):
    """Padded to a window the clip would stop in the middle of it, and of a steady tone that is all there is to hear."""
    tone = Clip(0.3 * np.sin(2 * np.pi * 62.5 * np.arange(round(2.35 * RATE)) / RATE), RATE)
    curve = locator.lay(tone, {"frames": np.ones((1, 1))})["frames"].curves[0]
    assert np.ptp(curve) < 0.5
    short = locator.lay(tone.cut(0.0, 0.5), {"frames": np.ones((1, 1))})["frames"]
    assert short.times.max() <= 0.5


def test_curves_alone_are_the_means_of_the_maps(locator):
    clip, directions = burst(1.5, 0.4), {"frames": np.array([[1.0], [-2.0]])}
    whole, flat = (locator.lay(clip, directions, curves=only)["frames"] for only in (False, True))
    assert whole.values.shape[1] == 128
    assert flat.values.shape[1] == 1
    assert flat.hertz is None
    assert flat.curves == pytest.approx(whole.curves, abs=1e-5)
    assert whole.curves[1] == pytest.approx(-2 * whole.curves[0], rel=1e-6)


def test_the_zero_and_the_unit_are_those_of_clips_without_the_idea():
    rng = np.random.default_rng(0)
    times, hertz = np.arange(50) * 0.1, np.array([100.0, 200.0])
    laid = [Laid(rng.normal([[[5.0], [2.0]]], [[[3.0], [0.5]]], (1, 2, 50)), times, hertz) for _ in range(40)]
    zero = grounds(laid)[0]
    everywhere = np.concatenate([zero.map(one.values[0]) for one in laid], axis=1)
    assert everywhere.mean(axis=1) == pytest.approx([0, 0], abs=1e-9)
    assert everywhere.std(axis=1) == pytest.approx([1, 1])
    curve = np.concatenate([zero.curve(one.curves[0]) for one in laid])
    assert (curve.mean(), curve.std()) == pytest.approx((0, 1))
    still = grounds([Laid(np.full((1, 1, 9), 4.0), times[:9], None)])[0]
    assert still.map(np.full((1, 9), 4.0)).tolist() == [[0.0] * 9]


def test_features_are_asked_about_pieces():
    locator = Locator.of(Levels(), [FEATURES], Pieces(hop=0.05, length=0.1))
    laid = locator.lay(burst(1.8, 1.3), {FEATURES: np.array([[1.0, 0.0]])})[FEATURES]
    assert abs(laid.times[laid.curves[0].argmax()] - 1.31) <= 0.05
    assert laid.curves[0][np.abs(laid.times - 1.31) > 0.12].max() < 0.01 * laid.curves[0].max()
    # at the clip's ends a piece is cut off, and the rest of the window is silent
    assert laid.times[[0, -1]] == pytest.approx([0.025, 1.775])


def test_whole_windows_slide_where_no_length_is_given():
    locator = Locator.of(Levels(), [FEATURES], Pieces(hop=0.25, length=0.0))
    laid = locator.lay(burst(3.0, 1.5), {FEATURES: np.array([[1.0, 0.0]])})[FEATURES]
    inside = np.abs(laid.times - 1.51) < 0.45
    assert laid.curves[0][inside].min() > 10 * laid.curves[0][np.abs(laid.times - 1.51) > 0.55].max()


def test_pieces_that_no_window_holds_are_refused():
    for pieces in (Pieces(hop=0.0), Pieces(length=1.5), Pieces(length=-1.0)):
        with pytest.raises(InputError, match="do not fit a window of 1 s"):
            Locator.of(Levels(), [FEATURES], pieces)


@pytest.mark.parametrize("samples", [1, 3, 60])
def test_a_clip_shorter_than_a_frame_has_one(locator, samples):
    clip = Clip(np.full(samples, 0.1), RATE)
    pieces = Locator.of(Levels(), [FEATURES])
    directions = {FEATURES: np.eye(2)}
    for laid in (locator.lay(clip, {"frames": np.ones((1, 1))})["frames"], pieces.lay(clip, directions)[FEATURES]):
        assert laid.values.shape[2] == len(laid.times) == 1
        assert 0 <= laid.times[0] <= clip.duration


def test_a_clip_at_another_rate_is_refused(locator):
    with pytest.raises(InputError, match="resample"):
        locator.lay(Clip(np.zeros(100), 44100), {"frames": np.ones((1, 1))})
