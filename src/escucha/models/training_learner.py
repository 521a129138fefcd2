"""What Lightning is given: a network in training with all that a resumed run needs, and a bar on stderr."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from torch import Tensor, nn
from tqdm import tqdm

from escucha.models.training_crops import Batch, Crops, Turn
from escucha.models.training_hearing import Hearing
from escucha.models.training_loss import LOSSES, Check, class_weights, judge, mix_targets
from escucha.models.training_pace import OPTIMISERS, pace
from escucha.models.training_recipe import Recipe
from escucha.whole import whole


class Learner(lightning.LightningModule):
    """One network, its loss, and the best weights so far; all of it goes into the checkpoint."""

    def __init__(self, network: nn.Module, hearing: Hearing, still: Sequence[nn.Module], targets: np.ndarray,
                 check: Check, recipe: Recipe, folder: Path):
        super().__init__()
        self.network, self.hearing, self.still = network, hearing, list(still)
        self.check, self.recipe, self.folder = check, recipe, folder
        self.weights = class_weights(targets) if recipe.balanced else None
        self.loss = LOSSES["softmax" if targets.ndim == 1 else "sigmoid"]
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"loss": float("inf"), "epoch": 0, "state": {}}
        self.losses: list[float] = []

    def turn(self) -> Turn:
        """Where training is; asked by the crops."""
        return Turn(self.current_epoch, self.global_rank, self.trainer.world_size)

    def on_train_epoch_start(self) -> None:
        # dropout draws from torch's generator; forked by `fit`, and set anew each epoch so that a resumed run agrees
        torch.manual_seed((self.recipe.seed * 100_003 + self.current_epoch + self.global_rank * 2**40) % 2**63)
        for part in self.still:
            part.eval()
        told = pace(self.recipe, self.current_epoch, [row["valid_loss"] for row in self.history])
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = self.recipe.rate * told
        self.losses = []

    def training_step(self, batch: Batch, at: int) -> Tensor:
        logits, targets = self.network(self.hearing.crops(batch)), batch.targets
        if len(batch.partners):
            targets = mix_targets(targets, batch.partners, batch.shares, logits.shape[1])
        weights = None if self.weights is None else self.weights.to(logits.device)
        loss = self.loss(logits, targets, weights, self.recipe.smoothing)
        self.losses.append(float(loss.detach()))
        return loss

    def validation_step(self, batch: Tensor, at: int) -> None:
        """The whole validation set at once: the batch is a placeholder."""
        told = judge(nn.Sequential(self.hearing, self.network), self.check)
        row = {"epoch": self.current_epoch + 1, "train_loss": float(np.mean(self.losses)),
               **{f"valid_{name}": value for name, value in told.items()},
               "rate": self.trainer.optimizers[0].param_groups[0]["lr"]}
        self.history.append(row)
        for name, value in told.items():
            self.log(f"valid_{name}", value, prog_bar=True, batch_size=1)
        if told["loss"] < self.best["loss"]:
            state = {name: tensor.detach().cpu().clone() for name, tensor in self.network.state_dict().items()}
            self.best = {"loss": told["loss"], "epoch": self.current_epoch + 1, "state": state}
        if self.trainer.is_global_zero:
            write_history(self.folder / "history.csv", self.history)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        learning = (parameter for parameter in self.network.parameters() if parameter.requires_grad)
        return OPTIMISERS[self.recipe.optimiser](learning, self.recipe)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["escucha"] = {"history": self.history, "best": self.best}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history, self.best = checkpoint["escucha"]["history"], checkpoint["escucha"]["best"]


def write_history(path: Path, history: Sequence[dict[str, float]]) -> None:
    """One CSV row an epoch, the file replaced whole."""
    import pandas

    with whole(path) as partial:
        pandas.DataFrame(history).to_csv(partial, index=False)


class Loader:
    """Crops as Lightning takes them: of a plain class, for it looks into frozen dataclasses and refuses them."""

    def __init__(self, crops: Crops):
        self.crops = crops

    def __len__(self) -> int:
        return len(self.crops)

    def __iter__(self) -> Iterator[Batch]:
        return iter(self.crops)


class Bar(Callback):
    """One step an epoch, on stderr (Lightning's own goes to stdout, where only answers belong)."""

    def on_train_start(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        self.bar = tqdm(total=trainer.max_epochs, initial=trainer.current_epoch, desc="training", unit="epoch",
                        disable=not trainer.is_global_zero)

    def on_validation_end(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        told = {name: f"{float(value):.3f}" for name, value in trainer.callback_metrics.items()}
        self.bar.set_postfix(told, refresh=False)
        self.bar.update()

    def on_train_end(self, trainer: lightning.Trainer, learner: lightning.LightningModule) -> None:
        self.bar.close()
        del self.bar

    def on_exception(self, trainer: lightning.Trainer, learner: lightning.LightningModule,
                     exception: BaseException) -> None:
        """What is said of it begins a line of its own."""
        if hasattr(self, "bar"):
            self.on_train_end(trainer, learner)
