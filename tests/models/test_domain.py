"""Far is far and near is near, on planted sound and on real music."""

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.models.domain import Domain, describe, far_share, fit_domain

RATE, WINDOW = 8000, 8000


def clip(seed, seconds=2.0, tilt=0.9):
    """Noise, low-passed as `tilt` says, in bursts."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.1, round(seconds * RATE))
    wave = np.zeros_like(noise)
    for at in range(1, len(noise)):
        wave[at] = tilt * wave[at - 1] + noise[at]
    bursts = 1 + np.sin(2 * np.pi * rng.uniform(2, 4) * np.arange(len(wave)) / RATE)
    return Clip(wave * bursts * 10 ** rng.uniform(-0.3, 0.3), RATE)


@pytest.fixture(scope="module")
def domain():
    train = np.concatenate([describe(clip(seed), WINDOW) for seed in range(150)])
    return fit_domain(train, [describe(clip(seed), WINDOW) for seed in range(1000, 1040)])


def test_fresh_clips_of_the_same_kind_are_near_and_training_windows_read_about_one(domain):
    fresh = [describe(clip(seed), WINDOW) for seed in range(2000, 2060)]
    assert far_share(domain, fresh) <= 0.05
    train = [domain.judge(describe(clip(seed), WINDOW)).distance for seed in range(60)]
    assert 0.75 < np.mean(train) < 1.05  # shrinking takes spread from noise


@pytest.mark.parametrize("other", ["bright", "silent", "steady", "loud"])
def test_another_kind_of_sound_is_far(domain, other):
    time = np.arange(2 * RATE) / RATE
    strange = {"bright": clip(5, tilt=-0.9), "silent": Clip(np.zeros(2 * RATE), RATE),
               "steady": Clip(0.1 * np.sin(2 * np.pi * 440 * time), RATE), "loud": Clip(100 * clip(5).wave, RATE)}
    report = domain.report(strange[other], WINDOW)
    assert report.far
    assert report.distance > report.threshold == domain.threshold


def test_a_short_clip_is_described_by_what_it_has_not_by_its_padding(domain):
    assert not domain.report(clip(7, seconds=0.6), WINDOW).far
    for length in (1, WINDOW - 1, WINDOW, WINDOW + 1):
        assert describe(Clip(clip(8).wave[:length], RATE), WINDOW).shape == (1, len(domain.mean))


def test_it_is_kept_and_read_back(domain):
    again = Domain.of(domain.table(), domain.state(), "here")
    asked = clip(9)
    assert again.report(asked, WINDOW).distance == pytest.approx(domain.report(asked, WINDOW).distance, rel=1e-4)
    with pytest.raises(InputError, match="do not hold its domain"):
        Domain.of(domain.table(), {}, "here")
    with pytest.raises(InputError, match="unknown key 'treshold'"):
        Domain.of({"treshold": 1.0}, domain.state(), "here")
