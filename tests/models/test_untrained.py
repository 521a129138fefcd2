"""Networks that have never learned: everything is drawn anew, norms have heard the clips, the original stays."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.errors import InputError
from escucha.models.networks import NETWORKS, make_network
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.untrained import _forget, untrained
from tests.models import tiny_transformers
from tests.worlds import RATE, Additive

WINDOW = 64


def waves(seed: int = 0) -> np.ndarray:
    return (3 + np.random.default_rng(seed).normal(size=(40, WINDOW))).astype(np.float32)


def classifier(*parts: nn.Module) -> TorchClassifier:
    return TorchClassifier(nn.Sequential(*parts).eval(), ("a", "b"), RATE, WINDOW, layers=("0",))


@pytest.fixture
def trained() -> TorchClassifier:
    made = classifier(nn.Linear(WINDOW, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))
    with torch.no_grad():
        for weight in made.module.parameters():
            weight.fill_(0.5)
        made.module[1].running_mean.fill_(100.0)
    return made


def test_every_weight_is_drawn_anew_and_the_original_stays(trained):
    before = {name: value.clone() for name, value in trained.module.state_dict().items()}
    fresh = untrained(trained, waves(), seed=1)
    assert all(not torch.equal(weight, before[name]) for name, weight in fresh.module.named_parameters())
    assert all(torch.equal(value, before[name]) for name, value in trained.module.state_dict().items())
    again, other = (untrained(trained, waves(), seed=seed).scores(waves()) for seed in (1, 2))
    np.testing.assert_array_equal(again, fresh.scores(waves()))
    assert np.abs(again - other).max() > 0.01


def test_the_world_s_chance_is_left_alone(trained):
    there = torch.get_rng_state()
    untrained(trained, waves(), seed=1)
    assert torch.equal(there, torch.get_rng_state())


def test_norms_keep_what_they_heard_of_these_waves(trained):
    fresh = untrained(trained, waves(), seed=1).module
    with torch.no_grad():
        heard = fresh[0](torch.from_numpy(waves()))
    torch.testing.assert_close(fresh[1].running_mean, heard.mean(dim=0), rtol=1e-3, atol=1e-4)
    assert fresh[1].momentum == 0.1
    assert not any(part.training for part in fresh.modules())


class Gain(nn.Module):
    """A weight that does not say how it begins."""

    def __init__(self):
        super().__init__()
        self.size = nn.Parameter(torch.ones(2))

    def forward(self, heard):
        return heard * self.size


def test_what_does_not_say_how_it_begins_is_refused_by_name():
    with pytest.raises(InputError, match=r"the module of 1\.size does not say how its weights begin"):
        untrained(classifier(nn.Linear(WINDOW, 2), Gain()), waves())
    with pytest.raises(InputError, match="no torch network with weights"):
        untrained(Additive(), waves())


def test_attention_begins_anew_too():
    made = classifier(nn.Unflatten(1, (8, 8)), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), nn.Flatten(),
                      nn.Linear(WINDOW, 2))
    before = made.module[1].self_attn.in_proj_weight.clone()
    assert not torch.equal(untrained(made, waves()).module[1].self_attn.in_proj_weight, before)


SHAPES = {"choi-cnn": (1, 96, 1366), "choi-crnn": (1, 96, 1366), "gtzan-cnn": (1, 128, 1254)}
SMALL = {"vgg16": {"widths": [4, 4, 4, 4, 4], "hidden": [8]}}


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ("palo-images", "palo-views", "vggish")])
def test_every_network_of_the_shelf_says_how_it_begins(name):
    shape = SHAPES.get(name, (1, 64, 259))
    network, _ = make_network(name, 2, shape, settings=SMALL.get(name, {}))
    made = TorchClassifier(nn.Sequential(nn.Unflatten(1, shape), network), ("a", "b"), RATE, shape[1] * shape[2])
    drawn = {key: weight.clone() for key, weight in made.module.named_parameters() if weight.std() > 0}
    fresh = untrained(made, np.random.default_rng(0).normal(size=(2, made.window)).astype(np.float32), seed=5)
    assert drawn
    after = dict(fresh.module.named_parameters())
    assert [key for key, weight in drawn.items() if torch.equal(weight, after[key])] == []


def test_a_weight_made_of_others_is_drawn_whole():
    made = classifier(nn.utils.parametrizations.weight_norm(nn.Linear(WINDOW, 2)))
    before = made.module[0].weight.clone()
    fresh = untrained(made, waves(), seed=1).module[0]
    torch.manual_seed(1)
    torch.testing.assert_close(fresh.weight, nn.Linear(WINDOW, 2).weight)
    assert not torch.equal(fresh.weight, before)


@pytest.mark.parametrize("make", [tiny_transformers.wav2vec2, tiny_transformers.ast])
def test_a_transformer_begins_as_its_makers_say(make, tmp_path):
    """Read from a folder, where its makers mark what is loaded, and would not draw it again."""
    made, _ = make()
    made.save_pretrained(tmp_path)
    loaded = type(made).from_pretrained(tmp_path)
    before = {name: weight.clone() for name, weight in loaded.named_parameters()}
    _forget(loaded)
    after = dict(loaded.named_parameters())
    assert [name for name, weight in before.items() if weight.std() > 0 and torch.equal(weight, after[name])] == []
    spread = [weight.std() for name, weight in after.items() if name.endswith(("q_proj.weight", "query.weight"))]
    torch.testing.assert_close(torch.stack(spread).mean(), torch.tensor(loaded.config.initializer_range), rtol=0.1,
                               atol=0.0)
