"""What every test stands on: an offscreen screen, UTF-8 everywhere, and the loop a test asks for.

An async test that uses a fixture of pytest-qt (`qapp`, `qtbot`) runs in a Qt loop, so that widgets and coroutines live
together as in the product; every other async test runs in a plain asyncio loop.
"""

import asyncio
import gc
import itertools
import os
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.helpers.kannel import kannel
from tests.helpers.postgres import postgres, postgres_database, shared_postgres

__all__ = ["kannel", "postgres", "postgres_database", "pytest_asyncio_loop_factories", "shared_postgres"]
# One Kannel and one PostgreSQL for the whole run.

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"
os.environ["PYTHONUTF8"] = "1"  # for the processes that tests start; this one is told below
for stream in (sys.stdout, sys.stderr):
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8")

ALL_GARBAGE_EVERY = 50
"""Tests. In between only what the last test has left is looked at, which takes a moment."""
_ended = itertools.count(1)


@pytest.fixture(autouse=True)
def _garbage_ends_here() -> Iterator[None]:
    """In the main thread, between tests: a widget that ends in a thread of some later test takes the process with it.

    See `system/collector.py`, which does the same for the product.
    """
    gc.disable()
    yield
    gc.collect(2 if next(_ended) % ALL_GARBAGE_EVERY == 0 else 1)
    gc.disable()


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], AbstractEventLoop]]:
    if not {"qapp", "qtbot"}.isdisjoint(getattr(item, "fixturenames", ())):
        from tests.helpers.qt_loop import new_qt_loop

        return {"qt": new_qt_loop}
    return {"plain": asyncio.new_event_loop}
