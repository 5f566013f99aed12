"""Waiting for the process of a desktop's own hub."""

import threading
import time
from collections.abc import Callable

import psutil  # type: ignore[import-untyped]  # it ships no types

PATIENCE_S = 30.0


def born_after(former: psutil.Process) -> psutil.Process:
    """The child that has taken the place of `former`."""
    found: list[psutil.Process] = []

    def there() -> bool:
        found[:] = [one for one in psutil.Process().children() if one.pid != former.pid]
        return bool(found)

    _until(there)
    return found[0]


def ended(threads: Callable[[], list[str]]) -> None:
    """Returns once there is none of these threads."""
    _until(lambda: not threads())


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    tick = threading.Event()
    while not true():
        assert time.monotonic() < end
        tick.wait(0.02)
