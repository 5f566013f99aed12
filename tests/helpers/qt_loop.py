"""Qt and asyncio in one loop, and waiting for Qt from a coroutine.

`qtbot.waitSignal` and its kin run a loop inside the loop and must not be used in an async test: await `signal_of`
or `until` instead.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import qasync
import shiboken6
from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QApplication

LIMIT = 10.0
"""Seconds after which a wait has failed."""


def new_qt_loop() -> AbstractEventLoop:
    """A loop of the running QApplication, which the `qapp` fixture has made before."""
    app = QApplication.instance()
    assert app is not None, "use the fixture qapp or qtbot"
    return cast(AbstractEventLoop, _TidyLoop(app))


class _TidyLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync has no types
    """Takes its timers with it: left to the garbage collector, one that still runs may be freed in another thread,
    which cannot stop it, and Qt then calls what is no more.
    """

    def close(self) -> None:
        timer = self._timer
        super().close()
        if shiboken6.isValid(timer):
            shiboken6.delete(timer)

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        if self.is_closed():  # a thread whose task was cancelled hands in its result: nobody waits for it any more
            return handle
        return cast(asyncio.Handle, super()._add_callback(handle, delay))


@contextmanager
def watched(signal: SignalInstance) -> Iterator[list[tuple[Any, ...]]]:
    """The arguments of every emission inside the block, in order."""
    seen: list[tuple[Any, ...]] = []

    def note(*args: Any) -> None:
        seen.append(args)

    signal.connect(note)
    try:
        yield seen
    finally:
        signal.disconnect(note)


async def signal_of(
    signal: SignalInstance, when: Callable[..., bool] = lambda *_: True, limit: float = LIMIT
) -> tuple[Any, ...]:
    """The arguments of the next emission that `when` accepts. Raises `TimeoutError`.

    Listening begins with the first step of the coroutine: to catch the signal of a call made right after, start it
    as a task and let it run once, or use `until`.
    """
    found: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()

    def note(*args: Any) -> None:
        if not found.done() and when(*args):
            found.set_result(args)

    signal.connect(note)
    try:
        async with asyncio.timeout(limit):
            return await found
    finally:
        signal.disconnect(note)


async def until(condition: Callable[[], object], *signals: SignalInstance, limit: float = LIMIT) -> None:
    """Returns once `condition` holds; it is tried now and at every emission of `signals`. Raises `TimeoutError`."""
    changed = asyncio.Event()

    def note(*_: Any) -> None:
        changed.set()

    for signal in signals:
        signal.connect(note)
    try:
        async with asyncio.timeout(limit):
            while not condition():
                await changed.wait()
                changed.clear()
    finally:
        for signal in signals:
            signal.disconnect(note)


async def settled() -> None:
    """Returns once everything posted to Qt's queue and to the loop so far has been handled."""
    QApplication.sendPostedEvents()
    done = asyncio.Event()
    asyncio.get_running_loop().call_soon(done.set)
    await done.wait()
