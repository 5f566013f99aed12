"""Every journey has a screen, and a folder of its own."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.helpers.journey_places import screen

__all__ = ["folder", "screen"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where this person's desktop keeps its files."""
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _screen(screen: QApplication) -> None:
    """Also for those that do not name it."""
