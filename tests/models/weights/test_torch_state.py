"""Torch's files of weights: VGGish's layout, whole, broken and pretended."""

import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from escucha.errors import InputError
from escucha.models.networks import make_network
from escucha.models.networks.vggish import VggishSettings, published_names
from escucha.models.weights.adopt import adopt
from escucha.models.weights.torch_state import read_torch

WIDTHS, HIDDEN, EMBEDDING = (3, 5, 6, 7), (11, 12), 8
SMALL = {"widths": WIDTHS, "hidden": HIDDEN, "embedding": EMBEDDING, "head": False}


class Release(nn.Module):
    """VGGish as the paper and the public port describe it, with fewer channels: pictures `(batch, 1, 96, 64)`."""

    def __init__(self):
        super().__init__()
        a, b, c, d = WIDTHS
        parts = []
        for step in ((1, a), "pool", (a, b), "pool", (b, c), (c, c), "pool", (c, d), (d, d), "pool"):
            parts += [nn.MaxPool2d(2, 2)] if step == "pool" else [nn.Conv2d(*step, 3, padding=1), nn.ReLU()]
        self.features = nn.Sequential(*parts)
        sizes = (d * 4 * 6, *HIDDEN, EMBEDDING)
        self.embeddings = nn.Sequential(*(part for at in range(3)
                                          for part in (nn.Linear(sizes[at], sizes[at + 1]), nn.ReLU())))

    def forward(self, pictures):
        maps = self.features(pictures)
        rows = torch.stack([torch.stack([example[:, row, column] for row in range(6) for column in range(4)])
                            for example in maps])  # point by point, each with all its channels: TensorFlow's order
        return self.embeddings[:-1](rows.flatten(1))


@pytest.fixture
def release():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return Release()


@pytest.fixture
def small():
    with torch.random.fork_rng():
        return make_network("vggish", EMBEDDING, (1, 64, 96), settings=SMALL)[0]


def filled(network, path):
    names = published_names(VggishSettings(**SMALL))
    network.load_state_dict(adopt(network, names, read_torch(path), kernels="tensorflow", where=str(path)))
    return network.eval()


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_the_public_layout_gives_the_release_s_embedding(tmp_path, release, small, zipped):
    path = tmp_path / "vggish.pth"
    torch.save(release.state_dict(), path, _use_new_zipfile_serialization=zipped)
    assert list(release.state_dict())[::2] == [*(f"features.{at}.weight" for at in (0, 3, 6, 8, 11, 13)),
                                               *(f"embeddings.{at}.weight" for at in (0, 2, 4))]
    pictures = torch.randn(2, 1, 96, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = filled(small, path)(pictures.transpose(2, 3))
        torch.testing.assert_close(found, release(pictures), atol=1e-6, rtol=1e-5)
        assert (found - release(pictures.flip(2))).abs().max() > 1e-4  # the comparison would notice another order


@pytest.mark.parametrize(("change", "says"), [
    (lambda state: state.pop("features.8.weight") * state.pop("features.8.bias").sum(), "lacks the layer 'features.8'"),
    (lambda state: state.update({"embeddings.2.weight": torch.zeros(12, 10)}), r"embeddings.2/kernel in .* shape"),
    (lambda state: state.update({"features.0.weight": torch.zeros(3, 1, 5, 5)}), r"features.0/kernel in .* shape"),
    (lambda state: state.pop("features.3.bias"), "layer 'features.3' in .* lacks the weight 'bias'"),
    (lambda state: state["features.6.weight"].fill_(np.nan), "'features.6' in .* not finite"),
    (lambda state: state.update(epoch=3), "does not hold tensors by name"),
])
def test_weights_that_do_not_fit_are_named_in_one_line(tmp_path, release, small, change, says):
    state = OrderedDict(release.state_dict())
    change(state)
    torch.save(state, tmp_path / "w.pth")
    with pytest.raises(InputError, match=says) as caught:
        filled(small, tmp_path / "w.pth")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("left", [0.001, 0.3, 0.99])
def test_a_file_that_ends_too_soon_is_told(tmp_path, release, zipped, left):
    whole = tmp_path / "w.pth"
    torch.save(release.state_dict(), whole, _use_new_zipfile_serialization=zipped)
    path = tmp_path / "cut.pth"
    path.write_bytes(whole.read_bytes()[: int(left * whole.stat().st_size)])
    with pytest.raises(InputError, match=r"cut\.pth is no .*file of torch weights.*; download it again") as caught:
        read_torch(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "says"), [
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 288570000\n", "a Git LFS pointer"),
    (b"<!DOCTYPE html>\n<html></html>", "a web page"),
    (b"", "no .*file of torch weights"),
    (b"RIFF0000WAVE", "no .*file of torch weights"),
])
def test_a_stand_in_is_told_from_weights(tmp_path, content, says):
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_torch(tmp_path / "w.pth")


class Trap:
    """Something that runs when a pickle of it is opened."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("save", [torch.save, lambda what, path: path.write_bytes(pickle.dumps(what))])
def test_what_could_run_is_refused_and_does_not(tmp_path, save):
    save({"features.0.weight": Trap(tmp_path / "ran")}, tmp_path / "w.pth")
    with pytest.raises(InputError, match=r"w\.pth holds more than tensors") as caught:
        read_torch(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()
    assert "\n" not in str(caught.value)


def test_tensors_that_numpy_cannot_hold_are_named(tmp_path):
    torch.save({"a.weight": torch.zeros(2, dtype=torch.bfloat16)}, tmp_path / "w.pth")
    with pytest.raises(InputError, match="holds tensors that are not plain numbers"):
        read_torch(tmp_path / "w.pth")


def test_an_archive_with_junk_inside_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "w.pth", "w") as archive:
        archive.writestr("archive/data.pkl", b"junk")
        archive.writestr("archive/version", "3")
    with pytest.raises(InputError, match="is no whole file of torch weights"):
        read_torch(tmp_path / "w.pth")
