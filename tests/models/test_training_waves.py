"""Training from waves: any front end, changes of the sound, masks and mixtures; resumed to the bit."""

import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import Callback
from torch import nn

from escucha.audio.spectrum import LogMel
from escucha.config import build
from escucha.errors import InputError
from escucha.models.front_ends.wave import Wave
from escucha.models.networks import make_network
from escucha.models.training import fit
from escucha.models.training_crops import QUIET, Turn, WaveCrops, Waves, hide, mixed
from escucha.models.training_hearing import Hearing, picture_of, whole_log_mel
from escucha.models.training_loss import Check
from escucha.models.training_recipe import Recipe

RATE, WINDOW = 2000, 1000
FRONT = LogMel(RATE, n_fft=128, hop=64, mels=16)
PLAIN = {"gain": 0, "tilt": 0, "bands": 0}


def recipe(**told):
    return build(Recipe, {"epochs": 6, "batch": 8, "rate": 1e-2, "crops": 1, "bands": 3, "patience": 20} | told, "here")


def network(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        size = picture_of(FRONT, WINDOW)
        return make_network("short-cnn", 2, (1, *size), settings={"widths": (4, 8), "dropout": 0.2})[0]


def data(count=32, seed=0):
    """Label 0 is a low tone, label 1 a high one, in noise."""
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % 2
    time = np.arange(2 * WINDOW) / RATE
    waves = [(0.1 * np.sin(2 * np.pi * (200, 600)[target] * time + rng.uniform(0, 6))
              + rng.normal(0, 0.02, len(time))).astype(np.float32) for target in targets]
    windows = torch.tensor(np.concatenate([wave.reshape(2, WINDOW) for wave in waves]))
    return Waves(waves, targets, RATE), Check(windows, np.repeat(np.arange(count), 2), targets)


def batches(train, told, *, epoch=0, rank=0, world=1, picture=None):
    return list(WaveCrops(told, WINDOW, lambda: Turn(epoch, rank, world), train, picture))


class Killed(Exception):
    pass


class KillAt(Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_train_batch_end(self, trainer, module, outputs, batch, at):
        if trainer.current_epoch == self.epoch and at == 1:
            raise Killed


EVERYTHING = {"stretch": {}, "pitch": {}, "noise": {}, "gain": {}, "delay": {}, "band_pass": {"cutoff": [100, 500]},
              "masks": {"mels": 3, "frames": 3}, "edges": {}, "mixup": {}}


@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
def test_a_run_killed_inside_an_epoch_resumes_to_the_same_weights(tmp_path, schedule):
    (train, _), (_, check) = data(seed=1), data(seed=2)
    told = recipe(augment=EVERYTHING, schedule=schedule, step=1, clip=1.0, smoothing=0.1)

    def run(folder, seed=0, **more):
        return fit(network(seed), train, check, recipe=told, folder=tmp_path / folder, front_end=FRONT, **more)

    whole = run("whole")
    with pytest.raises(Killed):
        run("killed", callbacks=[KillAt(4)])
    resumed = run("killed", seed=5)
    assert all(torch.equal(whole.state[name], resumed.state[name]) for name in whole.state)
    assert resumed.history.equals(whole.history)


def test_a_network_of_bare_waves_learns(tmp_path):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Unflatten(1, (1, -1)), nn.Conv1d(1, 8, 32, stride=4), nn.ReLU(), nn.AdaptiveMaxPool1d(1),
                        nn.Flatten(), nn.Linear(8, 2))
    (train, _), (_, check) = data(seed=1), data(seed=2)
    told = recipe(epochs=12, augment={"polarity": {}})
    fitted = fit(net, train, check, recipe=told, folder=tmp_path, front_end=Wave())
    assert fitted.history.valid_accuracy.max() == 1.0


def test_unchanged_crops_of_waves_sound_like_crops_of_spectrograms(tmp_path):
    train, _ = data()
    told = recipe(**PLAIN)
    batch = batches(train, told)[0]
    heard = Hearing(FRONT).crops(batch)
    assert heard.shape == (8, 1, *picture_of(FRONT, WINDOW))
    for wave, target, picture in zip(batch.sounds.numpy(), batch.targets, heard):
        assert any(np.array_equal(wave, clip[at : at + WINDOW]) and label == target
                   for clip, label in zip(train.waves, train.targets) for at in range(WINDOW + 1)
                   if clip[at] == wave[0])
        torch.testing.assert_close(picture, FRONT(torch.tensor(wave)[None])[0], atol=5e-3, rtol=0)


def test_gain_and_tilt_of_waves_are_those_of_spectrograms():
    train, _ = data()
    told = recipe(gain=6, tilt=6, bands=0)
    batch = batches(train, told)[0]
    heard, plain = Hearing(FRONT).crops(batch), FRONT(batch.sounds)
    added = (heard - plain)[:, 0].mean(-1)  # (batch, mel)
    np.testing.assert_allclose(added[:, -1] - added[:, 0], batch.tilts, atol=5e-3)
    np.testing.assert_allclose(added.mean(1), 0, atol=1e-3)
    assert 3 < float(batch.tilts.abs().max()) <= 6


def test_what_is_hidden_is_silent_and_nothing_else():
    train, _ = data()
    size = picture_of(FRONT, WINDOW)
    told = recipe(**PLAIN | {"bands": 4}, augment={"masks": {"mels": 3, "bands": 2, "frames": 5, "moments": 1}})
    batch = batches(train, told, picture=size)[0]
    heard, plain = Hearing(FRONT).crops(batch)[:, 0], FRONT(batch.sounds)[:, 0]
    assert (heard[batch.hidden] == QUIET).all()
    torch.testing.assert_close(heard[~batch.hidden], plain[~batch.hidden], atol=5e-3, rtol=0)
    assert 0 < batch.hidden.float().mean() < 0.8
    loud = LogMel(RATE, n_fft=128, hop=64, mels=16, top_db=60.0)  # knows no silence: its own least is hidden with
    lifted = Hearing(loud).crops(batch)[:, 0]
    least = loud(batch.sounds)[:, 0].amin(dim=(1, 2))[:, None, None].expand_as(lifted)
    torch.testing.assert_close(lifted[batch.hidden], least[batch.hidden], atol=5e-3, rtol=0)


def test_edges_hide_the_lowest_and_the_highest_rows():
    told = recipe(augment={"edges": {"probability": 1.0, "low": 3, "high": 2}}).augment
    hidden = np.stack([hide((16, 4), told, np.random.default_rng(seed)).numpy() for seed in range(200)])
    assert not hidden[:, 3:14].any()
    assert set(hidden[:, :3].all(2).sum(1).tolist()) == {0, 1, 2, 3}
    assert set(hidden[:, 14:].all(2).sum(1).tolist()) == {0, 1, 2}


def test_a_faster_crop_is_made_of_more_sound_and_not_padded():
    train, _ = data()
    told = recipe(**PLAIN, augment={"stretch": {"probability": 1.0, "rate": [1.8, 1.8]}})
    for batch in batches(train, told):
        assert batch.sounds.shape[1] == WINDOW
        assert (batch.sounds[:, -50:].abs().amax(1) > 0.02).all()


def test_processes_divide_the_crops_of_each_batch():
    train, _ = data()
    told = recipe(augment={"noise": {}})
    alone = batches(train, told, epoch=3)
    parts = [batches(train, told, epoch=3, rank=rank, world=2) for rank in (0, 1)]
    for whole, even, odd in zip(alone, *parts):
        assert torch.equal(whole.sounds[0::2], even.sounds)
        assert torch.equal(whole.sounds[1::2], odd.sounds)
        assert torch.equal(whole.targets[1::2], odd.targets)


def test_mixup_mixes_inputs_and_draws_shares_from_its_beta():
    told = recipe(augment={"mixup": {"alpha": 0.4}})
    partners, shares = mixed(4000, told, (0, 1))
    assert sorted(partners.tolist()) == list(range(4000))
    assert float(shares.mean()) == pytest.approx(0.5, abs=0.02)
    assert float(shares.var()) == pytest.approx(0.25 / 1.8, rel=0.05)  # of Beta(a, a): 1 / (4 (2 a + 1))
    train, _ = data()
    batch = batches(train, recipe(**PLAIN, augment={"mixup": {"alpha": 0.4}}))[0]
    plain = FRONT(batch.sounds)
    share = batch.shares[:, None, None, None]
    torch.testing.assert_close(Hearing(FRONT).crops(batch), share * plain + (1 - share) * plain[batch.partners],
                               atol=5e-3, rtol=0)


def test_crops_are_heard_roughly_and_validation_exactly():
    front = LogMel(RATE, n_fft=128, hop=64, mels=16)
    hearing = Hearing(front)
    assert front.exact
    assert not hearing.roughly.exact
    assert torch.equal(hearing(torch.ones(1, WINDOW)), front(torch.ones(1, WINDOW)))


def test_which_front_ends_hear_a_crop_as_a_part_of_its_clip():
    assert whole_log_mel(FRONT)
    assert not whole_log_mel(LogMel(RATE, n_fft=128, hop=64, mels=16, top_db=80.0))
    assert not whole_log_mel(Wave())


def test_what_cannot_be_is_refused(tmp_path):
    train, check = data()
    with pytest.raises(InputError, match="this front end makes none; leave them out"):
        fit(network(), train, check, recipe=recipe(augment={"masks": {}}), folder=tmp_path, front_end=Wave())
    with pytest.raises(InputError, match="a training clip has 10 samples and a window 1000"):
        fit(network(), Waves([wave[:10] for wave in train.waves], train.targets, RATE), check, recipe=recipe(),
            folder=tmp_path, front_end=FRONT)
    with pytest.raises(InputError, match=r"batches of 8 crops, of 32, cannot be divided among 9 devices"):
        fit(network(), train, check, recipe=recipe(devices=9), folder=tmp_path, front_end=FRONT)
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="torch finds 0 GPUs here; use fewer, or accelerator = 'cpu'"):
            fit(network(), train, check, recipe=recipe(accelerator="gpu"), folder=tmp_path, front_end=FRONT)


def test_spectrogram_crops_draw_nothing_for_what_is_not_asked():
    """The weights of a recipe written before there were masks stay what they were."""

    clip = torch.zeros(8, 30)
    from escucha.models.training_crops import crop
    before, after = np.random.default_rng(3), np.random.default_rng(3)
    crop(clip, 10, recipe(), before)
    for draw in (lambda: after.integers(21), lambda: after.uniform(-6, 6), lambda: after.uniform(-6, 6)):
        draw()
    after.integers(9 - after.integers(4))
    assert before.bit_generator.state == after.bit_generator.state
