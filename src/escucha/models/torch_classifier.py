"""A torch module as a classifier whose inside can be read.

Conventions: numpy at the boundary, torch inside; waves are `(batch, window)` float32; a layer is the dotted name of a
submodule, as in `module.named_modules()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from escucha.errors import InputError, unknown
from escucha.models.classifier import Change, Link, label_index, values
from escucha.models.listener import Called, Listener, Logits
from escucha.models.steering import applied, scores_when
from escucha.models.taps import all_heard, listening, tapped

BATCH = 32
"""Waves in one forward pass: bounds memory whatever is asked."""
UNITS_LAST = (nn.RNNBase, nn.TransformerEncoder, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer,
              nn.MultiheadAttention, nn.LayerNorm, nn.Linear, nn.Embedding)
"""Layers that give `(batch, *position, unit)`: what torch's convolutions and pools call channels comes last in them."""


@dataclass(frozen=True, eq=False)
class TorchClassifier:
    """A torch module from waves `(batch, window)` to logits `(batch, label)`: a LayeredClassifier."""

    module: nn.Module
    labels: tuple[str, ...]
    rate: int
    window: int
    """Samples it hears at once."""
    link: Link = "softmax"
    layers: tuple[str, ...] = ()
    """Dotted names of the submodules that can be asked for, from sound to answer."""
    units_last: tuple[str, ...] | None = None
    """Of these: those that give `(batch, *position, unit)`, as transformers and recurrent layers do. They are told as
    `(batch, unit, *position)` like all others, so that pooling is over positions and never over units. None: those
    whose type says so (UNITS_LAST, or a module's own attribute `units_last`)."""

    @classmethod
    def of(cls, module: nn.Module, *, labels: Sequence[str], rate: int, window: int, link: Link = "softmax",
           front_end: Callable[[Tensor], Any] | None = None, gives: Literal["logits", "probabilities"] = "logits",
           layers: Sequence[str] | None = None, units_last: Sequence[str] | None = None) -> "TorchClassifier":
        """Your own module as a classifier; `layers` are all its direct children unless named.

        The module takes waves `(batch, window)`, or with a `front_end` (a module, or a function of waves that may
        answer in numpy) what that makes of them; its layers are then called `network.<name>`. One that `gives`
        probabilities is read through their clipped logarithm (log-odds). Layers whose units are on their last axis are
        known by their type, or named in `units_last`. InputError for a module that does not give one tensor `(batch,
        label)`.

        >>> net = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
        >>> mine = TorchClassifier.of(net, labels=["tango", "rumba"], rate=22050, window=8)
        >>> mine.layers, mine.scores(np.zeros((3, 8), np.float32)).shape
        (('0', '1', '2'), (3, 2))
        """
        names = [name for name, _ in module.named_children()] if layers is None else list(layers)
        before = ""
        if gives == "probabilities":
            module, before = Logits(module, link), "module."
        if front_end is not None:
            front = front_end if isinstance(front_end, nn.Module) else Called(front_end)
            module, before = Listener(front, module), f"network.{before}"
        for name in units_last or ():
            if name not in names:
                raise unknown("layer", name, names, "units_last")
        found = cls(module, tuple(labels), rate, window, link, tuple(before + name for name in names),
                    None if units_last is None else tuple(before + name for name in units_last))
        found._check(found.layers)
        found._check_answer()
        return found

    def _check_answer(self) -> None:
        """Raise InputError where the module, asked about two windows of silence, gives no tensor `(2, label)`."""
        if not all(self.labels) or len(set(self.labels)) < len(self.labels):
            raise InputError(f"the labels should be different names, got {list(self.labels)}")
        device = next(self.module.parameters(), torch.empty(0)).device
        with listening(self.module), torch.no_grad():
            given = self.module(torch.zeros(2, self.window, device=device))
        if not isinstance(given, Tensor):
            raise InputError(f"the module gives {type(given).__name__}, not a tensor of scores; wrap it in a module "
                             "whose forward returns the logits alone, (batch, label)")
        if given.shape != (2, len(self.labels)):
            raise InputError(f"the module gives {given.shape[-1] if given.ndim else 'one'} scores of shape "
                             f"{tuple(given.shape)} for two windows and {len(self.labels)} labels are named; it should "
                             "give (batch, label)")

    def scores(self, waves: np.ndarray) -> np.ndarray:
        """Logits `(batch, label)` of waves `(batch, window)`."""
        def ask(piece: Tensor) -> dict[str, Tensor]:
            with torch.no_grad():
                return {"scores": self.module(piece)}

        return self._batched(waves, ask)["scores"]

    def activations(self, waves: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
        """`{layer: (batch, *unit)}`, all layers in one forward pass; InputError for an unknown layer."""
        self._check(layers)

        def ask(piece: Tensor) -> dict[str, Tensor]:
            with torch.no_grad(), tapped(self.module, layers) as taps:
                self.module(piece)
            return {layer: self._units_first(layer, heard, 1) for layer, heard in all_heard(taps, layers).items()}

        return self._batched(waves, ask)

    def gradients(self, waves: np.ndarray, layers: Sequence[str], labels: Sequence[str]) -> dict[str, np.ndarray]:
        """`{layer: (batch, label, *unit)}`: of each label's `value` (models/classifier.py) with respect to the layer.

        One forward pass, and one backward pass a label for all layers together. InputError for an unknown layer or
        label.
        """
        self._check(layers)
        layers = list(dict.fromkeys(layers))
        columns = [label_index(self, label) for label in labels]

        def ask(piece: Tensor) -> dict[str, Tensor]:
            with torch.enable_grad(), tapped(self.module, layers, differentiable=True) as taps:
                logits = self.module(piece)
                inside = list(all_heard(taps, layers).values())
                slopes = [_slopes(logits, column, inside, self.link) for column in columns]
            stacked = [torch.stack([slope[at] for slope in slopes], dim=1) for at in range(len(layers))]
            return {layer: self._units_first(layer, slope, 2) for layer, slope in zip(layers, stacked)}

        return self._batched(waves, ask)

    def scores_changed(self, waves: np.ndarray, layer: str, changes: Sequence[Change]) -> np.ndarray:
        """Logits `(change, batch, label)` when the layer gives `change(activations)`, `(batch, *unit)` to the same.

        What comes before the layer is computed once for all changes, where what comes after it allows that.
        InputError for an unknown layer, and for a change that gives another shape or what is not finite.
        """
        self._check([layer])

        def put(told: Tensor) -> Tensor:
            heard = self._units_first(layer, told, 1)
            given = applied(changes, heard, layer)
            return given.movedim(1, -1) if self._last(layer) else given

        def ask(piece: Tensor) -> dict[str, Tensor]:
            with torch.no_grad():
                return {"scores": scores_when(self.module, piece, layer, put, len(changes)).movedim(0, 1)}

        return np.moveaxis(self._batched(waves, ask)["scores"], 1, 0)

    def _last(self, layer: str) -> bool:
        """Are the layer's units on its last axis?"""
        if self.units_last is not None:
            return layer in self.units_last
        part = self.module.get_submodule(layer)
        return bool(getattr(part, "units_last", isinstance(part, UNITS_LAST)))

    def _units_first(self, layer: str, told: Tensor, lead: int) -> Tensor:
        return told.movedim(-1, lead) if self._last(layer) else told

    def _check(self, layers: Sequence[str]) -> None:
        modules = dict(self.module.named_modules())
        for layer in layers:
            if layer not in self.layers or layer not in modules:
                raise unknown("layer", layer, (name for name in self.layers if name in modules))

    def _batched(self, waves: np.ndarray, ask: Callable[[Tensor], dict[str, Tensor]]) -> dict[str, np.ndarray]:
        waves = np.asarray(waves, dtype=np.float32)
        if waves.ndim != 2 or waves.shape[1] != self.window or not len(waves):
            raise InputError(f"the classifier hears waves of shape (batch, {self.window}), got {waves.shape}; "
                             "cut clips with escucha.models.windows")
        device = next(self.module.parameters(), torch.empty(0)).device
        pieces = []
        with listening(self.module):
            for piece in np.array_split(waves, -(-len(waves) // BATCH)):
                asked = ask(torch.tensor(piece, device=device))
                pieces.append({name: value.detach().cpu().numpy() for name, value in asked.items()})
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _slopes(logits: Tensor, column: int, inside: Sequence[Tensor], link: Link) -> Sequence[Tensor]:
    if not logits.requires_grad:
        raise InputError("the module's answer does not depend on its layers in a way that torch can follow; does its "
                         "forward work under no_grad, or through detach or numpy?")
    value = values(logits, link)[:, column]  # tensors know numpy's `mean(axis=, keepdims=)` too
    # Waves of a batch do not hear each other in evaluation mode, so the gradient of the sum is each one's own.
    return torch.autograd.grad(value.sum(), inside, retain_graph=True, allow_unused=True, materialize_grads=True)
