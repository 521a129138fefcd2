"""A small tagger with a card, whose published file is made here: what it remembers of its training is true."""

from pathlib import Path

import h5py
import numpy as np
import torch

from escucha.config import to_toml
from escucha.models.build import listener
from escucha.models.card import Card
from escucha.models.networks.choi_crnn import ChoiCrnnSettings, published_names
from escucha.models.weights.kernels import Kernels
from escucha.models.weights.probes import probe_sounds

SHAPE = {"widths": [6, 8, 8], "pools": [2, 2, 2], "units": 3, "pad": 2, "dropout": 0.0,
         "last_dropout": 0.0}
RATE, WINDOW = 4000, 1.0


def card(variants=(), kernels: Kernels = "theano", link="sigmoid", **network) -> Card:
    """Three tags of a second."""
    table = {"format": "keras-h5", "source": "here", "licence": "none", "kernels": kernels,
             "variants": list(variants) or [{"kernels": kernels, "files": [{"url": "http://127.0.0.1/toy.h5"}]}]}
    return Card("a toy", "network", ("a", "b", "c"), RATE, WINDOW, link=link, published=table,
                front_end={"name": "choi-mel", "n_fft": 256, "hop": 64, "mels": 16},
                network={"name": "choi-crnn", **SHAPE, **network})


def home_of(folder: Path, toy: Card) -> Path:
    """A home whose shelf holds the toy's card."""
    (folder / "models").mkdir(parents=True, exist_ok=True)
    told = {key: value for key, value in vars(toy).items() if value not in ({}, (), "")}
    (folder / "models" / "toy.toml").write_text(to_toml(told))
    return folder


def trained(seed: int = 0):
    """The toy with drawn weights, its batch norms knowing how its channels vary on the built-in sounds."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module, _ = listener(card(), "here")
        for part in module.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                part.momentum = None  # remember the mean over all it hears
        with torch.no_grad():
            module.train()(torch.from_numpy(probe_sounds(RATE, RATE)))
    return module.eval()


def write_keras(path: Path, network, kernels: Kernels, without: str = "") -> Path:
    """The weights as Keras 1 would have saved them, but for a layer."""
    convert = {torch.nn.Conv2d: _conv, torch.nn.Linear: _linear, torch.nn.BatchNorm2d: _norm}
    with h5py.File(path, "w") as file:
        names = [called[0] for called in published_names(ChoiCrnnSettings(widths=(6, 8, 8))).values()]
        file.attrs["layer_names"] = [name.encode() for name in names if name != without]
        for part, (name, *_) in published_names(ChoiCrnnSettings(widths=(6, 8, 8))).items():
            module = network.get_submodule(part)
            make = next((made for kind, made in convert.items() if isinstance(module, kind)), _gru)
            group = file.create_group(name)
            held = {f"{name}_{weight}": array for weight, array in make(module, kernels).items()}
            group.attrs["weight_names"] = [weight.encode() for weight in held]
            for weight, array in held.items():
                group[weight] = array
    return path


def _conv(module, kernels):
    kernel = module.weight.detach().numpy()
    return {"W": kernel[:, :, ::-1, ::-1] if kernels == "theano" else kernel, "b": module.bias.detach().numpy()}


def _linear(module, kernels):
    return {"W": module.weight.detach().numpy().T, "b": module.bias.detach().numpy()}


def _norm(module, kernels):
    return {"gamma": module.weight.detach().numpy(), "beta": module.bias.detach().numpy(),
            "running_mean": module.running_mean.numpy(), "running_std": module.running_var.numpy()}


def _gru(module, kernels):
    return {f"{letter}_{gate}": getattr(module, ours).detach().numpy()[at] for at, gate in enumerate("zrh")
            for letter, ours in (("W", "kernel"), ("U", "recurrent"), ("b", "bias"))}


def logits(module) -> np.ndarray:
    """What a module says of the built-in sounds."""
    with torch.no_grad():
        return module(torch.from_numpy(probe_sounds(RATE, RATE))).numpy()


