"""The customer's phone of the demo."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.demo.handset_client import HandsetClient, PhoneText
from cti_client.demo.handset_window import HandsetWindow
from cti_client.desk.tasks import TaskOwner
from cti_client.ui.theme import Theme
from tests.helpers.qt_loop import settled


class Network(HandsetClient):
    """Takes texts and brings none."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1")
        self.taken: list[tuple[str, str, str]] = []

    async def text(self, sender: str, recipient: str, text: str) -> None:
        self.taken.append((sender, recipient, text))

    async def inbox(self, phone: str, after: int, wait: float) -> list[PhoneText]:
        await asyncio.Event().wait()
        return []


@pytest_asyncio.fixture
async def tasks() -> AsyncIterator[TaskOwner]:
    owner = TaskOwner("test", lambda name, error: pytest.fail(f"{name}: {error!r}"))
    yield owner
    await owner.close()


async def test_the_keyboard_stays_in_the_text_after_the_button(qtbot: QtBot, tasks: TaskOwner) -> None:
    """The arrow keys or the wheel would otherwise make the next text another customer's."""
    network = Network()
    theme = Theme(dark=False)
    window = HandsetWindow(theme, network, tasks, [("Maria", "+48601234567"), ("Luis", "+34600000000")], "+18005550100")
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.text.setText("Hello")
    QTest.mouseClick(window.send, Qt.MouseButton.LeftButton)
    await settled()
    assert window.send.isEnabled()
    assert network.taken == [("+48601234567", "+18005550100", "Hello")]
    assert window.text.text() == ""
    assert window.focusWidget() is window.text
    window.close_for_good()
