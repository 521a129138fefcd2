"""Sources by a network trained on songs: drums, bass, vocals and other. The only door to demucs."""

import re
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.io import resample
from escucha.audio.separators.demucs_files import Bag, check_file, find
from escucha.audio.separators.separator import Sources
from escucha.errors import InputError

if TYPE_CHECKING:
    from demucs.apply import BagOfModels, Model
    from torch import Tensor

USUAL = "htdemucs"

_OVERLAP = 0.25  # of a chunk with the next one: demucs' own
_STILL = 1e-8  # a standard deviation: what a network would be asked to amplify is rounding


def demucs(clip: Clip, argument: str) -> Sources:
    """The model's sources by its names (Rouard, Massa & Défossez 2023, Hybrid Transformers; Défossez 2021).

    The clip is brought to the model's rate and channels and back. Long clips go through in overlapping chunks. Nothing
    is drawn: the same clip has the same sources. On a GPU where there is one. A clip that never moves has silent
    sources. InputError for weights that are missing or are not demucs'.
    """
    import torch

    bag = find(argument)
    model = _model(bag, bag.digest())
    wave = resample(clip, model.samplerate).wave
    mean, spread = float(wave.mean(dtype=np.float64)), float(wave.std(dtype=np.float64))
    if spread < _STILL:
        return {name: Clip(np.zeros_like(clip.wave), clip.rate) for name in model.sources}
    padded = np.pad((wave - mean) / spread, (0, _room(model, len(wave)) - len(wave))).astype(np.float32)
    try:
        found = _applied(model, torch.from_numpy(padded))[:, :len(wave)] * spread
    except (AssertionError, RuntimeError, ValueError) as error:  # sizes of layers that do not fit, or no memory left
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"demucs:{argument} cannot take {clip.duration:g} s apart ({type(error).__name__}: {said}); "
                         "are its weights whole, and the clip not too long?") from error
    if not np.isfinite(found).all():
        raise InputError(f"demucs:{argument} gives samples that are not finite; are its weights whole?")
    return {name: resample(Clip(source, model.samplerate), clip.rate) for name, source in zip(model.sources, found)}


def _applied(model: "BagOfModels", wave: "Tensor") -> np.ndarray:
    """`(source, time)` float32 of a normalised wave `(time,)`, the channels averaged.

    demucs gives its sources the mean that it takes off the mix, each all of it; here it stays in the rest.
    """
    import torch
    from demucs.apply import apply_model

    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.no_grad():
        found = apply_model(model, wave.repeat(1, model.audio_channels, 1), shifts=0, split=True, overlap=_OVERLAP,
                            device=device)
    return found[0].mean(dim=1).cpu().numpy()


def _room(model: "BagOfModels", length: int) -> int:
    """`length`, or so many samples more that no network's last chunk is a scrap, of which some cannot make a frame."""
    networks: list[Any] = list(model.models)
    for network in networks:
        stride = int((1 - _OVERLAP) * int(network.samplerate * network.segment))
        left, least = length % stride, min(network.samplerate, stride)
        length += least - left if 0 < left < least else 0
    return length


@lru_cache(maxsize=1)
def _model(bag: Bag, _digest: str) -> "BagOfModels":
    """The networks of a bag, ready to be applied; kept, as a corpus asks the same ones for every clip."""
    from demucs.apply import BagOfModels

    models = [_network(file) for file in bag.files]
    weights = None if bag.weights is None else [list(row) for row in bag.weights]
    try:
        model = BagOfModels(models, weights, bag.segment)
    except AssertionError:
        raise InputError(f"{bag.files[0].parent} is no bag of demucs: its models differ in sources, rate or channels, "
                         "or its weights have another shape; give one file of it") from None
    return model.eval()


def _network(file: Path) -> "Model":
    import torch
    from demucs.hf import load_safetensors_model

    check_file(file)
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):  # it draws weights, then reads the true ones
            warnings.simplefilter("ignore")  # of settings that later versions of demucs dropped
            network = load_safetensors_model(file)
    except Exception as error:  # whatever demucs makes of a file from outside is the file's fault
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"{file} cannot be built as demucs' {type(error).__name__}: {said}; is it whole?") from error
    sources, seconds = list(network.sources), float(network.segment)
    if not (sources and len(set(sources)) == len(sources) and all(_is_name(name) for name in sources)
            and network.audio_channels in (1, 2) and 1000 <= network.samplerate <= 768_000 and 0 < seconds <= 600):
        raise InputError(f"{file} gives sources {sources} at {network.samplerate} Hz, {network.audio_channels} "
                         f"channels and {seconds:g} s at once; give a model of music with distinct names")
    return network


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(re.fullmatch(r"\w[\w .&+-]{0,39}", name))
