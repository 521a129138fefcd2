"""A small network reads what a straight line cannot, learns by heart what it should not, and never hears test."""

import numpy as np
import pytest
import torch

from escucha.concepts.probes.fits import mlp, scaled
from escucha.concepts.probes.mlp import CHECKPOINTS, at_checkpoints
from escucha.concepts.probes.probe import probe
from escucha.concepts.probes.splits import split_of

GROUPS = np.repeat([f"g{number:02d}" for number in range(60)], 5)
SPLIT = split_of(GROUPS, [""] * len(GROUPS), seed=0)


@pytest.fixture(scope="module")
def world():
    """Two cues along two units, and whether they agree, which lies along none."""
    rng = np.random.default_rng(0)
    first, second = rng.choice([-1, 1], size=(2, len(GROUPS)))
    rows = rng.normal(size=(len(GROUPS), 12))
    rows[:, 3] += 3 * first
    rows[:, 7] += 3 * second
    return rows, first.astype(str), (first * second).astype(str), rng.integers(10, size=len(GROUPS)).astype(str)


def test_what_lies_bent_is_read_by_a_network_and_not_by_a_line(world):
    rows, straight, bent, types = world
    found = {(name, kind): probe(rows, target, SPLIT, types, subject=name, layer="x", task="classes", kind=kind)
             for name, target in (("straight", straight), ("bent", bent)) for kind in ("linear", "mlp")}
    assert found["straight", "linear"].score > 0.95
    assert found["straight", "mlp"].score > 0.95
    assert found["bent", "linear"].score < 0.65
    assert not found["bent", "linear"].held
    assert found["bent", "mlp"].score > 0.9
    assert found["bent", "mlp"].held
    assert found["bent", "mlp"].hidden in (8, 32)
    assert abs(found["bent", "mlp"].control - 0.5) < 0.15


def test_a_bent_number_is_read_too(world):
    number = np.random.default_rng(5).normal(size=len(GROUPS))
    rows = np.random.default_rng(6).normal(size=(len(GROUPS), 6))
    rows[:, 2] = 2 * number
    scores = {kind: probe(rows, np.abs(number), SPLIT, None, subject="x", layer="x", task="number", kind=kind).score
              for kind in ("linear", "mlp")}
    assert scores["linear"] < 0.2
    assert scores["mlp"] > 0.4


def test_a_network_is_the_less_selective_where_a_line_cannot_learn_types_by_heart():
    """Types lie at the corners of a square: any labels of them are a network's, half of them a line's."""
    types = np.random.default_rng(0).integers(4, size=len(GROUPS))
    rows = np.random.default_rng(1).normal(size=(len(GROUPS), 4)) * 0.3
    rows[:, 0] += np.where(types % 2, 3, -3)
    rows[:, 1] += np.where(types // 2, 3, -3)
    found = {kind: probe(rows, (types % 2).astype(str), SPLIT, types.astype(str), subject="x", layer="x", draws=12,
                         task="classes", kind=kind) for kind in ("linear", "mlp")}
    assert found["linear"].score > 0.95
    assert found["mlp"].control > found["linear"].control + 0.1


def test_nothing_of_test_reaches_the_network(world):
    rows, _, bent, _ = world
    said, = mlp(scaled(rows, SPLIT), [bent], task="classes", seed=0)
    other = np.where(SPLIT.test, np.where(bent == "1", "-1", "1"), bent)
    again, = mlp(scaled(rows + 100.0 * SPLIT.test[:, None], SPLIT), [other], task="classes", seed=0)
    assert (again.penalty, again.hidden) == (said.penalty, said.hidden)
    np.testing.assert_array_equal(said.said[~SPLIT.test], again.said[~SPLIT.test])


def test_many_networks_at_once_say_what_each_says_alone(world):
    rows, straight, bent, _ = world
    layer = scaled(rows, SPLIT)
    together = mlp(layer, [straight, bent], task="classes", seed=3)
    for target, found in zip((straight, bent), together):
        alone, = mlp(layer, [target], task="classes", seed=3)
        np.testing.assert_array_equal(alone.said, found.said)


def test_the_steps_are_those_of_a_plain_torch_network():
    """A slower replica: one `nn.Sequential`, the same first weights, Adam, and the penalty written out."""
    rng = np.random.default_rng(0)
    rows, wanted = rng.normal(size=(40, 5)), rng.integers(3, size=(1, 40))
    mask = np.where(np.arange(40) < 30, 1 / 30, 0.0)[None]
    ours = list(at_checkpoints(rows, wanted, mask, hidden=8, classes=3, decays=np.array([0.01]), seed=4))
    chance = torch.Generator().manual_seed(4)
    net = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    with torch.no_grad():
        net[0].weight.copy_((torch.randn(1, 5, 8, generator=chance) * (2 / 5) ** 0.5)[0].T)
        net[2].weight.copy_((torch.randn(1, 8, 3, generator=chance) * (1 / 8) ** 0.5)[0].T)
        for part in (net[0], net[2]):
            part.bias.zero_()
    adam = torch.optim.Adam(net.parameters(), lr=0.03)
    heard, truth = torch.tensor(rows, dtype=torch.float32), torch.tensor(wanted[0])
    for _ in range(CHECKPOINTS[0]):
        adam.zero_grad()
        heavy = sum(part.weight.square().sum() / 2 for part in (net[0], net[2]))
        (torch.nn.functional.cross_entropy(net(heard)[:30], truth[:30]) + 0.01 * heavy).backward()
        adam.step()
    costs = torch.nn.functional.cross_entropy(net(heard), truth, reduction="none").detach().numpy()
    np.testing.assert_allclose(ours[0].losses[0], costs, atol=1e-4)
    assert [each.steps for each in ours] == list(CHECKPOINTS)
