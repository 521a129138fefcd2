"""Far is far and near is near, on planted sound; tests/models/test_palos_cnn.py asks the same of real music."""

from dataclasses import dataclass

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.models.domain import Domain, describe, far_share, fit_domain

RATE, WINDOW = 8000, 8000


@dataclass(frozen=True)
class Plain:
    """A classifier that cannot be looked into."""

    labels: tuple[str, ...] = ("a", "b")
    rate: int = RATE
    window: int = WINDOW
    link: str = "softmax"

    def scores(self, waves):
        return np.zeros((len(waves), 2))


@dataclass(frozen=True)
class Layered(Plain):
    """Its one layer counts how often the wave changes sign in each tenth of a window."""

    layers: tuple[str, ...] = ("crossings",)

    def activations(self, waves, layers):
        change = np.diff(np.signbit(waves), axis=1, prepend=0) != 0
        return {"crossings": change.reshape(len(waves), 10, -1).mean(-1).astype(np.float32)}

    def gradients(self, waves, layers, labels):
        raise NotImplementedError


def clip(seed, seconds=2.0, tilt=0.9):
    """Noise, low-passed as `tilt` says, in bursts."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.1, round(seconds * RATE))
    wave = np.zeros_like(noise)
    for at in range(1, len(noise)):
        wave[at] = tilt * wave[at - 1] + noise[at]
    bursts = 1 + np.sin(2 * np.pi * rng.uniform(2, 4) * np.arange(len(wave)) / RATE)
    return Clip(wave * bursts * 10 ** rng.uniform(-0.3, 0.3), RATE)


def learned(model):
    return fit_domain([describe(clip(seed), model) for seed in range(150)],
                      [describe(clip(seed), model) for seed in range(1000, 1040)])


@pytest.fixture(scope="module")
def domain():
    return learned(Layered())


def test_fresh_clips_of_the_same_kind_are_near(domain):
    fresh = [describe(clip(seed), Layered()) for seed in range(2000, 2060)]
    assert far_share(domain, fresh) <= 0.05
    assert 0.3 < np.median([domain.judge(row).distance for row in fresh]) < 1


@pytest.mark.parametrize("model", [Plain(), Layered()])
def test_another_kind_of_sound_is_far(model):
    time = np.arange(2 * RATE) / RATE
    sounds = {"bright": clip(5, tilt=-0.9), "silent": Clip(np.zeros(2 * RATE), RATE),
              "steady": Clip(0.1 * np.sin(2 * np.pi * 440 * time), RATE)}
    domain = learned(model)
    for name, strange in sounds.items():
        report = domain.report(strange, model)
        assert report.far, name
        assert report.distance > report.threshold == 1


def test_what_only_the_inside_tells_apart_is_far_too(domain):
    """The same magnitudes, seen by a model that counts sign changes: an offset hides them all."""
    hidden = Clip(clip(6).wave + 20, RATE)
    only = Domain({"inside": domain.regions["inside"]})
    assert only.report(hidden, Layered()).far
    assert not only.report(clip(6), Layered()).far
    assert set(describe(hidden, Plain())) == {"log-mel"}


def test_a_short_clip_is_described_by_what_it_has_not_by_its_padding(domain):
    assert not domain.report(clip(7, seconds=0.6), Layered()).far
    for length in (1, WINDOW - 1, WINDOW, WINDOW + 1):
        found = describe(Clip(clip(8).wave[:length], RATE), Layered())
        assert len(found["log-mel"]) == 1
        assert len(found["inside"]) == (length >= WINDOW)


@pytest.mark.parametrize("long", [0, 1])
def test_clips_that_are_shorter_than_a_window_have_a_domain_without_the_inside(long):
    clips = [describe(clip(seed, seconds=0.5 if seed >= long else 1.5), Layered()) for seed in range(30)]
    found = fit_domain(clips[:20], clips[20:])
    assert set(found.regions) == {"log-mel"}
    assert set(Domain.of(found.table(), found.state(), "here").regions) == {"log-mel"}
    assert not found.report(clip(40, seconds=0.5), Layered()).far
    assert found.report(clip(41, seconds=2.0, tilt=-0.9), Layered()).far


def test_it_is_kept_and_read_back(domain):
    again = Domain.of(domain.table(), domain.state(), "here")
    asked = clip(9)
    assert again.report(asked, Layered()).distance == pytest.approx(domain.report(asked, Layered()).distance, rel=1e-3)
    with pytest.raises(InputError, match="do not hold its domain"):
        Domain.of(domain.table(), {}, "here")
    with pytest.raises(InputError, match="unknown key 'raech'"):
        Domain.of({"raech": {}}, domain.state(), "here")
