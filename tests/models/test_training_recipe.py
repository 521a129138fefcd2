"""Paces, losses and what is frozen, against formulas written out."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.errors import InputError
from escucha.models.training import fit
from escucha.models.training_crops import Examples
from escucha.models.training_freezing import frozen_layers
from escucha.models.training_loss import (
    Check,
    class_weights,
    clip_logits,
    judge,
    mix_targets,
    sigmoid_loss,
    softmax_loss,
)
from escucha.models.training_pace import pace
from escucha.models.training_recipe import Recipe
from tests.models.test_training import SMALL, data, network, same


def paces(losses=(), **told):
    recipe = Recipe(epochs=20, step=3, drop=0.5, **told)
    return [pace(recipe, epoch, losses[:epoch]) for epoch in range(20)]


def test_every_schedule_rises_first_and_then_does_what_it_is_called():
    for schedule in ("cosine", "step", "plateau", "constant"):
        assert paces(schedule=schedule)[:2] == pytest.approx([1 / 3, 2 / 3])
    assert paces(schedule="constant")[2:] == [1.0] * 18
    assert paces(schedule="step")[2:12] == [1, 1, 1, .5, .5, .5, .25, .25, .25, .125]
    cosine = paces(schedule="cosine")
    assert cosine[2:] == sorted(cosine[2:], reverse=True)
    assert cosine[11] == pytest.approx(0.5)


def test_a_plateau_drops_the_rate_after_as_many_epochs_without_a_better_loss():
    losses = [1.0, 0.8, 0.6, 0.7, 0.7, 0.7, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6] + [1.0] * 7
    found = paces(losses, schedule="plateau")
    assert found[2:6] == [1.0] * 4
    assert found[6:10] == [0.5] * 4  # after the third epoch above .6
    assert found[10:13] == [0.25] * 3
    assert found[13] == 0.125


@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
@pytest.mark.parametrize("schedule", ["step", "plateau", "constant"])
def test_each_optimiser_and_schedule_learns_and_tells_its_rate(tmp_path, optimiser, schedule):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    recipe = Recipe(epochs=6, batch=8, rate=1e-2, bands=3, crops=1, optimiser=optimiser, schedule=schedule, step=2)
    fitted = fit(network(), train, check, recipe=recipe, folder=tmp_path)
    assert fitted.history.valid_accuracy.max() == 1.0
    losses = fitted.history.valid_loss.tolist()
    assert fitted.history.rate.tolist() == [1e-2 * pace(recipe, epoch, losses[:epoch]) for epoch in range(6)]


def test_gradients_are_clipped_to_a_length(tmp_path):
    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(1, 2)

        def forward(self, x):
            return self.head(1000 * x.mean(dim=(1, 2, 3))[:, None])

    (train, _), (_, check) = data(seed=1), data(seed=2)
    far = []
    for clip in (0.0, 0.01):
        net = Steps()
        nn.init.zeros_(net.head.weight)
        before = net.head.weight.detach().clone()
        recipe = Recipe(epochs=1, batch=48, crops=1, rate=1.0, decay=0.0, optimiser="sgd", clip=clip)
        fit(net, train, check, recipe=recipe, folder=tmp_path / str(clip))
        far.append(float((net.head.weight.detach() - before).norm()))
    assert far[1] <= 0.01 * 0.5 * 1.9 + 1e-6 < far[0]  # rate 1 at pace 1/2, and Nesterov's first step is 1.9 gradients


def test_targets_of_mixed_crops_are_shares_of_both():
    targets, partners = torch.tensor([0, 2, 1]), torch.tensor([1, 0, 2])
    mixed = mix_targets(targets, partners, torch.tensor([0.7, 1.0, 0.4]), 3)
    torch.testing.assert_close(mixed, torch.tensor([[0.7, 0, 0.3], [0, 0, 1], [0, 1, 0]]))
    tags = torch.tensor([[1.0, 1.0], [0.0, 1.0]])
    torch.testing.assert_close(mix_targets(tags, torch.tensor([1, 0]), torch.tensor([0.25, 1.0]), 2),
                               torch.tensor([[0.25, 1.0], [0.0, 1.0]]))


def test_the_loss_of_a_mixture_is_the_mixture_of_losses():
    logits, targets = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 0, 1, 2])
    partners, share = torch.tensor([5, 4, 3, 2, 1, 0]), 0.3
    mixed = softmax_loss(logits, mix_targets(targets, partners, torch.full((6,), share), 3), None, 0.0)
    apart = [float(softmax_loss(logits, each, None, 0.0)) for each in (targets, targets[partners])]
    assert float(mixed) == pytest.approx(share * apart[0] + (1 - share) * apart[1], rel=1e-5)


def test_smoothing_spreads_its_share_over_all_labels():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    told = torch.log_softmax(logits, 1)[0]
    wanted = -(0.9 * told[1] + 0.1 * told.mean())
    torch.testing.assert_close(softmax_loss(logits, torch.tensor([1]), None, 0.1), wanted)
    smooth = sigmoid_loss(logits, torch.tensor([[0.0, 1.0, 0.0]]), None, 0.1)
    soft = torch.tensor([0.05, 0.95, 0.05])
    by_hand = -(soft * torch.sigmoid(logits[0]).log() + (1 - soft) * torch.sigmoid(-logits[0]).log()).mean()
    torch.testing.assert_close(smooth, by_hand)


def test_weights_of_tags_make_having_and_lacking_count_the_same():
    targets = np.array([[1, 0], [0, 0], [0, 1], [0, 1], [0, 1]], bool)
    weights = class_weights(targets)
    there = targets.sum(0)
    assert weights.numpy() * there == pytest.approx(len(targets) - there)
    loss = sigmoid_loss(torch.zeros(5, 2), torch.as_tensor(targets, dtype=torch.float32), weights, 0.0)
    assert float(loss) == pytest.approx(np.log(2) * (2 * (len(targets) - there)).sum() / targets.size)


def test_tags_are_learned_and_judged_by_ranking(tmp_path):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    second = np.arange(48) % 2 == 0  # a tag nobody can hear

    def tags(targets):
        return np.stack([targets == 1, targets == 0, second], axis=1)

    check = Check(check.windows, check.owners, tags(check.targets))
    net = network(labels=3)
    fitted = fit(net, Examples(train.spectrograms, tags(train.targets)), check, recipe=SMALL, folder=tmp_path)
    net.eval()
    told = judge(net, check)
    from sklearn.metrics import average_precision_score, roc_auc_score
    probability = torch.sigmoid(clip_logits(net, check)).numpy()
    assert told["auc"] == pytest.approx(roc_auc_score(check.targets, probability, average="macro"))
    assert told["map"] == pytest.approx(average_precision_score(check.targets, probability, average="macro"))
    assert roc_auc_score(check.targets[:, 0], probability[:, 0]) == 1.0
    assert {"valid_map", "valid_auc"} <= set(fitted.history)
    assert told["loss"] == pytest.approx(fitted.history.valid_loss.min(), rel=1e-5)


def test_what_is_frozen_stays_to_the_bit_and_the_rest_learns(tmp_path):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    net = network()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    layers = frozen_layers(net, ["network.block1"])
    fit(net, train, check, recipe=SMALL, folder=tmp_path, freeze=layers)
    after = net.state_dict()
    frozen = [name for name in before if name.startswith("block1.")]
    assert any("running_mean" in name for name in frozen)
    assert same({name: before[name] for name in frozen}, after)
    assert not any(torch.equal(before[name], after[name]) for name in ("block2.0.weight", "head.weight"))
    assert not torch.equal(before["block2.1.running_mean"], after["block2.1.running_mean"])
    assert all(parameter.requires_grad for parameter in net.parameters())  # put back


def test_layers_to_freeze_are_named_or_meant_by_a_pattern():
    net = network()
    assert frozen_layers(net, ["block*"])[:2] == ("block1", "block1.0")
    assert {"block1", "block2"} <= set(frozen_layers(net, ["network.block*"]))
    with pytest.raises(InputError, match=r"unknown layer 'network.blok1' in 'freeze'; did you mean 'network.block1'"):
        frozen_layers(net, ["network.blok1"])
    with pytest.raises(InputError, match="names every layer that could learn"):
        frozen_layers(net, ["block*", "head"])


def test_a_tag_on_every_clip_cannot_be_learned(tmp_path):
    train, check = data(8)
    targets = np.stack([np.ones(8, bool), np.arange(8) % 2 == 0], axis=1)
    with pytest.raises(InputError, match="a label is on all the training clips, or on none"):
        fit(network(), Examples(train.spectrograms, targets), check, recipe=SMALL, folder=tmp_path)
