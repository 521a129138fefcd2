"""A Hugging Face audio-classification model as a classifier whose transformer layers can be asked (the extra `hf`).

Conventions: layers have short names, from sound to answer: `features` (the convolutions over the wave), `embeddings`
(the tokens that enter the transformer), `layer.0`, `layer.1`, ..., `projector`, `pooled` (one row a window), those that
the model has. Transformers give `(batch, token, unit)`; here it is `(batch, unit, token)` as for every other layer, so
that what pools a layer pools over tokens. A window is heard as it is, a padded tail as silence: there is no attention
mask. Weights are read from safetensors only, from a folder or from what the Hub's cache already holds; no code that
comes with a model is run, and nothing is fetched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.models.classifier import Link
from escucha.models.torch_classifier import TorchClassifier

EXTRA = "pip install 'escucha[hf]'"
PLACES = {"features": "feature_extractor", "embeddings": "embeddings", "projector": "projector"}
"""Short name to where a model, or its base, has that layer."""
BLOCKS = ("layers", "layer")
"""What the list of transformer layers is called."""


class ZeroMean(nn.Module):
    """Waves `(batch, time)` of mean 0 and variance 1, as `Wav2Vec2FeatureExtractor` makes them; differentiable."""

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, time)`."""
        centred = waves - waves.mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(waves.var(dim=-1, keepdim=True, correction=0) + 1e-7)


class Extracted(nn.Module):
    """What a feature extractor makes of waves `(batch, time)`, by its own arithmetic: a constant to gradients."""

    def __init__(self, extractor: Any, name: str):
        super().__init__()
        self.extractor = extractor
        self.name = name

    def forward(self, waves: Tensor) -> Tensor:
        """`(batch, ...)`, the model's main input."""
        heard = list(waves.detach().cpu().numpy())
        made = self.extractor(heard, sampling_rate=self.extractor.sampling_rate, return_tensors="np")[self.name]
        return torch.as_tensor(np.asarray(made, dtype=np.float32), device=waves.device)


class ShortNames(nn.Module):
    """A front end and a model from waves `(batch, time)` to logits, its layers also under short names.

    A module that has two names is known by its first: the short ones are given before the model's own.
    """

    def __init__(self, front_end: nn.Module, model: nn.Module, short: dict[str, nn.Module]):
        super().__init__()
        self.front_end = front_end
        for name, part in short.items():
            self.add_module(name, part)
        self.model = model

    def reset_parameters(self) -> None:
        """Weights as the library draws them for a model of this config."""
        self.model.load_state_dict(type(self.model)(self.model.config).state_dict())

    def forward(self, waves: Tensor) -> Tensor:
        """Logits `(batch, label)`."""
        inputs = self.front_end(waves).to(next(self.model.parameters()).dtype)
        return self.model(inputs).logits.float()


def load_hugging_face(place: str | Path, *, window: float) -> TorchClassifier:
    """The model that `save_pretrained` left in a folder, or one of the Hub by its id if this machine has fetched it.

    `window` is in seconds. InputError where the extra is not installed, where the folder holds no such model, its
    weights are no safetensors or leave a layer without weights, and for an id that is not in the cache.
    """
    transformers = _transformers()
    settings = {"local_files_only": True, "trust_remote_code": False}
    if not Path(place).is_dir() and (Path(place).is_absolute() or str(place).count("/") > 1):
        raise InputError(f"there is no folder {place}; check the path")
    try:
        with _quiet(transformers):
            extractor = transformers.AutoFeatureExtractor.from_pretrained(place, **settings)
            model, told = transformers.AutoModelForAudioClassification.from_pretrained(
                place, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **settings)
    except Exception as error:
        raise _refusal(place, error) from error
    if told["missing_keys"]:
        raise InputError(f"the weights of {place} lack {', '.join(sorted(told['missing_keys'])[:3])}: is this a model "
                         "that was never trained to classify? Fine-tune it first")
    return from_hugging_face(model, extractor, window=window)


