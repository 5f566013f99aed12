"""The loops that the fixtures give."""

import asyncio

import pytest
import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.helpers.qt_loop import signal_of, until


async def test_an_async_test_with_qapp_runs_in_the_qt_loop(qapp: QApplication) -> None:
    timer = QTimer(singleShot=True, interval=1)
    timer.start()

    await signal_of(timer.timeout)

    assert isinstance(asyncio.get_running_loop(), qasync.QEventLoop)


async def test_subprocesses_and_sockets_work_in_the_qt_loop(qapp: QApplication) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")

    assert await reader.read() == b"hello\n"
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def test_an_async_test_without_qt_runs_in_a_plain_loop() -> None:
    assert not isinstance(asyncio.get_running_loop(), qasync.QEventLoop)


async def test_until_fails_when_its_condition_never_holds(qapp: QApplication) -> None:
    timer = QTimer()

    with pytest.raises(TimeoutError):
        await until(lambda: False, timer.timeout, limit=0.05)
