"""Every network of the registry, heard through its own front end: hookable, steady where a normalisation would not be.

Widths are small here to be quick; shapes are those of each design's own window.
"""

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, IntegratedGradients, LayerGradCam
from torch import nn

from escucha.errors import InputError
from escucha.models.front_ends import make_front_end
from escucha.models.networks import NETWORKS, make_network

SHAPE = (1, 64, 259)
SILENCE = -100.0
SMALL = {
    "choi-cnn": {"widths": (4, 4, 6, 6, 8)},
    "choi-crnn": {"widths": (4, 4, 6, 6), "units": 5},
    "cnn-bilstm": {"widths": (4, 4, 6, 6), "units": 8},
    "palo-images": {"widths": (4, 4, 4, 4, 4)},
    "palo-views": {"widths": (4, 4, 6, 6)},
    "resnet": {"widths": (4, 6, 8), "blocks": (2, 1, 1)},
    "vgg16": {"widths": (4, 4, 6, 6, 8), "hidden": (9, 7)},
    "vggish": {"widths": (4, 4, 6, 8), "hidden": (9, 7), "embedding": 6},
}
LAST_MAPS = {"choi-cnn": "block4", "choi-crnn": "block3", "cnn-bilstm": "block4", "gtzan-cnn": "block4",
             "palo-images": "block5", "palo-views": "mel.block4", "resnet": "stage3", "short-cnn": "block5",
             "vgg16": "stage4", "vggish": "block4"}
"""Of each network: a layer of maps, late enough to know something and early enough to have a place."""
PLAIN = sorted(set(NETWORKS) - {"choi-crnn", "cnn-bilstm", "palo-views"})
"""Those that DeepLift has a rule for, module by module: no gates of a recurrent layer, no product with itself."""


def made(name, labels=3, **settings):
    """A network with seeded weights and statistics as after training, else batch norm would change nothing."""
    front = make_front_end(NETWORKS[name].front_end, NETWORKS[name].rate, "here")
    sounding, silent = heard(name, front)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        net, layers = make_network(name, labels, tuple(sounding.shape[1:]), settings=settings or SMALL.get(name, {}))
        for part in net.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.momentum = None
        net.train()(torch.cat([sounding, silent]))
    return net.eval(), layers, front


@pytest.fixture(scope="module", params=sorted(NETWORKS))
def net(request):
    return request.param, *made(request.param)


def heard(name, front):
    """What a network hears of two windows of pulsing noise and of two silent ones."""
    time = np.arange(round(NETWORKS[name].window * NETWORKS[name].rate)) / NETWORKS[name].rate
    rng = np.random.default_rng(1)
    waves = np.stack([((time * beat) % 1 < 0.3) * rng.normal(0, 0.1, len(time)) for beat in (2.0, 3.0)])
    with torch.no_grad():
        sounding = front(torch.tensor(waves, dtype=torch.float32))
        return sounding, front(torch.zeros(sounding.shape[0], len(time)))


def test_every_module_is_used_once(net):
    name, network, layers, front = net
    calls = []
    names = [part for part, _ in network.named_modules() if part]
    handles = [network.get_submodule(part).register_forward_hook(lambda *_, part=part: calls.append(part))
               for part in names]
    logits = network(heard(name, front)[0])
    for handle in handles:
        handle.remove()
    assert logits.shape == (2, 3)
    assert sorted(calls) == sorted(names)
    assert [call for call in calls if call in layers] == list(layers)  # from sound to answer, as they are listed


def test_silence_and_the_loudest_sound_give_finite_gradients(net):
    name, network, _, front = net
    length = round(NETWORKS[name].window * NETWORKS[name].rate)
    loudest = torch.where(torch.arange(length) % 100 < 50, 1.0, -1.0)
    for wave in (torch.zeros(length), loudest):
        seen = front(wave[None]).detach().requires_grad_()
        network(seen).sum().backward()
        assert torch.isfinite(seen.grad).all()


def test_the_answer_does_not_depend_on_who_else_is_heard(net):
    name, network, _, front = net
    sounding, silent = heard(name, front)
    with torch.no_grad():
        torch.testing.assert_close(network(torch.cat([sounding, silent]))[:2], network(sounding), atol=1e-5, rtol=1e-4)
        assert (network(sounding)[0] - network(sounding)[1]).abs().max() > 0


def test_gradcam_finds_maps(net):
    name, network, _, front = net
    maps = LayerGradCam(network, network.get_submodule(LAST_MAPS[name])).attribute(heard(name, front)[0], target=1)
    assert maps.shape[:2] == (2, 1)
    assert maps.abs().sum() > 0


@pytest.mark.parametrize("name", PLAIN)
def test_deeplift_is_complete(name):
    """Pooling as functions, two hooked modules in a row, or a module used twice would break this (METHODS 4)."""
    network, _, front = made(name)
    sounding, silent = heard(name, front)
    _, residual = DeepLift(network).attribute(sounding, silent, target=1, return_convergence_delta=True)
    change = (network(sounding) - network(silent))[:, 1]
    assert residual.abs().max() < 2e-3 * change.abs().max()


@pytest.mark.parametrize("name", sorted(set(NETWORKS) - set(PLAIN)))
def test_integrated_gradients_add_up(name):
    network, _, front = made(name)
    sounding, silent = heard(name, front)
    given, residual = IntegratedGradients(network).attribute(sounding[:1], silent[:1], target=1, n_steps=20,
                                                             return_convergence_delta=True)
    assert given.shape == sounding[:1].shape
    assert residual.abs().max() < 0.05 * given.abs().sum()


