"""Networks of demucs, small enough for a test, in files as demucs writes them; one whose answer is known."""

import json
from fractions import Fraction
from pathlib import Path

import torch
from demucs.demucs import Demucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

SONG = ["drums", "bass", "other", "vocals"]
SIZES = {
    HTDemucs: {"channels": 4, "nfft": 512, "depth": 2, "t_layers": 1, "t_heads": 2, "bottom_channels": 8,
               "dconv_comp": 2, "norm_groups": 2, "segment": Fraction(3, 2)},
    HDemucs: {"channels": 4, "nfft": 256, "depth": 4, "norm_groups": 2, "segment": 2},
}
RATE = 8000


def save(path, network, *, klass="", **told):
    """The weights of a network, its class and settings in the metadata; `told` is written over them."""
    args, kwargs = network._init_args_kwargs
    named = klass or f"{type(network).__module__}.{type(network).__name__}"
    metadata = {"klass": named, "args": json.dumps(args), "kwargs": json.dumps(kwargs, default=_fraction)} | told
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path,
              {name: text for name, text in metadata.items() if text is not None})
    return Path(path)


def random_network(kind):
    """An untrained network of four sources; the same at every call."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return kind(sources=SONG, samplerate=RATE, **SIZES[kind]).eval()


def half_waves(*, channels=1, gain=1.0, **settings):
    """A network whose `up` is what lies above the mean and whose `down` what lies below, times a gain.

    One sample at a time, by hand: a rectifier is a layer, and the layer's way around itself doubles it.
    """
    network = Demucs(["up", "down"], audio_channels=channels, channels=2 * channels, depth=1, rewrite=False,
                     kernel_size=1, stride=1, gelu=False, dconv_mode=0, normalize=False, resample=False, rescale=0,
                     **{"samplerate": RATE, "segment": 0.5} | settings)
    eye = torch.eye(channels)
    network.encoder[0][0].weight.data = torch.cat([eye, -eye])[:, :, None]
    network.decoder[0][0].weight.data = gain * torch.block_diag(0.5 * eye, -0.5 * eye)[:, :, None]
    network.encoder[0][0].bias.data.zero_()
    network.decoder[0][0].bias.data.zero_()
    return network


def _fraction(value):
    return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}
