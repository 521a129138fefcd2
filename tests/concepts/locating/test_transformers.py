"""Tokens of transformers: a grid over time and frequency, or one after the other; class tokens are left out."""

import numpy as np
import pytest

from escucha.concepts.locating.maps import Locator
from escucha.concepts.locating.places import find_places
from tests.models import tiny_transformers

pytest.importorskip("transformers")


def test_tokens_over_waves_follow_each_other():
    import torch

    from escucha.models.hugging_face import from_hugging_face

    torch.manual_seed(0)
    listener = from_hugging_face(*tiny_transformers.wav2vec2(), window=1.0)
    places = find_places(listener, ["embeddings", "layer.2"])
    for found in places.values():  # a token hears 80 samples from the next one on
        assert found.order.tolist() == [list(range(99))]
        assert np.abs(found.times - (np.arange(99) * 80 + 77) / 8000).max() < 0.01


def test_tokens_over_spectrograms_are_a_grid_without_the_two_that_hear_nothing():
    import torch

    from escucha.audio.clip import Clip
    from escucha.models.hugging_face import from_hugging_face

    torch.manual_seed(0)
    # its extractor's frames are of 400 samples, 160 apart, whatever the rate: 64 of them are 1.3 s of 8 kHz
    listener = from_hugging_face(*tiny_transformers.ast(), window=1.3)
    locator = Locator.of(listener, ["layer.1"])
    found = locator.places["layer.1"]
    assert found.order.tolist() == [list(range(2, 7)), list(range(7, 12))]
    assert np.abs(found.times - ((np.arange(5) * 10 + 7.5) * 160 + 200) / 8000).max() < 0.1
    clip = Clip(np.random.default_rng(0).normal(size=8000 * 2) * 0.1, 8000)
    laid = locator.lay(clip, {"layer.1": np.eye(32)[:3]})["layer.1"]
    assert laid.values.shape[:2] == (3, 2)
    # two windows, the second of which ends with the clip: of it only tokens after the last of the first
    assert laid.times.max() <= 2.0
    assert np.all(np.diff(laid.times) > 0)
    assert (laid.times > found.times[-1]).sum() == (found.times + 0.7 > found.times[-1]).sum()
    assert np.diff(laid.times).max() < 1.5 * np.diff(found.times).max()  # no hole where they meet
