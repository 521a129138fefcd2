"""Layers of Keras 1 that torch does not have, so that weights learned there mean the same here.

Conventions: batch norms have Keras' `EPSILON` and torch's momentum (Keras' .99 needs a thousand steps to forget how it
began, which a small corpus does not give); a sequence is `(batch, time, unit)`.
"""

import torch
from torch import Tensor, nn

EPSILON = 1e-3
"""Added to the variance in a batch norm of Keras; torch adds a hundredth of it."""


def hard_sigmoid(x: Tensor) -> Tensor:
    """Keras' `clip(0.2 x + 0.5, 0, 1)`; torch's own has the slope 1/6.

    >>> hard_sigmoid(torch.tensor([-3.0, 0.0, 1.0, 3.0])).tolist()
    [0.0, 0.5, 0.699999988079071, 1.0]
    """
    return (0.2 * x + 0.5).clamp(0, 1)


class TimeNorm(nn.BatchNorm2d):
    """Batch norm whose statistics are one a frame: `(batch, channel, mel, time)` to the same shape."""

    def __init__(self, frames: int):
        super().__init__(frames, eps=EPSILON)

    def forward(self, maps: Tensor) -> Tensor:
        """Each frame normalised over mels, channels and the batch."""
        return super().forward(maps.transpose(1, 3)).transpose(1, 3)


class ToSteps(nn.Module):
    """`(batch, channel, mel, time)` to `(batch, time, channel * mel)`."""

    def forward(self, maps: Tensor) -> Tensor:
        """One vector a frame."""
        return maps.permute(0, 3, 1, 2).flatten(2)


class ToRow(nn.Module):
    """`(batch, channel, height, width)` to `(batch, height * width * channel)`: TensorFlow's order, channels last."""

    def forward(self, maps: Tensor) -> Tensor:
        """One vector a picture."""
        return maps.permute(0, 2, 3, 1).flatten(1)


class PreResetGru(nn.Module):
    """A GRU that resets its state *before* the recurrent product, as in its first paper and in Keras 1.

    `z = s(W_z x + U_z h + b_z)`, `r = s(W_r x + U_r h + b_r)`, `n = tanh(W_h x + U_h (r h) + b_h)`,
    `h' = z h + (1 - z) n`, s the hard sigmoid (Cho et al. 2014, arXiv 1406.1078, version 1). `nn.GRU` computes
    `r (U_h h)` instead and cannot hold such weights. Gates stand in the order z, r, h.
    """

    units_last = True
    """Its units stand on the last axis, after time (`TorchClassifier.units_last`)."""

    def __init__(self, before: int, units: int, *, last: bool = False):
        super().__init__()
        self.last = last
        """Give the state after the last step, `(batch, unit)`, and not the one after each step."""
        self.kernel = nn.Parameter(torch.empty(3, before, units))
        self.recurrent = nn.Parameter(torch.empty(3, units, units))
        self.bias = nn.Parameter(torch.empty(3, units))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weights as Keras draws them, gate by gate."""
        for gate in self.kernel.detach().unbind():
            nn.init.xavier_uniform_(gate)
        for gate in self.recurrent.detach().unbind():
            nn.init.orthogonal_(gate)
        nn.init.zeros_(self.bias)

    def forward(self, steps: Tensor) -> Tensor:
        """`(batch, time, unit)`, or `(batch, unit)` with `last`, of `(batch, time, before)`."""
        heard = torch.einsum("bti,gij->gtbj", steps, self.kernel) + self.bias[:, None, None]
        state = steps.new_zeros(len(steps), self.bias.shape[1])
        states = []
        for update, reset, new in heard.unbind(1):
            keep = hard_sigmoid(update + state @ self.recurrent[0])
            open_ = hard_sigmoid(reset + state @ self.recurrent[1])
            state = keep * state + (1 - keep) * torch.tanh(new + (open_ * state) @ self.recurrent[2])
            states.append(state)
        return state if self.last else torch.stack(states, dim=1)


class LogSigmoidOf(nn.Linear):
    """Logarithms of sigmoid outputs: under a softmax link they become the outputs divided by their sum.

    Published genre services give ten sigmoid outputs and divide them so; `exp` of these logits are the raw outputs.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """`(batch, label)` at most 0."""
        return nn.functional.logsigmoid(super().forward(inputs))


def head(before: int, labels: int, *, outputs: str) -> nn.Linear:
    """The last layer: `logits`, or `sigmoid` for the logarithms of sigmoid outputs."""
    return LogSigmoidOf(before, labels) if outputs == "sigmoid" else nn.Linear(before, labels)
