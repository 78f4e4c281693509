"""A lake of the test's own, in a database whose transactions are real."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def lake(settings, tmp_path) -> Path:
    settings.LAKE_URL = str(tmp_path / "lake")
    return Path(settings.LAKE_URL)
