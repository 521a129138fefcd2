"""The card of the public VGGish: an ear without labels, whose embedding heads learn from."""

import numpy as np
import torch
from torch import nn

from escucha.config import to_toml
from escucha.models.build import listener
from escucha.models.card import find_card, read_card
from escucha.models.classifier import LayeredClassifier
from escucha.models.embedding import Embedding, embedding
from escucha.models.published import published
from escucha.models.shelf import load_model
from escucha.models.weights.fetch import install
from tests.conftest import REPOSITORY

SMALL = {"name": "vggish", "widths": [2, 3, 4, 5], "hidden": [7, 6], "embedding": 3, "head": False}


def test_the_card_is_the_published_network_to_its_128_numbers():
    path = find_card("vggish-audioset", REPOSITORY)
    card = read_card(path)
    file = published(card, str(path)).variants[0].files[0]
    assert file.name == "vggish-10086976.pth"
    assert file.sha256.startswith("10086976")  # torch.hub's convention: the name holds the first digits
    module, layers = listener(card, str(path))
    assert sum(parameter.numel() for parameter in module.parameters()) == 72_141_184
    assert layers[-1] == "network.embedding"
    assert card.labels == tuple(f"unit-{at}" for at in range(128))


def test_a_head_hears_what_the_card_answers(tmp_path):
    """The scores of the card and the features of a head on its layer `embedding` are the same numbers."""
    models = tmp_path / "models"
    models.mkdir()
    table = {"meaning": "a toy", "kind": "network", "labels": ["unit-0", "unit-1", "unit-2"], "rate": 16_000,
             "window": 0.975, "link": "sigmoid", "front_end": {"name": "vggish-mel"}, "network": SMALL}
    files = {"kernels": "tensorflow", "files": [{"url": "https://somewhere/small.pth"}]}
    table["published"] = {"format": "torch", "source": "here", "licence": "none", "kernels": "tensorflow",
                          "variants": [files]}
    (models / "ear.toml").write_text(to_toml(table))
    torch.save(public_layout(), tmp_path / "small.pth")
    install("ear", tmp_path / "small.pth", tmp_path)
    ear = load_model("ear", tmp_path)
    assert isinstance(ear, LayeredClassifier)
    waves = np.random.default_rng(0).normal(0, 0.1, (2, 31_200)).astype(np.float32)
    features = embedding(Embedding("ear", "network.embedding"), "here", models)
    found = features.of(waves, 16_000)
    np.testing.assert_allclose(found, ear.scores(waves.reshape(4, 15_600)).reshape(2, 2, 3).mean(axis=1), atol=1e-5)
    assert np.ptp(found) > 0


def public_layout():
    """Random weights under the names of the public file, small ones."""
    generator = torch.Generator().manual_seed(0)
    sizes = {"features.0": (2, 1, 3, 3), "features.3": (3, 2, 3, 3), "features.6": (4, 3, 3, 3),
             "features.8": (4, 4, 3, 3), "features.11": (5, 4, 3, 3), "features.13": (5, 5, 3, 3),
             "embeddings.0": (7, 5 * 4 * 6), "embeddings.2": (6, 7), "embeddings.4": (3, 6)}
    state = {}
    for name, size in sizes.items():
        state[f"{name}.weight"] = nn.init.kaiming_normal_(torch.empty(size), generator=generator)
        state[f"{name}.bias"] = torch.zeros(size[0])
    return state
