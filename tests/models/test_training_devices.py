"""Two processes train one network: the crops of each batch are divided, the gradients meet."""

import numpy as np
import torch
from torch import nn

from escucha.models.training import fit
from escucha.models.training_recipe import Recipe
from tests.models.test_training import data


class Plain(nn.Sequential):
    """No dropout and no batch norm: what two processes learn together is what one learns alone."""

    def __init__(self):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            super().__init__(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(),
                             nn.Linear(64, 2))


def test_two_processes_learn_what_one_learns(tmp_path):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    alone, together = (fit(Plain(), train, check, folder=tmp_path / str(devices), recipe=Recipe(
        epochs=2, batch=16, rate=1e-3, crops=1, devices=devices)) for devices in (1, 2))
    assert len(together.history) == 2
    for name, tensor in alone.state.items():
        torch.testing.assert_close(together.state[name], tensor, atol=2e-4, rtol=1e-3)
    np.testing.assert_allclose(together.history.valid_loss, alone.history.valid_loss, atol=2e-3)
    assert not torch.equal(alone.state["0.weight"], Plain().state_dict()["0.weight"])
