"""Keras' HDF5 files, made here as Keras makes them, come back whole; whatever else is handed over is named."""

import h5py
import numpy as np
import pytest

from escucha.errors import InputError
from escucha.models.weights.keras import read_keras

ARRAYS = {"conv1": {"conv1_W_1:0": np.arange(9.0).reshape(1, 1, 3, 3), "conv1_b_1:0": np.ones(1)},
          "elu_6": {},
          "gru1": {"gru1_W_z:0": np.full((2, 2), 3.0)},
          "dense_2": {"dense_2/kernel:0": np.eye(2), "dense_2/bias:0": np.zeros(2)}}


def saved(path, arrays=ARRAYS, inside=None, chunks=1):
    with h5py.File(path, "w") as file:
        root = file.create_group(inside) if inside else file
        names = [name.encode() for name in arrays]
        if chunks == 1:
            root.attrs["layer_names"] = names
        for at in range(chunks if chunks > 1 else 0):
            root.attrs[f"layer_names{at}"] = np.array_split(names, chunks)[at]
        for layer, weights in arrays.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in weights]
            for name, array in weights.items():
                group[name] = array
    return path


@pytest.mark.parametrize(("inside", "chunks"), [(None, 1), ("model_weights", 1), (None, 2)])
def test_all_weights_come_back_in_order_under_plain_names(tmp_path, inside, chunks):
    found = read_keras(saved(tmp_path / "w.h5", inside=inside, chunks=chunks))
    assert list(found) == ["conv1/W", "conv1/b", "gru1/W_z", "dense_2/kernel", "dense_2/bias"]
    np.testing.assert_array_equal(found["conv1/W"], ARRAYS["conv1"]["conv1_W_1:0"])
    np.testing.assert_array_equal(found["dense_2/kernel"], np.eye(2))


def test_names_that_would_fall_together_stay_as_they_are(tmp_path):
    nested = {"model_1": {"a_1:0": np.zeros(1), "a_2:0": np.ones(1)}}
    assert list(read_keras(saved(tmp_path / "w.h5", nested))) == ["model_1/a_1:0", "model_1/a_2:0"]


@pytest.mark.parametrize(("data", "says"), [
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "is a Git LFS pointer, not the weights"),
    (b"\n<!DOCTYPE html>\n<html>", "is a web page, not the weights"),
    (b"PK\x03\x04 something else", "is not HDF5"),
    (b"", "is not HDF5"),
])
def test_what_is_not_a_file_of_weights_is_named(tmp_path, data, says):
    path = tmp_path / "w.h5"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as error:
        read_keras(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_ends_early_is_named(tmp_path, share):
    path = saved(tmp_path / "w.h5", {"big": {"big_W": np.random.default_rng(0).normal(size=(200, 200))}})
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match=r"w.h5 is damaged or ends early .*download it again"):
        read_keras(path)


def test_a_file_without_layers_a_missing_one_and_a_folder_are_named(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["features"] = np.zeros(3)
    with pytest.raises(InputError, match="holds no layers of Keras"):
        read_keras(tmp_path / "data.h5")
    for path in (tmp_path / "absent.h5", tmp_path):
        with pytest.raises(InputError, match="no weights"):
            read_keras(path)


def test_nothing_outside_the_file_and_nothing_huge_is_read(tmp_path):
    secret = saved(tmp_path / "secret.h5")
    for link in (lambda group: group.__setitem__("x", h5py.ExternalLink(str(secret), "conv1/conv1_W_1:0")),
                 lambda group: group.create_dataset("x", (2**30,), dtype="f8", chunks=(1024,)),
                 lambda group: group.create_dataset("x", (9,), dtype="f4", external=[(str(secret), 0, 36)])):
        path = saved(tmp_path / "w.h5", {"a": {}})
        with h5py.File(path, "a") as file:
            file["a"].attrs["weight_names"] = [b"x"]
            link(file["a"])
        with pytest.raises(InputError, match="kept outside the file or is too large"):
            read_keras(path)


@pytest.mark.parametrize("spoil", [
    lambda file: file.attrs.__setitem__("layer_names", 5),
    lambda file: file.attrs.__setitem__("layer_names", h5py.Empty("f")),
    lambda file: file["conv1"].attrs.__setitem__("weight_names", [b"\xff\xfe"]),
    lambda file: file["conv1"].attrs.__setitem__("weight_names", [b"/"]),
    lambda file: (file.__delitem__("conv1/conv1_b_1:0"), file.create_group("conv1/conv1_b_1:0")),
    lambda file: (file.__delitem__("conv1/conv1_b_1:0"), file.__setitem__("conv1/conv1_b_1:0", h5py.Empty("f4"))),
])
def test_a_file_that_is_laid_out_otherwise_is_named(tmp_path, spoil):
    path = saved(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        spoil(file)
    with pytest.raises(InputError, match=r"w.h5 is damaged or ends early"):
        read_keras(path)
