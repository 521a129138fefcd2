"""A layer of 100 000 units of 2000 clips, 763 MiB, is tested in a program of its own that may have half of that."""

import sys

import pytest

from tests.concepts.memory import peak

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks are asked of Linux")

CLIPS, UNITS, LIMIT = 2000, 100_000, 400_000_000


def test_a_wide_layer_of_many_clips_is_tested_in_half_of_its_size_and_rightly():
    told = peak("bounded", CLIPS, UNITS, LIMIT)
    assert told["bytes"] < LIMIT, "with what of the files was in memory"
    listens, deaf = told["p"]
    assert listens < 0.05 < deaf


@pytest.mark.parametrize("how", ["whole rows", "whole gradients"])
def test_the_limit_is_one(how):
    with pytest.raises(RuntimeError, match="MemoryError"):
        peak(how, CLIPS, UNITS, LIMIT)
