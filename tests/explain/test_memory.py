"""Memory does not grow with parts times remixes: measured in a program of its own that may have two gigabytes."""

import sys

import pytest

from tests.explain.memory import LIMIT, peak

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks are asked of Linux")


@pytest.mark.parametrize(("kind", "rate", "remixes", "passes"), [
    ("pieces", 22050, 16384, 10 * 32),
    ("long", 2000, 16384, 10 * 16385),
    ("long", 22050, 512, 10 * 513),
])
def test_sixteen_thousand_remixes_of_fifty_parts_stay_under_two_gigabytes(kind, rate, remixes, passes):
    """The worst case, fifty long parts, in two: all its remixes at a low rate, and some at the full rate."""
    told = peak(kind, rate, remixes)
    assert told["bytes"] < LIMIT
    assert told["passes"] == passes
    assert told["width"] > 0, "the bootstrap is part of it"


def test_the_limit_is_one():
    """Fifty long parts are 132 million bytes, and the libraries want some too."""
    with pytest.raises(RuntimeError, match="MemoryError"):
        peak("long", 22050, 2, limit=150_000_000)
