"""Fixtures for every room."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def market_dir() -> Path:
    """Real US-equity history beside the project; tests that need it are skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "market"
    if not folder.is_dir():
        pytest.skip("real market files are absent: no ../shared/market beside the project")
    return folder
