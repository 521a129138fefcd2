"""Training: what is planted is learned, the best epoch is the best, and a killed run ends as an unbroken one."""

import signal

import numpy as np
import pandas
import pytest
import torch
from lightning.pytorch.callbacks import Callback

from escucha.errors import InputError
from escucha.models.networks import make_network
from escucha.models.training import fit
from escucha.models.training_crops import Examples, crop
from escucha.models.training_loss import Check, class_weights, judge
from escucha.models.training_recipe import Recipe

MELS, FRAMES = 16, 16
SMALL = Recipe(epochs=10, batch=8, rate=1e-2, bands=3, crops=1, patience=20)


def network(seed=0, labels=2):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        made, _ = make_network("short-cnn", labels, (1, MELS, FRAMES), settings={"widths": (4, 8), "dropout": 0.2})
    return made


def data(count=48, seed=0):
    """Label 0 has a steady tone at a random pitch, label 1 clicks every eight frames; noise everywhere."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(2, size=count)
    clips = []
    for target in targets:
        clip = rng.normal(-60, 3, (MELS, 2 * FRAMES)).astype(np.float32)
        at = rng.integers(8)
        clip[(slice(None), slice(at, None, 8)) if target else slice(at, at + 2)] += 40
        clips.append(torch.as_tensor(clip))
    windows = torch.stack([clip[None, :, at : at + FRAMES] for clip in clips for at in (0, FRAMES)])
    return Examples(clips, targets), Check(windows, np.repeat(np.arange(count), 2), targets)


def same(left, right):
    return all(torch.equal(left[name], right[name]) for name in left)


def test_the_planted_difference_is_learned_and_the_best_epoch_is_the_best(tmp_path):
    train, _ = data(seed=1)
    _, check = data(seed=2)
    net = network()
    fitted = fit(net, train, check, recipe=SMALL, folder=tmp_path)
    best = fitted.history.valid_loss.idxmin()
    assert fitted.epoch == fitted.history.epoch[best]
    net.eval()
    told = judge(net, check)
    # the weights returned are that epoch's
    assert told["loss"] == pytest.approx(fitted.history.valid_loss[best], rel=1e-5)
    assert told["accuracy"] == 1.0
    assert pandas.read_csv(tmp_path / "history.csv").valid_loss.tolist() == pytest.approx(
        fitted.history.valid_loss.tolist())


class Killed(Exception):
    pass


class KillAt(Callback):
    def __init__(self, epoch, how=Killed):
        self.epoch, self.how = epoch, how

    def on_train_batch_end(self, trainer, module, outputs, batch, at):
        if trainer.current_epoch == self.epoch and at == 1:
            raise self.how


def test_a_run_killed_inside_an_epoch_resumes_to_the_same_weights(tmp_path):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    whole = fit(network(), train, check, recipe=SMALL, folder=tmp_path / "whole")
    with pytest.raises(Killed):
        fit(network(), train, check, recipe=SMALL, folder=tmp_path / "killed", callbacks=[KillAt(3)])
    resumed = fit(network(5), train, check, recipe=SMALL, folder=tmp_path / "killed")
    assert same(whole.state, resumed.state)
    assert resumed.history.valid_loss.tolist() == whole.history.valid_loss.tolist()


def test_a_stop_is_a_stop_and_the_next_is_heard_too(tmp_path):
    (train, _), (_, check), before = data(seed=1), data(seed=2), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(network(), train, check, recipe=SMALL, folder=tmp_path, callbacks=[KillAt(2, KeyboardInterrupt)])
    assert signal.getsignal(signal.SIGINT) is before
    assert len(pandas.read_csv(tmp_path / "history.csv")) == 2


def test_same_seed_same_weights_other_seed_others_and_global_generators_untouched(tmp_path):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002 (the global generator is what this test watches)
    expected = torch.rand(3), np.random.rand(3)  # noqa: NPY002
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    runs = [fit(network(), train, check, recipe=Recipe(epochs=2, batch=16, seed=seed), folder=tmp_path / str(at)).state
            for at, seed in enumerate((0, 0, 1))]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])
    assert torch.equal(torch.rand(3), expected[0])
    assert np.array_equal(np.random.rand(3), expected[1])  # noqa: NPY002


def test_progress_goes_to_stderr_and_nothing_to_stdout(tmp_path, capfd):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    fit(network(), train, check, recipe=Recipe(epochs=2, batch=16), folder=tmp_path, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "training" in err
    assert "2/2" in err


def test_training_stops_when_validation_no_longer_improves(tmp_path):
    train, _ = data(seed=1)
    _, check = data(seed=2)
    swapped = Check(check.windows, check.owners, 1 - check.targets)  # learning makes this only worse
    recipe = Recipe(epochs=30, batch=16, rate=1e-2, bands=0, crops=1, patience=3)
    fitted = fit(network(), train, swapped, recipe=recipe, folder=tmp_path)
    assert len(fitted.history) == fitted.epoch + 3
    assert fitted.history.valid_loss.iloc[-1] > fitted.history.valid_loss.min()


def test_a_crop_is_a_moment_of_the_clip_shifted_and_hidden_as_said():
    clip = torch.arange(2 * FRAMES).float().repeat(MELS, 1) - 60
    rng = np.random.default_rng(0)
    plain = Recipe(gain=0, tilt=0, bands=0)
    starts = {int(crop(clip, FRAMES, plain, rng)[0, 0]) + 60 for _ in range(300)}
    assert starts == set(range(FRAMES + 1))
    louder = crop(clip[:, :FRAMES], FRAMES, Recipe(gain=6, tilt=0, bands=0), rng) - clip[:, :FRAMES]
    assert float(louder.std()) == pytest.approx(0, abs=1e-4)
    assert abs(float(louder.mean())) <= 6
    hidden = (crop(clip, FRAMES, Recipe(gain=0, tilt=0, bands=5), np.random.default_rng(1)) == -100).all(1)
    assert 0 < int(hidden.sum()) <= 5


def test_data_that_cannot_be_learned_from_is_refused(tmp_path):
    train, check = data(8)
    with pytest.raises(InputError, match="fewer than two labels"):
        fit(network(), Examples(train.spectrograms, np.zeros(8, int)), check, recipe=SMALL, folder=tmp_path)
    with pytest.raises(InputError, match="pad clips to a window"):
        fit(network(), Examples([clip[:, :3] for clip in train.spectrograms], train.targets), check, recipe=SMALL,
            folder=tmp_path)


def test_class_weights_make_every_class_count_the_same():
    targets = np.array([0] * 6 + [1] * 3 + [2])
    total = np.bincount(targets) * class_weights(targets).numpy()
    assert total == pytest.approx([10 / 3] * 3)
