"""Grad-CAM lies over what was heard: turned, padded and pooled networks see one sound at one place."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.gradients.last_maps import last_maps, padding
from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.models.networks.vggish import Upright
from tests.explain.gradients.listeners import FRAMES, front, listening_with
from tests.worlds import RATE, TONES, factorization


def loudness_network(*before: nn.Module, sign: float = 1.0, pool: int = 1) -> nn.Sequential:
    """Its maps are by how much each cell is louder than -60 dB; their mean speaks for the first label."""
    convolution, head = nn.Conv2d(1, 1, 1), nn.Linear(1, 3)
    with torch.no_grad():
        convolution.weight.fill_(1.0)
        convolution.bias.fill_(60.0)
        head.weight.copy_(torch.tensor([[sign], [0.0], [0.0]]))
    return nn.Sequential(*before, convolution, nn.ReLU(), nn.AvgPool2d(pool), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         head)


@pytest.fixture(scope="module")
def burst():
    """A high tone in the last quarter of a second, and a low one in the first."""
    time = np.arange(RATE) / RATE
    high = np.where(time >= 0.75, 0.3 * np.sin(2 * np.pi * TONES["cajon"] * time), 0)
    low = np.where(time < 0.25, 0.1 * np.sin(2 * np.pi * TONES["guitar"] * time), 0)
    return factorization({"high": Clip(high, RATE), "low": Clip(low, RATE)})


def cam(network, parts):
    return METHODS["grad-cam"](Game(listening_with(network), parts), "yes")


def test_the_map_is_strong_where_the_loudest_sounds(burst):
    found = cam(loudness_network(), burst)
    row, frame = np.unravel_index(found.map.values.argmax(), found.map.values.shape)
    assert found.map.times[frame] > 0.75
    assert abs(found.map.hertz[row] - TONES["cajon"]) < 120
    high, low = found.weights
    assert high > low > 0
    assert not found.map.signed


@pytest.mark.parametrize("before", [(Upright(),), (nn.ZeroPad2d((7, 2, 0, 0)),), (nn.ZeroPad2d((3, 3, 2, 5)),)])
def test_turned_and_padded_pictures_are_seen_where_they_are(burst, before):
    plain, found = cam(loudness_network(), burst), cam(loudness_network(*before), burst)
    scale = found.map.values.max() / plain.map.values.max()  # the mean is over more cells
    np.testing.assert_allclose(found.map.values, scale * plain.map.values, atol=1e-6 * found.map.values.max())


def test_pooled_maps_are_enlarged_to_the_picture():
    time = np.arange(RATE) / RATE
    short = np.where((time > 0.35) & (time < 0.55), 0.3 * np.sin(2 * np.pi * TONES["cajon"] * time), 0)
    found = cam(loudness_network(pool=4), factorization({"short": Clip(short, RATE)})).map
    assert found.values.shape == (16, FRAMES)
    assert found.values.sum(axis=0) @ found.times / found.values.sum() == pytest.approx(0.45, abs=0.03)


def test_what_speaks_against_is_cut_off_and_that_is_said(burst):
    found = cam(loudness_network(sign=-1.0), burst)
    assert not found.weights.any()
    assert "grad-cam finds nothing" in found.notes[0]


def test_the_layer_is_the_last_with_maps_of_more_than_one_point():
    net = loudness_network(pool=4).eval()
    heard = front()(torch.zeros(1, RATE))
    assert last_maps(net, heard) is net[2]
    whole = loudness_network(pool=16).eval()
    assert last_maps(whole, heard) is whole[2]  # one row of three frames has a place in time
    assert last_maps(nn.Sequential(*net[:2], nn.MaxPool2d((16, FRAMES)), *net[3:]), heard) is net[1]
    assert padding(nn.Sequential(nn.ZeroPad2d((1, 2, 3, 4)), net, nn.ZeroPad2d(1))) == (1, 2, 3, 4)


def test_a_network_without_maps_is_refused(burst):
    with pytest.raises(InputError, match=r"^grad-cam looks at a network's last convolutional maps[^\n]*deep-lift$"):
        cam(nn.Sequential(nn.Flatten(), nn.Linear(16 * FRAMES, 3)), burst)
