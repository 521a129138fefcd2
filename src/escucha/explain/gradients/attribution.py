"""Captum's gradient methods on one window: what each number that a network hears did for one label.

Conventions: what is heard is `(1, *shape)`, so is the baseline; attributions are `(draw, *shape)`, one draw where
nothing is drawn. One window at a time: captum's DeepLift mixes the windows of a batch at its maxima.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import DeepLift, GradientShap, InputXGradient, IntegratedGradients, LayerAttribution, LayerGradCam
from captum.attr import Saliency as CaptumSaliency
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.explain.gradients.drawing import drawing
from escucha.explain.gradients.last_maps import last_maps, padding, upright
from escucha.explain.weights import USUAL, Sampling
from escucha.models.classifier import Link, values

STEPS, MOST_STEPS = 32, 256
"""Points on the way from silence that integrated gradients begin with, and end with at the latest."""
CLOSE = 0.01
"""They end where what they found misses the window's change by less than this share of it, or of the clip's."""
ROUNDS, DRAWS = 8, 256
"""GradientShap: means of independent draws, whose spread gives the interval; and draws a window, at most."""
AT_ONCE = 2**21
"""Numbers heard at once by a network that looks at many points: bounds memory whatever the window."""


class Valued(nn.Module):
    """A network whose answers are what is explained, `(batch, label)`, and that counts what it was asked."""

    def __init__(self, network: nn.Module, link: Link):
        super().__init__()
        self.network = network
        self.link = link
        self.asked = 0

    def forward(self, heard: Tensor) -> Tensor:
        """`values` (models/classifier.py) of the network's logits."""
        self.asked += len(heard)
        return values(self.network(heard), self.link)


@dataclass(frozen=True, eq=False)
class Window:
    """One window as a network hears it."""

    net: Valued
    heard: Tensor
    """`(1, *shape)`."""
    baseline: Tensor
    """`(1, *shape)`: what is heard when all parts are off."""
    column: int
    """Of the label explained."""
    clip_change: float = 0.0
    """By how much the value of the whole clip changes when all parts are switched off."""
    sampling: Sampling = USUAL
    """What may be drawn in this window."""

    @property
    def rows(self) -> int:
        """Points looked at in one pass."""
        return int(np.clip(AT_ONCE // self.heard.numel(), 1, 32))


def saliency(window: Window) -> Tensor:
    """Size of the gradient (Simonyan, Vedaldi, Zisserman 2013, arXiv 1312.6034)."""
    return CaptumSaliency(window.net).attribute(window.heard, target=window.column, abs=True)


def input_x_gradient(window: Window) -> Tensor:
    """Gradient times input, counted from the baseline: the 0 dB that zeros would mean is loud."""
    apart = (window.heard - window.baseline).detach().requires_grad_()
    return InputXGradient(lambda rest: window.net(window.baseline + rest)).attribute(apart, target=window.column)


def integrated_gradients(window: Window) -> Tensor:
    """The mean gradient on the straight way from the baseline (Sundararajan, Taly, Yan 2017, arXiv 1703.01365).

    Twice as many points are taken until the sum is close to the change of the value.
    """
    look, steps = IntegratedGradients(window.net), STEPS
    while True:
        found, off = look.attribute(window.heard, window.baseline, target=window.column, n_steps=steps,
                                    internal_batch_size=window.rows, return_convergence_delta=True)
        change = max((found.sum() - off).abs().item(), abs(window.clip_change))
        if steps >= MOST_STEPS or off.abs().item() <= CLOSE * change:
            return found
        steps *= 2


def gradient_shap(window: Window) -> Tensor:
    """Gradients at random points of that way (expected gradients; Erion et al. 2021), without added noise."""
    each = int(np.clip(window.sampling.samples, ROUNDS, DRAWS)) // ROUNDS
    with drawing(window.sampling.seed):
        return torch.cat([_drawn(window, each) for _ in range(ROUNDS)])


def _drawn(window: Window, count: int) -> Tensor:
    look = GradientShap(window.net)
    pieces = [min(window.rows, count - at) for at in range(0, count, window.rows)]
    return sum(piece * look.attribute(window.heard, window.baseline, n_samples=piece, target=window.column)
               for piece in pieces) / count


def deep_lift(window: Window) -> Tensor:
    """Differences from the baseline passed back by the rescale rule (Shrikumar et al. 2017, arXiv 1704.02685)."""
    with _cleaned(window.net):
        return DeepLift(window.net).attribute(window.heard, window.baseline, target=window.column)


def grad_cam(window: Window) -> Tensor:
    """Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391) at the network's last maps (`last_maps`), rectified.

    Enlarged in straight lines to what the network hears; zeros that it adds around that are cut off again.
    """
    layer = last_maps(window.net.network, window.heard)
    maps = LayerGradCam(window.net, layer).attribute(window.heard, target=window.column, relu_attributions=True)
    maps = upright(window.net.network, maps)
    left, right, top, bottom = padding(window.net.network)
    height, width = window.heard.shape[-2:]
    size = (height + top + bottom, width + left + right)
    wide = LayerAttribution.interpolate(maps, size, interpolate_mode="bilinear")
    return wide[..., top : top + height, left : left + width]


ATTRIBUTIONS: dict[str, Callable[[Window], Tensor]] = {
    "saliency": saliency,
    "input-x-gradient": input_x_gradient,
    "integrated-gradients": integrated_gradients,
    "gradient-shap": gradient_shap,
    "deep-lift": deep_lift,
    "grad-cam": grad_cam,
}


def attribute(name: str, window: Window) -> np.ndarray:
    """`(draw, *shape)` float64 by the method of this name; InputError where captum cannot see into the network."""
    window.heard.requires_grad_()
    try:
        with warnings.catch_warnings(), torch.enable_grad():
            for announced in ("Setting forward, backward hooks", "Input Tensor"):
                warnings.filterwarnings("ignore", message=rf"\s*{announced}")
            found = ATTRIBUTIONS[name](window).detach().cpu().numpy().astype(np.float64)
    except InputError:
        raise
    except (AssertionError, AttributeError, IndexError, NotImplementedError, RuntimeError, TypeError,
            ValueError) as error:
        said = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"{name} cannot look into this network ({said}); try another method, as shapley") from error
    if not np.isfinite(found).all():
        raise InputError(f"{name} finds numbers that are not finite in this network; try another method, as "
                         "shapley")
    return found


@contextmanager
def _cleaned(module: nn.Module) -> Iterator[None]:
    """Takes out what DeepLift leaves in modules that no gradient came back to, and after an error."""
    before = [(part, set(vars(part))) for part in module.modules()]
    try:
        yield
    finally:
        for part, names in before:
            for name in set(vars(part)) - names:
                delattr(part, name)
