"""The compact network: small, hookable, and steady where a normalisation would not be."""

import pytest
import torch
from captum.attr import DeepLift, LayerGradCam

from escucha.errors import InputError
from escucha.models.networks import NETWORKS, make_network

SHAPE = (1, 64, 259)
SILENCE = -100.0


@pytest.fixture(scope="module")
def net():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made, layers = make_network("short-cnn", 3, SHAPE, settings={})
        for part in made.modules():  # statistics as after training, else batch norm would change nothing
            if isinstance(part, torch.nn.BatchNorm2d):
                part.running_var.uniform_(0.5, 2)
                part.running_mean.normal_(0, 0.2)
    return made.eval(), layers


def test_it_is_compact_and_every_module_is_used_once(net):
    made, layers = net
    assert sum(parameter.numel() for parameter in made.parameters()) < 300_000
    calls = []
    handles = [part.register_forward_hook(lambda *_, name=name: calls.append(name)) for name, part in
               made.named_modules() if name]
    made(torch.full((1, *SHAPE), -50.0))
    for handle in handles:
        handle.remove()
    assert sorted(calls) == sorted(name for name, _ in made.named_modules() if name)
    assert set(layers) <= set(calls)


def test_frequency_and_time_are_halved_by_every_block_but_the_last(net):
    made, _ = net
    x, sizes = torch.randn(1, *SHAPE), []
    for name, part in made.named_children():
        x = part(x)
        if name.startswith("block"):
            sizes.append(tuple(x.shape[1:]))
    assert sizes == [(16, 32, 129), (32, 16, 64), (48, 8, 32), (64, 4, 16), (96, 2, 8), (128, 2, 8)]


def test_silence_and_the_loudest_sound_give_finite_gradients(net):
    made, _ = net
    for level in (SILENCE, 40.0):
        mels = torch.full((1, *SHAPE), level, requires_grad=True)
        made(mels).sum().backward()
        assert torch.isfinite(mels.grad).all()


def test_deeplift_is_complete_and_gradcam_finds_maps(net):
    """Pooling as functions, or a module used twice, would break these (METHODS 4)."""
    made, _ = net
    torch.manual_seed(1)
    mels = -50 + 15 * torch.randn(2, *SHAPE)
    silence = torch.full_like(mels, SILENCE)
    given, residual = DeepLift(made).attribute(mels, silence, target=1, return_convergence_delta=True)
    change = (made(mels) - made(silence))[:, 1]
    assert residual.abs().max() < 1e-3 * change.abs().max()
    assert given.shape == mels.shape
    assert LayerGradCam(made, made.block5).attribute(mels, target=1).shape == (2, 1, 2, 8)


@pytest.mark.parametrize(("name", "shape", "settings", "says"), [
    ("short-cn", SHAPE, {}, "unknown network 'short-cn' in here; did you mean 'short-cnn'"),
    ("short-cnn", SHAPE, {"width": [3]}, "unknown key 'width' in here; did you mean 'widths'"),
    ("short-cnn", (1, 64, 20), {}, "6 blocks halve a spectrogram of 64 mels x 20 frames away"),
])
def test_what_cannot_be_built_is_named(name, shape, settings, says):
    with pytest.raises(InputError, match=says):
        make_network(name, 3, shape, settings=settings, where="here")


def test_every_network_of_the_registry_listens():
    for name in NETWORKS:
        made, layers = make_network(name, 4, SHAPE, settings={})
        assert made(torch.zeros(2, *SHAPE)).shape == (2, 4)
        assert set(layers) <= set(dict(made.named_modules()))
