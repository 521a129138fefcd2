"""What the tests share: the folder of real things beside the repository, where it exists."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """`../shared` of the checkout; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "audio").is_dir():
        pytest.skip("needs the shared folder (real audio, real weights) beside the checkout")
    return folder
