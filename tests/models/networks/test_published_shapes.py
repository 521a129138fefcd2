"""The published networks have the published shapes, and refuse spectrograms that they would pool away."""

import pytest
import torch

from escucha.errors import InputError
from escucha.models.networks import make_network

MEL, PICTURE = (1, 96, 1366), (4, 288, 432)


def shapes(network, seen):
    """What each child gives of one example."""
    found = {}
    with torch.no_grad():
        for name, part in network.eval().named_children():
            seen = part(seen)
            found[name] = tuple(seen.shape[1:])
    return found


@pytest.mark.parametrize(("name", "shape", "labels", "said", "numbers"), [
    ("choi-crnn", MEL, 50, {"pad": (1, 96, 1440), "block1": (64, 48, 720), "block2": (128, 16, 240),
                            "block3": (128, 4, 60), "block4": (128, 1, 15), "steps": (15, 128), "gru1": (15, 32),
                            "gru2": (32,)}, 400_562),
    ("choi-cnn", MEL, 50, {"norm": MEL, "block1": (32, 48, 341), "block4": (192, 4, 4), "block5": (256, 1, 1)}, None),
    ("palo-images", PICTURE, 3, {"block1": (8, 143, 215), "block5": (128, 7, 11), "flat": (9856,)}, 129_019),
])
def test_every_part_has_its_published_shape(name, shape, labels, said, numbers):
    network, layers = make_network(name, labels, shape, settings={})
    found = shapes(network, torch.randn(1, *shape))
    assert {part: found[part] for part in said} == said
    assert found["head"] == (labels,)
    assert set(layers) < set(found)
    held = sum(value.numel() for value in network.state_dict().values() if value.is_floating_point())
    assert numbers is None or held == numbers


@pytest.mark.parametrize(("name", "shape", "settings", "says"), [
    ("choi-crnn", (1, 64, 1366), {}, "take a spectrogram of 64 mels x 1366 frames away; give smaller pools"),
    ("choi-crnn", MEL, {"pools": [2]}, "'widths' and 'pools' are as many, and one or more; got 4 and 1"),
    ("choi-cnn", (1, 96, 300), {}, "take a spectrogram of 96 mels x 300 frames away"),
    ("choi-cnn", MEL, {"widths": []}, "are as many, and one or more; got 0, 5 and 5"),
    ("choi-cnn", PICTURE, {}, "takes one spectrogram"),
    ("palo-images", (4, 60, 432), {}, "5 blocks do not fit a picture of 60 x 432 points"),
    ("palo-images", (96,), {}, "the front end gives .96,.; choose the front end palo-image"),
    ("choi-crnn", MEL, {"outputs": "softmax"}, "unknown value 'softmax' in 'outputs' in here"),
])
def test_what_cannot_be_built_is_named(name, shape, settings, says):
    with pytest.raises(InputError, match=says):
        make_network(name, 3, shape, settings=settings, where="here")
