"""Where positions lie: known networks measured, and clicks planted at known times found there."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from escucha.concepts.locating.places import find_places
from escucha.models.shelf import load_model
from escucha.models.torch_classifier import TorchClassifier

HOME = Path(__file__).resolve().parents[3]
RATE = 8000


def made(*parts: tuple[str, nn.Module], window: int = RATE, units_last: tuple[str, ...] = ()) -> TorchClassifier:
    """A network of named layers and a head over the mean of what they give."""
    module = nn.Sequential()
    for name, part in parts:
        module.add_module(name, part)
    module.add_module("all", nn.Flatten())
    module.add_module("head", nn.LazyLinear(2))
    with torch.no_grad():
        module(torch.zeros(2, window))
    return TorchClassifier.of(module, labels=["a", "b"], rate=RATE, window=window, layers=[name for name, _ in parts],
                              units_last=units_last or None)


class Frames(nn.Module):
    """`(batch, 1, band, frame)`: spectra of frames of 256 samples, one after the other, `late` frames of padding first,
    turned upright (`(batch, 1, frame, band)`) or upside down."""

    def __init__(self, *, late: int = 0, upright: bool = False, falling: bool = False):
        super().__init__()
        self.late, self.upright, self.falling = late, upright, falling

    def forward(self, waves):
        frames = waves.unfold(1, 256, 256)
        picture = torch.log(torch.fft.rfft(frames).abs() + 1e-3)[:, :, 1:].transpose(1, 2)[:, None]
        picture = nn.functional.pad(picture, (self.late, 0))
        picture = picture.flip(2) if self.falling else picture
        return picture.transpose(2, 3) if self.upright else picture


@pytest.mark.parametrize("settings", [{}, {"late": 5}, {"upright": True}, {"falling": True, "late": 2}])
def test_padding_transposing_and_turning_are_measured(settings):
    torch.manual_seed(0)
    places = find_places(made(("frames", Frames(**settings))), ["frames"])["frames"]
    assert places is not None
    middles = (np.arange(31) + 0.5) * 256 / RATE
    assert len(places.times) == 31  # frames of padding hear nothing of the window
    assert places.times == pytest.approx(middles, abs=0.2 * 256 / RATE)
    bins = np.arange(1, 129) * RATE / 256
    assert np.abs(np.log2(places.hertz[20:-20] / bins[20:-20])).max() < 0.15
    wave = np.zeros((1, RATE), dtype=np.float32)
    wave[0, 4000:4010] = 0.5
    heard = Frames(**settings)(torch.from_numpy(wave)).numpy()
    laid = places.laid(heard)[0, 0]
    assert abs(places.times[laid.mean(axis=0).argmax()] - 4005 / RATE) <= 256 / RATE
    time = np.arange(RATE) / RATE
    tone = Frames(**settings)(torch.from_numpy(np.sin(2 * np.pi * 1000 * time)[None].astype(np.float32))).numpy()
    assert places.hertz[places.laid(tone)[0, 0].mean(axis=1).argmax()] == pytest.approx(1000, rel=0.1)


class Tokens(nn.Module):
    """`(batch, token, unit)`: two tokens of nothing, then a grid of 2 bands x 10 moments, band after band."""

    def __init__(self, extra: int):
        super().__init__()
        self.extra = extra

    def forward(self, waves):
        spectra = torch.log(torch.fft.rfft(waves.reshape(len(waves), 10, -1)).abs() + 1e-2)[:, :, :400]
        grid = spectra.reshape(len(waves), 10, 2, 200).transpose(1, 2).reshape(len(waves), 20, 200)
        still = torch.ones(len(waves), self.extra, 200)
        return torch.cat([still + 0.05 * grid.mean(dim=1, keepdim=True), grid], dim=1)


@pytest.mark.parametrize("extra", [0, 1, 2])
def test_tokens_of_a_grid_are_told_from_those_of_the_class(extra):
    torch.manual_seed(0)
    places = find_places(made(("tokens", Tokens(extra)), units_last=("tokens",)), ["tokens"])["tokens"]
    assert places.order.tolist() == (extra + np.arange(20).reshape(2, 10)).tolist()
    assert places.times == pytest.approx((np.arange(10) + 0.5) / 10, abs=0.02)
    assert places.hertz is not None


def test_what_has_no_time_has_no_places():
    torch.manual_seed(0)
    listener = made(("frames", Frames()), ("pool", nn.AdaptiveAvgPool2d((1, 1))), ("flat", nn.Flatten()))
    found = find_places(listener, ["frames", "pool", "flat"])
    assert found["frames"] is not None
    assert found["pool"] is None
    assert found["flat"] is None


@pytest.fixture(scope="module")
def shelf():
    """palos-tags, which makes a frame of 2, 4, 8 ... frames of the log-mel, and where its layers lie."""
    listener = load_model("palos-tags", HOME)
    return listener, find_places(listener, listener.layers)


def test_frames_of_the_shelf_are_measured_to_half_a_frame(shelf):
    """A pool of so many frames hears their middle."""
    for number, frame in ((1, 2), (2, 4), (3, 8), (4, 16), (5, 32)):
        places = shelf[1][f"network.block{number}"]
        middles = (np.arange(len(places.times)) * frame + (frame - 1) / 2) * 512 / 22050
        assert np.abs(places.times - middles).max() < 0.5 * frame * 512 / 22050
        assert places.order.shape[0] == len(places.hertz) == 64 // frame
    assert shelf[1]["network.pool"] is None


def test_a_click_changes_the_frames_that_are_said_to_hear_it(shelf):
    listener, known = shelf
    layers = ["network.block1", "network.block2", "network.block3"]
    rng = np.random.default_rng(3)
    for moment in (1.23, 2.71, 4.4):
        waves = np.tile(rng.normal(size=listener.window) * 0.003, (2, 1)).astype(np.float32)
        first = round(moment * listener.rate)
        waves[1, first : first + 40] += 0.5
        told = listener.activations(waves, layers)
        for layer in layers:
            places = known[layer]
            moved = np.square(np.diff(places.laid(told[layer]), axis=0)).sum(axis=(0, 1, 2))
            step = places.times[1] - places.times[0]
            assert abs(places.times @ moved / moved.sum() - moment) <= step
            # the spectrum reaches 46 ms to either side
            assert abs(places.times[moved.argmax()] - moment) <= max(step, 0.05)


def test_steps_of_a_recurrent_layer_lie_where_they_hear(shelf):
    """Four frames of the log-mel are a step; what comes before and after it may move it by one."""
    listener = load_model("palos-cnn-bilstm", HOME)
    for layer, places in find_places(listener, ["network.lstm1", "network.lstm2"]).items():
        middles = (np.arange(len(places.times)) * 4 + 1.5) * 512 / 22050
        assert places.hertz is None, layer
        assert np.abs(places.times - middles).max() < 4 * 512 / 22050
