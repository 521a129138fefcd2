"""Seeded draws for a library that knows only global generators."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """While the block runs torch's and numpy's global generators begin at `seed`; then they are as they were.

    Captum draws from these and takes no others.
    """
    state = np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng():
        try:
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002