def from_hugging_face(model: Any, feature_extractor: Any, *, window: float) -> TorchClassifier:
    """An audio-classification model of transformers and its feature extractor as a LayeredClassifier.

    `window`, in seconds, is what it hears at once. Labels are the config's, the rate is the extractor's; the link is
    sigmoid where `config.problem_type` is `multi_label_classification`, else softmax. InputError for a regression, for
    an extractor without a rate, and for a window of which the extractor drops the end.
    """
    if model.config.problem_type == "regression":
        raise InputError("the model gives a number, not labels (problem_type 'regression'); take a classifier")
    rate = getattr(feature_extractor, "sampling_rate", None)
    if not isinstance(rate, int):
        raise InputError(f"{type(feature_extractor).__name__} has no sampling_rate; give the feature extractor that "
                         "belongs to the model")
    if not 0 < window <= 600:
        raise InputError(f"a window is from 0 to 600 seconds, got {window:g}; it is not in samples here")
    front, samples = _front_end(model, feature_extractor), round(window * rate)
    _check_whole(front, samples, window)
    link: Link = "sigmoid" if model.config.problem_type == "multi_label_classification" else "softmax"
    short = _short_names(model)
    layers = [layer for name, part in short.items() for layer in
              ([f"{name}.{at}" for at in range(len(part))] if isinstance(part, nn.ModuleList) else [name])]
    return TorchClassifier.of(ShortNames(front, model, short), rate=rate, window=samples, link=link, layers=layers,
                              labels=[model.config.id2label[at] for at in range(model.config.num_labels)],
                              units_last=[layer for layer in layers if layer != "features"])


def _front_end(model: Any, extractor: Any) -> nn.Module:
    if isinstance(extractor, _transformers().Wav2Vec2FeatureExtractor):
        return ZeroMean() if extractor.do_normalize else nn.Identity()
    return Extracted(extractor, model.main_input_name)


def _check_whole(front: nn.Module, samples: int, window: float) -> None:
    """Raise InputError where the last 50 ms of a window change nothing: the extractor would drop them unheard."""
    noise = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, (2, samples)).astype(np.float32))
    noise[1, :-samples // 20] = noise[0, :-samples // 20]
    first, second = front(noise)
    if torch.equal(first, second):
        raise InputError(f"the feature extractor does not hear the end of a window of {window:g} s; give a shorter one")


def _short_names(model: Any) -> dict[str, nn.Module]:
    """Short name to layer, from sound to answer; `layer` is the list of transformer layers."""
    base = model.base_model
    found = {short: getattr(base, name, getattr(model, name, None)) for short, name in PLACES.items()}
    found["embeddings"] = found["embeddings"] or getattr(base, "feature_projection", None)
    lists = [part for name, part in model.named_modules()
             if isinstance(part, nn.ModuleList) and name.rpartition(".")[2] in BLOCKS]
    found["layer"] = max(lists, key=len, default=None)
    found["pooled"] = getattr(model.classifier, "layernorm", None) if hasattr(model, "classifier") else None
    order = ("features", "embeddings", "layer", "projector", "pooled")
    return {short: part for short in order if isinstance(part := found[short], nn.Module)}


def _transformers() -> Any:
    try:
        import transformers
    except ImportError:
        raise InputError(f"a Hugging Face model needs the library transformers: {EXTRA}") from None
    return transformers


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """No bars while weights are read."""
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _refusal(place: str | Path, error: Exception) -> InputError:
    if not Path(place).is_dir():
        return InputError(f"the model {str(place)!r} is neither a folder nor in this machine's Hugging Face cache, and "
                          f"nothing is fetched here; fetch it first (hf download {place}), or name a folder")
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return InputError(f"{place} holds no audio-classification model that can be read: {reason}; it should hold what "
                      "save_pretrained writes for the model and for its feature extractor, weights as safetensors")
