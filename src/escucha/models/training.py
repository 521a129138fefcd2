"""Training a network; with `training_learner` the one door to Lightning.

Conventions: what is learned from is in `training_crops`, how in `training_recipe`. Nothing random outlives `fit`: every
epoch draws from (seed, epoch) alone, so a run that was killed and resumed ends with the very weights of one that was
not.
"""

import logging
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from torch import Tensor, nn

from escucha.errors import InputError
from escucha.models.listener import quick
from escucha.models.training_crops import Crops, Examples, SpectrogramCrops, Turn, WaveCrops, Waves
from escucha.models.training_freezing import frozen
from escucha.models.training_hearing import Hearing, picture_of
from escucha.models.training_learner import Bar, Learner, Loader
from escucha.models.training_loss import Check
from escucha.models.training_recipe import Recipe

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network as values."""

    state: dict[str, Tensor]
    """Weights of the best epoch."""
    epoch: int
    """The one with the lowest validation loss, from 1."""
    history: "DataFrame"
    """One row an epoch: epoch, train_loss, valid_loss, valid_accuracy (of tags valid_map, valid_auc), rate."""


def fit(network: nn.Module, train: Examples | Waves, check: Check, *, recipe: Recipe, folder: Path,
        front_end: nn.Module | None = None, freeze: Sequence[str] = (), progress: bool = False,
        callbacks: Sequence[Callback] = ()) -> Fitted:
    """Train `network` and return the weights of the epoch with the lowest validation loss; `network` is left with them.

    Waves need the `front_end` that hears them, and `check` then holds waves too. The submodules `freeze` stay as they
    are. `folder` keeps `last.ckpt` and `history.csv` after every epoch, each replaced whole; where it holds a
    `last.ckpt` training goes on from there. InputError where the data cannot be learned from, or not on these devices.
    """
    import pandas

    _check(train, check, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())), _hushed(), frozen(network, freeze) as still:
        learner = Learner(quick(network), Hearing(front_end), still, train.targets, check, recipe, folder)
        resume = folder / "last.ckpt"
        with _stoppable():
            _trainer(recipe, folder, progress, callbacks).fit(
                learner, Loader(_crops(train, check, recipe, front_end, learner.turn)), [torch.zeros(1)],
                ckpt_path=str(resume) if resume.is_file() else None, weights_only=True)
        if recipe.devices > 1:  # what the other processes learned is in the checkpoint alone
            learner.on_load_checkpoint(torch.load(resume, weights_only=True))
    if not learner.best["state"]:
        raise InputError("training diverged: no epoch had a finite validation loss; lower the recipe's rate")
    network.load_state_dict(learner.best["state"])
    return Fitted(learner.best["state"], learner.best["epoch"], pandas.DataFrame(learner.history))


def _check(train: Examples | Waves, check: Check, recipe: Recipe) -> None:
    targets = train.targets
    one = len(set(targets.tolist())) < 2 if targets.ndim == 1 else (targets.all(0) | ~targets.any(0)).any()
    if one:
        raise InputError("the training clips have fewer than two labels; there is nothing to tell apart"
                         if targets.ndim == 1 else
                         "a label is on all the training clips, or on none; there is nothing to tell apart")
    window, sounds = check.windows.shape[-1], train.waves if isinstance(train, Waves) else train.spectrograms
    what = "samples" if isinstance(train, Waves) else "frames"
    if (short := min(sound.shape[-1] for sound in sounds)) < window:
        raise InputError(f"a training clip has {short} {what} and a window {window}; pad clips to a window first")
    crops = len(targets) * recipe.crops
    if crops // -(-crops // recipe.batch) < recipe.devices:
        raise InputError(f"batches of {recipe.batch} crops, of {crops}, cannot be divided among {recipe.devices} "
                         "devices; use fewer devices, or larger batches")
    gpus = torch.cuda.device_count()
    if recipe.devices > gpus and (recipe.accelerator == "gpu" or (recipe.accelerator == "auto" and gpus)):
        raise InputError(f"accelerator = {recipe.accelerator!r} with devices = {recipe.devices}, and torch finds "
                         f"{gpus} GPUs here; use fewer, or accelerator = 'cpu'")


def _crops(train: Examples | Waves, check: Check, recipe: Recipe, front_end: nn.Module | None,
           turn: Callable[[], Turn]) -> Crops:
    window = check.windows.shape[-1]
    if isinstance(train, Examples):
        return SpectrogramCrops(recipe, window, turn, train)
    if front_end is None:
        raise InputError("waves are heard through a front end; give `fit` the one of the classifier")
    picture = picture_of(front_end, window)
    if picture is None and (recipe.augment.masks or recipe.augment.edges):
        raise InputError("'masks' and 'edges' of [recipe.augment] hide cells of a spectrogram, and this front end "
                         "makes none; leave them out")
    return WaveCrops(recipe, window, turn, train, picture)


def _trainer(recipe: Recipe, folder: Path, progress: bool, callbacks: Sequence[Callback]) -> lightning.Trainer:
    keep = ModelCheckpoint(folder, filename="last", save_top_k=1, monitor=None, save_on_train_epoch_end=True,
                           enable_version_counter=False)
    stop = EarlyStopping("valid_loss", patience=recipe.patience, mode="min")
    bar = [Bar()] if progress else []
    return lightning.Trainer(
        max_epochs=recipe.epochs, accelerator=recipe.accelerator, devices=recipe.devices, logger=False,
        strategy="ddp_spawn" if recipe.devices > 1 else "auto", use_distributed_sampler=False,
        deterministic=True if recipe.accelerator == "cpu" else "warn", gradient_clip_val=recipe.clip or None,
        callbacks=[stop, keep, *bar, *callbacks], enable_progress_bar=False, enable_model_summary=False,
        num_sanity_val_steps=0, default_root_dir=folder)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Lightning makes Ctrl-C an exit with status 1, and leaves the process deaf to the next: both are undone."""
    heard = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as error:
        if not isinstance(error.__context__, KeyboardInterrupt):
            raise
        signal.signal(signal.SIGINT, heard)
        raise KeyboardInterrupt from None


@contextmanager
def _hushed() -> Iterator[None]:
    """Lightning's advice about workers and accelerators is for other set-ups; errors still come through.

    Its `deterministic` is a switch of torch's as a whole, and is put back.
    """
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    strict, told = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.use_deterministic_algorithms(strict, warn_only=told)
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
