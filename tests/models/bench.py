"""How fast classifiers are built and asked."""

from collections.abc import Iterator

from tests.models.features import bench as features
from tests.models.networks import bench as networks


def rows() -> Iterator[tuple[str, float, str]]:
    """What is compared, how many times less time it takes, and both costs in words."""
    yield from features.rows()
    yield from networks.rows()
