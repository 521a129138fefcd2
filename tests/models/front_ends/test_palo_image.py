"""The picture of the palo classifier: point for point what was published, and something a gradient goes through."""

import librosa
import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

from escucha.models.front_ends.palo_image import PaloImage, PaloImageSettings, points, stretched

FRONT = PaloImage(22_050, PaloImageSettings())
SHADES = matplotlib.colormaps["viridis"](np.arange(256), bytes=True)


def levels_of(picture):
    """`(mel, frame)` from 0 to 1 of a published canvas: each of its cells, read back through the colour map."""
    inner = picture[9:909, 10:1610]
    rows, columns = (np.flatnonzero((np.diff(inner, axis=axis) != 0).any(axis=(1 - axis, 2))) + 1 for axis in (0, 1))
    cells = inner[np.r_[0, rows]][:, np.r_[0, columns]]
    index = {tuple(shade): at for at, shade in enumerate(SHADES.tolist())}
    return np.array([[(index[tuple(cell)] + 0.5) / 256 for cell in row] for row in cells.tolist()])


@pytest.mark.parametrize(("name", "frames"), [("alegrias", 433), ("bulerias", 476), ("sevillanas", 648)])
def test_the_published_pictures_are_drawn_point_for_point(shared, name, frames):
    with Image.open(shared / "golden" / "lola" / f"{name}.png") as image:
        canvas, small = np.asarray(image), np.asarray(image.resize((432, 288), Image.Resampling.NEAREST))
    levels = levels_of(canvas)
    assert levels.shape == (128, frames)
    assert levels.min() * 256 < 1
    assert levels.max() * 256 > 255  # stretched over all shades
    drawn = FRONT.draw(torch.from_numpy(levels)[None])[0].numpy()
    np.testing.assert_array_equal(drawn, small.transpose(2, 0, 1))


def test_the_margin_is_transparent_white_and_the_rest_opaque():
    picture = FRONT(torch.randn(1, 22_050))[0]
    inside = picture[3] == 255
    assert inside.sum() / inside.numel() == pytest.approx(900 * 1600 / (919 * 1620), abs=0.005)
    assert (picture[:, ~inside] == torch.tensor([255.0, 255, 255, 0])[:, None]).all()


def test_low_frequencies_are_at_the_top():
    time = np.arange(22_050) / 22_050
    brightest = []
    for hertz in (100, 1000, 8000):
        green = FRONT(torch.from_numpy(np.sin(2 * np.pi * hertz * time)[None]))[0, 1].numpy()
        brightest.append(int(green[5:283, 100:300].mean(axis=1).argmax()))
    assert brightest[0] < 15
    assert 50 < brightest[1] < 150
    assert brightest[2] > 230


def test_the_levels_are_librosas_stretched_and_a_gain_changes_nothing():
    rng = np.random.default_rng(0)
    wave = np.cumsum(rng.normal(size=22_050)) / 100
    decibels = librosa.power_to_db(librosa.feature.melspectrogram(y=wave, sr=22_050))
    wanted = (decibels - decibels.min()) / np.ptp(decibels)
    ours = stretched(FRONT.mel(torch.from_numpy(wave[None]))[:, 0])[0].numpy()
    np.testing.assert_allclose(ours, wanted, atol=1e-5)
    same = (FRONT(torch.from_numpy(wave[None])) - FRONT(torch.from_numpy(wave[None] / 3))).abs()
    assert (same == 0).float().mean() > 0.999  # but for levels that rounding carries over an edge


def test_silence_is_one_dark_shade_and_gradients_point_the_way_the_colours_go():
    assert (FRONT(torch.zeros(1, 22_050))[0, :, 100, 100] == torch.from_numpy(SHADES[0].astype(float))).all()
    levels = torch.rand(1, 128, 60, dtype=torch.float64).requires_grad_()
    FRONT.draw(levels)[:, 1].sum().backward()  # viridis grows greener throughout
    assert (levels.grad >= 0).all()
    assert (levels.grad > 0).float().mean() > 0.8  # neighbouring shades may have the same green


def test_every_row_is_shown_where_there_is_room():
    for size, canvas, drawn, count in ((288, 919, (9, 900), 128), (432, 1620, (10, 1600), 300)):
        shown = points(size, canvas, drawn, count=count)
        assert set(shown) == {-1, *range(count)}
        assert (np.diff(shown[shown >= 0]) >= 0).all()
