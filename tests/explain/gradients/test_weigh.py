"""Gradient methods are asked for truths that were planted: straight lines, deaf ears, one band, saturated gates."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, IntegratedGradients, Saliency
from torch import nn

from escucha.audio.clip import Clip
from escucha.errors import InputError
from escucha.explain.factorization import Factorization
from escucha.explain.gradients.cells import cells
from escucha.explain.methods import GRADIENTS, METHODS
from escucha.explain.remix import Game
from escucha.explain.shapley import shapley
from escucha.explain.weights import Sampling
from escucha.models.front_ends.wave import Wave
from escucha.models.torch_classifier import TorchClassifier
from tests.explain.gradients.listeners import (
    FRAMES,
    LABELS,
    bent,
    by_source,
    drawn,
    front,
    linear,
    listening_with,
    pictures,
)
from tests.worlds import RATE, TONES, StemListener, factorization, stems

COMPLETE = ("integrated-gradients", "gradient-shap", "deep-lift")
DIFFERENCES = ("input-x-gradient", *COMPLETE)


@pytest.fixture(scope="module")
def parts():
    return factorization(stems(2.5))


@pytest.mark.parametrize("name", DIFFERENCES)
def test_of_a_straight_line_every_cell_is_known_by_hand(name, parts):
    weight = drawn()
    found = METHODS[name](Game(listening_with(linear(weight)), parts), "no")
    heard, silence = pictures(parts)
    by_hand = ((weight[1] - weight.mean(dim=0)) * (heard - silence)[:, 0]).numpy() / len(heard)
    np.testing.assert_allclose(found.map.values, np.concatenate(by_hand, axis=1), atol=1e-6)
    assert found.residual == pytest.approx(0, abs=1e-4 * abs(found.map.values).sum())
    assert found.weights.sum() == pytest.approx(found.map.values.sum(), abs=1e-6)
    assert np.ptp(found.low - found.high) <= 1e-5  # where all draws agree there is nothing to be unsure of
    assert found.notes == ()


def test_saliency_of_a_straight_line_is_its_slope_and_cells_are_shared_by_power(parts):
    weight = drawn()
    found = METHODS["saliency"](Game(listening_with(linear(weight)), parts), "yes")
    slope = (weight[0] - weight.mean(dim=0)).abs().numpy() / 3
    np.testing.assert_allclose(found.map.values, np.tile(slope, 3), atol=1e-9)
    slow = np.zeros(len(parts.parts))
    power = [front().powers(torch.from_numpy(np.pad(wave, (0, RATE // 2))).view(-1, RATE)).numpy().astype(float)
             for wave in parts.dense()]
    for window in range(3):
        for cell in np.ndindex(16, FRAMES):
            total = sum(each[(window, *cell)] for each in power)
            for index, each in enumerate(power):
                slow[index] += slope[cell] * each[(window, *cell)] / total if total else 0
    np.testing.assert_allclose(found.weights, slow, rtol=1e-5)


@pytest.mark.parametrize("name", [*DIFFERENCES, "saliency"])
@pytest.mark.parametrize("source", ["guitar", "voice"])
def test_what_is_listened_for_has_the_weight(name, source, parts):
    """It looks at one tone's band in the second window's place of the clip, for each window is heard alike."""
    row = int(np.abs(front().hertz - TONES[source]).argmin())
    weight = torch.zeros(3, 16, FRAMES)
    weight[0, row, 10:50] = 0.01
    found = METHODS[name](Game(listening_with(linear(weight)), parts), "yes")
    summed = by_source(parts, found.weights)
    assert summed[source] > 0.9 * sum(summed.values()) > 0
    rows = np.abs(found.map.values).sum(axis=1)
    assert rows.argmax() == row
    assert rows[np.arange(16) != row].max() == 0


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_deaf_network_gives_exact_zeros(name, parts):
    deaf = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 16 * FRAMES, 3))
    with torch.no_grad():
        deaf[-1].weight.zero_()
    found = METHODS[name](Game(listening_with(deaf), parts), "yes")
    assert not found.weights.any()
    assert not found.map.values.any()
    assert found.everything == found.nothing
    assert found.notes == ()


def test_maps_are_captums_own(parts):
    network = bent().eval()
    game, (heard, silence) = Game(listening_with(network, link="sigmoid"), parts), pictures(parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {
            "saliency": [Saliency(network).attribute(one[None], target=2) for one in heard],
            "deep-lift": [DeepLift(network).attribute(one[None], silence, target=2) for one in heard],
            "integrated-gradients": [IntegratedGradients(network).attribute(one[None], silence, target=2, n_steps=200)
                                     for one in heard]}
    for name, each in theirs.items():
        mine = METHODS[name](game, "perhaps").map.values
        plain = torch.cat(each, dim=-1)[0, 0].detach().numpy() / len(heard)
        tolerance = 0.02 if name == "integrated-gradients" else 1e-5
        np.testing.assert_allclose(mine, plain, atol=tolerance * np.abs(plain).max())


@pytest.mark.parametrize(("name", "tight"), [("integrated-gradients", 0.011), ("deep-lift", 1e-4)])
@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_complete_methods_add_up(name, tight, link, parts):
    game = Game(listening_with(bent(), link=link), parts)
    found = METHODS[name](game, "yes")
    change = found.everything - found.nothing
    assert abs(change) > 0.01
    assert abs(found.residual) <= tight * abs(change)
    assert found.weights.sum() == pytest.approx(found.map.values.sum(), abs=1e-9)
    assert found.map.complete
    assert (found.everything, found.nothing) == game.ends("yes")


def test_log_odds_of_a_tagger_are_its_logits(parts):
    tagger = listening_with(bent(), link="sigmoid")
    plain, asked = (METHODS["deep-lift"](Game(tagger, parts, value=value), "no") for value in ("logit", "log-odds"))
    np.testing.assert_allclose(plain.weights, asked.weights)


def test_what_stands_for_absent_parts_is_the_baseline():
    plain = factorization(stems(2.0))
    rng = np.random.default_rng(0)
    noisy = Factorization(plain.clip, tuple(
        replace(part, absent=rng.normal(0, 0.05, len(part.wave)).astype(np.float32)) for part in plain.parts), "noise")
    weight = drawn()
    found = METHODS["integrated-gradients"](Game(listening_with(linear(weight)), noisy), "yes")
    nothing = noisy.render(np.zeros(len(noisy.parts)))[0]
    off = front()(torch.from_numpy(nothing).view(2, RATE))[:, 0]
    by_hand = ((weight[0] - weight.mean(dim=0)) * (pictures(noisy)[0][:, 0] - off)).numpy() / 2
    np.testing.assert_allclose(found.map.values, np.concatenate(by_hand, axis=1), atol=1e-6)
    assert found.residual == pytest.approx(0, abs=1e-4 * float(np.abs(by_hand).sum()))
    assert found.nothing != Game(listening_with(linear(weight)), plain).ends("yes")[1]


def test_a_saturated_network_is_said_to_be_one(parts):
    """Beyond its bend nothing changes a little, though silence changes all: the zeros are no reasons."""
    gate = nn.Linear(16 * FRAMES, 2)
    with torch.no_grad():
        gate.weight.fill_(0.0005)
        gate.bias.fill_(0.0005 * 16 * FRAMES * 95)
    game = Game(listening_with(nn.Sequential(nn.Flatten(), gate, nn.Hardtanh()), link="sigmoid",
                               labels=("yes", "no")), parts)
    for name in ("saliency", "input-x-gradient"):
        found = METHODS[name](game, "yes")
        assert not found.weights.any()
        assert "in 3 of the 3 windows" in found.notes[0]
    assert "saturated" in METHODS["input-x-gradient"](game, "yes").notes[0]
    whole = METHODS["integrated-gradients"](game, "yes")
    assert whole.residual == pytest.approx(0, abs=0.1)
    assert whole.notes == ()


def test_a_layer_without_a_rule_is_said_to_be_missed(parts):
    class Squared(nn.Module):
        def forward(self, heard):
            return (heard + 100) ** 2 / 100

    game = Game(listening_with(nn.Sequential(Squared(), *linear(drawn()))), parts)
    missed = METHODS["deep-lift"](game, "yes")
    assert abs(missed.residual) > 0.1 * abs(missed.everything - missed.nothing)
    assert "captum has no rule" in missed.notes[0]
    assert METHODS["integrated-gradients"](game, "yes").notes == ()


def test_what_lies_where_no_part_sounds_is_nobodys():
    sources = stems(2.0)
    wave = {name: np.where(np.arange(2 * RATE) < RATE // 4, stem.wave, 0) for name, stem in sources.items()}
    quiet = factorization({name: Clip(one, RATE) for name, one in wave.items()})
    found = METHODS["saliency"](Game(listening_with(linear(drawn())), quiet), "yes")
    assert found.weights.sum() < 0.2 * found.map.values.sum()
    assert "lies where no part sounds" in found.notes[-1]
    assert not METHODS["deep-lift"](Game(listening_with(linear(drawn())), quiet), "yes").notes


def test_a_silent_clip_weighs_nothing():
    silent = factorization({"guitar": Clip(np.zeros(2 * RATE), RATE)})
    for name in GRADIENTS:
        assert not METHODS[name](Game(listening_with(bent()), silent), "yes").weights.any()


def test_draws_are_seeded_sure_of_what_they_say_and_leave_the_generators_alone(parts):
    game = Game(listening_with(bent()), parts)
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (METHODS["gradient-shap"](game, "yes", Sampling(seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(before[0], torch.random.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002
    np.testing.assert_array_equal(first.weights, again.weights)
    assert (first.weights != other.weights).all()
    truth = METHODS["integrated-gradients"](game, "yes").weights
    assert np.mean([(found.low <= truth) & (truth <= found.high) for found in (first, other)]) > 0.7
    assert (first.low < first.high).all()


class Twice(nn.Module):
    """DeepLift refuses a module that is used twice."""

    def __init__(self):
        super().__init__()
        self.bend, self.head = nn.ReLU(), linear(drawn())

    def forward(self, heard):
        return self.head(self.bend(self.bend(heard + 50) - 20))


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("network", [bent, Twice])
def test_the_network_is_as_it_was_also_after_an_error(name, network, parts):
    net = network()
    model = listening_with(net)
    model.module.train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    names = [set(vars(part)) for part in net.modules()]
    hooks = len(stray(net))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused = network is Twice and name in ("deep-lift", "grad-cam")
        if refused:
            with pytest.raises(InputError, match=f"^{name} [^\n]*; [^\n]*$"):
                METHODS[name](Game(model, parts), "yes")
        else:
            METHODS[name](Game(model, parts), "yes")
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())
    assert [set(vars(part)) for part in net.modules()] == names
    assert len(stray(net)) == hooks == 0
    assert all(part.training for part in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())


def stray(net):
    return [hook for part in net.modules() for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks",
                                                        "_backward_pre_hooks") for hook in getattr(part, kind)]


def shared(**given):
    return TorchClassifier.of(linear(drawn()), labels=LABELS, rate=RATE, window=RATE, **given)


@pytest.mark.parametrize(("classifier", "settings", "says"), [
    (StemListener(), {}, "model is a StemListener; shapley, permutation, lime and kernel-shap work for every"),
    (TorchClassifier.of(nn.Linear(RATE, 3), labels=LABELS, rate=RATE, window=RATE), {}, "give TorchClassifier.of the"),
    (shared(front_end=lambda waves: front()(waves)), {}, "<lambda> does not say what sounds where"),
    (TorchClassifier.of(nn.Linear(RATE, 3), labels=LABELS, rate=RATE, window=RATE, front_end=Wave()), {},
     "Wave does not say what sounds where"),
    (listening_with(linear(drawn())), {"aggregation": "mean-probability"}, "use 'mean-logit' and 'logit'"),
    (listening_with(linear(drawn())), {"value": "log-odds"}, "use 'mean-logit' and 'logit'"),
])
def test_what_gradients_cannot_be_taken_of_is_named_in_one_line(classifier, settings, says, parts):
    for name in GRADIENTS:
        with pytest.raises(InputError, match=says) as refusal:
            METHODS[name](Game(classifier, parts, **settings), "yes")
        assert "\n" not in str(refusal.value)
        assert str(refusal.value).startswith(name)
    assert METHODS["kernel-shap"](Game(classifier, parts, **settings), "yes").residual == pytest.approx(0, abs=1e-2)


def test_an_unknown_label_and_a_network_torch_cannot_follow_are_named(parts):
    with pytest.raises(InputError, match="did you mean 'yes'"):
        METHODS["saliency"](Game(listening_with(bent()), parts), "yess")

    class Cut(nn.Sequential):
        def forward(self, heard):
            return super().forward(heard.detach())

    with pytest.raises(InputError, match="saliency cannot look into this network"):
        METHODS["saliency"](Game(listening_with(Cut(*linear(drawn()))), parts), "yes")


def test_how_the_weights_of_gradient_methods_are_to_be_read():
    assert METHODS.keys() > GRADIENTS.keys()
    assert {name for name, method in GRADIENTS.items() if not method.meaning.signed} == {"saliency", "grad-cam"}
    assert {name for name, method in GRADIENTS.items() if method.meaning.sums} == set(COMPLETE)


def test_parts_in_many_batches_weigh_the_same(parts, monkeypatch):
    game = Game(listening_with(bent()), factorization(stems(1.0), segments=9))
    whole = METHODS["deep-lift"](game, "yes").weights
    monkeypatch.setattr("escucha.explain.gradients.cells.BATCH", 4)
    np.testing.assert_allclose(METHODS["deep-lift"](game, "yes").weights, whole)
    assert len(whole) == 27


def test_shapley_and_deep_lift_agree_where_parts_do_not_overlap(parts):
    """Three tones in bands of their own and a straight line: what each adds is nearly its own cells' sum."""
    weight = torch.zeros(3, 16, FRAMES)
    weight[0] = torch.linspace(-1, 1, 16)[:, None] / 1000
    game = Game(listening_with(linear(weight)), parts)
    exact, found = (by_source(parts, method(game, "yes").weights) for method in (shapley, METHODS["deep-lift"]))
    assert sorted(exact, key=exact.get) == sorted(found, key=found.get)


def test_cells_of_own_front_ends_are_asked_for():
    class Mine(nn.Module):
        hop, first, hertz = 64, 0, np.arange(3.0)

        def powers(self, waves):
            return waves.view(len(waves), 3, -1) ** 2

        def forward(self, waves):
            return self.powers(waves)[:, None].log1p()

    found = cells(Mine(), "saliency")
    assert found.power(np.ones((2, 12), np.float32)).shape == (2, 3, 4)
    np.testing.assert_array_equal(found.times(4, 100), 100 + 64 * np.arange(4))
    with pytest.raises(InputError, match="should answer"):
        found.fold(np.zeros((1, 1, 3, 5)), (3, 4))
