"""Kernels of either library slide as they slid at home."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d, correlate2d
from torch.nn.functional import conv2d as slide

from escucha.errors import InputError
from escucha.models.weights.kernels import conv2d, dense

RNG = np.random.default_rng(0)
PICTURE = RNG.normal(size=(2, 7, 9))
KERNEL = RNG.normal(size=(5, 2, 3, 3))


@pytest.mark.parametrize(("kernels", "way"), [("theano", convolve2d), ("tensorflow", correlate2d)])
@pytest.mark.parametrize("last", [False, True])
def test_theano_convolves_and_tensorflow_correlates(kernels, way, last):
    given = KERNEL.transpose(2, 3, 1, 0) if last else KERNEL
    turned = conv2d(given, kernels, KERNEL.shape).copy()
    heard = slide(torch.from_numpy(PICTURE)[None], torch.from_numpy(turned))[0].numpy()
    slow = [sum(way(PICTURE[at], KERNEL[out, at], mode="valid") for at in range(2)) for out in range(5)]
    np.testing.assert_allclose(heard, slow, atol=1e-12)


def test_where_both_orders_fit_each_library_keeps_its_own():
    cube = RNG.normal(size=(3, 3, 3, 3))
    np.testing.assert_array_equal(conv2d(cube, "theano", cube.shape), cube[:, :, ::-1, ::-1])
    np.testing.assert_array_equal(conv2d(cube, "tensorflow", cube.shape), cube.transpose(3, 2, 0, 1))


def test_what_fits_no_order_is_named():
    with pytest.raises(InputError, match=r"conv1/W in x.h5 has the shape \(5, 2, 3, 3\) where the network needs"):
        conv2d(KERNEL, "theano", (5, 2, 5, 5), "conv1/W in x.h5")
    with pytest.raises(InputError, match=r"shape \(3, 4\) where the network needs \(2, 4\)"):
        dense(np.zeros((3, 4)), (4, 2))
    with pytest.raises(InputError, match="unknown kernels 'theno' in a kernel; did you mean 'theano'"):
        conv2d(KERNEL, "theno", KERNEL.shape)