def sizes(name, part, shape=SHAPE):
    """Shapes of a network's full-size children whose name begins with `part`, and how many parameters it has."""
    network, _ = make_network(name, 3, shape, settings={})
    x, seen = torch.randn(1, *shape), []
    with torch.no_grad():
        for child, module in network.eval().named_children():
            x = module(x)
            seen += [tuple(x.shape[1:])] if child.startswith(part) else []
    return seen, network


def parameters(network, *kinds):
    return sum(parameter.numel() for part in network.modules() if isinstance(part, kinds)
               for parameter in part.parameters(recurse=False))


def test_the_compact_network_halves_in_every_block_but_the_last():
    seen, network = sizes("short-cnn", "block")
    assert seen == [(16, 32, 129), (32, 16, 64), (48, 8, 32), (64, 4, 16), (96, 2, 8), (128, 2, 8)]
    assert parameters(network, nn.Module) < 300_000


def test_the_gtzan_network_s_pools_leave_one_point_of_half_a_minute():
    seen, _ = sizes("gtzan-cnn", "block", (1, 128, 1254))
    assert seen == [(16, 64, 418), (16, 21, 104), (32, 10, 20), (32, 3, 6), (64, 1, 1)]


def test_vgg_16_has_the_thirteen_convolutions_of_its_paper():
    _, network = sizes("vgg16", "stage")
    of_one_colour = 14_714_688 - 4_224 - 2 * 64 * 9  # the paper's with three colours and biases, less these
    assert parameters(network, nn.Conv2d) == of_one_colour
    assert sum(isinstance(part, nn.Conv2d) for part in network.modules()) == 13


def test_resnet_18_has_the_size_of_its_paper():
    _, network = sizes("resnet", "stage")
    assert parameters(network, nn.Module) == 11_689_512 - 2 * 64 * 49 - 1000 * 513 + 3 * 513


def test_vggish_has_the_size_of_its_release():
    _, network = sizes("vggish", "block", (1, 64, 96))
    assert parameters(network, nn.Module) == 72_141_184 + 3 * 129


@pytest.mark.parametrize(("name", "shape", "settings", "says"), [
    ("short-cn", SHAPE, {}, "unknown network 'short-cn' in here; did you mean 'short-cnn'"),
    ("short-cnn", SHAPE, {"width": [3]}, "unknown key 'width' in here; did you mean 'widths'"),
    ("short-cnn", (1, 64, 20), {}, "6 blocks halve a spectrogram of 64 mels x 20 frames away"),
    ("short-cnn", (4, 64, 99), {}, "here takes one spectrogram"),
    ("gtzan-cnn", (1, 128, 517), {}, "128 mels x 517 frames away; give smaller ones, a shorter hop"),
    ("gtzan-cnn", SHAPE, {"mel_pools": [2]}, "are as many, and one or more; got 5, 1 and 5"),
    ("cnn-bilstm", (1, 8, 64), {}, "the pools take a spectrogram of 8 mels x 64 frames away"),
    ("vgg16", (1, 64, 31), {}, "5 stages halve a spectrogram of 64 mels x 31 frames away"),
    ("vgg16", SHAPE, {"widths": [3, 4]}, "VGG-16 has 5 stages"),
    ("resnet", (1, 64, 2), {}, "the stem quarters a spectrogram of 64 mels x 2 frames away"),
    ("resnet", SHAPE, {"blocks": [2]}, "'widths' and 'blocks' are as many, and one or more; got 4 and 1"),
    ("vggish", (1, 64, 15), {}, "4 blocks halve a spectrogram of 64 mels x 15 frames away"),
    ("vggish", (1, 64, 96), {"head": False}, "answers with its 128 numbers, one label each; got 3 labels"),
    ("palo-views", (1, 64, 12), {}, "5 blocks halve a picture of 64 rows x 12 frames away"),
    ("palo-views", SHAPE, {"lags": 10}, "5 blocks halve a picture of 10 rows x 259 frames away"),
])
def test_what_cannot_be_built_is_named(name, shape, settings, says):
    with pytest.raises(InputError, match=says):
        make_network(name, 3, shape, settings=settings, where="here")


@pytest.mark.parametrize("name", ["cnn-bilstm", "palo-views", "resnet", "short-cnn", "vgg16", "vggish"])
@pytest.mark.parametrize("shape", [(1, 40, 61), (1, 96, 130), (1, 33, 256), (1, 127, 87)])
def test_other_mels_and_windows_fit_too(name, shape):
    settings = {**SMALL, "short-cnn": {"widths": (4, 4, 6, 6)}}[name]
    network, layers = make_network(name, 3, shape, settings=settings)
    with torch.no_grad():
        assert network.eval()(torch.randn(2, *shape)).shape == (2, 3)
    assert set(layers) <= set(dict(network.named_modules()))


def test_a_residual_network_hears_all_of_an_odd_spectrogram():
    """Strides round up where pools round down: the last pooling has to cover exactly what is left."""
    for mels, frames in ((9, 4), (31, 33), (64, 259), (77, 101)):
        network, _ = make_network("resnet", 2, (1, mels, frames), settings={"widths": (2, 2, 2), "blocks": (1, 1, 1)})
        maps = nn.Sequential(*list(network.eval().children())[:-4])  # to the last stage
        with torch.no_grad():
            left = maps(torch.randn(1, 1, mels, frames)).shape[2:]
        assert network.pool.kernel_size == tuple(left)
