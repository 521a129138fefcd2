"""What the tests share: real things beside the repository, a home of their own, a cache of their own."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """`../shared` of the checkout; the test is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "audio").is_dir():
        pytest.skip("needs the shared folder (real audio, real weights) beside the checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all workers of this run share, and that no other run sees."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "cache"
    os.environ["ESCUCHA_CACHE"] = str(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the repository's own shelves and no reports: what a test writes stays in its folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    for shelf in ("concepts", "models", "experiments"):
        (folder / shelf).symlink_to(REPOSITORY / shelf)
    return folder
