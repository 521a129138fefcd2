"""Training a network on log-mels: the one door to Lightning.

Conventions: spectrograms are `(mel, frame)` float32 decibels, one a clip, of any length of at least a window; targets
are integers into the labels. Nothing random outlives the function: every epoch draws from (seed, epoch) alone, so a run
that was killed and resumed ends with the very weights of one that was not.
"""

import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from escucha.config import Within
from escucha.errors import InputError
from escucha.models.torch_classifier import quick
from escucha.whole import whole

if TYPE_CHECKING:
    from pandas import DataFrame

QUIET = -100.0
"""dB of silence: what SpecAugment hides a band with."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    epochs: Annotated[int, Within(1, 100_000)] = 40
    """At most."""
    patience: Annotated[int, Within(1, 100_000)] = 12
    """Epochs without a better validation loss after which training stops."""
    batch: Annotated[int, Within(1, 4096)] = 32
    rate: Annotated[float, Within(1e-9, 10)] = 2e-3
    """Peak learning rate: warmed up over a tenth of the epochs, then a cosine down to nothing (AdamW)."""
    decay: Annotated[float, Within(0, 10)] = 1e-2
    seed: int = 0
    gain: Annotated[float, Within(0, 60)] = 6.0
    """Each crop's level is shifted by up to this many dB either way: loudness then says nothing."""
    tilt: Annotated[float, Within(0, 60)] = 6.0
    """Treble against bass, up to this many dB either way over the whole range: rooms and tones then say little."""
    bands: Annotated[int, Within(0, 1024)] = 12
    """Widest band of mels hidden in a crop (SpecAugment, Park et al. 2019); 0 for none."""
    crops: Annotated[int, Within(1, 1000)] = 2
    """Crops drawn from each clip in an epoch."""
    balanced: bool = False
    """Weigh classes by the inverse of their share."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Clips to learn from or to be checked on."""

    spectrograms: Sequence[Tensor]
    """Each `(mel, frame)` dB: whole clips to crop from (training)."""
    targets: np.ndarray
    """`(clip,)` integers."""


@dataclass(frozen=True, eq=False)
class Check:
    """Validation clips as the deployed classifier hears them: cut into windows, scores averaged over each clip."""

    windows: Tensor
    """`(window, 1, mel, frame)` dB."""
    owners: np.ndarray
    """`(window,)`: the row of `targets` each window belongs to."""
    targets: np.ndarray
    """`(clip,)` integers."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network as values."""

    state: dict[str, Tensor]
    """Weights of the best epoch."""
    epoch: int
    """The one with the lowest validation loss, from 1."""
    history: "DataFrame"
    """One row an epoch: epoch, train_loss, valid_loss, valid_accuracy, rate."""


def fit(network: nn.Module, train: Examples, check: Check, *, recipe: Recipe, folder: Path, progress: bool = False,
        callbacks: Sequence[Callback] = ()) -> Fitted:
    """Train `network` and return the weights of the epoch with the lowest validation loss; `network` is left with them.

    `folder` keeps `last.ckpt` and `history.csv` after every epoch, each replaced whole; where it holds a `last.ckpt`
    training goes on from there. InputError where the data cannot be learned from.
    """
    import pandas

    _check(train, check)
    folder.mkdir(parents=True, exist_ok=True)
    learner = _Learner(quick(network), train, check, recipe, folder)
    with torch.random.fork_rng(devices=[]), _hushed():
        trainer = _trainer(recipe, folder, progress, callbacks)
        resume = folder / "last.ckpt"
        crops = _Crops(train, recipe, check.windows.shape[-1], lambda: learner.current_epoch)
        trainer.fit(learner, crops, [torch.zeros(1)],
                    ckpt_path=str(resume) if resume.is_file() else None, weights_only=True)
    if not learner.best["state"]:
        raise InputError("training diverged: no epoch had a finite validation loss; lower the recipe's rate")
    network.load_state_dict(learner.best["state"])
    return Fitted(learner.best["state"], learner.best["epoch"], pandas.DataFrame(learner.history))


def _check(train: Examples, check: Check) -> None:
    frames = check.windows.shape[-1]
    if len(set(train.targets.tolist())) < 2:
        raise InputError("the training clips have fewer than two labels; there is nothing to tell apart")
    short = min(len(spectrogram[0]) for spectrogram in train.spectrograms)
    if short < frames:
        raise InputError(f"a training clip has {short} frames and a window {frames}; pad clips to a window first")


def _trainer(recipe: Recipe, folder: Path, progress: bool, callbacks: Sequence[Callback]) -> lightning.Trainer:
    keep = ModelCheckpoint(folder, filename="last", save_top_k=1, monitor=None, save_on_train_epoch_end=True,
                           enable_version_counter=False)
    stop = EarlyStopping("valid_loss", patience=recipe.patience, mode="min")
    bar = [_Bar()] if progress else []
    return lightning.Trainer(
        max_epochs=recipe.epochs, accelerator="cpu", devices=1, logger=False, deterministic=True,
        callbacks=[stop, keep, *bar, *callbacks], enable_progress_bar=False, enable_model_summary=False,
        num_sanity_val_steps=0, default_root_dir=folder)


