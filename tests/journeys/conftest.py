"""Every journey: a folder of its own, no keyring, and no error in the log."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.journey_places import no_keyring

__all__ = ["folder", "no_keyring"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where this person's desktop keeps its files."""
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    assert not errors
