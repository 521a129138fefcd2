"""Front ends say what sounds where: a burst of a tone is found at its pitch and at its time."""

import numpy as np
import pytest
import torch

from escucha.explain.gradients.cells import cells
from escucha.models.front_ends import make_front_end

KNOWN = ({"name": "log-mel", "fmin": 60.0}, {"name": "choi-mel", "n_fft": 1024},
         {"name": "vggish-mel", "frame": 0.05}, {"name": "palo-image", "height": 90, "width": 160})
RATE, TONE, START, END = 16_000, 1000.0, 0.5, 0.7


@pytest.fixture(params=KNOWN, ids=lambda table: table["name"])
def where(request):
    return cells(make_front_end(request.param, RATE, "here"), "saliency")


def test_a_burst_has_its_power_at_its_pitch_and_time(where):
    time = np.arange(RATE) / RATE
    wave = np.where((time >= START) & (time < END), np.sin(2 * np.pi * TONE * time), 0)
    power = where.power(wave[None].astype(np.float32))[0]
    row, _ = np.unravel_index(power.argmax(), power.shape)
    assert abs(where.spectral.hertz[row] - TONE) < 60
    times = where.times(power.shape[1], 0) / RATE
    assert (np.diff(where.spectral.hertz) > 0).all()
    assert power.sum(axis=0) @ times / power.sum() == pytest.approx((START + END) / 2, abs=0.01)
    np.testing.assert_allclose(where.power(2 * wave[None].astype(np.float32))[0], 4 * power, rtol=1e-4)
    assert where.power(np.zeros((1, RATE), np.float32)).max() == 0


def test_what_lies_in_the_picture_is_folded_where_it_sounds(where):
    shape = where.power(np.zeros((1, RATE), np.float32)).shape[1:]
    with torch.no_grad():
        picture = where.front_end(torch.zeros(1, RATE)).numpy()
    found = np.random.default_rng(0).normal(size=picture.shape)
    folded = where.fold(found, shape)
    assert folded.shape == (1, *shape)
    if picture.shape[1] == 1:
        np.testing.assert_allclose(folded, found[:, 0])


def test_the_points_of_a_drawn_cell_are_folded_into_it():
    front = make_front_end(KNOWN[3], RATE, "here")
    where, levels = cells(front, "saliency"), torch.zeros(3, 128, 32)
    levels[1, 40, 20] = levels[2, 90, 3] = 1.0
    drawn = front.draw(levels).numpy().astype(np.float64)
    for at, place in ((1, (40, 20)), (2, (90, 3))):
        change = np.abs(drawn[at : at + 1] - drawn[:1])
        folded = where.fold(change, (128, 32))[0]
        assert folded.sum() == pytest.approx(change.sum())
        assert np.argwhere(folded).tolist() in ([list(place)], [])  # a small picture does not show every cell
    assert front.draw(levels).shape == (3, 4, 90, 160)
