"""Does time order reach the answer? Each clip has both sounds, and only what comes first tells the labels apart."""

import numpy as np
import pytest
import torch
from torch import nn

from escucha.models.networks import make_network

MELS, FRAMES = 8, 24
SETTINGS = {"widths": (4,), "mel_pools": (2,), "time_pools": (2,), "units": 8, "dropout": 0.0}


def clips(count, seed):
    """`(clip, 1, mel, frame)` dB and labels: low before high (1) or high before low (0), anywhere but at the edges.

    Far enough apart that no 3x3 kernel hears both, and from the edges that none hears one and the padding.
    """
    rng = np.random.default_rng(seed)
    mels, labels = np.full((count, 1, MELS, FRAMES), -60.0, np.float32), rng.integers(0, 2, count)
    for row, label in enumerate(labels):
        first, second = np.sort(rng.choice(np.arange(3, FRAMES - 2, 6), 2, replace=False))
        low, high = (first, second) if label else (second, first)
        mels[row, 0, 1, low] = mels[row, 0, 6, high] = -10 + rng.normal()
    return torch.from_numpy(mels), torch.from_numpy(labels)


def taught(name, settings, steps=80):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network, _ = make_network(name, 2, (1, MELS, FRAMES), settings=settings)
        descent = torch.optim.Adam(network.parameters(), 0.01)
        for step in range(steps):
            mels, labels = clips(64, step)
            descent.zero_grad()
            nn.functional.cross_entropy(network(mels), labels).backward()
            descent.step()
    return network.eval()


def right(network, mels, labels):
    with torch.no_grad():
        return float((network(mels).argmax(1) == labels).float().mean())


@pytest.fixture(scope="module")
def listener():
    return taught("cnn-bilstm", SETTINGS)


def test_an_order_is_learned_and_turned_clips_are_the_other_label(listener):
    mels, labels = clips(200, 1000)
    assert right(listener, mels, labels) > 0.95
    assert right(listener, mels.flip(-1), 1 - labels) > 0.95


def test_a_network_that_pools_over_time_cannot_learn_it():
    mels, labels = clips(400, 1000)
    assert right(taught("short-cnn", {"widths": (8,), "dropout": 0.0}), mels, labels) < 0.65


def test_frames_in_another_order_are_another_sound(listener):
    mels, _ = clips(8, 1001)
    shuffled = mels[..., torch.randperm(FRAMES, generator=torch.Generator().manual_seed(0))]
    with torch.no_grad():
        assert (listener(mels) - listener(shuffled)).abs().min() > 1e-3


def test_states_are_units_by_moments_and_know_before_and_after():
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network, _ = make_network("cnn-bilstm", 3, (1, 64, 100), settings={})
    front = nn.Sequential(*list(network.eval().children())[:6])  # to `steps`
    steps = front(torch.randn(2, 1, 64, 100))
    assert steps.shape == (2, 64 * 4, 25)
    changed = steps.clone()
    changed[:, :, 12] += 1
    with torch.no_grad():
        moved = (network.lstm1(changed) - network.lstm1(steps)).abs().amax(dim=0) > 0
    assert moved.shape == (128, 25)
    assert moved[:64].any(dim=0).tolist() == [False] * 12 + [True] * 13  # forwards: from then on
    assert moved[64:].any(dim=0).tolist() == [True] * 13 + [False] * 12  # backwards: until then
