"""Waiting for the process of a desktop's own hub."""

import threading
import time
from collections.abc import Callable

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

PATIENCE_S = 30.0


def own_hubs() -> list[psutil.Process]:
    """Those of this process; other tests have children of other kinds."""
    return [one for one in psutil.Process().children() if "own_hub_process" in " ".join(_command(one))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # it has just ended
        return []


def born_after(former: psutil.Process) -> psutil.Process:
    """The child that has taken the place of `former`."""
    found: list[psutil.Process] = []

    def there() -> bool:
        found[:] = [one for one in own_hubs() if one.pid != former.pid]
        return bool(found)

    _until(there)
    return found[0]


def said(caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Returns once a line of the log has these words."""
    _until(lambda: any(words in one.getMessage() for one in caplog.records))


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    tick = threading.Event()
    while not true():
        assert time.monotonic() < end
        tick.wait(0.02)
