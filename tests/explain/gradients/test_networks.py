"""Every network of the registry with every method: weights that hold together, or one line."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.errors import InputError
from escucha.explain.factorization import of_sources
from escucha.explain.methods import GRADIENTS
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from escucha.models.build import listener
from escucha.models.card import Card
from escucha.models.networks import NETWORKS
from escucha.models.torch_classifier import TorchClassifier
from tests.experiments.training.test_every_network import SMALL
from tests.worlds import RATE, mix, stems

LABELS = ("yes", "no", "perhaps")
SECONDS = 1.5
REFUSED = {("palo-views", "grad-cam"): "several views"}
INCOMPLETE = {"choi-crnn", "cnn-bilstm", "palo-views"}
"""DeepLift has no rule for their gates, or for a product with itself: said, where it shows."""


@pytest.fixture(scope="module", params=sorted(NETWORKS))
def game(request):
    """A network with drawn weights, and statistics as after training, and a clip of two windows."""
    network, front_end = SMALL[request.param]
    sources = stems(2 * SECONDS)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        card = Card("", "network", LABELS, RATE, SECONDS, front_end=front_end,
                    network={"name": request.param, **network})
        module, layers = listener(card, "here")
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.momentum = None
        waves = torch.tensor(mix(sources).wave).view(2, -1)
        module.train()(torch.cat([waves, torch.zeros_like(waves)]))
    model = TorchClassifier(module, LABELS, RATE, round(SECONDS * RATE), layers=layers)
    return request.param, Game(model, of_sources(mix(sources), sources, segments="windows", window=model.window))


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_network_is_weighed_or_refused_in_a_line(name, game, monkeypatch):
    monkeypatch.setattr("escucha.explain.gradients.attribution.MOST_STEPS", 64)
    network, played = game
    if (network, name) in REFUSED:
        with pytest.raises(InputError, match=f"^{name}[^\n]*{REFUSED[network, name]}[^\n]*$"):
            GRADIENTS[name](played, "yes")
        return
    found = GRADIENTS[name](played, "yes", Sampling(16))
    assert found.weights.shape == (6,)
    assert np.isfinite(found.weights).all()
    assert found.weights.any()
    assert found.map.values.shape == (len(found.map.hertz), len(found.map.times))
    assert (np.diff(found.map.times) > 0).all()
    assert found.map.times[-1] <= 2 * SECONDS
    change = found.everything - found.nothing
    told = any("sums up to" in note for note in found.notes)
    assert told == (found.map.complete and abs(found.map.values.sum() - change) > 0.05 * abs(change))
    if not found.map.signed:
        assert found.weights.min() >= 0


def test_deep_lift_misses_where_it_has_no_rule(game):
    network, played = game
    found = GRADIENTS["deep-lift"](played, "yes")
    off = abs(found.map.values.sum() / (found.everything - found.nothing) - 1)
    assert (off > 1e-3) == (network in INCOMPLETE)
