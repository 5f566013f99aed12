"""Every journey: a folder of its own, no keyring, and no error in the log."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

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


@pytest.fixture(autouse=True)
def _no_leftovers(qapp: QApplication) -> Iterator[None]:
    """Windows of one journey are gone before the next.

    The collector runs while there is no hub: a loop of a journey before, with Qt timers that still run, must not be
    collected by the thread of the next hub.
    """
    gc.collect()
    yield
    for window in QApplication.topLevelWidgets():
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