class _Bar(Callback):
    """One step an epoch, on stderr (Lightning's own goes to stdout, where only answers belong)."""

    def on_train_start(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        self.bar = tqdm(total=trainer.max_epochs, initial=trainer.current_epoch, desc="training", unit="epoch")

    def on_validation_end(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        told = {name: f"{float(value):.3f}" for name, value in trainer.callback_metrics.items()}
        self.bar.set_postfix(told, refresh=False)
        self.bar.update()

    def on_train_end(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        self.bar.close()


@contextmanager
def _hushed() -> Iterator[None]:
    """Lightning's advice about workers and accelerators is for other set-ups; errors still come through."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


@dataclass(frozen=True)
class _Crops:
    """Batches (spectrograms `(batch, 1, mel, frame)`, targets) of one epoch; each epoch has its own random stream."""

    train: Examples
    recipe: Recipe
    frames: int
    epoch: Callable[[], int]
    """Which epoch it is when the iteration begins."""

    def __len__(self) -> int:
        return -(-len(self.train.targets) * self.recipe.crops // self.recipe.batch)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng((self.recipe.seed, self.epoch()))
        order = rng.permutation(np.repeat(np.arange(len(self.train.targets)), self.recipe.crops))
        for rows in np.array_split(order, len(self)):
            crops = torch.stack([crop(self.train.spectrograms[row], self.frames, self.recipe, rng) for row in rows])
            yield crops.unsqueeze(1), torch.as_tensor(self.train.targets[rows], dtype=torch.long)


def crop(spectrogram: Tensor, frames: int, recipe: Recipe, rng: np.random.Generator) -> Tensor:
    """`(mel, frames)` dB: a random moment of a clip, at another level, with another tilt, and a band hidden."""
    mels, length = spectrogram.shape
    start = int(rng.integers(length - frames + 1))
    ramp = torch.linspace(-.5, .5, mels)[:, None]
    piece = spectrogram[:, start : start + frames] + (rng.uniform(-recipe.gain, recipe.gain)
                                                      + rng.uniform(-recipe.tilt, recipe.tilt) * ramp)
    width = int(rng.integers(min(recipe.bands, mels) + 1))
    low = int(rng.integers(mels - width + 1))
    piece[low : low + width] = QUIET
    return piece.clamp(min=QUIET).float()


class _Learner(lightning.LightningModule):
    """One network, its loss, and the best weights so far; all of it goes into the checkpoint."""

    def __init__(self, network: nn.Module, train: Examples, check: Check, recipe: Recipe, folder: Path):
        super().__init__()
        self.network, self.check, self.recipe, self.folder = network, check, recipe, folder
        self.weights = class_weights(train.targets) if recipe.balanced else None
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"loss": float("inf"), "epoch": 0, "state": {}}
        self.losses: list[float] = []

    def on_train_epoch_start(self) -> None:
        # dropout draws from torch's generator; forked by `fit`, and set anew each epoch so that a resumed run agrees
        torch.manual_seed(self.recipe.seed * 100_003 + self.current_epoch)
        self.losses = []

    def training_step(self, batch: tuple[Tensor, Tensor], at: int) -> Tensor:
        crops, targets = batch
        loss = functional.cross_entropy(self.network(crops), targets, weight=self.weights)
        self.losses.append(float(loss.detach()))
        return loss

    def validation_step(self, batch: Tensor, at: int) -> None:
        """The whole validation set at once: the batch is a placeholder."""
        loss, accuracy = judge(self.network, self.check)
        row = {"epoch": self.current_epoch + 1, "train_loss": float(np.mean(self.losses)), "valid_loss": loss,
               "valid_accuracy": accuracy, "rate": self.trainer.optimizers[0].param_groups[0]["lr"]}
        self.history.append(row)
        self.log("valid_loss", loss, prog_bar=True, batch_size=1)
        self.log("valid_accuracy", accuracy, prog_bar=True, batch_size=1)
        if loss < self.best["loss"]:
            state = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}
            self.best = {"loss": loss, "epoch": self.current_epoch + 1, "state": state}
        write_history(self.folder / "history.csv", self.history)

    def configure_optimizers(self) -> Any:
        recipe = self.recipe
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
        warm = max(1, recipe.epochs // 10)

        def pace(epoch: int) -> float:
            if epoch < warm:
                return (epoch + 1) / (warm + 1)
            return 0.5 * (1 + math.cos(math.pi * (epoch - warm) / max(1, recipe.epochs - warm)))

        return [optimizer], [torch.optim.lr_scheduler.LambdaLR(optimizer, pace)]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["escucha"] = {"history": self.history, "best": self.best}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history, self.best = checkpoint["escucha"]["history"], checkpoint["escucha"]["best"]


@torch.no_grad()
def judge(network: nn.Module, check: Check, *, batch: int = 64) -> tuple[float, float]:
    """Log-loss and accuracy of clips, logits averaged over their windows; the caller sets the network's mode."""
    logits = torch.cat([network(piece) for piece in check.windows.split(batch)])
    owners, targets = torch.as_tensor(check.owners), torch.as_tensor(check.targets, dtype=torch.long)
    count = torch.bincount(owners, minlength=len(targets))[:, None]
    clips = torch.zeros(len(targets), logits.shape[1]).index_add_(0, owners, logits) / count
    return float(functional.cross_entropy(clips, targets)), float((clips.argmax(1) == targets).float().mean())


def class_weights(targets: np.ndarray) -> Tensor:
    """`(label,)` float32: inverse shares, so that the weights of all examples average to one.

    >>> class_weights(np.array([0, 0, 0, 1])).tolist()
    [0.6666666865348816, 2.0]
    """
    count = np.bincount(targets)
    return torch.as_tensor(len(targets) / (len(count) * np.maximum(count, 1)), dtype=torch.float32)


def write_history(path: Path, history: Sequence[dict[str, float]]) -> None:
    """One CSV row an epoch, the file replaced whole."""
    import pandas

    with whole(path) as partial:
        pandas.DataFrame(history).to_csv(partial, index=False)
