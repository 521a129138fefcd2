"""What tests of concepts share."""

from pathlib import Path

import pytest

from tests.concepts.ground import Ground, listen


@pytest.fixture(scope="session")
def ground(cache: Path) -> Ground:
    """What palos-cnn hears of many scores, heard once."""
    return listen(cache, clips_in_pool=120, families=20)
